import Tenancy
import Testing

@testable import Storefront

@Suite struct RouterTests {
  /// English at the root, German and Romanian with words of their own.
  static let tenant = try! TenantFile.parse(
    Array(
      """
      {"tenants": [{"id": "shop", "name": "Shop", "theme": "t", "markets": [
        {"locale": "de", "routes": {"products": ["produkte", "artikel"], "search": "suche", "cart": "warenkorb"}},
        {"locale": "ro", "currency": "RON", "routes": {"products": "produs"}}]}]}
      """.utf8)
  ).tenants[0]

  private func route(_ target: String) -> Route {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    return Router().route(path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "", of: Self.tenant).route
  }

  private func page(_ target: String) -> PageRoute? {
    guard case .page(let page) = route(target) else { return nil }
    return page
  }

  @Test func pages() {
    #expect(page("/") == PageRoute(.index))
    #expect(page("/products/linen-shirt") == PageRoute(.product, handle: "linen-shirt"))
    #expect(page("/collections/shirts") == PageRoute(.collection, handle: "shirts"))
    #expect(page("/search") == PageRoute(.search))
    #expect(page("//") == .notFound)
    #expect(page("/a//b/") == .notFound)
  }

  @Test func otherThings() {
    #expect(route("/robots.txt") == .robots)
    #expect(route("/sitemap.xml") == .sitemap)
    #expect(route("/assets/fashion/theme.0.css") == .asset("/assets/fashion/theme.0.css"))
    #expect(route("/media/a.svg") == .file("/media/a.svg"))
    #expect(route("/nothing") == .file("/nothing"))
  }

  @Test(arguments: [
    ("/collections", "/collections/all"), ("/collections/shirts/products/a-b", "/products/a-b"), ("/products/a/", "/products/a"),
    ("/collections/x/?page=2", "/collections/x?page=2"), ("/products/ü/", "/products/%C3%BC"),
  ])
  func onePageHasOneAddress(_ target: String, _ moved: String) { #expect(route(target) == .moved(moved)) }

  @Test(arguments: [
    "utm_source=x", "gclid=1&fbclid=2", "Page=3", "page", "page=", "page=0", "page=-1", "page=1", "page=abc", "page=9999999",
    "sort_by=evil", "sort_by=manual", "q=x", "variant=1", "page=%31%", "sort_by=%00", "&&&=&", "page=1&page=2",
  ])
  func whatACollectionDoesNotDeclareDoesNotMakeAnotherPage(_ query: String) {
    #expect(page("/collections/shirts?" + query) == page("/collections/shirts"))
  }

  @Test func whatItDeclaresDoes() {
    let plain = page("/collections/shirts")
    #expect(page("/collections/shirts?page=2") != plain)
    #expect(page("/collections/shirts?sort_by=price-ascending") != plain)
    #expect(
      page("/collections/shirts?sort_by=price%2Dascending&utm_source=x") == page("/collections/shirts?sort_by=price-ascending"))
    #expect(page("/products/a?variant=12") != page("/products/a"))
    #expect(page("/products/a?variant=boots%3A2")?.variant == "boots:2")
    #expect(page("/products/a?variant=" + String(repeating: "a", count: 257)) == page("/products/a"))
    #expect(page("/search?page=7&sort_by=title-ascending") == page("/search"))
  }

