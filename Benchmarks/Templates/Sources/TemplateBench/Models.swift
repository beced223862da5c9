import TemplateEngine

// The workload's data as typed models: bound, never converted.

struct Picture: Codable, Bindable {
  var src, alt: String
  var width, height: Int
  static let shape = Shape<Picture>(
    .field("src", \.src), .field("alt", \.alt), .field("width", \.width), .field("height", \.height))
}
struct Badge: Codable, Bindable {
  var kind, label: String
  static let shape = Shape<Badge>(.field("kind", \.kind), .field("label", \.label))
}
struct Choice: Codable, Bindable {
  var name: String
  var values: [String]
  var selected: String
  static let shape = Shape<Choice>(
    .field("name", \.name), .computed("values") { .array($0.values.map { .string($0) }) }, .field("selected", \.selected))
}
struct Variant: Codable, Bindable {
  var id: Int
  var title, sku: String
  var price: Int
  var available: Bool
  static let shape = Shape<Variant>(
    .field("id", \.id), .field("title", \.title), .field("sku", \.sku), .field("price", \.price),
    .field("available", \.available))
}
struct Spec: Codable, Bindable {
  var name, value: String
  static let shape = Shape<Spec>(.field("name", \.name), .field("value", \.value))
}
struct Review: Codable, Bindable {
  var author, title, body: String
  var rating: Int
  static let shape = Shape<Review>(
    .field("author", \.author), .field("title", \.title), .field("body", \.body), .field("rating", \.rating))
}
struct Product: Decodable, Bindable {
  var id: Int
  var title, url, vendor: String
  var image: Picture
  var price: Int
  var compare_at_price: Int?
  var available: Bool
  var badges: [Badge]
  var detail: Detail

  static let shape = Shape<Product>(
    .field("id", \.id), .field("title", \.title), .field("url", \.url), .field("vendor", \.vendor), .field("image", \.image),
    .field("price", \.price), .field("compare_at_price", \.compare_at_price), .field("available", \.available),
    .field("badges", \.badges), .field("description", \.detail.description), .field("images", \.detail.images),
    .field("options", \.detail.options), .field("variants", \.detail.variants), .field("specs", \.detail.specs),
    .field("reviews", \.detail.reviews), .field("review_count", \.detail.review_count))

  enum Key: String, CodingKey {
    case id, title, url, vendor, image, price, compare_at_price, available, badges
  }

  init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: Key.self)
    id = try from.decode(Int.self, forKey: .id)
    title = try from.decode(String.self, forKey: .title)
    url = try from.decode(String.self, forKey: .url)
    vendor = try from.decode(String.self, forKey: .vendor)
    image = try from.decode(Picture.self, forKey: .image)
    price = try from.decode(Int.self, forKey: .price)
    compare_at_price = try from.decodeIfPresent(Int.self, forKey: .compare_at_price)
    available = try from.decode(Bool.self, forKey: .available)
    badges = try from.decode([Badge].self, forKey: .badges)
    detail = try Detail(from: decoder)
  }
}

/// What only a product's own page shows.
struct Detail: Decodable {
  var description: String?
  var images: [Picture]
  var options: [Choice]
  var variants: [Variant]
  var specs: [Spec]
  var reviews: [Review]
  var review_count: Int

  enum Key: String, CodingKey {
    case description, images, options, variants, specs, reviews, review_count
  }

  init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: Key.self)
    description = try from.decodeIfPresent(String.self, forKey: .description)
    images = try from.decodeIfPresent([Picture].self, forKey: .images) ?? []
    options = try from.decodeIfPresent([Choice].self, forKey: .options) ?? []
    variants = try from.decodeIfPresent([Variant].self, forKey: .variants) ?? []
    specs = try from.decodeIfPresent([Spec].self, forKey: .specs) ?? []
    reviews = try from.decodeIfPresent([Review].self, forKey: .reviews) ?? []
    review_count = try from.decodeIfPresent(Int.self, forKey: .review_count) ?? 0
  }
}
struct Link: Codable, Bindable {
  var title, url: String
  var active: Bool?
  static let shape = Shape<Link>(
    .field("title", \.title), .field("url", \.url), .computed("active") { .bool($0.active ?? false) })
}
struct Column: Codable, Bindable {
  var title: String
  var links: [Link]
  static let shape = Shape<Column>(.field("title", \.title), .field("links", \.links))
}
struct Shop: Codable, Bindable {
  var name, url: String
  static let shape = Shape<Shop>(.field("name", \.name), .field("url", \.url))
}
struct Cart: Codable, Bindable {
  var item_count: Int
  static let shape = Shape<Cart>(.field("item_count", \.item_count))
}
struct Listing: Codable, Bindable {
  var id: Int
  var title: String
  var products_count: Int
  static let shape = Shape<Listing>(
    .field("id", \.id), .field("title", \.title), .field("products_count", \.products_count))
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
