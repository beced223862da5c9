import ChangeLog
import CoreAPIClient
import FoundationEssentials
import Tenancy
import Testing

@testable import ReferenceCoreAPI

/// Filters and counts against a model that asks each product about each filter, one after the other.
@Suite struct FacetTests {
  private static let now = Date(timeIntervalSince1970: 1_800_000_000)

  private struct Model {
    let file: CatalogFile
    let products: [Product]
    /// As a shopper of the market sees them, by id.
    let there: [String: Product]

    func has(_ product: Product, _ key: String, _ value: String) -> Bool { values(of: product, key).contains(value) }

    func values(of product: Product, _ key: String) -> Set<String> {
      switch key {
      case "vendor": return product.vendor.isEmpty ? [] : [product.vendor]
      case "type": return product.type.isEmpty ? [] : [product.type]
      case "availability": return [product.available ? "1" : "0"]
      default:
        if key.hasPrefix("attribute:") {
          return Set(product.attributes.filter { "attribute:" + $0.key == key }.map(\.value))
        }
        guard let position = product.options.firstIndex(where: { "option:" + $0.name == key }) else { return [] }
        return Set(product.variants.filter { $0.options.count > position }.map { $0.options[position] })
      }
    }

    func matches(_ product: Product, _ query: ProductQuery, except key: String? = nil) -> Bool {
      guard query.collection.map(product.collections.contains) ?? true else { return false }
      for filter in query.filters where filter.key != key {
        guard filter.values.contains(where: { has(product, filter.key, $0) }) else { return false }
      }
      guard key != "price", let price = there[product.id]?.price.amount else { return true }
      return query.priceFrom.map { Decimal($0) <= price } ?? true && query.priceTo.map { price <= Decimal($0) } ?? true
    }

    func facets(_ query: ProductQuery, words: [String: String]) -> [Facet] {
      let range = products.filter { query.collection.map($0.collections.contains) ?? true }
      return file.filters.compactMap { key -> Facet? in
        if key == "price" {
          let highest = range.filter { matches($0, query, except: key) }.compactMap { there[$0.id]?.price }
            .max { $0.amount < $1.amount }
          return range.isEmpty ? nil : Facet(key: key, label: key, highestPrice: highest)
        }
        let present = Set(range.flatMap { values(of: $0, key) })
        guard !present.isEmpty else { return nil }
        let counted = present.map { value in
          let count = range.count { matches($0, query, except: key) && has($0, key, value) }
          let isWord = key != "vendor" && key != "availability" && key != "attribute:rooms"
          return Facet.Value(value: value, label: isWord ? words[value] ?? value : value, count: count)
        }
        return Facet(key: key, label: "", values: counted.sorted { $0.value < $1.value })
      }
    }
  }

  private struct Random {
    var generator = SystemRandomNumberGenerator()
    mutating func some(_ values: [String], _ most: Int = 1) -> [String] {
      Array(values.shuffled(using: &generator).prefix(Int.random(in: 0...most, using: &generator)))
    }
    mutating func flip(_ of: Int = 2) -> Bool { Int.random(in: 0..<of, using: &generator) == 0 }
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
  }

  private static let vendors = ["Acme", "Bolt & Co", "Cæsar"]
  private static let types = ["Coat", "Shirt"]
  private static let sizes = ["XS", "S", "M", "L"]
  private static let fabrics = ["Linen", "Wool", "Denim"]
  private static let words = ["Coat": "Mantel", "Wool": "Wolle", "Size": "Größe", "S": "klein", "Fabric": "Stoff"]
  private static let filters = ["availability", "price", "vendor", "type", "option:Size", "attribute:fabric", "attribute:rooms"]

