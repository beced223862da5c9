// Documents are read tolerantly where nothing is at stake (a missing vendor is no vendor) and strictly where
// something is (a product without a price is an error with its path, not a free product).

import FoundationEssentials

extension Product: Codable {
  private enum CodingKeys: String, CodingKey {
    case id, handle, title, vendor, type, descriptionHTML, price, compareAt, available, images, options, variants
    case attributes, tags, collections, updatedAt, publishedAt, rating, status, sold, language, unit, priceChanged
  }

  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    let id = try from.decode(String.self, forKey: .id)
    var variants = try from.decodeIfPresent([Variant].self, forKey: .variants) ?? []
    let price = try from.decodeIfPresent(Money.self, forKey: .price)
    let compareAt = try from.decodeIfPresent(Money.self, forKey: .compareAt)
    let available = try from.decodeIfPresent(Bool.self, forKey: .available)
    if variants.isEmpty {
      guard let price else {
        throw DecodingError.keyNotFound(
          CodingKeys.price,
          .init(codingPath: decoder.codingPath, debugDescription: "a product needs a price or variants with prices"))
      }
      variants = [Variant(id: id, price: price, compareAt: compareAt, available: available ?? true)]
    }
    self.init(
      id: id,
      handle: try from.decode(String.self, forKey: .handle),
      title: try from.decode(String.self, forKey: .title),
      vendor: try from.decodeIfPresent(String.self, forKey: .vendor) ?? "",
      type: try from.decodeIfPresent(String.self, forKey: .type) ?? "",
      descriptionHTML: try from.decodeIfPresent(SanitizedHTML.self, forKey: .descriptionHTML) ?? .empty,
      language: try from.decodeIfPresent(String.self, forKey: .language),
      images: try from.decodeIfPresent([Image].self, forKey: .images) ?? [],
      options: try from.decodeIfPresent([Option].self, forKey: .options) ?? [],
      variants: variants, price: variants[0].price,
      unit: try from.decodeIfPresent(String.self, forKey: .unit) ?? "",
      priceChange: try from.decodeIfPresent(PriceChange.self, forKey: .priceChanged),
      available: false,
      attributes: try from.decodeIfPresent([Attribute].self, forKey: .attributes) ?? [],
      tags: try from.decodeIfPresent([String].self, forKey: .tags) ?? [],
      collections: try from.decodeIfPresent([String].self, forKey: .collections) ?? [],
      updatedAt: try from.decodeIfPresent(Date.self, forKey: .updatedAt) ?? Timestamp.unknown,
      publishedAt: try from.decodeIfPresent(Date.self, forKey: .publishedAt),
      rating: try from.decodeIfPresent(Rating.self, forKey: .rating),
      status: try from.decodeIfPresent(Status.self, forKey: .status) ?? .active,
      sold: try from.decodeNumberIfPresent(Int.self, forKey: .sold))
    summarize()
    if let price { self.price = price }
    if let compareAt { self.compareAt = compareAt }
    if let available { self.available = available }
  }

  package func encode(to encoder: any Encoder) throws {
    var to = encoder.container(keyedBy: CodingKeys.self)
    try to.encode(id, forKey: .id)
    try to.encode(handle, forKey: .handle)
    try to.encode(title, forKey: .title)
    if !vendor.isEmpty { try to.encode(vendor, forKey: .vendor) }
    if !type.isEmpty { try to.encode(type, forKey: .type) }
    if descriptionHTML != .empty { try to.encode(descriptionHTML, forKey: .descriptionHTML) }
    try to.encodeIfPresent(language, forKey: .language)
    try to.encode(price, forKey: .price)
    try to.encodeIfPresent(compareAt, forKey: .compareAt)
    if !unit.isEmpty { try to.encode(unit, forKey: .unit) }
    try to.encodeIfPresent(priceChange, forKey: .priceChanged)
    try to.encode(available, forKey: .available)
    if !images.isEmpty { try to.encode(images, forKey: .images) }
    if !options.isEmpty { try to.encode(options, forKey: .options) }
    try to.encode(variants, forKey: .variants)
    if !attributes.isEmpty { try to.encode(attributes, forKey: .attributes) }
    if !tags.isEmpty { try to.encode(tags, forKey: .tags) }
    if !collections.isEmpty { try to.encode(collections, forKey: .collections) }
    try to.encode(updatedAt, forKey: .updatedAt)
    try to.encodeIfPresent(publishedAt, forKey: .publishedAt)
    try to.encodeIfPresent(rating, forKey: .rating)
    if status != .active { try to.encode(status, forKey: .status) }
    try to.encodeIfPresent(sold, forKey: .sold)
  }
}

