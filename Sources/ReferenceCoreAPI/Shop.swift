// One tenant's catalogue as one market is shown it, ready to be asked. It never changes: an edit makes another one, which shares
// every product but the edited one, so that a reader keeps what it has while the next reader sees the edit.

import CoreAPIClient
import FoundationEssentials
import Tenancy

struct Shop: Sendable {
  let localization: Localization
  let front: Front
  private(set) var items: [Item]
  private(set) var byHandle: [String: Int]
  /// Where the products of each collection are, in the shop's order.
  private var byCollection: [String: [Int]]
  /// Of each item whether it is plain. Beside one another, for lists look at all of them.
  private(set) var plain: [Bool]
  private(set) var facets: FacetTable
  /// Lists that were asked for.
  private(set) var lists = KeptLists()

  /// What surrounds the products, which no edit changes.
  final class Front: Sendable {
    let site: Site
    let menus: [String: Menu]
    let collections: [CoreAPIClient.Collection]
    let content: Content
    /// What lists are counted by, in order.
    let filters: [FacetKey]

    init(_ file: CatalogFile) {
      site = file.site
      menus = Dictionary(file.menus.map { ($0.handle, $0) }) { first, _ in first }
      collections = file.collections
      content = Content(file)
      filters = file.filters.compactMap(FacetKey.init)
    }

    init(_ own: Front, _ localization: Localization) {
      site = localization.site(own.site)
      menus = own.menus.mapValues(localization.menu)
      collections = own.collections.map(localization.collection)
      content = Content(own.content, localization)
      filters = own.filters
    }
  }

  /// A product and what is worked out from it once.
  final class Item: Sendable {
    let product: Product
    let index: SearchIndex
    /// What it can be filtered by: the same in all markets.
    let symbols: [FacetTable.Symbol]
    /// Whether it has moments at which it looks different though nobody edits it.
    private let isTimed: Bool
    /// Of its collections, each once.
    let handles: [String]
    // A copy of a product counts two dozen references: what every list asks of all products stands here as well.
    private let isActive: Bool
    private let publishedAt: Date?
    /// Offered at all times, and always looks the same.
    let isPlain: Bool

    init(_ product: Product, _ symbols: [FacetTable.Symbol], index: SearchIndex? = nil) {
      self.product = product
      self.index = index ?? SearchIndex(product)
      self.symbols = symbols
      isTimed = product.publishedAt != nil || product.variants.contains { $0.sale != nil }
      handles = product.collections.reduce(into: []) { once, handle in if !once.contains(handle) { once.append(handle) } }
      isActive = product.status == .active
      publishedAt = product.publishedAt
      isPlain = isActive && !isTimed
    }

    /// The same product in a market; itself where that changes nothing.
    func localized(_ localization: Localization) -> Item {
      let there = localization.product(product)
      return there == product ? self : Item(there, symbols, index: localization.isTranslated ? nil : index)
    }

    /// Whether the shop offers it now.
    func isShown(at now: Date) -> Bool { isActive && publishedAt.map { $0 <= now } ?? true }

    /// As a shopper sees it.
    func shown(at now: Date) -> Product { isTimed ? product.shown(at: now) : product }

    func price(at now: Date) -> Money { isTimed ? product.shown(at: now).price : product.price }

    /// The moment given, or the next of this product's own if that is before.
    func sooner(_ moment: Date?, after now: Date) -> Date? {
      guard isTimed, let own = product.boundary(after: now) else { return moment }
      return moment.map { min($0, own) } ?? own
    }
  }

  /// As the file says it.
  init(_ file: CatalogFile, of tenant: TenantID) {
    localization = Localization(ownMarketOf: tenant, file)
    front = Front(file)
    var facets = FacetTable()
    items = file.products.map { Item($0, facets.add($0)) }
    self.facets = facets
    byHandle = Self.positions(of: items)
    byCollection = Self.members(of: items)
    plain = items.map(\.isPlain)
  }

  /// The same shop in a market.
  init(_ own: Shop, _ localization: Localization) {
    self.localization = localization
    front = Front(own.front, localization)
    items = own.items.map { $0.localized(localization) }
    facets = own.facets
    byHandle = own.byHandle
    byCollection = own.byCollection
    plain = own.plain
  }

  /// The products of a collection, or of the shop.
  func positions(in collection: String?) -> [Int] {
    guard let collection else { return Array(items.indices) }
    return byCollection[collection] ?? []
  }

  func position(ofID id: String) -> Int? { items.firstIndex { $0.product.id == id } }

  /// The handle must be free or the product's own.
  /// - Returns: where it is from now on.
  @discardableResult
  mutating func put(_ product: Product, at position: Int?) -> Int {
    put(Item(product, facets.add(product)), at: position)
  }

  /// Puts what another market's shop has at the position into the same one of this.
  mutating func follow(_ other: Shop, at position: Int) {
    facets = other.facets
    put(other.items[position].localized(localization), at: position < items.count ? position : nil)
  }

  @discardableResult
  private mutating func put(_ item: Item, at position: Int?) -> Int {
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
    byHandle[item.product.handle] = at
    lists = KeptLists()
    guard before?.handles != item.handles else { return at }
    for handle in before?.handles ?? [] { byCollection[handle]?.removeAll { $0 == at } }
    for handle in item.handles {
      let members = byCollection[handle] ?? []
      byCollection[handle, default: []].insert(at, at: members.firstIndex { $0 > at } ?? members.count)
    }
    return at
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
