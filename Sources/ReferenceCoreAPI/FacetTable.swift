// What a catalogue's products can be filtered by, as small numbers: each pair of a key and a value that some product has is one
// symbol, and a product is the list of its symbols. A filter is then a set of numbers and a count an array of them, whatever the
// language. Values of an option stand as their products have them: a new one is put before the next value of its product that is
// known already, so that the size S does not come last because the first product has none. Nothing is taken out: what no
// product has any more is counted nowhere.

import CoreAPIClient

struct FacetTable: Sendable {
  typealias Symbol = Int

  private struct Pair: Hashable {
    let key: Int
    let value: String
  }

  private var keys: [FacetKey: Int] = [:]
  private var symbols: [Pair: Symbol] = [:]
  /// Of each key its symbols, those of an option in their order.
  private var ordered: [[Symbol]] = []
  private var pairs: [Pair] = []

  var count: Int { pairs.count }
  func value(_ symbol: Symbol) -> String { pairs[symbol].value }
  func key(_ symbol: Symbol) -> Int { pairs[symbol].key }
  func key(_ key: FacetKey) -> Int? { keys[key] }
  func symbols(of key: Int) -> [Symbol] { ordered[key] }
  func symbol(_ key: FacetKey, _ value: String) -> Symbol? { keys[key].flatMap { symbols[Pair(key: $0, value: value)] } }

  /// What the product has, known from now on.
  mutating func add(_ product: Product) -> [Symbol] {
    var found: [Symbol] = []
    if !product.vendor.isEmpty { found.append(symbol(of: product.vendor, .vendor)) }
    if !product.type.isEmpty { found.append(symbol(of: product.type, .type)) }
    found.append(symbol(of: product.available ? "1" : "0", .availability))
    for attribute in product.attributes { found.append(symbol(of: attribute.value, .attribute(attribute.key))) }
    for (position, option) in product.options.enumerated() {
      let values = Self.values(of: option, at: position, in: product)
      for index in values.indices {
        found.append(symbol(of: values[index], .option(option.name), before: values[index...].dropFirst()))
      }
    }
    // A fact that is said twice is one.
    var once: Set<Symbol> = []
    return found.filter { once.insert($0).inserted }
  }

  /// What can be chosen: the values that a variant has, in the option's order.
  private static func values(of option: Product.Option, at position: Int, in product: Product) -> [String] {
    var values = option.values.filter { value in
      product.variants.contains { position < $0.options.count && $0.options[position] == value }
    }
    for variant in product.variants where position < variant.options.count && !values.contains(variant.options[position]) {
      values.append(variant.options[position])
    }
    return values
  }

  private mutating func symbol(of value: String, _ key: FacetKey, before followers: ArraySlice<String> = []) -> Symbol {
    let number = keys[key] ?? keys.count
    if number == ordered.count {
      keys[key] = number
      ordered.append([])
    }
    let pair = Pair(key: number, value: value)
    if let known = symbols[pair] { return known }
    let new = pairs.count
    pairs.append(pair)
    symbols[pair] = new
    let next = followers.compactMap { symbols[Pair(key: number, value: $0)] }.first
    let place = next.flatMap { ordered[number].firstIndex(of: $0) } ?? ordered[number].count
    ordered[number].insert(new, at: place)
    return new
  }
}
