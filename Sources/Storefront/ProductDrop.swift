import CoreAPIClient
import TemplateEngine

/// A product as templates see it: Shopify's names, amounts as whole hundredths. Bound, not converted: only what a template looks
/// at is read.
struct ProductDrop: Bindable {
  let product: Product
  /// The variant the address names; empty for none.
  var selectedVariant = ""
  /// Those it belongs to, where the page asked for them: a card needs none.
  var collections: [Collection] = []

  static let shape = Shape<ProductDrop>(
    .field("id", \.product.id),
    .field("handle", \.product.handle),
    .field("title", \.product.title),
    .computed("url") { .string($0.url) },
    .field("vendor", \.product.vendor),
    .field("type", \.product.type),
    // Sanitised to an allow-list when it was stored, hence safe by type.
    .html("description", \.product.descriptionHTML.html),
    .html("content", \.product.descriptionHTML.html),
    .computed("price") { .amount($0.product.price) },
    .computed("price_min") { .amount($0.prices.min { $0.amount < $1.amount } ?? $0.product.price) },
    .computed("price_max") { .amount($0.prices.max { $0.amount < $1.amount } ?? $0.product.price) },
    .computed("price_varies") { .bool($0.product.priceVaries) },
    .computed("compare_at_price") { ProductDrop.reduced(from: $0.product.compareAt, to: $0.product.price) },
    .field("available", \.product.available),
    .computed("images") { .models($0.product.images.map(ImageDrop.init)) },
    .computed("featured_image") { $0.product.images.first.map { .bound(ImageDrop(image: $0)) } ?? .null },
    .computed("options") { .array($0.product.options.map { .string($0.name) }) },
    .computed("options_with_values") { $0.options },
    .computed("variants") { drop in .models(drop.product.variants.map { VariantDrop(variant: $0, product: drop.product) }) },
    .computed("selected_variant") { $0.selected.map { .bound($0) } ?? .null },
    .computed("selected_or_first_available_variant") { drop in
      let variant = drop.selected?.variant ?? drop.product.variants.first { $0.available } ?? drop.product.variants.first
      return variant.map { .bound(VariantDrop(variant: $0, product: drop.product)) } ?? .null
    },
    .computed("has_only_default_variant") { .bool($0.product.variants.count == 1 && $0.product.options.isEmpty) },
    .computed("attributes") { .models($0.product.attributes.map(AttributeDrop.init)) },
    .computed("tags") { .array($0.product.tags.map { .string($0) }) },
    .computed("collections") { .models($0.collections.map { CollectionDrop(collection: $0) }) },
    .computed("rating") { $0.product.rating.map { .bound(RatingDrop(rating: $0)) } ?? .null }
  )

  var url: String { "/products/" + PercentEncoding.segment(product.handle) }

  /// A former price is one only while it is higher.
  static func reduced(from before: Money?, to now: Money) -> Value {
    guard let before, before.amount > now.amount else { return .null }
    return .amount(before)
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
    .computed("price") { .amount($0.variant.price) },
    .computed("compare_at_price") { ProductDrop.reduced(from: $0.variant.compareAt, to: $0.variant.price) },
    .field("available", \.variant.available),
    .field("inventory_quantity", \.variant.inventory),
    .computed("image") { ($0.variant.image ?? $0.product.images.first).map { .bound(ImageDrop(image: $0)) } ?? .null },
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

struct ImageDrop: Bindable {
  let image: Image

  static let shape = Shape<ImageDrop>(
    .field("src", \.image.src),
    .field("alt", \.image.alt),
    .field("width", \.image.width),
    .field("height", \.image.height),
    .computed("aspect_ratio") { drop in
      guard let width = drop.image.width, let height = drop.image.height, height > 0 else { return .null }
      return .double(Double(width) / Double(height))
    }
  )
}

struct AttributeDrop: Bindable {
  let attribute: Product.Attribute

  static let shape = Shape<AttributeDrop>(
    .field("key", \.attribute.key),
    .field("label", \.attribute.label),
    .field("value", \.attribute.value)
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
