import TemplateEngine

// The workload's data as typed models: bound, never converted.

struct Picture: Codable, Bindable {
  var src, alt: String
  var width, height: Int
  static let shape = Shape<Picture>(
    ("src", { .string($0.src) }), ("alt", { .string($0.alt) }), ("width", { .int($0.width) }), ("height", { .int($0.height) }))
}
struct Badge: Codable, Bindable {
  var kind, label: String
  static let shape = Shape<Badge>(("kind", { .string($0.kind) }), ("label", { .string($0.label) }))
}
struct Choice: Codable, Bindable {
  var name: String
  var values: [String]
  var selected: String
  static let shape = Shape<Choice>(
    ("name", { .string($0.name) }), ("values", { .array($0.values.map { .string($0) }) }), ("selected", { .string($0.selected) }))
}
struct Variant: Codable, Bindable {
  var id: Int
  var title, sku: String
  var price: Int
  var available: Bool
  static let shape = Shape<Variant>(
    ("id", { .int($0.id) }), ("title", { .string($0.title) }), ("sku", { .string($0.sku) }), ("price", { .int($0.price) }),
    ("available", { .bool($0.available) }))
}
struct Spec: Codable, Bindable {
  var name, value: String
  static let shape = Shape<Spec>(("name", { .string($0.name) }), ("value", { .string($0.value) }))
}
struct Review: Codable, Bindable {
  var author, title, body: String
  var rating: Int
  static let shape = Shape<Review>(
    ("author", { .string($0.author) }), ("title", { .string($0.title) }), ("body", { .string($0.body) }),
    ("rating", { .int($0.rating) }))
}
final class Product: Decodable, Bindable {
  let id: Int
  let title, url, vendor: String
  let image: Picture
  let price: Int
  let compare_at_price: Int?
  let available: Bool
  let badges: [Badge]
  let description: String?
  let images: [Picture]?
  let options: [Choice]?
  let variants: [Variant]?
  let specs: [Spec]?
  let reviews: [Review]?
  let review_count: Int?
  static let shape = Shape<Product>(
    ("id", { .int($0.id) }), ("title", { .string($0.title) }), ("url", { .string($0.url) }), ("vendor", { .string($0.vendor) }),
    ("image", { .bound($0.image) }), ("price", { .int($0.price) }),
    ("compare_at_price", { $0.compare_at_price.map { .int($0) } ?? .null }), ("available", { .bool($0.available) }),
    ("badges", { .models($0.badges) }), ("description", { .string($0.description ?? "") }),
    ("images", { .models($0.images ?? []) }),
    ("options", { .models($0.options ?? []) }), ("variants", { .models($0.variants ?? []) }),
    ("specs", { .models($0.specs ?? []) }),
    ("reviews", { .models($0.reviews ?? []) }), ("review_count", { .int($0.review_count ?? 0) }))
}
struct Link: Codable, Bindable {
  var title, url: String
  var active: Bool?
  static let shape = Shape<Link>(
    ("title", { .string($0.title) }), ("url", { .string($0.url) }), ("active", { .bool($0.active ?? false) }))
}
struct Column: Codable, Bindable {
  var title: String
  var links: [Link]
  static let shape = Shape<Column>(("title", { .string($0.title) }), ("links", { .models($0.links) }))
}
struct Shop: Codable, Bindable {
  var name, url: String
  static let shape = Shape<Shop>(("name", { .string($0.name) }), ("url", { .string($0.url) }))
}
struct Cart: Codable, Bindable {
  var item_count: Int
  static let shape = Shape<Cart>(("item_count", { .int($0.item_count) }))
}
struct Listing: Codable, Bindable {
  var id: Int
  var title: String
  var products_count: Int
  static let shape = Shape<Listing>(
    ("id", { .int($0.id) }), ("title", { .string($0.title) }), ("products_count", { .int($0.products_count) }))
}
struct Page: Decodable {
  var shop: Shop
  var cart: Cart
  var page_title, page_description, canonical_url: String
  var nav: [Link]
  var footer: [Column]
  var collection: Listing
  var products: [Product]
  var product: Product
  var related: [Product]

  var globals: [String: Value] {
    [
      "shop": .bound(shop), "cart": .bound(cart), "page_title": .string(page_title),
      "page_description": .string(page_description),
      "canonical_url": .string(canonical_url), "nav": .models(nav), "footer": .models(footer), "collection": .bound(collection),
      "products": .models(products), "product": .bound(product), "related": .models(related),
    ]
  }
}
