import ChangeLog
import CoreAPIClient
import EventLoop
import FragmentCache
import HTTP
import Session
import TemplateEngine
import Tenancy

/// What one shopper has in a shop, under the names that private sections see. What must be read for it (products, prices) is a promise,
/// as everything else of a page.
struct ShopperDrops: Sendable {
  let globals: [String: Value]

  /// - Parameter notice: what became of the form that led here, by the key of the theme's text; nil for nothing to say.
  init(_ session: ShopperSession, of shop: Shop, saying notice: String?) {
    globals = [
      "cart": .bound(CartDrop(session: session, shop: shop, notice: notice)),
      "wishlist": .bound(HandlesDrop(handles: session.wishlist, kind: "wishlist", notice: notice)),
      "compare": .bound(HandlesDrop(handles: session.compared, kind: "compare", notice: notice)),
      "customer": session.customer.map { .object([("name", .string($0.text))]) } ?? .null,
    ]
  }
}

struct CartDrop: Bindable {
  let session: ShopperSession
  let shop: Shop
  let notice: String?

  static let shape = Shape<CartDrop>(
    .computed("item_count") { .int($0.session.itemCount) },
    .computed("items") { _ in .deferred(DataRequest(kind: "cart", arguments: ["items"])) },
    .computed("total_price") { _ in .deferred(DataRequest(kind: "cart", arguments: ["total"])) },
    .field("currency", \.shop.market.currency),
    .computed("checkout_url") { $0.checkout },
    .field("notice", \.notice)
  )

  /// Where the platform takes the order over: `{lines}` is `variant:quantity` joined by commas, as in Shopify's cart permalinks.
  private var checkout: Value {
    guard let template = shop.tenant.checkout, !session.lines.isEmpty else { return .null }
    let lines = session.lines.map { PercentEncoding.query($0.variant) + ":\($0.quantity)" }.joined(separator: ",")
    let address = template.replacing("{lines}", with: lines).replacing("{locale}", with: shop.market.locale)
      .replacing("{currency}", with: shop.market.currency)
    return .string(shop.market.localized(address))
  }
}

/// Products that a shopper has put on a list.
struct HandlesDrop: Bindable {
  let handles: [String]
  let kind: String
  let notice: String?

  static let shape = Shape<HandlesDrop>(
    .computed("count") { .int($0.handles.count) },
    .computed("handles") { .array($0.handles.map { .string($0) }) },
    .computed("products") { .deferred(DataRequest(kind: $0.kind, arguments: [])) },
    .field("notice", \.notice)
  )
}

/// A line of the cart with what it is of, as far as the shop still has it.
struct CartItemDrop: Bindable {
  let line: CartLine
  let product: Product?

  static let shape = Shape<CartItemDrop>(
    .field("key", \.line.key),
    .field("quantity", \.line.quantity),
    .computed("title") { .string($0.product?.title ?? $0.line.product) },
    .computed("url") { $0.product.map { .string($0.path) } ?? .null },
    .computed("product") { $0.product.map { .bound($0) } ?? .null },
    .computed("variant") { drop in
      guard let product = drop.product, let variant = drop.variant else { return .null }
      return .bound(VariantDrop(variant: variant, product: product))
    },
    .computed("image") { drop in (drop.variant?.image ?? drop.product?.images.first).map { .bound($0) } ?? .null },
    .computed("price") { $0.variant.map { .amount($0.price) } ?? .null },
    .computed("line_price") { $0.price.map { .int($0) } ?? .null },
    .computed("available") { .bool($0.variant?.available ?? false) },
    .computed("properties") { drop in
      .array(drop.line.properties.map { .object([("name", .string($0.name)), ("value", .string($0.value))]) })
    }
  )

  var variant: Variant? { product?.variants.first { $0.id == line.variant } }

  /// Of the line, in hundredths; nil for what cannot be bought.
  var price: Int? {
    guard let variant, let one = variant.price.subunits else { return nil }
    let (sum, overflow) = one.multipliedReportingOverflow(by: line.quantity)
    return overflow ? nil : sum
  }
}

extension PageData {
  /// What the shopper's own lists name, read now: prices and stock are never older than the page.
  func owned(_ request: DataRequest, at moment: Moment) async throws -> Reading {
    guard let session else { return Reading(value: .null, moment: moment) }
    let handles =
      switch request.kind {
      case "cart": session.lines.map(\.product)
      case "wishlist": session.wishlist
      default: session.compared
      }
    let products = try await products(handles)
    var own = Reading(value: .null, moment: moment)
    own.tags = products.values.map { Tag(tenant.id, $0.tagName) }
    switch request.kind {
    case "cart":
      let items = session.lines.map { CartItemDrop(line: $0, product: products[$0.product]) }
      own.value =
        request.arguments.first == "total"
        ? .int(
          items.filter { $0.variant?.available == true }.compactMap(\.price).reduce(0) {
            $0.addingReportingOverflow($1).partialValue
          })
        : .models(items)
    default: own.value = .models(handles.compactMap { products[$0] })
    }
    return own
  }

  /// Side by side; what the shop does not have any more is left out.
  private func products(_ handles: [String]) async throws -> [String: Product] {
    let once = Set(handles)
    let asked = once.map { handle in (handle, Loop.task { try await self.ownProduct(handle) }) }
    var products: [String: Product] = [:]
    for (handle, task) in asked { products[handle] = try await task.value }
    return products
  }

  /// Once for the page, which looks at a cart for its lines and for its sum.
  private func ownProduct(_ handle: String) async throws -> Product? {
    if let promise = ownProducts[handle] { return try await promise.value() }
    let promise = Promise<Product?>()
    ownProducts[handle] = promise
    return try await promise.keep { try await api.product(handle, in: market).value }
  }
}
