// Which products match a question's filters, and how many would match if one of them were taken away. One look at each product
// does both: a product that fails no filter is in the list and counts for every facet; one that fails exactly one counts for that
// filter's facet alone, since its values are counted under all other filters; one that fails two counts nowhere.

import CoreAPIClient
import FoundationEssentials

struct FacetCount {
  private struct Condition {
    /// nil of a key that no product has.
    let key: Int?
    let symbols: Set<FacetTable.Symbol>
  }

  private let conditions: [Condition]
  private let prices: (from: Decimal?, to: Decimal?)
  private let isCounting: Bool
  /// Products that have each symbol and match all filters of other keys.
  private var counts: [Int]
  /// A product of the list that has each symbol, before any filter.
  private var holders: [Int?]
  private var highest: Money?

  init(_ query: ProductQuery, _ table: FacetTable) {
    conditions = query.filters.map { filter in
      let key = FacetKey(filter.key)
      return Condition(
        key: key.flatMap(table.key),
        symbols: Set(filter.values.compactMap { value in key.flatMap { table.symbol($0, value) } }))
    }
    prices = (query.priceFrom.map { Decimal($0) }, query.priceTo.map { Decimal($0) })
    isCounting = query.withFacets
    counts = Array(repeating: 0, count: isCounting ? table.count : 0)
    holders = Array(repeating: nil, count: isCounting ? table.count : 0)
  }

  /// Whether products need not be looked at at all.
  var isIdle: Bool { !isCounting && !isFiltering }
  var isFiltering: Bool { !conditions.isEmpty || prices.from != nil || prices.to != nil }

  /// Looks at the item at a position of the shop.
  /// - Returns: whether it matches every filter.
  mutating func matches(_ item: Shop.Item, at position: Int, in table: FacetTable, now: Date) -> Bool {
    var failures = 0
    var failed: Int?
    for condition in conditions where !item.symbols.contains(where: condition.symbols.contains) {
      failures += 1
      failed = condition.key
    }
    let price = item.price(at: now)
    let isInRange = prices.from.map { $0 <= price.amount } ?? true && prices.to.map { price.amount <= $0 } ?? true
    guard isCounting else { return failures == 0 && isInRange }
    for symbol in item.symbols where holders[symbol] == nil { holders[symbol] = position }
    if failures == 0, highest.map({ $0.isLess(than: price) == true }) ?? true { highest = price }
    if !isInRange { failures += 1 }
    switch failures {
    case 0: for symbol in item.symbols { counts[symbol] += 1 }
    case 1 where isInRange: for symbol in item.symbols where table.key(symbol) == failed { counts[symbol] += 1 }
    default: break
    }
    return failures == 0
  }

  /// In the order of the file's list of filters.
  func facets(of shop: Shop) -> [Facet] {
    shop.front.filters.compactMap { key in
      if key == .price {
        return holders.contains { $0 != nil } ? Facet(key: key.text, label: key.text, highestPrice: highest) : nil
      }
      guard let number = shop.facets.key(key) else { return nil }
      let present = shop.facets.symbols(of: number).filter { holders[$0] != nil }
      guard let holder = present.first.flatMap({ holders[$0] }) else { return nil }
      return facet(key, present, of: shop, as: shop.items[holder].product)
    }
  }

  /// - Parameter example: a product that has it, for what its attributes are called here.
  private func facet(_ key: FacetKey, _ present: [FacetTable.Symbol], of shop: Shop, as example: Product) -> Facet {
    let word = shop.localization.word
    var facet = Facet(key: key.text, label: key.text)
    switch key {
    case .option(let name): facet.label = word(name)
    case .attribute(let key):
      if let attribute = example.attributes.first(where: { $0.key == key }) {
        (facet.label, facet.type, facet.unit) = (attribute.label, attribute.type, attribute.unit)
      }
    case .vendor, .type, .availability, .price: break
    }
    let isWord = key != .vendor && key != .availability && facet.type == .text
    facet.values = present.map { symbol in
      let value = shop.facets.value(symbol)
      return .init(value: value, label: isWord ? word(value) : value, count: counts[symbol])
    }
    sort(&facet, key)
    return facet
  }

  private func sort(_ facet: inout Facet, _ key: FacetKey) {
    if case .option = key { return }
    switch (key, facet.type) {
    case (.availability, _), (_, .boolean): facet.values.sort { $0.value > $1.value }
    case (_, .number):
      func number(_ value: Facet.Value) -> Decimal { Decimal(string: value.value) ?? 0 }
      facet.values.sort { number($0) < number($1) }
    case (_, .date): facet.values.sort { $0.value < $1.value }
    case (_, .text):
      let keyed = facet.values.map { (Folding.folded($0.label), $0) }
      facet.values = keyed.sorted { ($0.0, $0.1.value) < ($1.0, $1.1.value) }.map(\.1)
    }
  }
}
