// The addresses of the HTTP contract (docs/core-api.md), written and read in one place, so that the client and the reference
// cannot disagree about them.

import HTTP
import Tenancy

/// One question of the contract, without its market.
package enum CoreAPIRead: Hashable, Sendable {
  case site
  case product(String)
  case products(ProductQuery)
  case collections
  case collection(String)
  case menu(String)
  case page(String)
  case blog(String)
  case articles(of: String, page: Int, size: Int)
  case article(of: String, String)
  case redirect(from: String)
  /// The entries that follow the one named, at most so many.
  case sitemap(after: String?, size: Int)

  /// The sitemap is read in parts, since a shop of ten thousand products has more than one answer may hold.
  package static let sitemapPart = 2000

  /// The path and query below the service's address.
  package func target(in market: Market) -> String {
    let (path, fields) = parts
    let all = fields + ["locale=" + PercentEncoding.query(market.locale), "currency=" + PercentEncoding.query(market.currency)]
    return "/v1/tenants/\(market.tenant.value)/" + path + "?" + all.joined(separator: "&")
  }

  private var parts: (path: String, fields: [String]) {
    let segment = PercentEncoding.segment
    let value = PercentEncoding.query
    switch self {
    case .site: return ("site", [])
    case .product(let handle): return ("products/" + segment(handle), [])
    case .products(let query): return ("products", Self.fields(of: query))
    case .collections: return ("collections", [])
    case .collection(let handle): return ("collections/" + segment(handle), [])
    case .menu(let handle): return ("menus/" + segment(handle), [])
    case .page(let handle): return ("pages/" + segment(handle), [])
    case .blog(let handle): return ("blogs/" + segment(handle), [])
    case .articles(let blog, let page, let size):
      return ("blogs/" + segment(blog) + "/articles", ["page=\(page)", "size=\(size)"])
    case .article(let blog, let handle): return ("blogs/" + segment(blog) + "/articles/" + segment(handle), [])
    case .redirect(let path): return ("redirects", ["path=" + value(path)])
    case .sitemap(let after, let size):
      return ("sitemap", ["size=\(size)"] + (after.map { ["after=" + value($0)] } ?? []))
    }
  }

  private static func fields(of query: ProductQuery) -> [String] {
    let value = PercentEncoding.query
    var fields: [String] = []
    if let collection = query.collection { fields.append("collection=" + value(collection)) }
    if let text = query.text { fields.append("q=" + value(text)) }
    for filter in query.filters {
      for one in filter.values { fields.append("filter." + value(filter.key) + "=" + value(one)) }
    }
    if query.priceFrom != nil || query.priceTo != nil {
      fields.append("price=" + (query.priceFrom.map { "\($0)" } ?? "") + "-" + (query.priceTo.map { "\($0)" } ?? ""))
    }
    if query.withFacets { fields.append("facets=1") }
    return fields + ["sort=\(query.sort.rawValue)", "page=\(query.page)", "size=\(query.size)"]
  }

  /// What an address cannot be.
  package enum Refusal: Error, Equatable {
    /// There is nothing at the path.
    case path
    /// A query parameter has a value that it cannot have.
    case parameter(String, String)
  }

  /// - Parameters:
  ///   - path: the decoded segments after the tenant.
  ///   - query: as sent. Parameters that the contract does not name are ignored.
  package init(path: [Substring], query: String) throws(Refusal) {
    switch (path.first, path.count) {
    case ("site", 1): self = .site
    case ("collections", 1): self = .collections
    case ("products", 1): self = .products(try Self.productQuery(query))
    case ("sitemap", 1):
      let size = try Self.number("size", in: query, 1...Self.sitemapPart) ?? Self.sitemapPart
      self = .sitemap(after: try Self.field("after", in: query), size: size)
    case ("redirects", 1):
      guard let path = try Self.field("path", in: query), path.hasPrefix("/") else { throw .parameter("path", "a path from /") }
      self = .redirect(from: path)
    case ("products", 2): self = .product(String(path[1]))
    case ("collections", 2): self = .collection(String(path[1]))
    case ("menus", 2): self = .menu(String(path[1]))
    case ("pages", 2): self = .page(String(path[1]))
    case ("blogs", 2): self = .blog(String(path[1]))
    case ("blogs", 3) where path[2] == "articles":
      let part = try Self.part(query)
      self = .articles(of: String(path[1]), page: part.page, size: part.size)
    case ("blogs", 4) where path[2] == "articles": self = .article(of: String(path[1]), String(path[3]))
    default: throw .path
    }
  }

  /// Which market a question means; nil for the shop's own language or currency.
  package static func market(in query: String) throws(Refusal) -> (locale: String?, currency: String?) {
    let locale = try field("locale", in: query)
    let currency = try field("currency", in: query)
    if let locale, !Market.isLanguageTag(locale) { throw .parameter("locale", "a language tag, such as de or pt-BR") }
    if let currency, !Money.isCurrency(currency) { throw .parameter("currency", "an ISO 4217 code, such as EUR") }
    return (locale, currency)
  }

  private static func productQuery(_ query: String) throws(Refusal) -> ProductQuery {
    var sort = ProductQuery.Sort.manual
    if let name = try field("sort", in: query) {
      guard let known = ProductQuery.Sort(rawValue: name) else {
        throw .parameter("sort", "one of " + ProductQuery.Sort.allCases.map(\.rawValue).joined(separator: ", "))
      }
      sort = known
    }
    let facets = try field("facets", in: query)
    if let facets, facets != "0", facets != "1" { throw .parameter("facets", "0 or 1") }
    let (from, to) = try prices(query)
    let part = try part(query)
    return ProductQuery(
      collection: try field("collection", in: query), text: try field("q", in: query), filters: try filters(query),
      priceFrom: from, priceTo: to, sort: sort, page: part.page, size: part.size, withFacets: facets == "1")
  }

  /// Fields `filter.KEY=value`, a key as often as it has values.
  private static func filters(_ query: String) throws(Refusal) -> [Filter] {
    var filters: [Filter] = []
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decodeFormValue(parts[0]), name.hasPrefix("filter.") else { continue }
      let key = FacetKey(String(name.dropFirst("filter.".count)))
      guard let key, key != .price else {
        throw .parameter(name, "no filter; there are vendor, type, availability, option:NAME and attribute:KEY")
      }
      guard parts.count == 2, let value = PercentEncoding.decodeFormValue(parts[1]) else {
        throw .parameter(name, "text in UTF-8, percent-encoded")
      }
      filters.append(Filter(key: key.text, values: [value]))
    }
    return filters
  }

  /// `price=10-50`, of which either end may be left out.
  private static func prices(_ query: String) throws(Refusal) -> (from: Int?, to: Int?) {
    guard let text = try field("price", in: query) else { return (nil, nil) }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false)
    let numbers = ends.map { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int($0) : nil }
    guard ends.count == 2, zip(ends, numbers).allSatisfy({ $0.isEmpty || $1 != nil }), text != "-" else {
      throw .parameter("price", "two whole numbers, of which one may be left out: 10-50, 10-, -50")
    }
    return (numbers[0], numbers[1])
  }

  private static func part(_ query: String) throws(Refusal) -> (page: Int, size: Int) {
    (try number("page", in: query, 1...Int.max) ?? 1, try number("size", in: query, 1...ProductQuery.largestPage) ?? 24)
  }

  /// The first value of a parameter; nil when it is not there.
  private static func field(_ name: String, in query: String) throws(Refusal) -> String? {
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts[0] == name else { continue }
      guard parts.count == 2, let value = PercentEncoding.decodeFormValue(parts[1]) else {
        throw .parameter(name, "text in UTF-8, percent-encoded")
      }
      return value
    }
    return nil
  }

  private static func number(_ name: String, in query: String, _ range: ClosedRange<Int>) throws(Refusal) -> Int? {
    guard let text = try field(name, in: query) else { return nil }
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), range.contains(number) else {
      throw .parameter(
        name, "a whole number from \(range.lowerBound)" + (range.upperBound == .max ? "" : " to \(range.upperBound)"))
    }
    return number
  }
}
