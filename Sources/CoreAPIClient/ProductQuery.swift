/// Which products, in which order, and which part of them. Equal questions are equal values, however they were put.
package struct ProductQuery: Hashable, Sendable {
  package enum Sort: String, Sendable, CaseIterable {
    /// The order that the shop gave; for a text search, the best match first.
    case manual
    case title, priceAscending = "price-ascending", priceDescending = "price-descending", newest
    case bestSelling = "best-selling"
    /// Only products whose price changed lately, the latest change first.
    case priceChanged = "price-changed"
  }

  package static let largestPage = 250

  /// A collection's handle; nil for all products.
  package var collection: String?
  /// Words that a product must all have; nil or blank for no search.
  package var text: String?
  /// A product must match every one of them. In one order, each key once, none without values.
  package let filters: [Filter]
  /// Whole units of the market's currency, both included: the price that a shopper pays now, of the cheapest variant.
  package var priceFrom: Int?
  package var priceTo: Int?
  package var sort: Sort
  /// From 1.
  package var page: Int
  /// 1 to `largestPage`; more is cut to it.
  package var size: Int
  /// Whether the answer counts what each filter would leave.
  package var withFacets: Bool

  package init(
    collection: String? = nil, text: String? = nil, filters: [Filter] = [], priceFrom: Int? = nil, priceTo: Int? = nil,
    sort: Sort = .manual, page: Int = 1, size: Int = 24, withFacets: Bool = false
  ) {
    self.collection = collection
    self.text = text
    self.filters = Filter.canonical(filters)
    self.priceFrom = priceFrom
    self.priceTo = priceTo
    self.sort = sort
    self.page = max(1, page)
    self.size = min(max(1, size), Self.largestPage)
    self.withFacets = withFacets
  }
}

/// A product matches that has any of the values.
package struct Filter: Hashable, Sendable {
  /// See ``FacetKey``.
  package var key: String
  /// In the language of the shop's file, whatever the market's: addresses with filters are the same in all languages.
  package var values: [String]

  package init(key: String, values: [String]) { (self.key, self.values) = (key, values) }

  fileprivate static func canonical(_ filters: [Filter]) -> [Filter] {
    if filters.isEmpty { return [] }
    var values: [String: Set<String>] = [:]
    for filter in filters { values[filter.key, default: []].formUnion(filter.values) }
    return values.filter { !$0.value.isEmpty }.map { Filter(key: $0, values: $1.sorted()) }.sorted { $0.key < $1.key }
  }
}

/// What products can be filtered by and counted by, as questions and catalogues write it.
package enum FacetKey: Hashable, Sendable {
  case vendor, type
  /// `1` for what can be bought, `0` for what is sold out.
  case availability
  /// A range, and not a list of values: no filter has this key.
  case price
  /// `option:Colour`: by the option's name in the language of the shop's file.
  case option(String)
  /// `attribute:fabric`: by the attribute's key.
  case attribute(String)

  package init?(_ text: String) {
    switch text {
    case "vendor": self = .vendor
    case "type": self = .type
    case "availability": self = .availability
    case "price": self = .price
    default:
      let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[1].isEmpty else { return nil }
      switch parts[0] {
      case "option": self = .option(String(parts[1]))
      case "attribute": self = .attribute(String(parts[1]))
      default: return nil
      }
    }
  }

  package var text: String {
    switch self {
    case .vendor: "vendor"
    case .type: "type"
    case .availability: "availability"
    case .price: "price"
    case .option(let name): "option:" + name
    case .attribute(let key): "attribute:" + key
    }
  }
}
