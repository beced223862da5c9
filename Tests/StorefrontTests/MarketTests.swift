import EventLoop
import ReferenceCoreAPI
import FoundationEssentials
import Tenancy
import Testing

@testable import CoreAPIClient
@testable import Storefront

/// One shop in several languages and currencies: each page is of one market, and leads to the same thing in the others.
@Suite(.serialized) struct MarketTests {
  @LoopActor @Test func aProductIsAnotherPageInEachMarket() async throws {
    let stage = try MarketStage.stage()
    let pages = [
      ("/products/linen", "en EUR", "Linen one ~en", "€10.00"), ("/de/produkte/linen", "de EUR", "Linen one ~de", "10,00\u{a0}€"),
      ("/ro/produse/linen", "ro RON", "Linen one ~ro", "50,00\u{a0}lei"),
      ("/bd/products/linen", "en BDT", "Linen one ~en", "BDT\u{a0}1,200.00"),
    ]
    for round in 0..<2 {
      for (path, market, title, price) in pages {
        let answer = try await stage.get(path)
        #expect(answer.cache.hasPrefix(round == 0 ? "storefront; fwd=uri-miss" : "storefront; hit"), "\(path)")
        #expect(answer.body.contains("\(title)|\(market)|https://one.example\(path)<"), "\(path)")
        #expect(answer.body.contains("<h1>\(title)</h1>\(path) ") && answer.body.contains(price), "\(path): \(answer.body)")
        #expect(answer.field("Content-Language") == String(market.prefix(2)))
      }
    }
  }

