/// One thing that the products of a list differ in.
package struct Facet: Hashable, Sendable {
  package struct Value: Hashable, Sendable {
    /// In the language of the shop's file: what a filter says.
    package var value: String
    /// In the market's language.
    package var label: String
    /// Products of the list that have it and match the filters by all other keys.
    package var count: Int

    package init(value: String, label: String, count: Int) {
      (self.value, self.label, self.count) = (value, label, count)
    }
  }

  /// See ``FacetKey``.
  package var key: String
  /// In the market's language; the key itself for vendor, type, availability and price, which themes have words for.
  package var label: String
  /// Of the values.
  package var type: Product.Attribute.Kind
  /// What follows a number, in the market's language.
  package var unit: String
  /// Every value that a product of the list has before it is filtered.
  package var values: [Value]
  /// Of the facet `price`: what the dearest product costs that matches all other filters.
  package var highestPrice: Money?

  package init(
    key: String, label: String, type: Product.Attribute.Kind = .text, unit: String = "", values: [Value] = [],
    highestPrice: Money? = nil
  ) {
    self.key = key
    self.label = label
    self.type = type
    self.unit = unit
    self.values = values
    self.highestPrice = highestPrice
  }
}

extension Facet.Value: Codable {
  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      value: try from.decode(String.self, forKey: .value), label: try from.decode(String.self, forKey: .label),
      count: try from.decodeNumber(Int.self, forKey: .count))
  }
}

extension Facet: Codable {
  private enum CodingKeys: String, CodingKey { case key, label, type, unit, values, highestPrice }

  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      key: try from.decode(String.self, forKey: .key), label: try from.decode(String.self, forKey: .label),
      type: try from.decodeIfPresent(Product.Attribute.Kind.self, forKey: .type) ?? .text,
      unit: try from.decodeIfPresent(String.self, forKey: .unit) ?? "",
      values: try from.decodeIfPresent([Value].self, forKey: .values) ?? [],
      highestPrice: try from.decodeIfPresent(Money.self, forKey: .highestPrice))
  }

  package func encode(to encoder: any Encoder) throws {
    var to = encoder.container(keyedBy: CodingKeys.self)
    try to.encode(key, forKey: .key)
    try to.encode(label, forKey: .label)
    if type != .text { try to.encode(type, forKey: .type) }
    if !unit.isEmpty { try to.encode(unit, forKey: .unit) }
    if !values.isEmpty { try to.encode(values, forKey: .values) }
    try to.encodeIfPresent(highestPrice, forKey: .highestPrice)
  }
}
