import CoreAPIClient
import FoundationEssentials
import Tenancy
import Testing

@testable import ReferenceCoreAPI

@Suite struct ReferenceCatalogTests {
  // 000-3
  @Test func `Two tenants with one handle each get their own product`() async throws {
    let fixture = try Fixture()
    #expect(try await fixture.catalog.product("shirt", in: fixture.market).value?.title == "Shirt")
    #expect(try await fixture.catalog.product("shirt", in: fixture.otherMarket).value?.title == "Their shirt")
    #expect(try await fixture.catalog.product("shirt", in: fixture.otherMarket).value?.price == Money(1000, "JPY"))
  }

  // 000-4
  @Test func `What another tenant has is not there`() async throws {
    let fixture = try Fixture()
    #expect(try await fixture.catalog.product("hidden-from-acme", in: fixture.market).value == nil)
    #expect(try await fixture.catalog.collection("all-of-it", in: fixture.market).value == nil)
    #expect(try await fixture.catalog.menu("main", in: fixture.otherMarket).value == nil)
    #expect(try await fixture.catalog.products(.init(collection: "all-of-it"), in: fixture.market).value.items.isEmpty)
    #expect(try await fixture.catalog.sitemapEntries(in: fixture.market).value.allSatisfy { $0.handle != "hidden-from-acme" })
  }

