import CoreAPIClient
import HTTP
import Tenancy

/// Path and query to a market and a `Route`. A pure function: no I/O, no data, the same answer in every process.
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
  /// - Returns: the position of the market among the tenant's, and what is asked for there.
  package func route(path: String, query: String, of tenant: Tenant) -> (market: Int, route: Route) {
    if path == "/" { return (0, .page(PageRoute(.index))) }
    let segments = Self.segments(of: path)
    if segments.last == "" {
      // One page, one address. What is empty in the middle is nobody's page.
      let trimmed = segments.prefix { !$0.isEmpty }
      return trimmed.count == segments.count - 1
        ? (0, .moved("/" + trimmed.map { PercentEncoding.segment(String($0)) }.joined(separator: "/") + Self.tail(query)))
        : (0, .page(.notFound))
    }
    switch (segments[0], segments.count) {
    case ("assets", 3...4): return (0, .asset(path))
    case ("robots.txt", 1): return (0, .robots)
    case ("sitemap.xml", 1): return (0, .sitemap)
    default: break
    }
    let market = Self.market(named: segments[0], of: tenant)
    let parts = market == 0 ? segments[...] : segments.dropFirst()
    let routes = tenant.markets[market].routes
    guard let (address, isCurrent) = ShopAddress.read(parts, in: routes) else {
      if parts.count == 2, routes.place(for: parts[parts.startIndex]) == .fragments {
        return (market, .fragment(String(parts[parts.startIndex + 1])))
      }
      if parts.count == 2, routes.place(for: parts[parts.startIndex]) == .account, parts[parts.startIndex + 1] == "arrive" {
        return (market, .arrival(field("token", in: query) ?? ""))
      }
      return (market, Self.ofDefault(segments, tenant).map { .moved($0 + Self.tail(query)) } ?? .file(path))
    }
    guard isCurrent else { return (market, .moved(routes.path(address) + Self.tail(query))) }
    return (market, .page(page(PageRoute(address), query)))
  }

  /// What a form asks for, in which market: the place and the word after it, such as `cart` and `add`.
  package func action(path: String, of tenant: Tenant) -> (market: Int, place: Routes.Place, verb: String)? {
    let segments = Self.segments(of: path)
    let market = Self.market(named: segments[0], of: tenant)
    let parts = market == 0 ? segments[...] : segments.dropFirst()
    guard parts.count == 2, let place = tenant.markets[market].routes.place(for: parts[parts.startIndex]) else { return nil }
    return (market, place, String(parts[parts.startIndex + 1]))
  }

  private static func segments(of path: String) -> [Substring] {
    path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Substring($0) }
  }

  /// The market whose addresses begin with the word; the default one's begin with none.
  private static func market(named word: Substring, of tenant: Tenant) -> Int {
    guard tenant.markets.count > 1 else { return 0 }
    return tenant.markets.firstIndex { $0.routes.prefix.map { $0 == word } ?? false } ?? 0
  }

  /// `/en/products/coat` where English is the default, which is at the root.
  private static func ofDefault(_ segments: [Substring], _ tenant: Tenant) -> String? {
    guard segments[0] == tenant.locale.lowercased(), tenant.markets.count > 1 else { return nil }
    return ShopAddress(segments.dropFirst(), in: tenant.market.routes).map { tenant.market.path($0) }
  }

  private static func tail(_ query: String) -> String { query.isEmpty ? "" : "?" + query }

  private func page(_ route: PageRoute, _ query: String) -> PageRoute {
    guard !query.isEmpty else { return route }
    var page = route
    switch route.kind {
    case .collection, .blog: return listing(route, query)
    case .product: page.variant = field("variant", in: query).flatMap { $0.utf8.count <= 256 ? $0 : nil } ?? ""
    case .search:
      page = listing(route, query)
      page.terms = Self.normalised(field("q", in: query) ?? "")
      // Without terms there is nothing to order or to page through.
      if page.terms.isEmpty { page = PageRoute(.search) }
    default: break
    }
    return page
  }

  private func listing(_ route: PageRoute, _ query: String) -> PageRoute {
    var route = route
    if let text = field("page", in: query), text.utf8.count <= 6, let page = Int(text), page >= 1 { route.page = page }
    guard route.kind != .blog else { return route }
    // The listing's own order is what no order means: one page, one key.
    if let sort = field("sort_by", in: query), sort != "manual", Self.sorts[sort] != nil { route.sort = sort }
    if query.contains("filter.") {
      for pair in query.split(separator: "&").prefix(64) {
        guard let equals = pair.firstIndex(of: "="), let name = PercentEncoding.decodeFormValue(pair[..<equals]),
          name.hasPrefix("filter."), let value = PercentEncoding.decodeFormValue(pair[pair.index(after: equals)...])
        else { continue }
        route.filters.read(name, value)
      }
    }
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
