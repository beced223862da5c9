import FoundationEssentials
import HTTP
import Tenancy

/// What a shop sells. Only `id`, `handle`, `title` and a price are mandatory in a document; a missing field gets the
/// value that says least.
package struct Product: Hashable, Sendable, Identifiable {
  package enum Status: String, Codable, Sendable { case active, draft, archived }

  package var id: String { didSet { tagName = TagName.product(id) } }
  /// The product's name in its address; unique in a shop.
  package var handle: String { didSet { path = Self.path(of: handle) } }
  // What follows from the others is kept: a page shows a product oftener than it is made.
  /// Its address in the market it was read for; before it is located, the canonical one.
  package private(set) var path: String
  /// What fragments that show it are tagged with.
  package private(set) var tagName: String
  package var title: String
  package var vendor: String
  package var type: String
  package var descriptionHTML: SanitizedHTML
  /// BCP 47, of title and description where they are not in the market's language; in a catalogue, the file's.
  package var language: String?
  /// The lowest price of its variants, and what it was before a reduction.
  package var price: Money
  package var compareAt: Money?
  /// What follows the price (`per month`); empty for most.
  package var unit: String
  /// The latest change of ``price`` by the shop, if it tells of one.
  package var priceChange: PriceChange?
  package var available: Bool
  package var images: [Image]
  package var options: [Option]
  /// At least one; a product without choices has one called "Default Title", as in Shopify's model.
  package var variants: [Variant]
  package var attributes: [Attribute]
  package var tags: [String]
  /// Handles.
  package var collections: [String]
  package var updatedAt: Date
  package var publishedAt: Date?
  package var rating: Rating?
  package var status: Status
  /// How many were sold in the platform's own window; only the order among products has a meaning.
  package var sold: Int?

  package struct Option: Hashable, Sendable, Codable {
    package var name: String
    package var values: [String]
    package init(name: String, values: [String]) { (self.name, self.values) = (name, values) }
  }

  /// A fact in the platform's vocabulary (`fabric`, `isbn`), with the words to print it.
  package struct Attribute: Hashable, Sendable {
    package enum Kind: String, Codable, Sendable, CaseIterable { case text, number, boolean, date }

    /// The same in all languages.
    package var key: String
    package var label: String
    /// Of a number its digits with a dot, of a boolean `true` or `false`, of a date `2027-03-01`.
    package var value: String
    package var type: Kind
    /// What follows a number; empty for none.
    package var unit: String

    package init(key: String, label: String, value: String, type: Kind = .text, unit: String = "") {
      (self.key, self.label, self.value, self.type, self.unit) = (key, label, value, type, unit)
    }
  }

  package struct PriceChange: Hashable, Sendable, Codable {
    package var at: Date
    /// What it was until then.
    package var from: Money
    package init(at: Date, from: Money) { (self.at, self.from) = (at, from) }
  }

  package struct Rating: Hashable, Sendable {
    /// 0 to 5.
    package var value: Double
    package var count: Int
    package init(value: Double, count: Int) { (self.value, self.count) = (value, count) }
  }

  package init(
    id: String, handle: String, title: String, vendor: String = "", type: String = "",
    descriptionHTML: SanitizedHTML = .empty, language: String? = nil, images: [Image] = [], options: [Option] = [],
    variants: [Variant], price: Money, compareAt: Money? = nil, unit: String = "", priceChange: PriceChange? = nil,
    available: Bool, attributes: [Attribute] = [], tags: [String] = [],
    collections: [String] = [], updatedAt: Date, publishedAt: Date? = nil, rating: Rating? = nil,
    status: Status = .active, sold: Int? = nil
  ) {
    self.id = id
    self.handle = handle
    path = Self.path(of: handle)
    tagName = TagName.product(id)
    self.title = title
    self.vendor = vendor
    self.type = type
    self.descriptionHTML = descriptionHTML
    self.language = language
    self.price = price
    self.compareAt = compareAt
    self.unit = unit
    self.priceChange = priceChange
    self.available = available
    self.images = images
    self.options = options
    self.variants = variants
    self.attributes = attributes
    self.tags = tags
    self.collections = collections
    self.updatedAt = updatedAt
    self.publishedAt = publishedAt
    self.rating = rating
    self.status = status
    self.sold = sold
  }

  /// ``path`` as a stored property, which it is nowhere else: there it cannot be set.
  package static let storedPath: any KeyPath<Product, String> & Sendable = \.path

  package mutating func locate(in market: Market) { path = market.path(.product(handle)) }

  package static func path(of handle: String) -> String { "/products/" + PercentEncoding.segment(handle) }

  /// Whether the variants' prices differ, so that a card says "from".
  package var priceVaries: Bool { variants.contains { $0.price != price } }

  /// Sets what is a summary of the variants: price, compareAt and available are those of the cheapest, and any.
  package mutating func summarize() {
    guard var cheapest = variants.first else { return }
    for variant in variants.dropFirst() where variant.price.amount < cheapest.price.amount { cheapest = variant }
    price = cheapest.price
    compareAt = cheapest.compareAt
    available = variants.contains { $0.available }
  }
}

/// A choice that can be bought.
package struct Variant: Hashable, Sendable, Identifiable {
  package var id: String
  package var title: String
  package var sku: String
  /// One value for each of the product's options, in their order.
  package var options: [String]
  package var price: Money
  /// What it cost before; shown struck through only if it is more than `price`.
  package var compareAt: Money?
  package var available: Bool
  /// Units left; nil when the shop does not count them.
  package var inventory: Int?
  package var image: Image?
  /// A price for a time. Answers have it applied (`price`, `compareAt`) and hold nil here; only a catalogue file has it.
  package var sale: Sale?

  /// Begins at `startsAt` (at once if nil), ends at `endsAt` (never if nil), which itself is no longer part of it.
  package struct Sale: Hashable, Sendable {
    package var price: Money
    package var startsAt: Date?
    package var endsAt: Date?

    package init(price: Money, startsAt: Date? = nil, endsAt: Date? = nil) {
      (self.price, self.startsAt, self.endsAt) = (price, startsAt, endsAt)
    }

    package func isRunning(at now: Date) -> Bool {
      startsAt.map { $0 <= now } ?? true && endsAt.map { now < $0 } ?? true
    }
  }

  package init(
    id: String, title: String = "Default Title", sku: String = "", options: [String] = [], price: Money,
    compareAt: Money? = nil, available: Bool, inventory: Int? = nil, image: Image? = nil, sale: Sale? = nil
  ) {
    self.id = id
    self.title = title
    self.sku = sku
    self.options = options
    self.price = price
    self.compareAt = compareAt
    self.available = available
    self.inventory = inventory
    self.image = image
    self.sale = sale
  }
}
