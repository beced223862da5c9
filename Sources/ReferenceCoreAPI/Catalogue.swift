// One tenant's catalogue and its shop in each market. A market's shop is made when it is first asked for and kept; an edit changes
// the file's own shop and then the same one product of every other, so that no market is behind another.

import CoreAPIClient
import Tenancy

struct Catalogue: Sendable {
  /// As the file says it.
  private(set) var own: Shop
  private(set) var shops: [Market: Shop] = [:]
  private(set) var redirects: Redirects
  private let translations: [String: Localization.Translation]
  private let rates: [ExchangeRate]
  let currency: String
  let locale: String?
  /// Of its last commit.
  var mark: UInt64 = 0

  /// Markets are a landlord's few; whoever asks the service for made-up ones gets them, and the kept ones are made anew.
  private static let mostShops = 24

  init(_ file: CatalogFile, of tenant: TenantID) {
    own = Shop(file, of: tenant)
    redirects = Redirects(file)
    translations = Dictionary(
      file.translations.map { ($0.locale, Localization.Translation($0, of: file.products)) }
    ) { first, _ in first }
    rates = file.rates
    currency = file.currency
    locale = file.locale
  }

  /// The shop in a market; made, where it is not kept.
  func shop(in market: Market) -> Shop {
    if let known = shops[market] { return known }
    let localization = Localization(market, own: own.localization, translations: translations, rates: rates)
    return market == own.localization.market ? own : Shop(own, localization)
  }

  mutating func keep(_ shop: Shop, for market: Market) {
    if shops.count >= Self.mostShops { shops.removeAll() }
    shops[market] = shop
  }

  // MARK: Edits

  func position(of handle: String) throws(CatalogError) -> Int {
    guard let position = own.byHandle[handle] else {
      throw CatalogError(.unknown, "there is no product \u{201C}\(handle)\u{201D}", remedy: "name it by its handle")
    }
    return position
  }

  mutating func remove(at position: Int) -> Touch {
    let before = own.items[position].product
    own.remove(at: position)
    for market in shops.keys { shops[market]?.remove(at: position) }
    return Touch(from: before, to: nil)
  }

  /// - Parameter position: of the product that it replaces; nil for a new one.
  mutating func store(_ product: Product, at position: Int?) throws(CatalogError) -> Touch {
    guard Handle.isValid(product.handle) else {
      throw CatalogError(
        .content, "\u{201C}\(product.handle)\u{201D} cannot be part of an address", path: "handle",
        remedy: "write 1 to 200 bytes without blanks, control characters and any of / ? # % \\ < > \"")
    }
    if let holder = own.byHandle[product.handle], holder != position {
      throw CatalogError(
        .content, "another product has the handle \u{201C}\(product.handle)\u{201D}", path: "handle",
        remedy: "give this one its own")
    }
    for handle in product.collections where !own.front.collections.contains(where: { $0.handle == handle }) {
      throw CatalogError(.unknown, "there is no collection \u{201C}\(handle)\u{201D}", path: "collections")
    }
    let before = position.map { own.items[$0].product }
    // It may have been read in any market.
    var product = product
    product.locate(in: own.localization.market)
    let at = own.put(product, at: position)
    for market in shops.keys { shops[market]?.follow(own, at: at) }
    var touch = Touch(from: before, to: product)
    if redirect(from: before, to: product) { touch.names.append(TagName.redirects) }
    return touch
  }

  /// A product that shoppers could find is found at its new address; one that comes to an address takes it.
  /// - Returns: whether any address leads elsewhere than before.
  private mutating func redirect(from before: Product?, to after: Product) -> Bool {
    let new = Redirects.canonical("/products/" + after.handle)
    guard let before, before.handle != after.handle, before.status == .active else { return redirects.settle(at: new) }
    redirects.move(from: "/products/" + before.handle, to: new)
    return true
  }
}