  @LoopActor
  @Test(arguments: [
    ("/", "/", "/de", "/ro", "/bd"),
    ("/products/linen", "/products/linen", "/de/produkte/linen", "/ro/produse/linen", "/bd/products/linen"),
    (
      "/ro/produse/linen?variant=v2", "/products/linen?variant=v2", "/de/produkte/linen?variant=v2",
      "/ro/produse/linen?variant=v2", "/bd/products/linen?variant=v2"
    ),
    ("/de/suche?q=linen", "/search?q=linen", "/de/suche?q=linen", "/ro/search?q=linen", "/bd/search?q=linen"),
    ("/de/seiten/about", "/pages/about", "/de/seiten/about", "/ro/pages/about", "/bd/pages/about"),
    (
      "/bd/blogs/journal/first", "/blogs/journal/first", "/de/magazin/journal/first", "/ro/blogs/journal/first",
      "/bd/blogs/journal/first"
    ),
    (
      "/products/kürbis", "/products/k%C3%BCrbis", "/de/produkte/k%C3%BCrbis", "/ro/produse/k%C3%BCrbis",
      "/bd/products/k%C3%BCrbis"
    ),
    (
      "/collections/shirts?sort_by=title-ascending&filter.p.vendor=A",
      "/collections/shirts?filter.p.vendor=A&sort_by=title-ascending",
      "/de/kollektionen/shirts?filter.p.vendor=A&sort_by=title-ascending",
      "/ro/collections/shirts?filter.p.vendor=A&sort_by=title-ascending",
      "/bd/collections/shirts?filter.p.vendor=A&sort_by=title-ascending"
    ),
    // Ten lei are not ten euros.
    (
      "/de/kollektionen/shirts?filter.v.price.lte=50", "/collections/shirts?filter.v.price.lte=50",
      "/de/kollektionen/shirts?filter.v.price.lte=50", "/ro/collections/shirts", "/bd/collections/shirts"
    ),
    ("/nothing", "/", "/de", "/ro", "/bd"),
  ])
  func eachPageNamesItselfInAllLanguages(_ target: String, _ en: String, _ de: String, _ ro: String, _ bd: String) async throws {
    let stage = try MarketStage.stage()
    let encoded = target.replacing("ü", with: "%C3%BC")
    let body = try await stage.get(encoded).body
    let own = encoded.hasPrefix("/de") ? 1 : encoded.hasPrefix("/ro") ? 2 : encoded.hasPrefix("/bd") ? 3 : 0
    func links(selected: Int) -> String {
      zip(["en", "de", "ro", "en"], [en, de, ro, bd]).enumerated().map { index, link in
        let address = "https://one.example" + link.1.replacing("&", with: "&amp;")
        return "<link hreflang=\"\(link.0)\" href=\"\(address)\"\(index == selected ? " selected" : "")>"
      }.joined()
    }
    #expect(body.contains(links(selected: own)), "\(body)")
    guard target != "/nothing" else { return }
    // Each of them is there, calls itself what the others call it, and says the same of all.
    for (index, path) in [en, de, ro, bd].enumerated() {
      let page = try await stage.get(path)
      #expect(page.status == 200 && page.body.contains("|https://one.example\(path.replacing("&", with: "&amp;"))<"), "\(path)")
      if !target.contains("price") { #expect(page.body.contains(links(selected: index)), "\(path)") }
      // What a search engine is told has each language once: the second English market is the first's page at other prices.
      let alternates = page.body.matches(of: #/\[(\w+) https://one.example([^\]]*)\]/#).map { "\($0.output.1) \($0.output.2)" }
      let told = zip(["en", "de", "ro"], [en, de, ro]).map { "\($0) \($1.replacing("&", with: "&amp;"))" }
      if !target.contains("price") { #expect(alternates == (index == 3 ? [] : told), "\(path)") }
    }
  }

  @LoopActor @Test func menusTextsAndListsLeadToTheMarketsOwnAddresses() async throws {
    let stage = try MarketStage.stage()
    let body = try await stage.get("/de/produkte/k%C3%BCrbis").body
    #expect(
      body.contains(
        #"<header><a href="/de">Shop one ~de</a><a href="/de/warenkorb">c</a><a href="/de/kollektionen/shirts">Shirts ~de</a></header>"#
      ))
    let text =
      #"<p>See <a href="/de/produkte/linen?variant=v2&amp;x=1#top">this</a>, <a href="/media/size.pdf">that</a>, <a href="https://else.example/products/linen">more</a></p>"#
    #expect(body.contains(text))
    #expect(body.contains(#"<a href="/de/kollektionen/bags">Bags ~de</a>"#))
    let list = try await stage.get("/ro/collections/shirts").body
    #expect(list.contains(#"<a href="/ro/produse/linen">Linen one ~ro 50,00"#) && list.contains("note on Linen one ~ro"))
    #expect(
      try await stage.get("/de/seiten/about").body.contains(
        #"<a href="/de/produkte/linen">coat</a> <a href="/de/seiten/about">us</a>"#))
    #expect(try await stage.get("/de/magazin/journal").body.contains(#"<a href="/de/magazin/journal/first">First ~de</a>"#))
    #expect(
      try await stage.get("/de/magazin/journal/first").body.contains(
        #"/de/magazin/journal/first<p><a href="/de/kollektionen/shirts">"#))
    let root = try await stage.get("/products/k%C3%BCrbis").body
    #expect(root.contains(#"<a href="/products/linen?variant=v2&amp;x=1#top">"#))
  }

  @LoopActor @Test func aCartIsPricedWhereItIsLookedAt() async throws {
    let stage = try MarketStage.stage()
    let browser = Browser(stage)
    let added = try await browser.send("product=linen&id=v1&quantity=2", to: "/de/warenkorb/add")
    #expect(added.status == 303 && added.field("Location") == "/de/warenkorb")
    #expect(
      try await browser.get("/de/warenkorb").body.contains(
        "<a href=\"/de/produkte/linen\">Linen one ~de 10,00\u{a0}€</a>20,00\u{a0}€"))
    #expect(
      try await browser.get("/ro/cart").body.contains("<a href=\"/ro/produse/linen\">Linen one ~ro 50,00\u{a0}lei</a>100,00"))
  }

  /// Any page of any market, in any order, while things change: its words and addresses are its market's.
  @LoopActor @Test(arguments: [1, 2, 3] as [UInt64])
  func noMarketAnswersWithAnothersPage(_ seed: UInt64) async throws {
    var random = SplitMix(state: seed)
    let stage = try MarketStage.stage()
    let tenant = stage.tenants.snapshot.tenants[0]
    let addresses: [ShopAddress] = [
      .home, .product("linen"), .product("kürbis"), .product("hostile"), .collection("shirts"), .collection("all"),
      .page("about"),
      .blog("journal"), .article(blog: "journal", "first"), .search, .product("none"), .cart,
    ]
    let signs = ["EUR": "€", "RON": "\u{a0}lei", "BDT": "BDT\u{a0}"]
    for turn in 0..<800 {
      let market = tenant.markets.randomElement(using: &random)!
      let address = addresses.randomElement(using: &random)!
      let query = ["", "?q=linen", "?sort_by=title-ascending", "?filter.v.price.gte=1", "?page=1&utm=1"].randomElement(
        using: &random)!
      let answer = try await stage.get(market.path(address) + query)
      #expect(answer.status == (address == .product("none") ? 404 : 200))
      for other in ["en", "de", "ro"] where other != market.locale {
        #expect(!answer.body.contains("~\(other)"), "turn \(turn): \(market.path(address))\(query)")
      }
      #expect(answer.body.contains("~\(market.locale)") && answer.body.contains("|\(market.locale) \(market.currency)|"))
      for (currency, sign) in signs where currency != market.currency {
        #expect(!answer.body.contains(sign), "turn \(turn): \(market.path(address))\(query)")
      }
      let links = answer.body.matches(of: #/<a href="(/[^"]*)"/#).map { String($0.output.1) }
      for link in links {
        let other = tenant.markets.first {
          $0 !== market && $0.routes.prefix.map { link == "/\($0)" || link.hasPrefix("/\($0)/") } ?? false
        }
        #expect(other == nil, "turn \(turn): \(market.path(address)) leads to \(link)")
        #expect(
          market.routes.root.isEmpty || link.hasPrefix(market.routes.root) || link.hasPrefix("/media/"), "turn \(turn): \(link)")
      }
      if turn % 20 == 0 { try stage.catalog.edit("linen", of: tenant.id, .title("Linen one")) }
    }
  }

  @LoopActor @Test func aChangedMarketIsSeenOnEveryPage() async throws {
    let stage = try MarketStage.stage()
    let targets = ["/", "/de", "/products/linen", "/de/produkte/linen", "/sitemap.xml"]
    for target in targets { _ = try await stage.get(target, host: "one.example") }
    let changes = [
      ("\"locale\":\"ro\",\"currency\":\"RON\"", "\"locale\":\"ro\",\"currency\":\"EUR\""),
      (#""produkte","#, #""waren","produkte","#),
      (#""path":"bd""#, #""path":"dhaka""#), (#"{"locale":"de","#, #"{"locale":"fr"},{"locale":"de","#),
    ]
    var text = MarketStage.tenants
    for (before, after) in changes {
      #expect(text.contains(before))
      text = text.replacing(before, with: after)
      stage.service.take(try TenantFile.parse(Array(text.utf8)))
      for target in targets where !(after.contains("waren") && target.contains("produkte")) {
        let page = try await stage.get(target, host: "one.example")
        #expect(!page.cache.contains("hit"), "\(target) is as before \(after)")
      }
    }
    let sitemap = try await stage.get("/sitemap.xml", host: "one.example").body
    #expect(
      sitemap.contains("<loc>https://one.example/fr/products/linen</loc>")
        && sitemap.contains("https://one.example/de/waren/linen"))
    #expect(sitemap.contains("https://one.example/dhaka") && !sitemap.contains("https://one.example/bd"))
    #expect(try await stage.get("/de/produkte/linen", host: "one.example").field("Location") == "/de/waren/linen")
  }
}

/// Links in the catalogue's texts as they read in a market.
@Suite struct LocalizedHTMLTests {
  private static let german = try! TenantFile.parse(Array(MarketStage.tenants.utf8)).tenants[0].markets[1].routes

  @Test(arguments: [
    (#"<a href="/products/a">a</a>"#, #"<a href="/de/produkte/a">a</a>"#), (#"<a href="/">a</a>"#, #"<a href="/de">a</a>"#),
    (#"<a href="/search?q=a&b=c#d">a</a>"#, #"<a href="/de/suche?q=a&amp;b=c#d">a</a>"#),
    (#"<a href="/products/a%20b/">a</a>"#, #"<a href="/de/produkte/a%20b">a</a>"#),
    (#"<a href="//evil.example/products/a">a</a>"#, nil), (#"<a href="https://x.example/products/a">a</a>"#, nil),
    (#"<a href="/media/a.svg">a</a>"#, nil), (#"<a href="/products/a/b/c">a</a>"#, nil),
    (#"<a href="mailto:a@b.example">a</a>"#, nil),
    (#"href="/products/a" in words"#, nil), (#"<p>href="/products/a"</p>"#, nil),
    (#"<b>&quot; href=&quot;/products/a&quot;</b>"#, nil),
    (#"<a href='/products/a"onclick="x'>a</a>"#, #"<a href="/de/produkte/a%22onclick%3D%22x">a</a>"#),
    (#"<a href="/products/r&amp;d">a</a>"#, #"<a href="/de/produkte/r%26d">a</a>"#),
    ("<a href=\"/products/'\u{301}&quot;onclick=x\">a</a>", "<a href=\"/de/produkte/%27%CC%81%22onclick%3Dx\">a</a>"),
    ("<a href=\"/\u{301}products/a\">a</a>", nil),
    ("<a href=\"/products/a\u{301}\">a</a>", "<a href=\"/de/produkte/a%CC%81\">a</a>"),
    (#"<a href="/products/%zz">a</a>"#, #"<a href="/de/produkte/%25zz">a</a>"#),
    (#"<a href="/products/it's#x'">a</a>"#, #"<a href="/de/produkte/it%27s#x&#39;">a</a>"#),
    (#"<a href="/media/r&amp;d.svg">a</a>"#, nil),
    (#"<a href="/products/a">a</a><a href="/pages/b">b</a>"#, #"<a href="/de/produkte/a">a</a><a href="/de/seiten/b">b</a>"#),
  ])
  func aLinkIsTheMarketsAndNothingElseIsTouched(_ source: String, _ expected: String?) {
    let sanitized = SanitizedHTML(source)
    #expect(sanitized.html(in: Self.german) == expected ?? sanitized.html)
    #expect(sanitized.html(in: .canonical) == sanitized.html)
  }

  /// Whatever a merchant's text is: what is printed is as clean as what was sanitised, and only links differ.
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func hostileTextStaysAsCleanAsItWas(_ seed: UInt64) {
    var random = SplitMix(state: seed)
    let pieces = [
      "<a href=\"/products/", "<a href='/products/", "<a href=/pages/", "\"", "'", ">", "<", "</a>", "&quot;", "&#34;", "&amp;",
      "href=\"/", "a",
      " ", "onclick=x", "javascript:", "<script>", "%22", "%3C", "\u{301}", "\u{0}", "/", "?", "#", "é", "<p>", "</p>",
      "//evil.example",
    ]
    for _ in 0..<300 {
      let source = (0..<Int.random(in: 1...14, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
      let sanitized = SanitizedHTML(source)
      let localized = sanitized.html(in: Self.german)
      // Sanitising is the judge: it would change what is not clean.
      let again = SanitizedHTML(localized)
      #expect(again.html == localized && again.text == SanitizedHTML(sanitized.html).text, "\(source.debugDescription)")
      #expect(!localized.contains("//evil.example/de") && !localized.contains("href=\"/de//"))
    }
  }
}
