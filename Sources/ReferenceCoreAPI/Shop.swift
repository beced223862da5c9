// One tenant's catalogue, ready to be asked. It never changes: an edit makes another one, which shares every product but
// the edited one, so that a reader keeps what it has while the next reader sees the edit.

import CoreAPIClient
import FoundationEssentials

struct Shop: Sendable {
  let currency: String
  let locale: String?
  let site: Site
  let menus: [String: Menu]
  let collections: [CoreAPIClient.Collection]
  let content: Content
  let redirects: [String: Redirect]
  private(set) var items: [Item]
  private(set) var byHandle: [String: Int]
  /// Where the products of each collection are, in the shop's order.
  private var byCollection: [String: [Int]]
  /// Of each item whether it is plain. Beside one another, for lists look at all of them.
  private(set) var plain: [Bool]
  /// Lists that were asked for.
  private(set) var lists = KeptLists()

  /// A product and what is worked out from it once.
  final class Item: Sendable {
    let product: Product
    let index: SearchIndex
    /// Whether it has moments at which it looks different though nobody edits it.
    private let isTimed: Bool
    /// Of its collections, each once.
    let handles: [String]
    // A copy of a product counts two dozen references: what every list asks of all products stands here as well.
    private let isActive: Bool
    private let publishedAt: Date?
    /// Offered at all times, and always looks the same.
    let isPlain: Bool

    init(_ product: Product) {
      self.product = product
      index = SearchIndex(product)
      isTimed = product.publishedAt != nil || product.variants.contains { $0.sale != nil }
      handles = product.collections.reduce(into: []) { once, handle in if !once.contains(handle) { once.append(handle) } }
      isActive = product.status == .active
      publishedAt = product.publishedAt
      isPlain = isActive && !isTimed
    }

    /// Whether the shop offers it now.
    func isShown(at now: Date) -> Bool { isActive && publishedAt.map { $0 <= now } ?? true }

    /// As a shopper sees it.
    func shown(at now: Date) -> Product { isTimed ? product.shown(at: now) : product }

    /// The moment given, or the next of this product's own if that is before.
    func sooner(_ moment: Date?, after now: Date) -> Date? {
      guard isTimed, let own = product.boundary(after: now) else { return moment }
      return moment.map { min($0, own) } ?? own
    }
  }

  init(_ file: CatalogFile) {
    currency = file.currency
    locale = file.locale
    site = file.site
    menus = Dictionary(file.menus.map { ($0.handle, $0) }) { first, _ in first }
    collections = file.collections
    content = Content(file)
    redirects = Dictionary(
      file.redirects.map { ($0.path, Redirect.moved(to: $0.target)) } + file.gone.map { ($0, .gone) }) { first, _ in first }
    items = file.products.map(Item.init)
    byHandle = Self.positions(of: items)
    byCollection = Self.members(of: items)
    plain = items.map(\.isPlain)
  }

  /// The products of a collection, or of the shop.
  func positions(in collection: String?) -> [Int] {
    guard let collection else { return Array(items.indices) }
    return byCollection[collection] ?? []
  }

  func position(ofID id: String) -> Int? { items.firstIndex { $0.product.id == id } }

  /// The handle must be free or the product's own.
  mutating func put(_ product: Product, at position: Int?) {
    let item = Item(product)
    let at = position ?? items.count
    let before = position.map { items[$0] }
    if let before {
      byHandle[before.product.handle] = nil
      items[at] = item
      plain[at] = item.isPlain
    } else {
      items.append(item)
      plain.append(item.isPlain)
    }
    byHandle[product.handle] = at
    lists = KeptLists()
    guard before?.handles != item.handles else { return }
    for handle in before?.handles ?? [] { byCollection[handle]?.removeAll { $0 == at } }
    for handle in item.handles {
      let members = byCollection[handle] ?? []
      byCollection[handle, default: []].insert(at, at: members.firstIndex { $0 > at } ?? members.count)
    }
  }

  mutating func remove(at position: Int) {
    items.remove(at: position)
    plain.remove(at: position)
    lists = KeptLists()
    byHandle = Self.positions(of: items)
    byCollection = Self.members(of: items)
  }

  /// A catalogue file has been checked; one made in code has not, and its first product of a handle holds it.
  private static func positions(of items: [Item]) -> [String: Int] {
    Dictionary(items.enumerated().map { ($1.product.handle, $0) }) { first, _ in first }
  }

  private static func members(of items: [Item]) -> [String: [Int]] {
    items.enumerated().reduce(into: [:]) { members, item in
      for handle in item.element.handles { members[handle, default: []].append(item.offset) }
    }
  }
}

extension Product {
  /// The next moment at which it looks different though nobody edits it.
  func boundary(after now: Date) -> Date? {
    guard status == .active else { return nil }
    var next: Date?
    func consider(_ date: Date?) {
      if let date, date > now, next.map({ date < $0 }) ?? true { next = date }
    }
    consider(publishedAt)
    for case let sale? in variants.lazy.map(\.sale) {
      consider(sale.startsAt)
      consider(sale.endsAt)
    }
    return next
  }

  /// As a shopper sees it: running sales are the price, planned ones are not told.
  func shown(at now: Date) -> Product {
    guard variants.contains(where: { $0.sale != nil }) else { return self }
    var shown = self
    for index in shown.variants.indices {
      guard let sale = shown.variants[index].sale else { continue }
      shown.variants[index].sale = nil
      guard sale.isRunning(at: now) else { continue }
      let regular = shown.variants[index].price
      shown.variants[index].price = sale.price
      if let before = shown.variants[index].compareAt, before.isLess(than: regular) == false { continue }
      shown.variants[index].compareAt = sale.price.isLess(than: regular) == true ? regular : nil
    }
    shown.summarize()
    return shown
  }
}
