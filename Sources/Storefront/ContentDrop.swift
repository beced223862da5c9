import CoreAPIClient
import FoundationEssentials
import TemplateEngine
import Tenancy

/// A page of the shop's own words.
struct ContentPageDrop: Bindable {
  let page: ContentPage
  let routes: Routes

  static let shape = Shape<ContentPageDrop>(
    .field("id", \.page.id),
    .field("handle", \.page.handle),
    .field("title", \.page.title),
    .computed("content") { .safeHTML($0.page.body.html(in: $0.routes)) },
    .computed("url") { .string($0.routes.path(.page($0.page.handle))) },
    .field("language", \.page.language),
    .computed("updated_at") { .string(CoreAPIClient.Timestamp.text($0.page.updatedAt)) }
  )
}

struct BlogDrop: Bindable {
  let blog: Blog
  let routes: Routes
  var articles: [Article] = []
  var total: Int?

  static let shape = Shape<BlogDrop>(
    .field("id", \.blog.id),
    .field("handle", \.blog.handle),
    .field("title", \.blog.title),
    .computed("url") { .string($0.routes.path(.blog($0.blog.handle))) },
    .field("articles", \.articles),
    .computed("articles_count") { .int($0.total ?? $0.articles.count) }
  )
}

/// A page's own article: with links as they read in the market.
struct ArticleDrop: Bindable {
  let article: Article
  let routes: Routes

  static let shape = Shape<ArticleDrop>(
    including: \.article,
    .computed("content") { .safeHTML($0.article.body.html(in: $0.routes)) }
  )
}

extension Article: Bindable {
  package static let shape = Shape<Article>(
    .field("id", \.id),
    .field("handle", \.handle),
    .field("title", \.title),
    .field("url", Article.storedPath),
    .field("excerpt", \.excerpt),
    .html("content", \.body.html),
    .field("author", \.author),
    .computed("image") { $0.image.map { .bound($0) } ?? .null },
    .computed("tags") { .array($0.tags.map { .string($0) }) },
    .computed("published_at") { .string(CoreAPIClient.Timestamp.text($0.publishedAt)) },
    .computed("updated_at") { .string(CoreAPIClient.Timestamp.text($0.updatedAt)) }
  )
}
