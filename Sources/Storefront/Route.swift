import CoreAPIClient
import HTTP
import Tenancy

/// What a path asks a shop for.
package enum Route: Hashable, Sendable {
  case page(PageRoute)
  /// A page's part that is one shopper's own, by the name of its section.
  case fragment(String)
  /// A customer whom the platform hands back, with its token.
  case arrival(String)
  /// A theme's or plugin's file, by the path whose last part holds its content's hash.
  case asset(String)
  /// A file of the shop's own public folder.
  case file(String)
  case robots
  case sitemap
  /// The same thing lives at another path, for good.
  case moved(String)
}

/// A page in its one canonical form: two requests for the same page have equal routes, whatever else their queries said, so the
/// route is, within a market, the page's identity in the cache.
package struct PageRoute: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The name of the theme's template, and of the page for conditions and slots.
    case index, collection, product, search, page, blog, article
    case notFound = "404"
    /// One shopper's own.
    case cart, wishlist, compare

    package var isPrivate: Bool { self == .cart || self == .wishlist || self == .compare }
  }

  package var kind: Kind
  /// The product's, collection's, page's or article's; else empty.
  package var handle = ""
  /// The blog's.
  package var blog = ""
  /// 1-based.
  package var page = 1
  package var sort = ""
  package var variant = ""
  package var terms = ""
  package var filters = ListingFilters()

  package init(_ kind: Kind, handle: String = "", blog: String = "") {
    self.kind = kind
    self.handle = handle
    self.blog = blog
  }

  package static let notFound = PageRoute(.notFound)
  /// As the one above, for what was there and will not come back.
  package static let gone = PageRoute(.notFound, handle: "gone")

  init(_ address: ShopAddress) {
    switch address {
    case .home: self.init(.index)
    case .product(let handle): self.init(.product, handle: handle)
    case .collection(let handle): self.init(.collection, handle: handle)
    case .page(let handle): self.init(.page, handle: handle)
    case .blog(let handle): self.init(.blog, blog: handle)
    case .article(let blog, let handle): self.init(.article, handle: handle, blog: blog)
    case .search: self.init(Kind.search)
    case .cart: self.init(Kind.cart)
    case .wishlist: self.init(Kind.wishlist)
    case .compare: self.init(Kind.compare)
    case .account, .fragments: self.init(.notFound)
    }
  }

  /// What it is about, without the choices made on it; nil for the page that says that there is nothing.
  package var address: ShopAddress? {
    switch kind {
    case .index: .home
    case .collection: .collection(handle)
    case .product: .product(handle)
    case .search: .search
    case .page: .page(handle)
    case .blog: .blog(blog)
    case .article: .article(blog: blog, handle)
    case .notFound: nil
    case .cart: .cart
    case .wishlist: .wishlist
    case .compare: .compare
    }
  }

  /// Path and query, percent-encoded; what canonical links say.
  package func target(in routes: Routes) -> String { target(in: routes, page: page) }

  package func target(in routes: Routes, page: Int) -> String {
    var query: [String] = []
    if !terms.isEmpty { query.append("q=" + PercentEncoding.query(terms)) }
    if !variant.isEmpty { query.append("variant=" + PercentEncoding.query(variant)) }
    query += filters.fields
    if !sort.isEmpty { query.append("sort_by=" + PercentEncoding.query(sort)) }
    if page > 1 { query.append("page=\(page)") }
    return query.isEmpty ? path(in: routes) : path(in: routes) + "?" + query.joined(separator: "&")
  }

  package func path(in routes: Routes) -> String { address.map { routes.path($0) } ?? routes.root + "/404" }

  /// In the catalogue's words: for keys within a market, and for logs.
  package var target: String { target(in: .canonical) }
}
