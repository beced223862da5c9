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
    ("id", { .string($0.product.id) }),
    ("handle", { .string($0.product.handle) }),
    ("title", { .string($0.product.title) }),
    ("url", { .string($0.url) }),
    ("vendor", { .string($0.product.vendor) }),
    ("type", { .string($0.product.type) }),
    // Sanitised to an allow-list when it was stored, hence safe by type.
    ("description", { .safeHTML($0.product.descriptionHTML.html) }),
    ("content", { .safeHTML($0.product.descriptionHTML.html) }),
    ("price", { .amount($0.product.price) }),
    ("price_min", { .amount($0.prices.min { $0.amount < $1.amount } ?? $0.product.price) }),
    ("price_max", { .amount($0.prices.max { $0.amount < $1.amount } ?? $0.product.price) }),
    ("price_varies", { .bool($0.product.priceVaries) }),
    ("compare_at_price", { ProductDrop.reduced(from: $0.product.compareAt, to: $0.product.price) }),
    ("available", { .bool($0.product.available) }),
    ("images", { .models($0.product.images.map(ImageDrop.init)) }),
    ("featured_image", { $0.product.images.first.map { .bound(ImageDrop(image: $0)) } ?? .null }),
    ("options", { .array($0.product.options.map { .string($0.name) }) }),
    ("options_with_values", { $0.options }),
    ("variants", { drop in .models(drop.product.variants.map { VariantDrop(variant: $0, product: drop.product) }) }),
    ("selected_variant", { $0.selected.map { .bound($0) } ?? .null }),
    (
      "selected_or_first_available_variant",
      { drop in
        let variant = drop.selected?.variant ?? drop.product.variants.first { $0.available } ?? drop.product.variants.first
        return variant.map { .bound(VariantDrop(variant: $0, product: drop.product)) } ?? .null
      }
    ),
    ("has_only_default_variant", { .bool($0.product.variants.count == 1 && $0.product.options.isEmpty) }),
    ("attributes", { .models($0.product.attributes.map(AttributeDrop.init)) }),
    ("tags", { .array($0.product.tags.map { .string($0) }) }),
    ("collections", { .models($0.collections.map { CollectionDrop(collection: $0) }) }),
    ("rating", { $0.product.rating.map { .bound(RatingDrop(rating: $0)) } ?? .null })
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
    ("id", { .string($0.variant.id) }),
    ("title", { .string($0.variant.title) }),
    ("sku", { .string($0.variant.sku) }),
    ("options", { .array($0.variant.options.map { .string($0) }) }),
    ("option1", { $0.option(0) }),
    ("option2", { $0.option(1) }),
    ("option3", { $0.option(2) }),
    ("price", { .amount($0.variant.price) }),
    ("compare_at_price", { ProductDrop.reduced(from: $0.variant.compareAt, to: $0.variant.price) }),
    ("available", { .bool($0.variant.available) }),
    ("inventory_quantity", { $0.variant.inventory.map { .int($0) } ?? .null }),
    ("image", { ($0.variant.image ?? $0.product.images.first).map { .bound(ImageDrop(image: $0)) } ?? .null }),
    ("url", { $0.url })
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
    ("name", { .string($0.name) }),
    ("position", { .int($0.position) }),
    ("values", { .array($0.values.map { .string($0) }) }),
    ("selected_value", { $0.selected.map { .string($0) } ?? .null })
  )
}

struct ImageDrop: Bindable {
  let image: Image

  static let shape = Shape<ImageDrop>(
    ("src", { .string($0.image.src) }),
    ("alt", { .string($0.image.alt) }),
    ("width", { $0.image.width.map { .int($0) } ?? .null }),
    ("height", { $0.image.height.map { .int($0) } ?? .null }),
    (
      "aspect_ratio",
      { drop in
        guard let width = drop.image.width, let height = drop.image.height, height > 0 else { return .null }
        return .double(Double(width) / Double(height))
      }
    )
  )
}

struct AttributeDrop: Bindable {
  let attribute: Product.Attribute

  static let shape = Shape<AttributeDrop>(
    ("key", { .string($0.attribute.key) }),
    ("label", { .string($0.attribute.label) }),
    ("value", { .string($0.attribute.value) })
  )
}

struct RatingDrop: Bindable {
  let rating: Product.Rating

  static let shape = Shape<RatingDrop>(
    ("value", { .double($0.rating.value) }),
    ("count", { .int($0.rating.count) })
  )
}

extension Value {
  /// An amount as templates have it: whole hundredths (thousandths where the currency has them).
  static func amount(_ money: Money) -> Value { money.subunits.map { .int($0) } ?? .null }
}
