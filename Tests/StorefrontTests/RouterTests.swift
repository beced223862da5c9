import Testing

@testable import Storefront

@Suite struct RouterTests {
  private func route(_ target: String) -> Route {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    return Router().route(path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "")
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
}
