import CoreAPIClient
import FoundationEssentials

/// A shop's pages and posts. What is to be published is not there before its time.
struct Content: Sendable {
  let pages: [ContentPage]
  let blogs: [Blog]
  /// The newest first; of two of one moment, the one that the file has first.
  let articles: [Article]

  init(_ file: CatalogFile) {
    pages = file.pages
    blogs = file.blogs
    articles = file.articles.enumerated()
      .sorted { ($1.element.publishedAt, $0.offset) < ($0.element.publishedAt, $1.offset) }.map(\.element)
  }

  init(_ own: Content, _ localization: Localization) {
    pages = own.pages.map(localization.page)
    blogs = own.blogs.map(localization.blog)
    articles = own.articles.map(localization.article)
  }

  /// Until when what is shown of these articles stays what it is.
  private func boundary(of articles: some Sequence<Article>, after now: Date) -> Date? {
    articles.lazy.map(\.publishedAt).filter { $0 > now }.min()
  }

  func blog(_ handle: String, at now: Date) -> (blog: Blog?, boundary: Date?) {
    guard let blog = blogs.first(where: { $0.handle == handle }) else { return (nil, nil) }
    return (dated(blog, at: now), boundary(of: articles.filter { $0.blog == handle }, after: now))
  }

  private func dated(_ blog: Blog, at now: Date) -> Blog {
    var dated = blog
    for article in articles where article.blog == blog.handle && article.publishedAt <= now {
      dated.updatedAt = max(dated.updatedAt, article.publishedAt, article.updatedAt)
    }
    return dated
  }

  func articles(of blog: String, page: Int, size: Int, at now: Date) -> (page: Page<Article>, boundary: Date?) {
    let (page, size) = (max(1, page), min(max(1, size), ProductQuery.largestPage))
    let all = articles.filter { $0.blog == blog }
    let shown = all.filter { $0.publishedAt <= now }
    let (first, overflow) = (page - 1).multipliedReportingOverflow(by: size)
    let items = overflow || first >= shown.count ? [] : Array(shown[first...].prefix(size))
    let answer = Page(
      items: items, total: shown.count, number: page, size: size,
      hasMore: !items.isEmpty && first + items.count < shown.count)
    return (answer, boundary(of: all, after: now))
  }

  func article(_ handle: String, of blog: String, at now: Date) -> (article: Article?, boundary: Date?) {
    guard let article = articles.first(where: { $0.blog == blog && $0.handle == handle }) else { return (nil, nil) }
    return article.publishedAt <= now ? (article, nil) : (nil, article.publishedAt)
  }

  func entries(at now: Date) -> (entries: [SitemapEntry], boundary: Date?) {
    let shown = articles.filter { $0.publishedAt <= now }
    let entries =
      pages.map { SitemapEntry(kind: .page, handle: $0.handle, updatedAt: $0.updatedAt) }
      + blogs.map { SitemapEntry(kind: .blog, handle: $0.handle, updatedAt: dated($0, at: now).updatedAt) }
      + shown.map { article in
        SitemapEntry(
          kind: .article, handle: article.handle, blog: article.blog, updatedAt: article.updatedAt,
          images: article.image.map { [$0.src] } ?? [])
      }
    return (entries, boundary(of: articles, after: now))
  }
}