  private static func product(_ number: Int, _ random: inout Random) throws -> Product {
    let sizes = random.some(Self.sizes, 4)
    let price = try Money(text: "\(random.number(1...60)).\(random.number(10...99))", currency: "EUR")
    let variants = (sizes.isEmpty ? [[]] : sizes.map { [$0] }).enumerated().map { index, options in
      Variant(
        id: "\(number)-\(index)", options: options, price: price, available: random.flip(3),
        sale: random.flip(8) ? .init(price: Money(3, "EUR"), endsAt: random.flip() ? now : nil) : nil)
    }
    var attributes = random.some(fabrics, 2).map { Product.Attribute(key: "fabric", label: "Fabric", value: $0) }
    if random.flip() { attributes.append(.init(key: "rooms", label: "Rooms", value: "\(random.number(1...12))", type: .number)) }
    if random.flip(9), let one = attributes.first { attributes.append(one) }
    return Product(
      id: "\(number)", handle: "p\(number)", title: "P\(number)", vendor: random.some(vendors).first ?? "",
      type: random.some(types).first ?? "", options: sizes.isEmpty ? [] : [.init(name: "Size", values: Self.sizes)],
      variants: variants, price: price, available: variants.contains { $0.available }, attributes: attributes,
      collections: random.some(["a", "b"], 2), updatedAt: Timestamp.unknown,
      publishedAt: random.flip(9) ? now.addingTimeInterval(Double(random.number(-1...1))) : nil,
      status: random.flip(7) ? .draft : .active)
  }

  private static func query(_ random: inout Random) -> ProductQuery {
    let all = [
      Filter(key: "vendor", values: random.some(vendors + ["Nobody"], 2)), Filter(key: "type", values: random.some(types, 2)),
      Filter(key: "availability", values: random.some(["1", "0"], 2)), Filter(key: "option:Size", values: random.some(sizes, 3)),
      Filter(key: "attribute:fabric", values: random.some(fabrics + ["Silk"], 2)),
      Filter(key: "attribute:rooms", values: random.some((1...12).map(String.init), 5)),
      Filter(key: "attribute:none", values: random.flip(12) ? ["x"] : []),
      Filter(key: "prize", values: random.flip(12) ? ["x"] : []),
    ]
    let filters = all.filter { _ in random.flip(4) }
    return ProductQuery(
      collection: random.some(["a", "b", "none"]).first, filters: filters,
      priceFrom: random.flip(4) ? random.number(0...80) : nil,
      priceTo: random.flip(4) ? random.number(0...300) : nil, size: 250, withFacets: true)
  }

