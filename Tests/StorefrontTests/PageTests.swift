import ChangeLog
import CoreAPIClient
import EventLoop
import FoundationEssentials
import HTTP
import ReferenceCoreAPI
import Tenancy
import Testing

@testable import Storefront

@Suite(.serialized) struct PageTests {

  @LoopActor @Test func everyKindOfPage() async throws {
    let stage = try Stage()
    #expect(try await stage.get("/").body.contains("<h1>Shop one</h1><i>Linen one</i>"))
    #expect(try await stage.get("/products/linen").body.contains("<h1>Linen one</h1><p>€10.00</p><em>note on Linen one</em>"))
    #expect(try await stage.get("/collections/shirts").body.contains("<li>Linen one €10.00<em>note on Linen one</em></li>"))
    #expect(try await stage.get("/collections/all").status == 200)
    #expect(try await stage.get("/search?q=linen").body.contains("<li>Linen one</li>"))
    #expect(try await stage.get("/robots.txt").body.contains("Sitemap: https://one.shops.example/sitemap.xml"))
    #expect(try await stage.get("/sitemap.xml").body.contains("<loc>https://one.shops.example/products/linen</loc>"))
  }

  @LoopActor
  @Test(arguments: [
    "/nothing", "/products/none", "/collections/none", "/collections/shirts?page=9", "/search?q=linen&page=2", "/products",
    "/assets/plain/x.css", "/.env", "/a//b",
  ])
  func whatIsNotThereIsAThemed404(_ target: String) async throws {
    let stage = try Stage()
    let answer = try await stage.get(target)
    #expect(answer.status == 404)
    #expect(answer.body.contains("Nothing here") || target.hasPrefix("/assets/"))
    #expect(!answer.body.contains("nothing") && !answer.body.contains("none"), "a shared page holds what one shopper asked for")
  }

  @LoopActor @Test func aThemeSaysHowManyProductsAPageHas() async throws {
    let manifest = try #require(Stage.plain["Themes/plain/theme.json"])
    let stage = try Stage([
      "Themes/plain/theme.json": manifest.replacing("\"engine\":\"1\",", with: "\"engine\":\"1\",\"products_per_page\":1,"),
      "Themes/plain/sections/collection.liquid":
        "{{ collection.products.size }} of {{ collection.products_count }}, {{ paginate.pages }} pages{% schema %}{\"name\":\"C\"}{% endschema %}",
      "Themes/plain/sections/search.liquid":
        "{{ search.results.size }} of {{ search.results_count }}{% schema %}{\"name\":\"S\"}{% endschema %}",
      "Themes/plain/sections/index.liquid":
        "{{ collections['shirts'].products.size }} here{% schema %}{\"name\":\"I\"}{% endschema %}",
    ])
    #expect(try await stage.get("/collections/shirts?page=2").body.contains("1 of 2, 2 pages"))
    #expect(try await stage.get("/collections/shirts?page=3").status == 404)
    #expect(try await stage.get("/search?q=one").body.contains("1 of 1"))
    #expect(try await stage.get("/").body.contains("1 here"))
  }

  /// The booking plugin's first day was one of 1970.
  @LoopActor @Test func templatesKnowWhatDayItIs() async throws {
    let day = "{{ 'now' | date: '%Y-%m-%d' }}"
    let stage = try Stage([
      "Themes/plain/sections/index.liquid": "[\(day)]{% schema %}{\"name\":\"I\"}{% endschema %}",
      "Themes/plain/layout/theme.liquid": "{{ content_for_header }}{{ content_for_layout }}[\(day)]{% slot 'header' %}",
    ])
    let before = Date.now.formatted(.iso8601.year().month().day())
    let body = try await stage.get("/").body
    let after = Date.now.formatted(.iso8601.year().month().day())
    #expect([before, after].contains { body.components("[\($0)]") == 2 }, "\(body)")
  }

