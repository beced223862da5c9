import CoreAPIClient
import HTTP
import TemplateEngine
import Tenancy

/// A product as templates see it: Shopify's names, amounts as whole hundredths. Bound where it lies, in a list as the core API
/// gave it: only what a template looks at is read, and nothing is copied for each card.
extension Product: Bindable {
  package static let shape = Shape<Product>(
    // Whose changes are watched cannot be read as a stored property.
    .inPlace("id") { .string($0.pointee.id) },
    .inPlace("handle") { .string($0.pointee.handle) },
    .field("title", \.title),
    .field("url", Product.storedPath),
    .field("vendor", \.vendor),
    .field("type", \.type),
    // Sanitised to an allow-list when it was stored, hence safe by type.
    .html("description", \.descriptionHTML.html),
    .html("content", \.descriptionHTML.html),
    .field("price", \.price.subunits),
    .computed("price_min") { .amount($0.prices.min { $0.amount < $1.amount } ?? $0.price) },
    .computed("price_max") { .amount($0.prices.max { $0.amount < $1.amount } ?? $0.price) },
    .computed("price_varies") { .bool($0.priceVaries) },
    .inPlace("compare_at_price") { .reduced(from: $0.pointee.compareAt, to: $0.pointee.price) },
    .field("available", \.available),
    .field("images", \.images),
    .first("featured_image", of: \.images),
    .computed("options") { .array($0.options.map { .string($0.name) }) },
    .computed("options_with_values") { $0.options(choosing: $0.likelyVariant) },
    .computed("variants") { product in .models(product.variants.map { VariantDrop(variant: $0, product: product) }) },
    .computed("selected_variant") { _ in .null },
    .computed("selected_or_first_available_variant") { $0.drop($0.likelyVariant) },
    .computed("has_only_default_variant") { .bool($0.variants.count == 1 && $0.options.isEmpty) },
    .field("attributes", \.attributes),
    .computed("tags") { .array($0.tags.map { .string($0) }) },
    .computed("collections") { _ in .array([]) },
    .computed("rating") { $0.rating.map { .bound(RatingDrop(rating: $0)) } ?? .null },
    .field("unit", \.unit),
    .field("language", \.language),
    .computed("price_changed_at") { $0.priceChange.map { .string(CoreAPIClient.Timestamp.text($0.at)) } ?? .null },
    .computed("price_before") { $0.priceChange.map { .amount($0.from) } ?? .null }
  )

  private var prices: [Money] { variants.map(\.price) }

  fileprivate var likelyVariant: Variant? { variants.first { $0.available } ?? variants.first }

  fileprivate func drop(_ variant: Variant?) -> Value {
    variant.map { .bound(VariantDrop(variant: $0, product: self)) } ?? .null
  }

  fileprivate func options(choosing chosen: Variant?) -> Value {
    .models(
      options.enumerated().map { index, option in
        OptionDrop(
          name: option.name, position: index + 1, values: option.values,
          selected: chosen.flatMap { index < $0.options.count ? $0.options[index] : nil })
      })
  }
}

/// A page's own product: with the choice that the address names, and what it belongs to.
struct ProductDrop: Bindable {
  let product: Product
  /// Empty for none.
  let selectedVariant: String
  let collections: [Collection]
  let routes: Routes

  static let shape = Shape<ProductDrop>(
    including: \.product,
    .computed("description") { .safeHTML($0.product.descriptionHTML.html(in: $0.routes)) },
    .computed("content") { .safeHTML($0.product.descriptionHTML.html(in: $0.routes)) },
    .computed("options_with_values") { $0.product.options(choosing: $0.selected ?? $0.product.likelyVariant) },
    .computed("selected_variant") { $0.product.drop($0.selected) },
    .computed("selected_or_first_available_variant") { $0.product.drop($0.selected ?? $0.product.likelyVariant) },
    .computed("collections") { drop in
      .models(drop.collections.map { CollectionDrop(collection: $0, routes: drop.routes) })
    }
  )

  private var selected: Variant? {
    selectedVariant.isEmpty ? nil : product.variants.first { $0.id == selectedVariant }
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
    .computed("compare_at_price") { .reduced(from: $0.variant.compareAt, to: $0.variant.price) },
    .field("available", \.variant.available),
    .field("inventory_quantity", \.variant.inventory),
    .computed("image") { ($0.variant.image ?? $0.product.images.first).map { .bound($0) } ?? .null },
    .computed("url") { $0.url }
  )

  private func option(_ index: Int) -> Value {
    index < variant.options.count ? .string(variant.options[index]) : .null
  }

  private var url: Value {
    .string(product.path + "?variant=" + PercentEncoding.query(variant.id))
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
    .field("value", \.value),
    .computed("type") { .string($0.type.rawValue) },
    .field("unit", \.unit)
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

  /// A former price is one only while it is higher.
  fileprivate static func reduced(from before: Money?, to now: Money) -> Value {
    guard let before else { return .null }
    if let before = before.subunits, let now = now.subunits { return before > now ? .int(before) : .null }
    return before.amount > now.amount ? .amount(before) : .null
  }
}
