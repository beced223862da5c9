import CoreAPIClient
import TemplateEngine
import Tenancy

/// A listing's page with what it is, and could be, narrowed by.
struct NarrowedListing: Sendable {
  let route: PageRoute
  let market: Market
  let facets: [Facet]

  var isNarrowed: Bool { !route.filters.isEmpty }

  /// The listing's first page with these filters and no others.
  func address(_ change: (inout ListingFilters) -> Void) -> String {
    var route = route
    change(&route.filters)
    return route.target(in: market.routes, page: 1)
  }

  var wholeAddress: String { address { $0 = ListingFilters() } }

  var filters: [FilterDrop] { facets.map { FilterDrop(facet: $0, listing: self) } }
}

/// A filter of a listing: Shopify's `filter`, and the facet's `key`.
struct FilterDrop: Bindable {
  let facet: Facet
  let listing: NarrowedListing

  static let shape = Shape<FilterDrop>(
    .field("key", \.facet.key),
    .field("label", \.facet.label),
    .computed("param_name") { .string($0.parameter) },
    .computed("type") { .string($0.facet.key == "price" ? "price_range" : $0.facet.key == "availability" ? "boolean" : "list") },
    .computed("values") { .models($0.values) },
    .computed("active_values") { .models($0.values.filter(\.isActive)) },
    .computed("min_value") { $0.end("gte", $0.listing.route.filters.priceFrom) },
    .computed("max_value") { $0.end("lte", $0.listing.route.filters.priceTo) },
    .computed("range_max") { $0.facet.highestPrice.map { .amount($0) } ?? .null },
    .computed("is_active") { .bool($0.isActive) },
    .computed("url_to_remove") { drop in .string(drop.listing.address { $0.removeAll(of: drop.facet.key) }) }
  )

  private var parameter: String { ListingFilters.parameter(of: facet.key) }

  private var isActive: Bool {
    let filters = listing.route.filters
    return facet.key == "price" ? filters.hasPrice : !filters.values(of: facet.key).isEmpty
  }

  private var values: [FilterValueDrop] {
    let active = listing.route.filters.values(of: facet.key)
    var values = facet.values.map { FilterValueDrop(filter: self, value: $0, isActive: active.contains($0.value)) }
    // What the address asks for and nothing has can be taken back, too.
    for value in active where !facet.values.contains(where: { $0.value == value }) {
      values.append(FilterValueDrop(filter: self, value: Facet.Value(value: value, label: value, count: 0), isActive: true))
    }
    return values
  }

  /// One end of a price range, in whole hundredths as all amounts.
  private func end(_ name: String, _ units: Int?) -> Value {
    .object([
      ("param_name", .string("\(parameter).\(name)")),
      ("value", units.map { .int($0.multipliedReportingOverflow(by: 100).partialValue) } ?? .null),
      ("units", units.map { .int($0) } ?? .null),
    ])
  }
}

struct FilterValueDrop: Bindable {
  let filter: FilterDrop
  let value: Facet.Value
  let isActive: Bool

  static let shape = Shape<FilterValueDrop>(
    .field("label", \.value.label),
    .field("value", \.value.value),
    .field("count", \.value.count),
    // As an attribute has them, for `metafield_text`.
    .computed("type") { .string($0.filter.facet.type.rawValue) },
    .field("unit", \.filter.facet.unit),
    .field("active", \.isActive),
    .computed("param_name") { .string(ListingFilters.parameter(of: $0.filter.facet.key)) },
    .computed("url_to_add") { drop in
      .string(drop.filter.listing.address { $0.add(drop.value.value, to: drop.filter.facet.key) })
    },
    .computed("url_to_remove") { drop in
      .string(drop.filter.listing.address { $0.remove(drop.value.value, from: drop.filter.facet.key) })
    }
  )
}