  @LoopActor @Test func aSecondRequestIsAHit() async throws {
    let stage = try Stage()
    let first = try await stage.get("/products/linen").cache
    #expect(first.hasPrefix("storefront; fwd=uri-miss; ttl=") && first.hasSuffix("; stored"))
    let second = try await stage.get("/products/linen")
    #expect(second.cache.hasPrefix("storefront; hit; ttl="))
  }

  // The issue's own words: unknown query parameters do not split the cache.
  @LoopActor @Test(arguments: ["?utm_source=x", "?gclid=1", "?page=2", "?q=1"])
  func anUnknownParameterIsAHitToo(_ query: String) async throws {
    let stage = try Stage()
    let first = try await stage.get("/products/linen")
    let second = try await stage.get("/products/linen" + query)
    #expect(second.cache.contains("hit"))
    #expect(second.bytes == first.bytes)
  }

  @LoopActor @Test func anUnknownVariantIsServedAndNotKept() async throws {
    let stage = try Stage()
    let plain = try await stage.get("/products/linen")
    #expect(try await stage.get("/products/linen?variant=zzz").bytes == plain.bytes)
    #expect(!(try await stage.get("/products/linen?variant=zzz").cache.contains("hit")))
    _ = try await stage.get("/products/linen?variant=v2")
    #expect(try await stage.get("/products/linen?variant=v2").cache.contains("hit"))
  }

  @LoopActor @Test func anEtagOfAnyCodingIs304() async throws {
    let stage = try Stage()
    let first = try await stage.get("/")
    let tag = try #require(first.field("ETag"))
    let second = try await stage.get("/", host: "one.localhost", "If-None-Match: \(tag)")
    #expect(second.status == 304 && second.bytes.isEmpty && second.field("ETag") == tag)
    #expect(second.field("Vary") == "Accept-Encoding" && second.field("Content-Encoding") == nil)
    #expect(try await stage.get("/", host: "one.localhost", "If-None-Match: \"other\"").status == 200)
  }

  @LoopActor @Test func aKeptPageIsPackedForWhoTakesIt() async throws {
    let stage = try Stage([
      "Themes/plain/sections/index.liquid": String(repeating: "<p>lots of text</p>", count: 200) + "{% schema %}{}{% endschema %}"
    ])
    _ = try await stage.get("/")
    _ = try await stage.get("/")
    var packed: Stage.Answer?
    for _ in 0..<200 where packed?.field("Content-Encoding") == nil {
      await Loop.sleep(for: .milliseconds(5))
      packed = try await stage.get("/", host: "one.localhost", "Accept-Encoding: gzip")
    }
    let gzip = try #require(packed)
    #expect(gzip.field("Content-Encoding") == "gzip" && gzip.bytes.starts(with: [0x1f, 0x8b]))
    let plain = try await stage.get("/")
    #expect(plain.field("Content-Encoding") == nil && plain.field("ETag") != gzip.field("ETag"))
    #expect(try await stage.get("/", host: "one.localhost", "Accept-Encoding: br").field("Content-Encoding") == "br")
    #expect(try await stage.get("/", host: "one.localhost", "If-None-Match: \(gzip.field("ETag")!)").status == 304)
  }

  @LoopActor @Test func dataIsEscapedAndDescriptionsAreSanitised() async throws {
    let stage = try Stage()
    let hostile = try await stage.get("/products/hostile").body
    #expect(!hostile.contains("<script"))
    #expect(hostile.contains("<h1>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;co&#39;</h1>"))
    #expect(try await stage.get("/products/linen").body.contains("<div><p>Good</p></div>"))
    #expect(try await stage.get("/search?q=%3Cscript%3E").body.contains("<h1>&lt;script&gt;</h1>"))
  }

