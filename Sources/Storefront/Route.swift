import CoreAPIClient
import HTTP

/// What a path asks a shop for.
package enum Route: Hashable, Sendable {
  case page(PageRoute)
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
/// route is the page's identity in the cache.
package struct PageRoute: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The name of the theme's template, and of the page for conditions and slots.
    case index, collection, product, search
    case notFound = "404"
  }

  package var kind: Kind
  /// The product's or collection's, else empty.
  package var handle = ""
  /// 1-based.
  package var page = 1
  package var sort = ""
  package var variant = ""
  package var terms = ""

  package init(_ kind: Kind, handle: String = "") {
    self.kind = kind
    self.handle = handle
  }

  package static let notFound = PageRoute(.notFound)

  /// Path and query, percent-encoded; what canonical links and the cache key say.
  package var target: String { target(page: page) }

  package func target(page: Int) -> String {
    var query: [String] = []
    if !terms.isEmpty { query.append("q=" + PercentEncoding.query(terms)) }
    if !variant.isEmpty { query.append("variant=" + PercentEncoding.query(variant)) }
    if !sort.isEmpty { query.append("sort_by=" + PercentEncoding.query(sort)) }
    if page > 1 { query.append("page=\(page)") }
    return query.isEmpty ? path : path + "?" + query.joined(separator: "&")
  }

  package var path: String {
    switch kind {
    case .index: "/"
    case .collection: "/collections/" + PercentEncoding.segment(handle)
    case .product: Product.path(of: handle)
    case .search: "/search"
    case .notFound: "/404"
    }
  }
}
