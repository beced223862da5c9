import HTTP
import Tenancy

/// Something in a shop that has an address. Catalogues, menus and redirects name it by its canonical path (`/products/coat`); each
/// market has its own (`/de/produkte/coat`).
package enum ShopAddress: Hashable, Sendable {
  case home
  case product(String)
  case collection(String)
  case page(String)
  case blog(String)
  case article(blog: String, String)
  case search, cart, wishlist, compare, account, fragments

  /// Reads the parts of a path below a market's root, none of them empty.
  /// - Returns: nil for parts that name nothing of this kind.
  package init?(_ parts: some RandomAccessCollection<Substring>, in routes: Routes) {
    guard let first = parts.first else {
      self = .home
      return
    }
    guard let place = routes.place(for: first) else { return nil }
    let rest = parts.dropFirst().map(String.init)
    switch (place, rest.count) {
    case (.products, 1): self = .product(rest[0])
    // Where a shopper came from is not part of what a product is: one address for each product.
    case (.collections, 3) where routes.place(for: rest[1]) == .products: self = .product(rest[2])
    case (.collections, 1): self = .collection(rest[0])
    case (.collections, 0): self = .collection("all")
    case (.pages, 1): self = .page(rest[0])
    case (.blogs, 1): self = .blog(rest[0])
    case (.blogs, 2): self = .article(blog: rest[0], rest[1])
    case (.search, 0): self = .search
    case (.cart, 0): self = .cart
    case (.wishlist, 0): self = .wishlist
    case (.compare, 0): self = .compare
    case (.account, 0): self = .account
    default: return nil
    }
  }
}

extension Market {
  /// Percent-encoded, with the market's root.
  package func path(_ address: ShopAddress) -> String {
    switch address {
    case .home: routes.root.isEmpty ? "/" : routes.root
    case .product(let handle): named(.products, handle)
    case .collection(let handle): named(.collections, handle)
    case .page(let handle): named(.pages, handle)
    case .blog(let handle): named(.blogs, handle)
    case .article(let blog, let handle): named(.blogs, blog) + "/" + PercentEncoding.segment(handle)
    case .search: placed(.search)
    case .cart: placed(.cart)
    case .wishlist: placed(.wishlist)
    case .compare: placed(.compare)
    case .account: placed(.account)
    case .fragments: placed(.fragments)
    }
  }

  private func placed(_ place: Routes.Place) -> String { routes.root + "/" + PercentEncoding.segment(routes.word(for: place)) }

  private func named(_ place: Routes.Place, _ handle: String) -> String { placed(place) + "/" + PercentEncoding.segment(handle) }

  /// A canonical address as it reads in this market. What names nothing of a shop (a file, another host) stays as it is.
  package func localized(_ canonical: String) -> String {
    guard routes.isOwn, canonical.utf8.first == UInt8(ascii: "/"), !canonical.hasPrefix("//") else { return canonical }
    let end = canonical.firstIndex { $0 == "?" || $0 == "#" } ?? canonical.endIndex
    var parts = canonical[..<end].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    if parts.last?.isEmpty == true { parts.removeLast() }
    // The handles in it are encoded already.
    let decoded = parts.map { PercentEncoding.decodeSegment($0).map { Substring($0) } ?? $0 }
    guard let address = ShopAddress(decoded, in: .canonical) else { return canonical }
    return path(address) + canonical[end...]
  }
}

extension Routes {
  /// Whether any address differs from the catalogue's own.
  fileprivate var isOwn: Bool { revision != Routes.canonical.revision }

  package static let canonical = Routes()
}
