import Tenancy

/// What a form of the shop asks for.
package enum ShopperAction: Hashable, Sendable {
  case addToCart, changeCart
  case wish, unwish
  case compare, uncompare
  /// The customer is a guest again on this browser.
  case leave

  /// By the place and the word after it: `cart` and `add`; nil for what no form asks for.
  init?(place: Routes.Place, verb: String) {
    switch (place, verb) {
    case (.cart, "add"): self = .addToCart
    case (.cart, "change"): self = .changeCart
    case (.wishlist, "add"): self = .wish
    case (.wishlist, "remove"): self = .unwish
    case (.compare, "add"): self = .compare
    case (.compare, "remove"): self = .uncompare
    case (.account, "leave"): self = .leave
    default: return nil
    }
  }

  /// The page that shows what became of it.
  var page: PageRoute.Kind {
    switch self {
    case .addToCart, .changeCart: .cart
    case .wish, .unwish: .wishlist
    case .compare, .uncompare: .compare
    case .leave: .index
    }
  }

  /// The key of what the theme says of it when it is done.
  var notice: String {
    switch self {
    case .addToCart, .wish, .compare: "added"
    case .changeCart: "changed"
    case .unwish, .uncompare, .leave: "removed"
    }
  }

  /// What the browser's own parts listen to.
  var event: String { self == .leave ? "account-changed" : "\(page.rawValue)-changed" }
}
