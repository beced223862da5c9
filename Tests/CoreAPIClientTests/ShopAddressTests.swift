import HTTP
import Tenancy
import Testing

@testable import CoreAPIClient

@Suite struct ShopAddressTests {
  private static let german = Market(
    of: try! TenantID("shop"), locale: "de", currency: "EUR",
    routes: Routes(root: "/de", spelled: [.products: ["produkte"], .search: ["suche"], .blogs: ["magazin", "heft"]])!)
  private static let bengali = Market(
    of: try! TenantID("shop"), locale: "bn", currency: "BDT", routes: Routes(root: "", spelled: [.products: ["পণ্য"]])!)

  private static let addresses: [ShopAddress] = [
    .home, .product("coat"), .product("crème brûlée"), .collection("new-in"), .page("about"), .blog("journal"),
    .article(blog: "journal", "first"), .search, .cart, .wishlist, .compare, .account,
  ]

  @Test(arguments: addresses) func whatIsWrittenIsReadAgain(address: ShopAddress) {
    for market in [Self.german, Self.bengali] {
      let below = market.path(address).dropFirst(market.routes.root.utf8.count)
      let parts = below.split(separator: "/").map { Substring(PercentEncoding.decodeSegment($0)!) }
      #expect(ShopAddress(parts, in: market.routes) == address)
    }
  }

  @Test(arguments: [
    ("/", "/de"), ("/products/coat", "/de/produkte/coat"), ("/products/coat/", "/de/produkte/coat"),
    ("/search?q=a/b#top", "/de/suche?q=a/b#top"), ("/collections", "/de/collections/all"),
    ("/blogs/journal/first#more", "/de/magazin/journal/first#more"), ("/heft/journal", "/heft/journal"),
    ("/media/a.svg", "/media/a.svg"), ("//host/products/x", "//host/products/x"),
    ("https://a.example/products/x", "https://a.example/products/x"),
    ("#", "#"), ("mailto:a@b.example", "mailto:a@b.example"), ("/products/a%2Fb", "/de/produkte/a%2Fb"),
  ])
  func aCataloguesAddressIsWrittenAsTheMarketHasIt(canonical: String, localized: String) {
    #expect(Self.german.localized(canonical) == localized)
  }

  @Test func wordsOfOtherScriptsArePercentEncoded() {
    #expect(Self.bengali.path(.product("a")) == "/%E0%A6%AA%E0%A6%A3%E0%A7%8D%E0%A6%AF/a")
  }
}