extension Variant: Codable {
  private enum CodingKeys: String, CodingKey {
    case id, title, sku, options, price, compareAt, available, inventory, image, salePrice, saleStartsAt, saleEndsAt
  }

  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    let inventory = try from.decodeNumberIfPresent(Int.self, forKey: .inventory)
    let salePrice = try from.decodeIfPresent(Money.self, forKey: .salePrice)
    self.init(
      id: try from.decode(String.self, forKey: .id),
      title: try from.decodeIfPresent(String.self, forKey: .title) ?? "Default Title",
      sku: try from.decodeIfPresent(String.self, forKey: .sku) ?? "",
      options: try from.decodeIfPresent([String].self, forKey: .options) ?? [],
      price: try from.decode(Money.self, forKey: .price),
      compareAt: try from.decodeIfPresent(Money.self, forKey: .compareAt),
      available: try from.decodeIfPresent(Bool.self, forKey: .available) ?? inventory.map { $0 > 0 } ?? true,
      inventory: inventory,
      image: try from.decodeIfPresent(Image.self, forKey: .image),
      sale: try salePrice.map {
        Sale(
          price: $0, startsAt: try from.decodeIfPresent(Date.self, forKey: .saleStartsAt),
          endsAt: try from.decodeIfPresent(Date.self, forKey: .saleEndsAt))
      })
  }

  package func encode(to encoder: any Encoder) throws {
    var to = encoder.container(keyedBy: CodingKeys.self)
    try to.encode(id, forKey: .id)
    try to.encode(title, forKey: .title)
    if !sku.isEmpty { try to.encode(sku, forKey: .sku) }
    if !options.isEmpty { try to.encode(options, forKey: .options) }
    try to.encode(price, forKey: .price)
    try to.encodeIfPresent(compareAt, forKey: .compareAt)
    try to.encode(available, forKey: .available)
    try to.encodeIfPresent(inventory, forKey: .inventory)
    try to.encodeIfPresent(image, forKey: .image)
    try to.encodeIfPresent(sale?.price, forKey: .salePrice)
    try to.encodeIfPresent(sale?.startsAt, forKey: .saleStartsAt)
    try to.encodeIfPresent(sale?.endsAt, forKey: .saleEndsAt)
  }
}

extension Product.Attribute: Codable {
  private enum CodingKeys: String, CodingKey { case key, label, value, type, unit }

  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      key: try from.decode(String.self, forKey: .key), label: try from.decode(String.self, forKey: .label),
      value: try from.decode(String.self, forKey: .value), type: try from.decodeIfPresent(Kind.self, forKey: .type) ?? .text,
      unit: try from.decodeIfPresent(String.self, forKey: .unit) ?? "")
    if let rule = broken {
      throw DecodingError.dataCorruptedError(
        forKey: .value, in: from, debugDescription: "\u{201C}\(value.prefix(40))\u{201D} is not \(rule)")
    }
  }

  /// What its value is not, though its type says so.
  private var broken: String? {
    switch type {
    case .text: nil
    case .number: Money.decimal(value) == nil ? "a number; write it as 2.5" : nil
    case .boolean: value == "true" || value == "false" ? nil : "true or false"
    case .date: value.utf8.count == 10 && Timestamp.date(value) != nil ? nil : "a date; write it as 2027-03-01"
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var to = encoder.container(keyedBy: CodingKeys.self)
    try to.encode(key, forKey: .key)
    try to.encode(label, forKey: .label)
    try to.encode(value, forKey: .value)
    if type != .text { try to.encode(type, forKey: .type) }
    if !unit.isEmpty { try to.encode(unit, forKey: .unit) }
  }
}

extension Product.Rating: Codable {
  private enum CodingKeys: String, CodingKey { case value, count }

  /// The value is a number, or one in a string, as with amounts; but nobody pays it, so binary will do.
  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    let text = try? from.decode(String.self, forKey: .value)
    guard let value = try text.map(Double.init) ?? from.decodeNumber(Double.self, forKey: .value), (0...5).contains(value) else {
      throw DecodingError.dataCorruptedError(forKey: .value, in: from, debugDescription: "a rating is a number from 0 to 5")
    }
    self.init(value: value, count: max(0, try from.decodeNumber(Int.self, forKey: .count)))
  }

  package func encode(to encoder: any Encoder) throws {
    var to = encoder.container(keyedBy: CodingKeys.self)
    try to.encode(value, forKey: .value)
    try to.encode(count, forKey: .count)
  }
}