  @Test func `Lists and counts are the model's, for random catalogues and questions, in two languages and currencies`()
    async throws
  {
    var random = Random()
    let tenant = try TenantID("acme")
    var answered = 0
    for _ in 0..<60 {
      var file = CatalogFile(
        currency: "EUR", site: Site(name: "A"),
        collections: ["a", "b"].map { .init(id: $0, handle: $0, title: $0, updatedAt: Timestamp.unknown) })
      file.locale = "en"
      file.filters = Self.filters.shuffled()
      file.rates = [try #require(ExchangeRate(currency: "RON", rate: "4.98", step: "0.5"))]
      for number in 0..<random.number(0...25) { file.products.append(try Self.product(number, &random)) }
      let words = try JSONEncoder().encode(["words": Self.words])
      file.translations = [try CatalogTranslation(json: words, locale: "de", file: "acme.de.json", of: file)]
      let catalog = ReferenceCatalog(changes: MemoryChangeLog()) { Self.now }
      catalog.load(tenant: tenant, from: file)
      for (market, words) in [("en", "EUR", [:]), ("de", "RON", Self.words)].map({
        (Market(of: tenant, locale: $0, currency: $1), $2)
      }) {
        let shown = file.products.filter { $0.status == .active && $0.publishedAt.map { $0 <= Self.now } ?? true }
        var there: [String: Product] = [:]
        for product in shown { there[product.id] = try await catalog.product(product.handle, in: market).value }
        let model = Model(file: file, products: shown, there: there)
        for _ in 0..<25 {
          let query = Self.query(&random)
          let page = try await catalog.products(query, in: market).value
          let expected = shown.filter { model.matches($0, query) }.map(\.handle)
          #expect(page.items.map(\.handle) == expected && page.total == expected.count, "\(query)")
          let facets = page.facets.map { facet in
            Facet(
              key: facet.key, label: facet.key == "price" ? "price" : "", values: facet.values.sorted { $0.value < $1.value },
              highestPrice: facet.highestPrice)
          }
          #expect(facets == model.facets(query, words: words), "\(query)")
          answered += expected.count
        }
      }
    }
    #expect(answered > 1000)
  }

  // MARK: What they are called, and their order

  private func page(
    _ products: [Product], _ filters: [String], in locale: String = "en", _ query: ProductQuery = .init(withFacets: true)
  )
    async throws -> Page<Product>
  {
    var file = CatalogFile(currency: "EUR", site: Site(name: "A"), products: products)
    file.locale = "en"
    file.filters = filters
    let words = try JSONEncoder().encode([
      "words": ["Size": "Größe", "Fabric": "Stoff", "m²": "Quadratmeter", "Wool": "Wolle", "Coat": "Mantel"]
    ])
    file.translations = [try CatalogTranslation(json: words, locale: "de", file: "a.de.json", of: file)]
    let catalog = ReferenceCatalog(changes: MemoryChangeLog())
    let tenant = try TenantID("acme")
    catalog.load(tenant: tenant, from: file)
    return try await catalog.products(query, in: Market(of: tenant, locale: locale, currency: "EUR")).value
  }

  private func product(_ id: String, type: String = "", sizes: [String] = [], _ attributes: Product.Attribute...) -> Product {
    let price = Money(10, "EUR")
    return Product(
      id: id, handle: id, title: id, vendor: "Wool", type: type,
      options: sizes.isEmpty ? [] : [.init(name: "Size", values: sizes)],
      variants: sizes.isEmpty
        ? [Variant(id: id, price: price, available: true)]
        : sizes.map { Variant(id: id + $0, options: [$0], price: price, available: true) }, price: price, available: true,
      attributes: attributes, updatedAt: Timestamp.unknown)
  }

  @Test func `Labels are the market's, values the file's, and a vendor's name is no word`() async throws {
    let products = [
      product(
        "1", type: "Coat", sizes: ["S"], .init(key: "fabric", label: "Fabric", value: "Wool"),
        .init(key: "area", label: "Area", value: "12.5", type: .number, unit: "m²"))
    ]
    let filters = [
      "availability", "price", "vendor", "type", "option:Size", "attribute:fabric", "attribute:area", "attribute:none",
    ]
    let facets = try await page(products, filters, in: "de").facets
    #expect(facets.map(\.key) == Array(filters.dropLast()))
    #expect(facets.map(\.label) == ["availability", "price", "vendor", "type", "Größe", "Stoff", "Area"])
    #expect(facets.map { $0.values.map(\.value) } == [["1"], [], ["Wool"], ["Coat"], ["S"], ["Wool"], ["12.5"]])
    #expect(facets.map { $0.values.map(\.label) } == [["1"], [], ["Wool"], ["Mantel"], ["S"], ["Wolle"], ["12.5"]])
    #expect(facets[6].type == .number && facets[6].unit == "Quadratmeter")
  }

  @Test func `Sizes stand as the products have them, numbers by size, words by the alphabet`() async throws {
    func rooms(_ count: String) -> Product.Attribute { .init(key: "rooms", label: "Rooms", value: count, type: .number) }
    let products = [
      product("1", type: "Übergang", sizes: ["M", "L"], rooms("10")),
      product("2", type: "Zubehör", sizes: ["XS", "S", "M"], rooms("2.5")),
      product("3", type: "apron", sizes: ["L", "XL"], rooms("2")),
    ]
    let facets = try await page(products, ["option:Size", "attribute:rooms", "type"]).facets
    #expect(facets[0].values.map(\.value) == ["XS", "S", "M", "L", "XL"])
    #expect(facets[1].values.map(\.value) == ["2", "2.5", "10"])
    #expect(facets[2].values.map(\.value) == ["apron", "Übergang", "Zubehör"])
  }

  @Test func `A list is counted only where it is asked for`() async throws {
    #expect(try await page([product("1")], ["vendor"], .init()).facets.isEmpty)
    #expect(try await page([], ["vendor", "price"]).facets.isEmpty)
  }
}