  @LoopActor @Test func aMenuLinkCannotRunAScript() async throws {
    let stage = try Stage([
      "Themes/plain/sections/header.liquid":
        "{% for item in menus['main'].items %}<a href=\"{{ item.url }}\">{{ item.title }}</a>{% endfor %}{% schema %}{}{% endschema %}"
    ])
    for url in ["javascript:alert(1)", " java\\tscript:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example"] {
      let hostile = Stage.catalogue("one").replacing(#""url":"/collections/shirts""#, with: "\"url\":\"\(url)\"")
      stage.catalog.load(tenant: try TenantID("one"), from: try CatalogFile(json: Data(hostile.utf8), file: "one"))
      #expect(try await stage.get("/").body.contains("<a href=\"#\">Shirts</a>"), "\(url)")
    }
  }

  // 003-19, 000-11
  @LoopActor @Test func anEditIsSeenByTheNextRequest() async throws {
    let stage = try Stage()
    let one = try TenantID("one")
    for target in ["/products/linen", "/collections/shirts", "/"] { _ = try await stage.get(target) }
    try stage.catalog.edit("linen", of: one, .title("Cotton"))
    for target in ["/products/linen", "/collections/shirts", "/"] {
      let stale = try await stage.get(target)
      #expect(stale.cache.contains("ttl=-") || stale.body.contains("Cotton"), "\(stale.cache)")
      var body = ""
      for _ in 0..<100 where !body.contains("Cotton") {
        await Loop.sleep(for: .milliseconds(2))
        body = try await stage.get(target).body
      }
      #expect(body.contains("Cotton") && !body.contains("Linen one"))
    }
  }

  // 002-9, 004-14: a price that will change by the clock alone ends the page's life, here and downstream.
  @LoopActor @Test(arguments: ["/products/linen", "/collections/shirts", "/", "/search?q=linen"])
  func aSaleThatEndsEndsThePage(_ target: String) async throws {
    let stage = try Stage()
    let sale = Variant.Sale(price: Money(5, "EUR"), startsAt: nil, endsAt: Date.now + 20)
    try stage.catalog.edit("linen", of: try TenantID("one"), .sale(sale, variant: nil))
    let answer = try await stage.get(target)
    let ttl = try #require(answer.cache.split(separator: ";").first { $0.contains("ttl=") }?.split(separator: "=").last)
    #expect(try #require(Int(ttl)) <= 20, "\(answer.cache)")
    let shared = try #require(answer.field("Cache-Control")?.split(separator: ",").first { $0.contains("s-maxage") })
    #expect(try #require(Int(shared.split(separator: "=")[1])) <= 20)
  }

  @LoopActor @Test func stockIsNeverStale() async throws {
    let stage = try Stage()
    #expect(try await stage.get("/products/linen").body.contains("in stock"))
    try stage.catalog.edit("linen", of: try TenantID("one"), .stock(0, variant: nil))
    #expect(try await stage.get("/products/linen").body.contains("sold out"))
    try stage.catalog.edit("linen", of: try TenantID("one"), .unpublish)
    #expect(try await stage.get("/products/linen").status == 404)
  }

  @LoopActor @Test func aPageThatIsNoMoreIsNoLastGoodOne() async throws {
    let stage = try Stage()
    let one = try TenantID("one")
    _ = try await stage.get("/products/linen")
    var product = try #require(try await stage.catalog.product("linen", in: Market(of: one, locale: "en", currency: "EUR")).value)
    product.handle = "renamed"
    try stage.catalog.update(product: product, of: one)
    var old = try await stage.get("/products/linen")
    for _ in 0..<100 where old.status == 200 {
      await Loop.sleep(for: .milliseconds(2))
      old = try await stage.get("/products/linen")
    }
    #expect(old.status == 301 && old.field("Location") == "/products/renamed")
    #expect(try await stage.get("/products/renamed").status == 200)
  }

  @LoopActor @Test func anEditOfOneShopTouchesNoOther() async throws {
    let stage = try Stage()
    _ = try await stage.get("/products/linen", host: "two.localhost")
    try stage.catalog.edit("linen", of: try TenantID("one"), .stock(0, variant: nil))
    #expect(try await stage.get("/products/linen", host: "two.localhost").cache.contains("hit"))
  }

  // 000-1, 000-3
  @LoopActor @Test func shopsAreApart() async throws {
    let stage = try Stage()
    for host in ["one.localhost", "two.localhost", "one.shops.example"] {
      let id = host.hasPrefix("one") ? "one" : "two"
      let body = try await stage.get("/products/linen", host: host).body
      #expect(body.contains("Linen \(id)") && !body.contains("Linen \(id == "one" ? "two" : "one")"))
    }
    #expect(!(try await stage.get("/products/linen", host: "two.localhost").body.contains("note on")), "a plugin of another shop")
    #expect(try await stage.get("/only-two.txt").status == 404)
    #expect(try await stage.get("/only-two.txt", host: "two.localhost").body == "two's own")
  }

  @LoopActor
  @Test(arguments: ["nobody.localhost", "three.shops.example", "localhost", "one.localhost.evil.example", "xn--a.localhost"])
  func anUnknownHostIsAPlain404(_ host: String) async throws {
    let stage = try Stage()
    let answer = try await stage.get("/", host: host)
    #expect(answer.status == 404 && answer.body == "Not found\n")
    #expect(answer.field("Cache-Control") == "no-store")
  }

  @LoopActor @Test func aFileThatIsGoneIsGone() async throws {
    let stage = try Stage()
    let start = MonotonicInstant.now
    let follower = Follower(of: stage.changes) { start.duration(to: .now) }
    let files = PublicFiles(root: stage.folder + "/public", following: follower, bytes: 1 << 20, life: .milliseconds(1))
    let request = try #require(HTTPRequest(parsing: Array("GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n".utf8)))
    let one = try TenantID("one")
    #expect(await files.file("/hello.txt", of: one, for: request)?.status == 200)
    try FileManager.default.removeItem(atPath: stage.folder + "/public/one/hello.txt")
    await Loop.sleep(for: .milliseconds(5))
    #expect(await files.file("/hello.txt", of: one, for: request) == nil)
  }

  // 004-2
  @LoopActor @Test func statuses() async throws {
    let stage = try Stage()
    let asleep = try await stage.get("/", host: "asleep.localhost")
    #expect(asleep.status == 503 && asleep.field("Retry-After") != nil && asleep.field("Cache-Control") == "no-store")
    #expect(try await stage.get("/robots.txt", host: "asleep.localhost").body.contains("Disallow: /\n"))
    #expect(try await stage.get("/sitemap.xml", host: "asleep.localhost").status == 404)
    #expect(try await stage.get("/", host: "gone.localhost").status == 410)
  }

  @LoopActor @Test func filesAreServedFromTheShopsOwnFolder() async throws {
    let stage = try Stage()
    #expect(try await stage.get("/hello.txt").body == "hello of one")
    #expect(try await stage.get("/shared.txt").body == "for all")
    #expect(try await stage.get("/.secret").status == 404)
    // U+0600 takes the next slash into its own character; what is hidden behind it stays hidden.
    let folder = stage.folder + "/public/one/x\u{0600}"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data("secret".utf8).write(to: URL(filePath: folder + "/.env"))
    #expect(try await stage.get("/x%D8%80/.env").status == 404)
    try FileManager.default.createSymbolicLink(atPath: stage.folder + "/public/one/link.txt", withDestinationPath: ".secret")
    #expect(try await stage.get("/link.txt").status == 404)
    #expect(try await stage.get("/hello.txt/").status == 301)
    try FileManager.default.createSymbolicLink(
      atPath: stage.folder + "/public/one/out.txt", withDestinationPath: stage.folder + "/public/two/only-two.txt")
    #expect(try await stage.get("/out.txt").status == 404)
  }
}

extension String {
  /// How often it holds the text.
  fileprivate func components(_ text: String) -> Int { ranges(of: text).count }
}
