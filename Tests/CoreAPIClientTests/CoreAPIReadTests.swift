import Tenancy
import Testing

@testable import CoreAPIClient

@Suite struct CoreAPIReadTests {
  private func parsed(_ target: String) throws -> CoreAPIRead {
    let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
    let path = parts[0].split(separator: "/").map { PercentDecoded.text(String($0)) }
    return try CoreAPIRead(path: path.dropFirst(3).map { $0[...] }, query: parts.count > 1 ? parts[1] : "")
  }

  private enum PercentDecoded {
    static func text(_ raw: String) -> String {
      var bytes: [UInt8] = []
      var rest = raw.utf8[...]
      while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%") else {
          bytes.append(byte)
          continue
        }
        bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)!)
        rest = rest.dropFirst(2)
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  static let reads: [CoreAPIRead] =
    [
      .site, .collections, .product("boots"), .product("বই"), .product("a+b&c=d"), .collection("späte-liebe"), .menu("main"),
      .page("a b"), .blog("journal"), .articles(of: "journal", page: 3, size: 7), .article(of: "journal", "শীত"),
      .redirect(from: "/products/a%20b?x"), .sitemap(after: nil, size: 2000), .sitemap(after: "product:a b&c", size: 1),
      .products(ProductQuery()),
    ]
    + [
      ProductQuery(filters: [Filter(key: "vendor", values: ["A&B", "C"])], priceFrom: 10, priceTo: 50, withFacets: true),
      ProductQuery(filters: [Filter(key: "option:Größe=", values: ["M", ""]), Filter(key: "attribute:a.b", values: ["50%"])]),
      ProductQuery(priceFrom: 10), ProductQuery(priceTo: 0), ProductQuery(text: "x", priceFrom: -5 + 5),
    ].map { .products($0) }
    + ProductQuery.Sort.allCases.map {
      .products(ProductQuery(collection: "a&b", text: "50% + \"wool\" שלום", sort: $0, page: 7, size: 250))
    }

  @Test(arguments: reads) func `What is written is read`(read: CoreAPIRead) throws {
    let market = Market(
      of: try TenantID("acme"), locale: "pt-BR", currency: "EUR", routes: try #require(Routes(root: "/br", spelled: [:])))
    let target = read.target(in: market)
    #expect(target.hasPrefix("/v1/tenants/acme/") && target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f })
    #expect(try parsed(target) == read)
    let asked = try CoreAPIRead.market(in: String(target.split(separator: "?")[1]))
    #expect(asked.locale == "pt-BR" && asked.currency == "EUR")
  }

  @Test func `Questions of one meaning are one question`() {
    let filters = [
      Filter(key: "type", values: ["b", "a", "b"]), Filter(key: "vendor", values: []), Filter(key: "type", values: ["c"]),
    ]
    let query = ProductQuery(filters: filters)
    #expect(query.filters == [Filter(key: "type", values: ["a", "b", "c"])])
    #expect(query == ProductQuery(filters: filters.reversed()))
  }

  @Test(arguments: [
    "locale=", "locale=DE", "locale=d", "locale=../x", "currency=", "currency=eur", "currency=EURO", "locale=%ff",
  ])
  func `A market that cannot be is told by its name`(query: String) {
    let name = String(query.split(separator: "=")[0])
    #expect {
      try CoreAPIRead.market(in: query)
    } throws: {
      if case .parameter(name, _) = $0 as? CoreAPIRead.Refusal { true } else { false }
    }
  }

  @Test(arguments: [
    "size=0", "size=251", "size=x", "size=", "page=0", "page=-1", "page=1.5", "sort=price", "q=%ff", "q", "collection=%",
    "filter.=x", "filter.prize=x", "filter.option:=x", "filter.price=1", "filter.vendor", "filter.vendor=%ff", "facets=yes",
    "price=10",
    "price=-", "price=1-2-3", "price=a-b", "price=1.5-2", "price=99999999999999999999-",
  ])
  func `A wrong parameter is told by its name`(query: String) {
    let name = String(query.split(separator: "=")[0])
    #expect {
      try CoreAPIRead(path: ["products"], query: query)
    } throws: {
      if case .parameter(name, _) = $0 as? CoreAPIRead.Refusal { true } else { false }
    }
  }

  @Test(
    arguments: [
      [], ["nothing"], ["products", "a", "b"], ["menus"], ["pages"], ["blogs"], ["blogs", "a", "b"],
      ["blogs", "a", "articles", "b", "c"], ["site", ""], ["", "site"],
    ] as [[Substring]])
  func `What the contract does not name is nowhere`(path: [Substring]) {
    #expect(throws: CoreAPIRead.Refusal.path) { try CoreAPIRead(path: path, query: "") }
  }
}
