import Testing

@testable import Tenancy

@Suite struct MarketTests {
  private static func tenant(_ fields: String) throws -> Tenant {
    let text = "{\"tenants\":[{\"id\":\"shop\",\"name\":\"Shop\",\"theme\":\"fashion\",\(fields)}]}"
    return try #require(try TenantFile.parse(Array(text.utf8)).tenants.first)
  }

  private static func refusal(_ fields: String) -> String {
    do {
      _ = try tenant(fields)
      return "taken"
    } catch { return "\(error)" }
  }

  /// 003-3
  @Test func theDefaultMarketIsAtTheRootAndOthersBelowTheirLanguage() throws {
    let tenant = try Self.tenant(
      """
      "locale": "ro", "currency": "RON", "routes": {"products": ["produs", "produse"]},
      "markets": [{"locale": "de", "currency": "EUR"}, {"locale": "pt-BR"}, {"locale": "en", "currency": "GBP", "path": "uk"}]
      """)
    #expect(tenant.markets.map(\.routes.root) == ["", "/de", "/pt-br", "/uk"])
    #expect(tenant.markets.map(\.currency) == ["RON", "EUR", "RON", "GBP"])
    let routes = tenant.market.routes
    #expect(routes.word(for: .products) == "produs")
    #expect(
      ["produs", "produse", "products", "search"].map { routes.place(for: $0) } == [.products, .products, .products, .search])
    #expect(routes.place(for: "suche") == nil)
  }

  @Test func anEnglishWordMayNameAnotherPlace() throws {
    let routes = try #require(Routes(root: "", spelled: [.blogs: ["pages"], .pages: ["info"]]))
    #expect(routes.place(for: "pages") == .blogs)
    #expect(routes.place(for: "info") == .pages)
    #expect(routes.place(for: "blogs") == .blogs)
  }

  @Test(arguments: [
    (#""markets": [{"locale": "de"}, {"locale": "de"}]"#, "tenants[0].markets[1].path: another market is at '/de'"),
    (#""markets": [{"locale": "search"}]"#, "is no language tag"),
    (#""markets": [{"locale": "de", "path": "search"}]"#, "'search' is an address of the default market"),
    (#""markets": [{"locale": "de", "path": "assets"}]"#, "'assets' cannot begin an address"),
    (#""markets": [{"locale": "de", "path": "a/b"}]"#, "'a/b' cannot begin an address"),
    (#""routes": {"products": "Produkte"}"#, "tenants[0].routes.products: 'Produkte' cannot be part of an address"),
    (#""routes": {"products": "x", "search": "x"}"#, "two places have one word"),
    (#""routes": {"producs": "x"}"#, "'producs' is not known here"),
    (#""markets": [{"locale": "de", "currency": "Euro"}]"#, "tenants[0].markets[0].currency: 'Euro' is no ISO 4217 code"),
    (#""checkout": "javascript:alert(1)""#, "tenants[0].checkout: 'javascript:alert(1)' is no address"),
    (#""checkout": "//elsewhere.example""#, "is no address"),
  ])
  func whatIsWrongIsSaidWithItsPlace(fields: String, expected: String) {
    #expect(Self.refusal(fields).contains(expected), "\(Self.refusal(fields))")
  }

  @Test func aMarketIsItsWordsAndNotItsObject() throws {
    let one = try Self.tenant(#""routes": {"search": "suche"}"#)
    let same = try Self.tenant(#""routes": {"search": "suche"}"#)
    let other = try Self.tenant(#""routes": {"search": "find"}"#)
    #expect(one.market == same.market && one.market.key == same.market.key && one.revision == same.revision)
    #expect(one.market != other.market && one.revision != other.revision)
  }
}