  @Test func `A tenant without a catalogue is unavailable, not empty`() async throws {
    let fixture = try Fixture()
    let nobody = Market(of: try TenantID("nobody"), locale: "en", currency: "EUR")
    await #expect(throws: CoreAPIError.unavailable("there is no catalogue of the tenant nobody")) {
      try await fixture.catalog.products(.init(), in: nobody)
    }
  }

  @Test(arguments: ["nothing", "", "SHIRT", "shirt ", "../shirt", "shirt\0", "1"])
  func `An unknown handle is nil`(handle: String) async throws {
    let fixture = try Fixture()
    #expect(try await fixture.catalog.product(handle, in: fixture.market).value == nil)
  }

  // 004-23
  @Test(arguments: ["secret", "old", "soon"])
  func `What is not published is nowhere`(handle: String) async throws {
    let fixture = try Fixture()
    #expect(try await fixture.catalog.product(handle, in: fixture.market).value == nil)
    #expect(try await !fixture.products(.init()).contains(handle))
    #expect(try await !fixture.products(.init(collection: "clothes")).contains(handle))
    #expect(try await !fixture.products(.init(text: "shirt")).contains(handle))
    #expect(try await fixture.catalog.sitemapEntries(in: fixture.market).value.allSatisfy { $0.handle != handle })
    #expect(try await fixture.catalog.collection("clothes", in: fixture.market).value?.productCount == 2)
  }

  @Test(arguments: [
    (ProductQuery.Sort.manual, ["shirt", "boots", "creme"]), (.title, ["creme", "shirt", "boots"]),
    (.priceAscending, ["creme", "shirt", "boots"]), (.priceDescending, ["boots", "shirt", "creme"]),
    (.newest, ["boots", "creme", "shirt"]), (.bestSelling, ["boots", "shirt", "creme"]),
  ])
  func `Every order`(sort: ProductQuery.Sort, handles: [String]) async throws {
    #expect(try await Fixture().products(.init(sort: sort)) == handles)
  }

  // 004-22
  @Test(arguments: [
    (1, ["shirt", "boots"], true), (2, ["creme"], false), (3, [], false), (Int.max, [], false), (-1, ["shirt", "boots"], true),
  ])
  func `Pages, and beyond the end`(page: Int, handles: [String], hasMore: Bool) async throws {
    let fixture = try Fixture()
    let answer = try await fixture.catalog.products(.init(page: page, size: 2), in: fixture.market).value
    #expect(answer.items.map(\.handle) == handles)
    #expect(answer.total == 3)
    #expect(answer.hasMore == hasMore)
  }

  @Test func `A page has a largest size`() { #expect(ProductQuery(size: Int.max).size == 250 && ProductQuery(size: 0).size == 1) }

  @Test(arguments: [
    ("shirt", ["shirt", "creme"]), ("SHIRT", ["shirt", "creme"]), ("creme", ["creme"]), ("Crème", ["creme"]),
    ("brulee shirt", ["creme"]),
    ("stefan", ["shirt"]), ("linen", ["shirt"]), ("line", ["shirt"]), ("wb-42", ["boots"]), ("boot", ["boots"]),
    ("winter shirt", []),
    ("!!!", []), ("<script>", []), ("   ", ["shirt", "boots", "creme"]), ("", ["shirt", "boots", "creme"]), ("' OR 1=1", []),
    ("\u{0}", []),
  ])
  func `Search`(text: String, handles: [String]) async throws {
    #expect(try await Fixture().products(.init(text: text)) == handles)
  }

  @Test func `A search of any length is answered`() async throws {
    #expect(try await Fixture().products(.init(text: String(repeating: "shirt ", count: 100_000))) == ["shirt", "creme"])
  }

  // 002-9, 004-14
  @Test func `A sale begins and ends by the clock, and caps the life of every answer it shows in`() async throws {
    let fixture = try Fixture()
    let catalog = fixture.catalog
    for (time, price, before, life) in [
      ("2026-06-01T12:00:00Z", 90, nil, 3600), ("2026-06-01T12:59:59.5Z", 90, nil, 0.5), ("2026-06-01T13:00:00Z", 60, 90, 3600),
      ("2026-06-01T13:59:59Z", 60, 90, 1), ("2026-06-01T14:00:00Z", 90, nil, nil),
    ] as [(String, Int, Int?, Double?)] {
      fixture.clock.move(to: time)
      let answer = try await catalog.product("boots", in: fixture.market)
      #expect(answer.value?.price == Money(Decimal(price), "EUR"), "\(time)")
      #expect(answer.value?.compareAt == before.map { Money(Decimal($0), "EUR") }, "\(time)")
      #expect(answer.value?.variants.allSatisfy { $0.sale == nil } == true)
      #expect(answer.validFor == life.map { .seconds($0) }, "\(time)")
      // The list's first page of one shows a shirt only; the sale still bounds it.
      let list = try await catalog.products(.init(sort: .priceAscending, size: 1), in: fixture.market)
      #expect(list.value.items.map(\.handle) == ["creme"])
      let soon = Double(try #require(Timestamp.date("2026-06-01T15:00:00Z")).timeIntervalSince(fixture.clock.now))
      #expect(list.validFor == .seconds(min(life ?? .infinity, soon)), "\(time)")
      let shoes = try await catalog.products(.init(collection: "shoes", page: 9), in: fixture.market)
      #expect(shoes.validFor == life.map { .seconds($0) }, "\(time)")
    }
  }

  @Test func `A planned publication appears by the clock, and bounds the answer that it is not there`() async throws {
    let fixture = try Fixture()
    #expect(try await fixture.catalog.product("soon", in: fixture.market) == Answer(nil, validFor: .seconds(10_800), mark: 2))
    #expect(try await fixture.catalog.collection("clothes", in: fixture.market).validFor == .seconds(10_800))
    #expect(try await fixture.catalog.sitemapEntries(in: fixture.market).validFor == .seconds(10_800))
    fixture.clock.move(to: "2026-06-01T15:00:00Z")
    #expect(try await fixture.catalog.product("soon", in: fixture.market).value?.title == "Soon shirt")
    #expect(try await fixture.catalog.collection("clothes", in: fixture.market).value?.productCount == 3)
  }

  @Test func `A collection's description is sanitised`() async throws {
    let fixture = try Fixture()
    #expect(try await fixture.catalog.collection("shoes", in: fixture.market).value?.description.html == "<p>Walk</p>")
  }

  /// A copy of a product counts two dozen references: a common list that is asked for again is the one that was made.
  @Test func `A list that is asked for again is the same list, in each market its own`() async throws {
    let fixture = try Fixture()
    let german = Market(of: fixture.acme, locale: "de", currency: "EUR", routes: try #require(Routes(root: "/de", spelled: [:])))
    // Every list is held to the end, so that none can come to another's place.
    var held: [[Product]] = []
    func place(_ query: ProductQuery, _ market: Market) async throws -> UInt {
      held.append(try await fixture.catalog.products(query, in: market).value.items)
      return held[held.count - 1].withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    }
    // The others are drafts, or were published before: no moment changes them.
    try fixture.catalog.remove(product: "boots", of: fixture.acme)
    fixture.clock.move(to: "2026-06-01T15:00:00Z")
    for query in [ProductQuery(), .init(collection: "clothes", sort: .newest), .init(withFacets: true)] {
      let first = try await place(query, fixture.market)
      #expect(try await place(query, fixture.market) == first)
      let there = try await place(query, german)
      #expect(there != first)
      #expect(try await place(query, german) == there)
      #expect(held[held.count - 1].allSatisfy { $0.path.hasPrefix("/de/") })
      try fixture.catalog.edit("shirt", of: fixture.acme, .title("Shirt"))
      #expect(try await place(query, fixture.market) != first)
      #expect(held[held.count - 1].map(\.handle).sorted() == ["creme", "shirt", "soon"])
    }
  }

  /// What is kept beside the products (where each collection's are, which need no clock) follows every edit.
  @Test func `After any edits a shop lists what one made of the same products lists`() throws {
    var random = SystemRandomNumberGenerator()
    let collections = ["clothes", "shoes", "none"]
    func product(_ number: Int) throws -> Product {
      let price = try Money(text: "\(number)", currency: "EUR")
      let sale = number % 3 == 0 ? Variant.Sale(price: price, startsAt: Date(timeIntervalSince1970: Double(number))) : nil
      return Product(
        id: "\(number)", handle: "p\(number)", title: "P\(Int.random(in: 0..<9, using: &random))",
        variants: [Variant(id: "v", price: price, available: true, sale: sale)], price: price, available: true,
        collections: (0..<Int.random(in: 0...4, using: &random)).map { _ in collections.randomElement(using: &random) ?? "none" },
        updatedAt: Timestamp.unknown, publishedAt: number % 5 == 0 ? Date(timeIntervalSince1970: Double(number)) : nil,
        status: Bool.random(using: &random) ? .active : .draft)
    }
    var file = try CatalogFile(json: Data(Fixture.json.utf8), file: "acme.json")
    file.products = []
    let acme = try TenantID("acme")
    var shop = Shop(file, of: acme)
    for step in 0..<300 {
      let at = shop.items.isEmpty ? nil : shop.items.indices.randomElement(using: &random)
      switch (Int.random(in: 0..<5, using: &random), at) {
      case (0, let at?): shop.remove(at: at)
      case (1...2, let at?): shop.put(try product(Int(shop.items[at].product.id) ?? 0), at: at)
      default: shop.put(try product(1000 + step), at: nil)
      }
      file.products = shop.items.map(\.product)
      let made = Shop(file, of: acme)
      for collection in [nil, "clothes", "shoes", "none", "other"] {
        for now in [0.0, 1100, 5000].map({ Date(timeIntervalSince1970: $0) }) {
          let query = ProductQuery(collection: collection, size: 250)
          #expect(shop.list(query, at: now) == made.list(query, at: now))
        }
        let members = made.items.indices.filter { collection.map(made.items[$0].handles.contains) ?? true }
        #expect(shop.positions(in: collection) == members)
      }
    }
  }
}
