import CoreAPIClient
import HTTP

/// What a listing is narrowed by, as its address says it in Shopify's parameters: `filter.p.vendor`, `filter.p.product_type`,
/// `filter.p.m.facts.KEY`, `filter.v.option.NAME`, `filter.v.availability`, `filter.v.price.gte` and `.lte`.
package struct ListingFilters: Hashable, Sendable {
  /// By key, the values of each sorted and once.
  package private(set) var filters: [CoreAPIClient.Filter] = []
  /// Whole units of the market's currency.
  package var priceFrom: Int?
  package var priceTo: Int?

  /// Values of all filters together: more narrow nothing and make addresses without end.
  private static let most = 24

  package init() {}

  package var isEmpty: Bool { filters.isEmpty && !hasPrice }
  package var hasPrice: Bool { priceFrom != nil || priceTo != nil }

  package func values(of key: String) -> [String] { filters.first { $0.key == key }?.values ?? [] }

  package mutating func add(_ value: String, to key: String) {
    guard !value.isEmpty, value.utf8.count <= 120, filters.reduce(0, { $0 + $1.values.count }) < Self.most else { return }
    if let at = filters.firstIndex(where: { $0.key == key }) {
      if !filters[at].values.contains(value) { filters[at].values = (filters[at].values + [value]).sorted() }
    } else {
      filters.append(CoreAPIClient.Filter(key: key, values: [value]))
      filters.sort { $0.key < $1.key }
    }
  }

  package mutating func remove(_ value: String, from key: String) {
    guard let at = filters.firstIndex(where: { $0.key == key }) else { return }
    filters[at].values.removeAll { $0 == value }
    if filters[at].values.isEmpty { filters.remove(at: at) }
  }

  package mutating func removeAll(of key: String) {
    filters.removeAll { $0.key == key }
    if key == "price" { (priceFrom, priceTo) = (nil, nil) }
  }

  /// A form field, if it is one of a filter's.
  mutating func read(_ name: String, _ value: String) {
    switch name {
    case "filter.v.price.gte": priceFrom = Self.units(value)?.floor ?? priceFrom
    case "filter.v.price.lte": priceTo = Self.units(value)?.ceiling ?? priceTo
    case "filter.v.availability": if value == "1" || value == "0" { add(value, to: "availability") }
    case "filter.p.vendor": add(value, to: "vendor")
    case "filter.p.product_type": add(value, to: "type")
    default:
      for (prefix, kind) in [("filter.v.option.", "option:"), ("filter.p.m.facts.", "attribute:")] where name.hasPrefix(prefix) {
        let rest = name.dropFirst(prefix.count)
        if !rest.isEmpty, rest.utf8.count <= 80 { add(value, to: kind + rest) }
      }
    }
  }

  /// `10`, and `10.50` as the shopper's browser may send it, between two whole units: the lower end is the one below and the upper
  /// end the one above, as nobody is to miss anything.
  private static func units(_ text: String) -> (floor: Int, ceiling: Int)? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }), parts[0].utf8.count <= 9,
      let whole = Int(parts[0])
    else { return nil }
    return (whole, parts.count > 1 && parts[1].contains { $0 != "0" } ? whole + 1 : whole)
  }

  /// The name that a filter has in addresses.
  static func parameter(of key: String) -> String {
    switch key {
    case "availability": "filter.v.availability"
    case "price": "filter.v.price"
    case "vendor": "filter.p.vendor"
    case "type": "filter.p.product_type"
    case let key where key.hasPrefix("option:"): "filter.v.option." + key.dropFirst("option:".count)
    default: "filter.p.m.facts." + key.drop { $0 != ":" }.dropFirst()
    }
  }

  /// Encoded, in one order.
  var fields: [String] {
    var fields = filters.flatMap { filter in
      let name = PercentEncoding.query(Self.parameter(of: filter.key))
      return filter.values.map { name + "=" + PercentEncoding.query($0) }
    }
    if let priceFrom { fields.append("filter.v.price.gte=\(priceFrom)") }
    if let priceTo { fields.append("filter.v.price.lte=\(priceTo)") }
    return fields
  }
}
