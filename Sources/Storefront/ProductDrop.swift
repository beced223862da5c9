import CoreAPIClient
import HTTP
import TemplateEngine

/// A product as templates see it: Shopify's names, amounts as whole hundredths. Bound, not converted: only what a template looks
/// at is read.
struct ProductDrop: Bindable {
  let product: Product
  /// The variant the address names; empty for none.
  let selectedVariant: String
  /// Those it belongs to, where the page asked for them: a card needs none.
  let collections: [Collection]
  // What a card shows of it and is not a property of the product as it is: made once, however often it is looked at.
  private let url: String
  private let formerPrice: Int?

  init(product: Product, selectedVariant: String = "", collections: [Collection] = []) {
    url = "/products/" + PercentEncoding.segment(product.handle)
    formerPrice = ProductDrop.reduced(from: product.compareAt, to: product.price)
    self.product = product
    self.selectedVariant = selectedVariant
    self.collections = collections
  }

  static let shape = Shape<ProductDrop>(
    .field("id", \.product.id),
    .field("handle", \.product.handle),
    .field("title", \.product.title),
    .field("url", \.url),
    .field("vendor", \.product.vendor),
    .field("type", \.product.type),
    // Sanitised to an allow-list when it was stored, hence safe by type.
    .html("description", \.product.descriptionHTML.html),
    .html("content", \.product.descriptionHTML.html),
    .field("price", \.product.price.subunits),
    .computed("price_min") { .amount($0.prices.min { $0.amount < $1.amount } ?? $0.product.price) },
    .computed("price_max") { .amount($0.prices.max { $0.amount < $1.amount } ?? $0.product.price) },
    .computed("price_varies") { .bool($0.product.priceVaries) },
    .field("compare_at_price", \.formerPrice),
    .field("available", \.product.available),
    .field("images", \.product.images),
    .first("featured_image", of: \.product.images),
    .computed("options") { .array($0.product.options.map { .string($0.name) }) },
    .computed("options_with_values") { $0.options },
    .computed("variants") { drop in .models(drop.product.variants.map { VariantDrop(variant: $0, product: drop.product) }) },
    .computed("selected_variant") { $0.selected.map { .bound($0) } ?? .null },
    .computed("selected_or_first_available_variant") { drop in
      let variant = drop.selected?.variant ?? drop.product.variants.first { $0.available } ?? drop.product.variants.first
      return variant.map { .bound(VariantDrop(variant: $0, product: drop.product)) } ?? .null
    },
    .computed("has_only_default_variant") { .bool($0.product.variants.count == 1 && $0.product.options.isEmpty) },
    .field("attributes", \.product.attributes),
    .computed("tags") { .array($0.product.tags.map { .string($0) }) },
    .computed("collections") { .models($0.collections.map { CollectionDrop(collection: $0) }) },
    .computed("rating") { $0.product.rating.map { .bound(RatingDrop(rating: $0)) } ?? .null }
  )

  /// A former price is one only while it is higher.
  static func reduced(from before: Money?, to now: Money) -> Int? {
    guard let before, before.amount > now.amount else { return nil }
    return before.subunits
  }

  private var prices: [Money] { product.variants.map(\.price) }

  private var selected: VariantDrop? {
    guard !selectedVariant.isEmpty, let variant = product.variants.first(where: { $0.id == selectedVariant }) else { return nil }
    return VariantDrop(variant: variant, product: product)
  }

  private var options: Value {
    let chosen = selected?.variant ?? product.variants.first { $0.available } ?? product.variants.first
    return .models(
      product.options.enumerated().map { index, option in
        OptionDrop(
          name: option.name, position: index + 1, values: option.values,
          selected: chosen.flatMap { index < $0.options.count ? $0.options[index] : nil })
      })
  }
}

struct VariantDrop: Bindable {
  let variant: Variant
  let product: Product

  static let shape = Shape<VariantDrop>(
    .field("id", \.variant.id),
    .field("title", \.variant.title),
    .field("sku", \.variant.sku),
    .computed("options") { .array($0.variant.options.map { .string($0) }) },
    .computed("option1") { $0.option(0) },
    .computed("option2") { $0.option(1) },
    .computed("option3") { $0.option(2) },
    .field("price", \.variant.price.subunits),
    .computed("compare_at_price") {
      ProductDrop.reduced(from: $0.variant.compareAt, to: $0.variant.price).map { .int($0) } ?? .null
    },
    .field("available", \.variant.available),
    .field("inventory_quantity", \.variant.inventory),
    .computed("image") { ($0.variant.image ?? $0.product.images.first).map { .bound($0) } ?? .null },
    .computed("url") { $0.url }
  )

  private func option(_ index: Int) -> Value {
    index < variant.options.count ? .string(variant.options[index]) : .null
  }

  private var url: Value {
    .string("/products/" + PercentEncoding.segment(product.handle) + "?variant=" + PercentEncoding.query(variant.id))
  }
}

struct OptionDrop: Bindable {
  let name: String
  let position: Int
  let values: [String]
  let selected: String?

  static let shape = Shape<OptionDrop>(
    .field("name", \.name),
    .field("position", \.position),
    .computed("values") { .array($0.values.map { .string($0) }) },
    .field("selected_value", \.selected)
  )
}

// What a product has in its own memory is read there.

extension Image: Bindable {
  package static let shape = Shape<Image>(
    .field("src", \.src),
    .field("alt", \.alt),
    .field("width", \.width),
    .field("height", \.height),
    .computed("aspect_ratio") { image in
      guard let width = image.width, let height = image.height, height > 0 else { return .null }
      return .double(Double(width) / Double(height))
    }
  )
}

extension Product.Attribute: Bindable {
  package static let shape = Shape<Product.Attribute>(
    .field("key", \.key),
    .field("label", \.label),
    .field("value", \.value)
  )
}

struct RatingDrop: Bindable {
  let rating: Product.Rating

  static let shape = Shape<RatingDrop>(
    .field("value", \.rating.value),
    .field("count", \.rating.count)
  )
}

extension Value {
  /// An amount as templates have it: whole hundredths (thousandths where the currency has them).
  static func amount(_ money: Money) -> Value { money.subunits.map { .int($0) } ?? .null }
}
