import ChangeLog
import CoreAPIClient
import FoundationEssentials
import Tenancy
import Testing

@testable import ReferenceCoreAPI

@Suite struct LocalizationTests {
  static let json = """
    {"currency": "EUR", "locale": "en", "rates": [{"currency": "RON", "rate": "4.98", "step": "1"}],
     "site": {"name": "Acme", "tagline": "Kept", "description": "D", "email": "a@acme.example", "logo": {"src": "/l.svg", "alt": "Boots"}},
     "collections": [{"id": "c1", "handle": "shoes", "title": "Shoes", "description": "<p>Walk</p>", "image": {"src": "/c.svg", "alt": "Boots"}},
                     {"id": "c2", "handle": "hats", "title": "Hats"}],
     "menus": [{"handle": "main", "items": [{"title": "Shoes", "url": "/collections/shoes", "items": [{"title": "Boots", "url": "/products/boots"}]}]}],
     "pages": [{"id": "p1", "handle": "about", "title": "About"}, {"id": "p2", "handle": "imprint", "title": "Impressum", "language": "de"},
               {"id": "p3", "handle": "terms", "title": "Terms"}],
     "blogs": [{"id": "b1", "handle": "journal", "title": "Journal"}],
     "articles": [{"id": "a1", "blog": "journal", "handle": "care", "title": "Care", "excerpt": "E", "bodyHTML": "<p>B</p>", "publishedAt": "2026-01-01",
                   "image": {"src": "/a.svg", "alt": "Boots"}}],
     "products": [
       {"id": "1", "handle": "boots", "title": "Winter boots", "type": "Shoes", "vendor": "Boots", "unit": "per pair", "collections": ["shoes"],
        "descriptionHTML": "<p>Warm lining</p>", "images": [{"src": "/b.svg", "alt": "Boots"}], "options": [{"name": "Size", "values": ["Small", "L"]}],
        "priceChanged": {"at": "2026-05-01", "from": "100"}, "tags": ["Boots"],
        "variants": [{"id": "1a", "title": "Small / Red", "options": ["Small"], "price": "90.30", "compareAt": "100", "sku": "B-1",
                      "salePrice": "60.05", "saleStartsAt": "2026-06-01T13:00:00Z", "image": {"src": "/v.svg", "alt": "Boots"}},
                     {"id": "1b", "title": "L", "options": ["L"], "price": "120"}],
        "attributes": [{"key": "lining", "label": "Lining", "value": "Wool"}, {"key": "weight", "label": "Weight", "value": "1.5", "type": "number", "unit": "kg"},
                       {"key": "warm", "label": "Warm", "value": "true", "type": "boolean"}]},
       {"id": "2", "handle": "cap", "title": "Cap", "price": {"amount": "500", "currency": "JPY"}, "collections": ["hats"]},
       {"id": "3", "handle": "muetze", "title": "Mütze", "language": "de", "price": "12"}]}
    """

  static let german = """
    {"site": {"name": "Acme DE", "tagline": "Zum Behalten"},
     "words": {"Shoes": "Schuhe", "Boots": "Stiefel", "Size": "Größe", "Small": "Klein", "Red": "Rot", "per pair": "pro Paar", "Lining": "Futter",
               "Wool": "Wolle", "kg": "Kilogramm", "1.5": "falsch", "true": "wahr"},
     "products": {"boots": {"title": "Winterstiefel", "descriptionHTML": "<p>Warmes Futter<script>x</script></p>"}},
     "collections": {"shoes": {"title": "Schuhwerk", "description": "<p>Gehen</p>"}},
     "pages": {"about": {"title": "Über uns", "bodyHTML": "<p>Wir</p>"}}, "blogs": {"journal": {"title": "Tagebuch"}},
     "articles": {"care": {"title": "Pflege", "excerpt": "Kurz", "bodyHTML": "<p>Lang</p>"}}}
    """

  private let clock = Clock("2026-06-01T12:00:00Z")
  private let changes = MemoryChangeLog()
  private let catalog: ReferenceCatalog
  private let tenant: TenantID
  private let own: Market
  private let there: Market

  private static func file() throws -> CatalogFile {
    var file = try CatalogFile(json: Data(json.utf8), file: "acme.json")
    file.translations = [try CatalogTranslation(json: Data(german.utf8), locale: "de", file: "acme.de.json", of: file)]
    return file
  }

