// The core API's contract, kept in memory. Each tenant has an immutable shop for each market behind one lock; a reader takes it and
// works outside the lock. An edit stores the new shops and appends to the change log before it lets go of the lock: a follower
// that sees the entry and asks waits for the lock, and so never reads the shop from before the entry.

import ChangeLog
import CoreAPIClient
import FoundationEssentials
import Synchronization
import Tenancy

package final class ReferenceCatalog: Sendable {
  private struct State {
    var catalogues: [TenantID: Catalogue] = [:]
    var mark: UInt64 = 0
  }

  private let state = Mutex(State())
  private let changes: MemoryChangeLog
  private let now: @Sendable () -> Date

  /// - Parameters:
  ///   - mark: every commit's mark is greater than this. Where others remember marks, it must be at least the last one that was
  ///     given before a restart.
  ///   - now: the clock of sales and publications.
  package init(changes: MemoryChangeLog, after mark: UInt64 = 0, now: @escaping @Sendable () -> Date = { Date() }) {
    self.changes = changes
    self.now = now
    state.withLock { $0.mark = mark }
  }

  package var tenants: [TenantID] { state.withLock { Array($0.catalogues.keys) } }

  /// Of the last commit.
  package var mark: UInt64 { state.withLock { $0.mark } }

  /// Of the tenant's prices; nil when there is no such catalogue.
  package func currency(of tenant: TenantID) -> String? { state.withLock { $0.catalogues[tenant]?.currency } }

  /// Of the tenant's texts; nil when there is no such catalogue, or it does not say.
  package func locale(of tenant: TenantID) -> String? { state.withLock { $0.catalogues[tenant]?.locale } }

  /// Takes the catalogue as the tenant's whole truth; what it had before is gone.
  package func load(tenant: TenantID, from file: CatalogFile) {
    var catalogue = Catalogue(file, of: tenant)
    state.withLock { state in
      state.mark += 1
      catalogue.mark = state.mark
      state.catalogues[tenant] = catalogue
      changes.append(tenant: tenant, tags: [.everything(of: tenant)], class: .hard, mark: state.mark)
    }
  }

  /// Makes the product, or replaces the one with its id. A price that is another now is told as changed, unless the product tells so itself.
  package func update(product: Product, of tenant: TenantID) throws(CatalogError) {
    let now = wholeSecond
    try change(tenant) { catalogue throws(CatalogError) in
      let position = catalogue.own.position(ofID: product.id)
      let dated = product.noting(change: position.map { catalogue.own.items[$0].product }, at: now)
      return try catalogue.store(dated, at: position)
    }
  }

  package func remove(product handle: String, of tenant: TenantID) throws(CatalogError) {
    try change(tenant) { catalogue throws(CatalogError) in catalogue.remove(at: try catalogue.position(of: handle)) }
  }

  /// Applies the edits to the product at `handle`: all of them in one commit, or none.
  /// - Returns: the product as it is stored now, and the commit's mark.
  @discardableResult
  package func edit(
    _ handle: String, of tenant: TenantID, _ edits: ProductEdit...
  ) throws(CatalogError) -> (product: Product, mark: UInt64) {
    try edit(handle, of: tenant, edits)
  }

  @discardableResult
  package func edit(
    _ handle: String, of tenant: TenantID, _ edits: [ProductEdit]
  ) throws(CatalogError) -> (product: Product, mark: UInt64) {
    let now = wholeSecond
    var edited: Product?
    let mark = try change(tenant) { catalogue throws(CatalogError) in
      let position = try catalogue.position(of: handle)
      let before = catalogue.own.items[position].product
      var product = before
      for edit in edits { try edit.apply(to: &product) }
      product = product.noting(change: before, at: now)
      product.updatedAt = now
      edited = product
      return try catalogue.store(product, at: position)
    }
    return (edited!, mark)
  }

  /// Times have whole seconds in documents, so that who reads one there sees the same.
  private var wholeSecond: Date { Date(timeIntervalSince1970: now().timeIntervalSince1970.rounded(.down)) }

  @discardableResult
  private func change(
    _ tenant: TenantID, _ body: (inout Catalogue) throws(CatalogError) -> Touch
  ) throws(CatalogError) -> UInt64 {
    try state.withLock { state throws(CatalogError) in
      guard var catalogue = state.catalogues[tenant] else {
        throw CatalogError(.unknown, "there is no catalogue of the tenant \(tenant)", remedy: "import one first")
      }
      let touch = try body(&catalogue)
      state.mark += 1
      catalogue.mark = state.mark
      state.catalogues[tenant] = catalogue
      changes.append(tenant: tenant, tags: touch.names.map { Tag(tenant, $0) }, class: touch.class, mark: state.mark)
      return state.mark
    }
  }

  private func catalogue(_ tenant: TenantID) throws(CoreAPIError) -> (catalogue: Catalogue, mark: UInt64) {
    let (catalogue, mark) = state.withLock { ($0.catalogues[tenant], $0.mark) }
    guard let catalogue else { throw .unavailable("there is no catalogue of the tenant \(tenant)") }
    return (catalogue, mark)
  }

  private func shop(_ market: Market) throws(CoreAPIError) -> (shop: Shop, mark: UInt64) {
    let (kept, mark) = state.withLock { ($0.catalogues[market.tenant]?.shops[market], $0.mark) }
    if let kept { return (kept, mark) }
    // Made outside the lock; by the time it is there, an edit may have made it an older one, which answers this question alone.
    let (catalogue, madeAt) = try catalogue(market.tenant)
    let made = catalogue.shop(in: market)
    state.withLock { state in
      if state.catalogues[market.tenant]?.mark == catalogue.mark { state.catalogues[market.tenant]?.keep(made, for: market) }
    }
    return (made, madeAt)
  }
}