  @Test(arguments: [
    ("q=linen+shirt", "linen shirt"), ("q=%20linen%20%20shirt+", "linen shirt"), ("q=caf%C3%A9", "café"), ("q=%ff", ""),
    ("q=%00", ""),
    ("q=%", ""), ("q=a%0Ab", ""), ("q=%2B", "+"), ("q=<b>", "<b>"), ("q=", ""), ("qq=1", ""),
  ])
  func searchTerms(_ query: String, _ terms: String) { #expect(page("/search?" + query)?.terms == terms) }

  @Test func searchTermsAreBounded() {
    #expect(page("/search?q=" + String(repeating: "a", count: 5000))?.terms.count == 120)
  }

  @Test(arguments: [
    "/", "/products/a%20b", "/collections/c?sort_by=title-ascending&page=3", "/search?q=a%26b&page=2", "/products/p?variant=v-1",
  ])
  func aRouteWritesTheTargetThatLeadsToIt(_ target: String) throws {
    let decoded = target.replacing("%20", with: " ")
    #expect(try #require(page(decoded)).target == target)
  }

  @Test(arguments: [
    ("/de", 1, PageRoute(.index)), ("/de/produkte/coat", 1, PageRoute(.product, handle: "coat")),
    ("/ro/produs/coat", 2, PageRoute(.product, handle: "coat")), ("/products/coat", 0, PageRoute(.product, handle: "coat")),
    ("/ro/search", 2, PageRoute(.search)), ("/de/pages/about", 1, PageRoute(.page, handle: "about")),
    ("/blogs/journal", 0, PageRoute(.blog, blog: "journal")),
    ("/de/blogs/journal/first", 1, PageRoute(.article, handle: "first", blog: "journal")),
    ("/de/warenkorb", 1, PageRoute(.cart)), ("/wishlist", 0, PageRoute(.wishlist)), ("/compare", 0, PageRoute(.compare)),
  ])
  func eachMarketHasItsOwnAddresses(path: String, market: Int, page: PageRoute) {
    let routed = Router().route(path: path, query: "", of: Self.tenant)
    #expect(routed.market == market && routed.route == .page(page))
  }

  /// 003-3
  @Test(arguments: [
    ("/de/products/coat?variant=1", "/de/produkte/coat?variant=1"), ("/de/artikel/coat", "/de/produkte/coat"),
    ("/de/search?q=a", "/de/suche?q=a"), ("/de/", "/de"), ("/en", "/"), ("/en/products/coat", "/products/coat"),
    ("/de/collections/all/produkte/coat", "/de/produkte/coat"), ("/de/collections", "/de/collections/all"),
  ])
  func anOldOrOtherWordLeadsToTheAddress(target: String, moved: String) { #expect(route(target) == .moved(moved)) }

  @Test func aWordOfOneMarketIsNoneOfAnother() {
    #expect(route("/produkte/coat") == .file("/produkte/coat"))
    #expect(route("/ro/suche") == .file("/ro/suche"))
    #expect(route("/fr/products/coat") == .file("/fr/products/coat"))
    #expect(route("/de/fragments/cart-count") == .fragment("cart-count"))
  }

  @Test func aListingIsNarrowedByWhatItsAddressSays() throws {
    let query =
      "filter.v.option.Colour=Red&filter.p.vendor=B&filter.p.vendor=A&filter.p.vendor=A&filter.v.price.gte=10&filter.v.price.lte=50.90"
      + "&filter.v.availability=yes&filter.p.m.facts.fabric=Wool%20%26%20silk&filter.x=1&utm_source=a"
    let page = try #require(self.page("/collections/all?" + query))
    #expect(page.filters.values(of: "vendor") == ["A", "B"])
    #expect(page.filters.values(of: "availability").isEmpty)
    let target =
      "/collections/all?filter.p.m.facts.fabric=Wool%20%26%20silk&filter.v.option.Colour=Red&filter.p.vendor=A&filter.p.vendor=B"
      + "&filter.v.price.gte=10&filter.v.price.lte=51"
    #expect(page.target == target)
    #expect(self.page(target) == page)
  }

  @Test func nobodyMakesAddressesWithoutEnd() throws {
    let query = (0..<100).map { "filter.p.vendor=\($0)" }.joined(separator: "&")
    #expect(try #require(page("/search?q=a&" + query)).filters.values(of: "vendor").count == 24)
    let long = String(repeating: "x", count: 121)
    #expect(try #require(page("/collections/a?filter.p.vendor=\(long)&filter.v.price.gte=9999999999")).filters.isEmpty)
  }

  @Test(arguments: [
    ("/cart/add", ShopperAction.addToCart), ("/de/warenkorb/change", .changeCart), ("/de/cart/add", .addToCart),
    ("/ro/wishlist/remove", .unwish), ("/compare/add", .compare), ("/cart", nil), ("/cart/add/x", nil), ("/search/add", nil),
    ("/cart/pay", nil),
  ])
  func formsAskForSomething(path: String, expected: ShopperAction?) {
    let action = Router().action(path: path, of: Self.tenant).flatMap { ShopperAction(place: $0.place, verb: $0.verb) }
    #expect(action == expected)
  }
}
