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
    guard let read = Self.read(parts, in: routes) else { return nil }
    self = read.address
  }

  /// The same, and whether the parts are the address as the market writes it: a former word leads there, too.
  package static func read(
    _ parts: some RandomAccessCollection<Substring>, in routes: Routes
  ) -> (address: ShopAddress, isCurrent: Bool)? {
    guard let first = parts.first else { return (.home, true) }
    guard let place = routes.place(for: first) else { return nil }
    let rest = parts.dropFirst().map(String.init)
    let isCurrent = routes.word(for: place) == first
    switch (place, rest.count) {
    case (.products, 1): return (.product(rest[0]), isCurrent)
    // Where a shopper came from is not part of what a product is: one address for each product.
    case (.collections, 3) where routes.place(for: rest[1]) == .products: return (.product(rest[2]), false)
    case (.collections, 1): return (.collection(rest[0]), isCurrent)
    case (.collections, 0): return (.collection("all"), false)
    case (.pages, 1): return (.page(rest[0]), isCurrent)
    case (.blogs, 1): return (.blog(rest[0]), isCurrent)
    case (.blogs, 2): return (.article(blog: rest[0], rest[1]), isCurrent)
    case (.search, 0): return (.search, isCurrent)
    case (.cart, 0): return (.cart, isCurrent)
    case (.wishlist, 0): return (.wishlist, isCurrent)
    case (.compare, 0): return (.compare, isCurrent)
    case (.account, 0): return (.account, isCurrent)
    default: return nil
    }
  }
}

extension Market {
  /// Percent-encoded, with the market's root.
  package func path(_ address: ShopAddress) -> String { routes.path(address) }

  /// A canonical address as it reads in this market. What names nothing of a shop (a file, another host) stays as it is.
  package func localized(_ canonical: String) -> String { routes.localized(canonical) }
}

extension Routes {
  /// The addresses that catalogues use.
  package static let canonical = Routes()

  package func path(_ address: ShopAddress) -> String {
    switch address {
    case .home: root.isEmpty ? "/" : root
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

  private func placed(_ place: Routes.Place) -> String { root + "/" + PercentEncoding.segment(word(for: place)) }

  private func named(_ place: Routes.Place, _ handle: String) -> String { placed(place) + "/" + PercentEncoding.segment(handle) }

  /// A path below this market's root as the catalogue would write it, where it names nothing of a shop.
  package func canonicalPath(of path: String) -> String {
    path.hasPrefix(root + "/") ? String(path.dropFirst(root.count)) : path
  }

  package func localized(_ canonical: String) -> String {
    guard revision != Routes.canonical.revision, canonical.utf8.first == UInt8(ascii: "/"), !canonical.hasPrefix("//") else {
      return canonical
    }
    let end = canonical.firstIndex { $0 == "?" || $0 == "#" } ?? canonical.endIndex
    var parts = canonical[..<end].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    if parts.last?.isEmpty == true { parts.removeLast() }
    // The handles in it are encoded already.
    let decoded = parts.map { PercentEncoding.decodeSegment($0).map { Substring($0) } ?? $0 }
    guard let address = ShopAddress(decoded, in: .canonical) else { return canonical }
    return path(address) + canonical[end...]
  }
}