extension Product {
  /// With what its price was until now, if it is another and the product does not tell itself.
  fileprivate func noting(change before: Product?, at now: Date) -> Product {
    guard let before, before.price != price, before.priceChange == priceChange else { return self }
    var noted = self
    noted.priceChange = .init(at: now, from: before.price)
    return noted
  }
}

extension ReferenceCatalog: CoreAPI {
  package func site(_ market: Market) async throws(CoreAPIError) -> Answer<Site> {
    let (shop, mark) = try shop(market)
    return Answer(shop.front.site, mark: mark)
  }

  package func product(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Product?> {
    let (shop, mark) = try shop(market)
    guard let position = shop.byHandle[handle] else { return Answer(nil, mark: mark) }
    let now = now()
    let item = shop.items[position]
    return Answer(
      item.isShown(at: now) ? item.shown(at: now) : nil, validFor: now.until(item.sooner(nil, after: now)), mark: mark)
  }

  package func products(_ query: ProductQuery, in market: Market) async throws(CoreAPIError) -> Answer<Page<Product>> {
    let (shop, mark) = try shop(market)
    let now = now()
    let list = shop.list(query, at: now)
    return Answer(list.page, validFor: now.until(list.boundary), mark: mark)
  }

  package func collection(
    _ handle: String, in market: Market
  ) async throws(CoreAPIError) -> Answer<CoreAPIClient.Collection?> {
    let (shop, mark) = try shop(market)
    guard var collection = shop.front.collections.first(where: { $0.handle == handle }) else { return Answer(nil, mark: mark) }
    let now = now()
    var boundary: Date?
    collection.productCount = 0
    for position in shop.positions(in: handle) {
      if shop.plain[position] {
        collection.productCount += 1
        continue
      }
      let item = shop.items[position]
      if item.isShown(at: now) { collection.productCount += 1 } else { boundary = item.sooner(boundary, after: now) }
    }
    return Answer(collection, validFor: now.until(boundary), mark: mark)
  }

  package func collections(in market: Market) async throws(CoreAPIError) -> Answer<[CoreAPIClient.Collection]> {
    let (shop, mark) = try shop(market)
    let now = now()
    var counts: [String: Int] = [:]
    var boundary: Date?
    for item in shop.items {
      if item.isShown(at: now) {
        for handle in item.handles { counts[handle, default: 0] += 1 }
      } else {
        boundary = item.sooner(boundary, after: now)
      }
    }
    let collections = shop.front.collections.map { collection in
      var counted = collection
      counted.productCount = counts[collection.handle] ?? 0
      return counted
    }
    return Answer(collections, validFor: now.until(boundary), mark: mark)
  }

  package func menu(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Menu?> {
    let (shop, mark) = try shop(market)
    return Answer(shop.front.menus[handle], mark: mark)
  }

  package func contentPage(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<ContentPage?> {
    let (shop, mark) = try shop(market)
    return Answer(shop.front.content.pages.first { $0.handle == handle }, mark: mark)
  }

  package func blog(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Blog?> {
    let (shop, mark) = try shop(market)
    let now = now()
    let (blog, boundary) = shop.front.content.blog(handle, at: now)
    return Answer(blog, validFor: now.until(boundary), mark: mark)
  }

  package func articles(
    of blog: String, page: Int, size: Int, in market: Market
  ) async throws(CoreAPIError) -> Answer<Page<Article>> {
    let (shop, mark) = try shop(market)
    let now = now()
    let (page, boundary) = shop.front.content.articles(of: blog, page: page, size: size, at: now)
    return Answer(page, validFor: now.until(boundary), mark: mark)
  }

  package func article(
    _ handle: String, of blog: String, in market: Market
  ) async throws(CoreAPIError) -> Answer<Article?> {
    let (shop, mark) = try shop(market)
    let now = now()
    let (article, boundary) = shop.front.content.article(handle, of: blog, at: now)
    return Answer(article, validFor: now.until(boundary), mark: mark)
  }

  package func redirect(from path: String, in market: Market) async throws(CoreAPIError) -> Answer<Redirect?> {
    let (catalogue, mark) = try catalogue(market.tenant)
    return Answer(catalogue.redirects[path], mark: mark)
  }

  package func sitemapEntries(in market: Market) async throws(CoreAPIError) -> Answer<[SitemapEntry]> {
    let (shop, mark) = try shop(market)
    let now = now()
    let shown = shop.items.lazy.filter { $0.isShown(at: now) }.map(\.product)
    let entries =
      shop.front.collections.map { SitemapEntry(kind: .collection, handle: $0.handle, updatedAt: $0.updatedAt) }
      + shown.map { SitemapEntry(kind: .product, handle: $0.handle, updatedAt: $0.updatedAt, images: $0.images.map(\.src)) }
    let (posts, published) = shop.front.content.entries(at: now)
    let boundary = shop.items.reduce(published) { $1.isShown(at: now) ? $0 : $1.sooner($0, after: now) }
    return Answer(entries + posts, validFor: now.until(boundary), mark: mark)
  }
}

extension Date {
  /// Rounded down, so that an answer never outlives its moment.
  fileprivate func until(_ moment: Date?) -> Duration? {
    moment.map { .milliseconds(Int(max(0, min($0.timeIntervalSince(self), 1e9)) * 1000)) }
  }
}
