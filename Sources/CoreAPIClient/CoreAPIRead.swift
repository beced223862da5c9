// The addresses of the HTTP contract (docs/core-api.md), written and read in one place, so that the client and the reference
// cannot disagree about them.

import HTTP
import Tenancy

/// One question of the contract, without its tenant.
package enum CoreAPIRead: Hashable, Sendable {
  case site
  case product(String)
  case products(ProductQuery)
  case collections
  case collection(String)
  case menu(String)
  /// The entries that follow the one named, at most so many.
  case sitemap(after: String?, size: Int)

  /// The sitemap is read in parts, since a shop of ten thousand products has more than one answer may hold.
  package static let sitemapPart = 2000

  /// The path and query below the service's address.
  package func target(of tenant: TenantID) -> String {
    let base = "/v1/tenants/\(tenant.value)"
    switch self {
    case .site: return base + "/site"
    case .product(let handle): return base + "/products/" + PercentEncoding.segment(handle)
    case .collections: return base + "/collections"
    case .collection(let handle): return base + "/collections/" + PercentEncoding.segment(handle)
    case .menu(let handle): return base + "/menus/" + PercentEncoding.segment(handle)
    case .products(let query):
      var fields: [String] = []
      if let collection = query.collection { fields.append("collection=" + PercentEncoding.query(collection)) }
      if let text = query.text { fields.append("q=" + PercentEncoding.query(text)) }
      fields += ["sort=\(query.sort.rawValue)", "page=\(query.page)", "size=\(query.size)"]
      return base + "/products?" + fields.joined(separator: "&")
    case .sitemap(let after, let size):
      return base + "/sitemap?size=\(size)" + (after.map { "&after=" + PercentEncoding.query($0) } ?? "")
    }
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
    case ("products", 2): self = .product(String(path[1]))
    case ("collections", 2): self = .collection(String(path[1]))
    case ("menus", 2): self = .menu(String(path[1]))
    default: throw .path
    }
  }

  private static func productQuery(_ query: String) throws(Refusal) -> ProductQuery {
    var sort = ProductQuery.Sort.manual
    if let name = try field("sort", in: query) {
      guard let known = ProductQuery.Sort(rawValue: name) else {
        throw .parameter("sort", "one of " + ProductQuery.Sort.allCases.map(\.rawValue).joined(separator: ", "))
      }
      sort = known
    }
    return ProductQuery(
      collection: try field("collection", in: query), text: try field("q", in: query), sort: sort,
      page: try number("page", in: query, 1...Int.max) ?? 1,
      size: try number("size", in: query, 1...ProductQuery.largestPage) ?? 24)
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
