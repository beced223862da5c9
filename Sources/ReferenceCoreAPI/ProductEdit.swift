import CoreAPIClient

/// A change that the platform's people make, as data.
package enum ProductEdit: Hashable, Sendable {
  case title(String)
  /// Its old address leads to the new one from now on.
  case handle(String)
  /// nil: every variant.
  case price(Money, variant: String?)
  case compareAt(Money?, variant: String?)
  case sale(Variant.Sale?, variant: String?)
  /// Units left; none makes the variant unavailable.
  case stock(Int, variant: String?)
  /// Said by itself, whatever is counted.
  case available(Bool, variant: String?)
  case publish
  case unpublish
  case archive
  /// All the collections it is in from now on.
  case collections([String])

  func apply(to product: inout Product) throws(CatalogError) {
    switch self {
    case .title(let title): product.title = title
    case .handle(let handle): product.handle = handle
    case .price(let price, let variant): try product.edit(variant) { $0.price = price }
    case .compareAt(let before, let variant): try product.edit(variant) { $0.compareAt = before }
    case .sale(let sale, let variant): try product.edit(variant) { $0.sale = sale }
    case .stock(let units, let variant):
      try product.edit(variant) {
        $0.inventory = units
        $0.available = units > 0
      }
    case .available(let available, let variant): try product.edit(variant) { $0.available = available }
    case .publish: product.status = .active
    case .unpublish: product.status = .draft
    case .archive: product.status = .archived
    case .collections(let handles): product.collections = handles
    }
  }
}

extension Product {
  fileprivate mutating func edit(_ id: String?, _ body: (inout Variant) -> Void) throws(CatalogError) {
    let chosen = variants.indices.filter { id == nil || variants[$0].id == id }
    guard !chosen.isEmpty else {
      throw CatalogError(.unknown, "\u{201C}\(handle)\u{201D} has no variant \u{201C}\(id ?? "")\u{201D}", path: "variant")
    }
    for index in chosen { body(&variants[index]) }
    summarize()
  }
}