  init() throws {
    catalog = ReferenceCatalog(changes: changes) { [clock] in clock.now }
    tenant = try TenantID("acme")
    catalog.load(tenant: tenant, from: try Self.file())
    own = Market(of: tenant, locale: "en", currency: "EUR")
    there = Market(
      of: tenant, locale: "de", currency: "RON", routes: try #require(Routes(root: "/de", spelled: [.products: ["produkte"]])))
  }

  private func market(_ locale: String, _ currency: String = "EUR") -> Market {
    Market(of: tenant, locale: locale, currency: currency)
  }

  @Test func `The file's own market is what the file says`() async throws {
    let file = try Self.file()
    var boots = file.products[0]
    boots.variants[0].sale = nil
    #expect(try await catalog.product("boots", in: own).value == boots)
    #expect(try await catalog.site(own).value == file.site)
    #expect(try await catalog.menu("main", in: own).value == file.menus[0])
    #expect(try await catalog.product("muetze", in: own).value?.language == "de")
    #expect(try await catalog.contentPage("imprint", in: own).value?.language == "de")
  }

  @Test func `A product in a market has its texts, prices and address there`() async throws {
    let boots = try #require(try await catalog.product("boots", in: there).value)
    #expect(boots.title == "Winterstiefel" && boots.descriptionHTML.html == "<p>Warmes Futter</p>" && boots.language == nil)
    #expect(boots.type == "Schuhe" && boots.unit == "pro Paar" && boots.images[0].alt == "Stiefel")
    // Names and handles are no words.
    #expect(boots.vendor == "Boots" && boots.tags == ["Boots"] && boots.handle == "boots" && boots.collections == ["shoes"])
    #expect(boots.options == [.init(name: "Größe", values: ["Klein", "L"])])
    #expect(boots.variants.map(\.title) == ["Klein / Rot", "L"] && boots.variants.map(\.options) == [["Klein"], ["L"]])
    #expect(boots.variants[0].sku == "B-1" && boots.variants[0].image?.alt == "Stiefel")
    #expect(boots.attributes.map(\.label) == ["Futter", "Weight", "Warm"])
    // Of values only texts are words.
    #expect(boots.attributes.map(\.value) == ["Wolle", "1.5", "true"] && boots.attributes[1].unit == "Kilogramm")
    #expect(boots.price.plain == "450.00" && boots.price.currency == "RON" && boots.compareAt?.plain == "498.00")
    #expect(boots.variants.map(\.price.plain) == ["450.00", "598.00"])
    #expect(boots.priceChange?.from.plain == "498.00" && boots.priceChange?.at == Timestamp.date("2026-05-01"))
    #expect(boots.path == "/de/produkte/boots")
  }

  @Test func `A sale has its price in the market's currency too`() async throws {
    clock.move(to: "2026-06-01T13:00:00Z")
    let boots = try #require(try await catalog.product("boots", in: there).value)
    #expect(boots.price.plain == "300.00" && boots.compareAt?.plain == "498.00")
  }

  @Test func `What is around the products is translated, and its addresses stay canonical`() async throws {
    let site = try await catalog.site(there).value
    #expect(site.name == "Acme DE" && site.tagline == "Zum Behalten" && site.description == "D" && site.email == "a@acme.example")
    #expect(site.logo?.alt == "Stiefel")
    let collections = try await catalog.collections(in: there).value
    #expect(collections.map(\.title) == ["Schuhwerk", "Hats"] && collections[0].description.html == "<p>Gehen</p>")
    #expect(collections[0].image?.alt == "Stiefel" && collections[0].productCount == 1)
    let items = try #require(try await catalog.menu("main", in: there).value).items
    #expect(items[0].title == "Schuhe" && items[0].url == "/collections/shoes")
    #expect(items[0].items == [.init(title: "Stiefel", url: "/products/boots")])
    #expect(try await catalog.blog("journal", in: there).value?.title == "Tagebuch")
    let article = try #require(try await catalog.article("care", of: "journal", in: there).value)
    #expect(article.title == "Pflege" && article.excerpt == "Kurz" && article.body.html == "<p>Lang</p>")
    #expect(article.image?.alt == "Stiefel" && article.path == "/de/blogs/journal/care")
  }

  /// A reader, and a reading machine, is told in which language a text is that nobody translated.
  @Test(
    arguments: [
      ("de", "cap", "en"), ("de", "boots", nil), ("de", "muetze", nil), ("en", "cap", nil), ("en", "muetze", "de"),
      ("en-GB", "cap", nil),
      ("ro", "boots", "en"), ("ro", "muetze", "de"), ("de-AT", "boots", nil), ("de-AT", "muetze", nil),
    ] as [(String, String, String?)])
  func `Texts of another language say so`(locale: String, handle: String, language: String?) async throws {
    #expect(try await catalog.product(handle, in: market(locale)).value?.language == language)
  }

  @Test func `Pages say their language as products do`() async throws {
    #expect(try await catalog.contentPage("about", in: there).value?.title == "Über uns")
    #expect(try await catalog.contentPage("about", in: there).value?.language == nil)
    #expect(try await catalog.contentPage("imprint", in: there).value?.language == nil)
    #expect(try await catalog.contentPage("terms", in: there).value?.language == "en")
  }

  @Test func `A market of the same language has the translation, one of the file's has none`() async throws {
    #expect(try await catalog.product("boots", in: market("de-AT")).value?.title == "Winterstiefel")
    #expect(try await catalog.product("boots", in: market("en-GB")).value?.title == "Winter boots")
    #expect(try await catalog.product("boots", in: market("ro")).value?.title == "Winter boots")
  }

  @Test func `A currency without a rate leaves prices in the file's`() async throws {
    let boots = try #require(try await catalog.product("boots", in: market("de", "USD")).value)
    #expect(boots.price == (try Money(text: "90.30", currency: "EUR")) && boots.title == "Winterstiefel")
    // An amount that says its own currency is not the rate's.
    #expect(try await catalog.product("cap", in: there).value?.price == Money(500, "JPY"))
  }

  @Test(arguments: [
    ("de", "winterstiefel", ["boots"]), ("de", "futter", ["boots"]), ("de", "wolle", ["boots"]), ("de", "lining", []),
    ("de", "B-1", ["boots"]), ("en", "winter boots", ["boots"]), ("en", "winterstiefel", []), ("ro", "lining", ["boots"]),
  ])
  func `A search is in the market's language`(locale: String, text: String, handles: [String]) async throws {
    let page = try await catalog.products(.init(text: text), in: market(locale)).value
    #expect(page.items.map(\.handle) == handles)
  }

  @Test func `Filters are in the file's language, price ranges in the market's currency`() async throws {
    func handles(_ query: ProductQuery, _ market: Market) async throws -> [String] {
      try await catalog.products(query, in: market).value.items.map(\.handle)
    }
    for market in [own, there] {
      #expect(try await handles(.init(filters: [.init(key: "option:Size", values: ["Small"])]), market) == ["boots"])
      #expect(try await handles(.init(filters: [.init(key: "option:Größe", values: ["Klein"])]), market) == [])
    }
    #expect(try await handles(.init(priceFrom: 60, priceTo: 60), there) == ["muetze"])
    #expect(try await handles(.init(priceFrom: 12, priceTo: 12), own) == ["muetze"])
    clock.move(to: "2026-06-01T13:00:00Z")
    #expect(try await handles(.init(priceFrom: 300, priceTo: 300), there) == ["boots"])
  }

  @Test func `A title's order is the market's`() async throws {
    var file = try Self.file()
    let price = Money(1, "EUR")
    file.products = ["Apple", "Berry"].enumerated().map { index, title in
      Product(
        id: "\(index)", handle: title.lowercased(), title: title,
        variants: [Variant(id: "v\(index)", price: price, available: true)],
        price: price, available: true, updatedAt: Timestamp.unknown)
    }
    let words = Data("{\"products\": {\"apple\": {\"title\": \"Zwetschge\"}}}".utf8)
    file.translations = [try CatalogTranslation(json: words, locale: "de", file: "", of: file)]
    catalog.load(tenant: tenant, from: file)
    #expect(try await catalog.products(.init(sort: .title), in: own).value.items.map(\.handle) == ["apple", "berry"])
    #expect(try await catalog.products(.init(sort: .title), in: there).value.items.map(\.handle) == ["berry", "apple"])
  }

  // MARK: Edits

  @Test func `An edit is seen in every market, and a translation follows its product`() async throws {
    for market in [own, there] { _ = try await catalog.products(.init(), in: market) }
    try catalog.edit("boots", of: tenant, .price(Money(50, "EUR"), variant: nil), .handle("warm-boots"))
    let boots = try #require(try await catalog.product("warm-boots", in: there).value)
    #expect(boots.title == "Winterstiefel" && boots.price.plain == "249.00" && boots.path == "/de/produkte/warm-boots")
    #expect(try await catalog.product("boots", in: there).value == nil)
    #expect(try await catalog.products(.init(), in: there).value.items.first == boots)
    try catalog.remove(product: "warm-boots", of: tenant)
    for market in [own, there] {
      #expect(try await catalog.products(.init(), in: market).value.items.map(\.handle) == ["cap", "muetze"])
    }
  }

  @Test func `A price that an edit changes is told as changed, in each market's money`() async throws {
    try catalog.edit("muetze", of: tenant, .price(Money(9, "EUR"), variant: nil))
    for (market, from) in [(own, "12.00"), (there, "60.00")] {
      let changed = try await catalog.products(.init(sort: .priceChanged), in: market).value
      #expect(changed.items.map(\.handle) == ["muetze", "boots"] && changed.total == 2)
      #expect(changed.items[0].priceChange?.from.plain == from && changed.items[0].priceChange?.at == clock.now)
    }
    // The same price again, and another fact, are no change.
    clock.move(to: "2026-07-01")
    try catalog.edit("muetze", of: tenant, .price(Money(9, "EUR"), variant: nil), .title("Kappe"))
    #expect(try await catalog.product("muetze", in: own).value?.priceChange?.at == Timestamp.date("2026-06-01T12:00:00Z"))
  }

  /// Whatever is edited, a market that was there before and one that is made after it are the same.
  @Test func `After any edits every market's shop is what one made anew is`() throws {
    var random = SystemRandomNumberGenerator()
    let file = try Self.file()
    var catalogue = Catalogue(file, of: tenant)
    let markets = [own, there, market("de"), market("ro", "RON")]
    for market in markets { catalogue.keep(catalogue.shop(in: market), for: market) }
    for step in 0..<200 {
      let at = catalogue.own.items.isEmpty ? nil : catalogue.own.items.indices.randomElement(using: &random)
      switch (Int.random(in: 0..<6, using: &random), at) {
      case (0, let at?): _ = catalogue.remove(at: at)
      case (1...3, let at?):
        var product = catalogue.own.items[at].product
        try ProductEdit.price(Money(Decimal(Int.random(in: 1...99, using: &random)), "EUR"), variant: nil).apply(to: &product)
        product.collections = Bool.random(using: &random) ? ["hats"] : ["shoes", "hats"]
        product.type = Bool.random(using: &random) ? "Shoes" : "Hats"
        if Bool.random(using: &random) { product.handle = "h\(step)" }
        _ = try catalogue.store(product, at: at)
      default:
        var product = file.products[0]
        (product.id, product.handle) =
          ["1", "\(step)"].randomElement(using: &random) == "1" ? ("1", "s\(step)") : ("\(step)", "s\(step)")
        _ = try catalogue.store(product, at: catalogue.own.position(ofID: product.id))
      }
      for market in markets {
        let kept = try #require(catalogue.shops[market])
        let made = Shop(catalogue.own, kept.localization)
        for query in [
          ProductQuery(size: 250, withFacets: true), .init(collection: "hats"), .init(text: "winterstiefel"),
          .init(sort: .priceAscending),
          .init(filters: [.init(key: "type", values: ["Shoes"])]),
        ] {
          #expect(kept.list(query, at: clock.now) == made.list(query, at: clock.now))
        }
        #expect(kept.byHandle == made.byHandle)
      }
    }
  }

  @Test func `A shop that no edit touched is kept, and shares what it can`() async throws {
    let catalogue = Catalogue(try Self.file(), of: tenant)
    // The file's own market is the file's own shop: nothing is there twice.
    #expect(zip(catalogue.shop(in: own).items, catalogue.own.items).allSatisfy { $0 === $1 })
    let german = catalogue.shop(in: market("de"))
    #expect(german.items[0] !== catalogue.own.items[0])
  }
}
