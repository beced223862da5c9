import CoreAPIClient
import HTTP

/// Path and query to `Route`. A pure function: no I/O, no data, the same answer in every process.
///
/// Only the query parameters a page declares are read, the rest are dropped: a campaign's `utm_source` neither changes a page
/// nor makes a second copy of it in the cache.
package struct Router: Sendable {
  /// The orders a listing can be asked for; anything else is the listing's own order.
  package static let sorts: [String: ProductQuery.Sort] = [
    "manual": .manual, "best-selling": .bestSelling, "title-ascending": .title, "price-ascending": .priceAscending,
    "price-descending": .priceDescending, "created-descending": .newest,
  ]

  package init() {}

  /// - Parameters:
  ///   - path: decoded once and checked by the gate: starts with `/`, no dot segments.
  ///   - query: as sent, without `?`.
  package func route(path: String, query: String) -> Route {
    if path == "/" { return .page(PageRoute(.index)) }
    let segments = path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
      Substring($0)
    }
    if segments.last == "" {
      // One page, one address. What is empty in the middle is nobody's page.
      let trimmed = segments.prefix { !$0.isEmpty }
      return trimmed.count == segments.count - 1
        ? .moved(
          "/" + trimmed.map { PercentEncoding.segment(String($0)) }.joined(separator: "/") + (query.isEmpty ? "" : "?" + query))
        : .page(.notFound)
    }
    switch (segments[0], segments.count) {
    case ("assets", 3...4): return .asset(path)
    case ("robots.txt", 1): return .robots
    case ("sitemap.xml", 1): return .sitemap
    case ("collections", 1): return .moved("/collections/all")
    case ("collections", 2): return .page(listing(PageRoute(.collection, handle: String(segments[1])), query))
    case ("collections", 4) where segments[2] == "products":
      // Where a shopper came from is not part of what a product is: one address for each product.
      return .moved(Product.path(of: String(segments[3])))
    case ("products", 2):
      var page = PageRoute(.product, handle: String(segments[1]))
      page.variant = field("variant", in: query).flatMap { $0.utf8.count <= 256 ? $0 : nil } ?? ""
      return .page(page)
    case ("search", 1):
      var page = listing(PageRoute(.search), query)
      page.terms = Self.normalised(field("q", in: query) ?? "")
      // Without terms there is nothing to order or to page through.
      return .page(page.terms.isEmpty ? PageRoute(.search) : page)
    default: return .file(path)
    }
  }

  private func listing(_ route: PageRoute, _ query: String) -> PageRoute {
    var route = route
    // The listing's own order is what no order means: one page, one key.
    if let sort = field("sort_by", in: query), sort != "manual", Self.sorts[sort] != nil { route.sort = sort }
    if let text = field("page", in: query), text.utf8.count <= 6, let page = Int(text), page >= 1 { route.page = page }
    return route
  }

  /// The first value of a form field; a malformed one counts as absent.
  private func field(_ name: String, in query: String) -> String? {
    for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
      let pair = Substring(pair)
      guard pair.utf8.count > name.utf8.count, pair.hasPrefix(name) else { continue }
      let rest = pair.utf8.dropFirst(name.utf8.count)
      guard rest.first == UInt8(ascii: "=") else { continue }
      return PercentEncoding.decodeFormValue(Substring(rest.dropFirst()))
    }
    return nil
  }

  /// Search terms as one search is looked up: edges and runs of white space gone, at most 120 characters.
  private static func normalised(_ terms: String) -> String {
    String(terms.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(120))
  }
}
