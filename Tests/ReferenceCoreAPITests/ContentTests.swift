import ChangeLog
import CoreAPIClient
import FoundationEssentials
import Tenancy
import Testing

@testable import ReferenceCoreAPI

@Suite struct ContentTests {
  private let clock = Clock("2026-06-01T12:00:00Z")
  private let catalog: ReferenceCatalog
  private let market: Market

  static let json = """
    {"currency": "EUR", "locale": "en", "site": {"name": "Acme"},
     "pages": [{"id": "p1", "handle": "about", "title": "About", "bodyHTML": "<h2>Us</h2><script>x</script>", "updatedAt": "2026-01-01"},
               {"id": "p2", "handle": "arabic", "title": "من نحن", "bodyHTML": "<p>…</p>", "language": "ar"}],
     "blogs": [{"id": "b1", "handle": "journal", "title": "Journal"}, {"id": "b2", "handle": "news", "title": "News", "updatedAt": "2026-07-01"}],
     "articles": [
       {"id": "a1", "blog": "journal", "handle": "first", "title": "First", "publishedAt": "2026-03-01", "updatedAt": "2026-05-01"},
       {"id": "a2", "blog": "journal", "handle": "second", "title": "Second", "publishedAt": "2026-04-01", "image": {"src": "/a.svg"}},
       {"id": "a3", "blog": "journal", "handle": "soon", "title": "Soon", "publishedAt": "2026-06-01T13:00:00Z"},
       {"id": "a4", "blog": "journal", "handle": "later", "title": "Later", "publishedAt": "2026-06-01T14:00:00Z"},
       {"id": "a5", "blog": "news", "handle": "today", "title": "Today", "publishedAt": "2026-06-01T12:00:00Z"}]}
    """

  init() throws {
    catalog = ReferenceCatalog(changes: MemoryChangeLog()) { [clock] in clock.now }
    let tenant = try TenantID("acme")
    market = Market(
      of: tenant, locale: "en", currency: "EUR", routes: try #require(Routes(root: "/en", spelled: [.blogs: ["posts"]])))
    catalog.load(tenant: tenant, from: try CatalogFile(json: Data(Self.json.utf8), file: "acme.json"))
  }

  @Test func `Pages are sanitised, and say their language where it is not the market's`() async throws {
    let about = try await catalog.contentPage("about", in: market)
    #expect(about.value?.body.html == "<h3>Us</h3>" && about.value?.language == nil && about.mark == 1)
    #expect(try await catalog.contentPage("arabic", in: market).value?.language == "ar")
    #expect(try await catalog.contentPage("none", in: market).value == nil)
  }

  @Test func `Articles are the newest first, at their addresses in the market, and none before its time`() async throws {
    let page = try await catalog.articles(of: "journal", page: 1, size: 10, in: market)
    #expect(page.value.items.map(\.handle) == ["second", "first"] && page.value.total == 2 && !page.value.hasMore)
    #expect(page.value.items.map(\.path) == ["/en/posts/journal/second", "/en/posts/journal/first"])
    #expect(page.validFor == .seconds(3600))
    clock.move(to: "2026-06-01T13:30:00Z")
    let later = try await catalog.articles(of: "journal", page: 1, size: 10, in: market)
    #expect(later.value.items.map(\.handle) == ["soon", "second", "first"] && later.validFor == .seconds(1800))
    clock.move(to: "2026-06-02")
    let all = try await catalog.articles(of: "journal", page: 1, size: 10, in: market)
    #expect(all.value.items.map(\.handle) == ["later", "soon", "second", "first"] && all.validFor == nil)
  }

  @Test(arguments: [
    (1, 1, ["second"], true), (2, 1, ["first"], false), (3, 1, [], false), (Int.max, 250, [], false), (-1, 0, ["second"], true),
  ])
  func `Pages of articles, and beyond the end`(page: Int, size: Int, handles: [String], hasMore: Bool) async throws {
    let answer = try await catalog.articles(of: "journal", page: page, size: size, in: market).value
    #expect(answer.items.map(\.handle) == handles && answer.total == 2 && answer.hasMore == hasMore)
    #expect(try await catalog.articles(of: "none", page: page, size: size, in: market).value.total == 0)
  }

  @Test func `An article that is to come bounds the answer that it is not there`() async throws {
    #expect(try await catalog.article("soon", of: "journal", in: market) == Answer(nil, validFor: .seconds(3600), mark: 1))
    #expect(try await catalog.article("first", of: "journal", in: market).validFor == nil)
    #expect(try await catalog.article("first", of: "news", in: market).value == nil)
    clock.move(to: "2026-06-01T13:00:00Z")
    #expect(try await catalog.article("soon", of: "journal", in: market).value?.path == "/en/posts/journal/soon")
  }

  @Test func `A blog is as new as its newest article`() async throws {
    let journal = try await catalog.blog("journal", in: market)
    #expect(journal.value?.updatedAt == Timestamp.date("2026-05-01") && journal.validFor == .seconds(3600))
    #expect(try await catalog.blog("news", in: market).value?.updatedAt == Timestamp.date("2026-07-01"))
    clock.move(to: "2026-06-01T13:00:00Z")
    #expect(try await catalog.blog("journal", in: market).value?.updatedAt == Timestamp.date("2026-06-01T13:00:00Z"))
    #expect(try await catalog.blog("none", in: market).value == nil)
  }

  @Test func `The sitemap has all of it, and is no older than the next article`() async throws {
    let entries = try await catalog.sitemapEntries(in: market)
    #expect(
      entries.value.map { "\($0.kind.rawValue) \($0.handle)" } == [
        "page about", "page arabic", "blog journal", "blog news", "article today", "article second", "article first",
      ])
    #expect(entries.value.map(\.blog) == [nil, nil, nil, nil, "news", "journal", "journal"])
    #expect(entries.value[5].images == ["/a.svg"] && entries.validFor == .seconds(3600))
  }
}
