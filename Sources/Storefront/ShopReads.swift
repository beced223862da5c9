import ChangeLog
import CoreAPIClient
import EventLoop
import FragmentCache
import Tenancy

/// What many pages of a shop read: its site, menus, collections, and the beginnings of lists that other pages show. Kept like fragments, by position: a page that is made after a
/// change reads anew, and pages that are made at the same time read once.
@LoopActor final class ShopReads {
  /// An answer and the moment that what is made of it may claim.
  struct Read<T: Sendable>: Sendable {
    var answer: Answer<T>
    let moment: Moment
  }

  private let api: any CoreAPI
  private let store: FragmentStore<any Sendable>
  private let follower: Follower

  init(bytes: Int, following follower: Follower, from api: any CoreAPI) {
    self.api = api
    self.follower = follower
    // A failing source is the page's failure, which has a last known good of its own.
    store = FragmentStore(capacity: bytes, following: follower, lastKnownGoodFor: .zero)
  }

  // What is kept and may be shown; nil where it is to be read first.

  func keptSite(in market: Market) -> Read<Site>? { kept(FragmentKey(market.tenant, "site", market.key)) }

  func keptMenu(_ handle: String, in market: Market) -> Read<Menu?>? {
    kept(FragmentKey(market.tenant, "menu", market.key, handle))
  }

  func keptCollection(_ handle: String, in market: Market) -> Read<Collection?>? {
    kept(FragmentKey(market.tenant, "collection", market.key, handle))
  }

  func keptCollections(in market: Market) -> Read<[Collection]>? { kept(FragmentKey(market.tenant, "collections", market.key)) }

  private func kept<T: Sendable>(_ key: FragmentKey) -> Read<T>? {
    guard case .fresh(let fragment, _) = store.lookUp(key) else { return nil }
    return Self.read(fragment)
  }

  func site(in market: Market) async throws -> Read<Site> {
    try await read(FragmentKey(market.tenant, "site", market.key), cost: { _ in 1024 }, tags: { _ in [TagName.site] }) {
      try await self.api.site(market)
    }
  }

  func menu(_ handle: String, in market: Market) async throws -> Read<Menu?> {
    try await read(
      FragmentKey(market.tenant, "menu", market.key, handle), cost: { _ in 4096 }, tags: { _ in [TagName.menu(handle)] }
    ) {
      try await self.api.menu(handle, in: market)
    }
  }

  func collection(_ handle: String, in market: Market) async throws -> Read<Collection?> {
    try await read(
      FragmentKey(market.tenant, "collection", market.key, handle), cost: { _ in 2048 },
      tags: { _ in [TagName.collection(handle)] }
    ) {
      try await self.api.collection(handle, in: market)
    }
  }

  func collections(in market: Market) async throws -> Read<[Collection]> {
    try await read(
      FragmentKey(market.tenant, "collections", market.key), cost: { 1024 * $0.count },
      tags: { [TagName.collections] + $0.map { TagName.collection($0.handle) } }
    ) { try await self.api.collections(in: market) }
  }

  /// The first products of a collection, as pages of other things show them; nil is the collection of everything.
  func products(
    of collection: String?, sort: ProductQuery.Sort = .manual, count: Int, in market: Market
  ) async throws -> Read<Page<Product>> {
    let key = FragmentKey(market.tenant) { parts in
      parts.append("products")
      parts.append(market.key)
      parts.append(collection == nil ? 0 : 1)
      parts.append(collection ?? "")
      parts.append(sort.rawValue)
      parts.append(count)
    }
    return try await read(
      key, cost: { page in page.items.reduce(1024) { $0 + 2048 + $1.descriptionHTML.html.utf8.count + 512 * $1.variants.count } },
      tags: { page in
        [collection.map(TagName.list) ?? TagName.allProducts] + page.items.map(\.tagName)
      }
    ) { try await self.api.products(ProductQuery(collection: collection, sort: sort, page: 1, size: count), in: market) }
  }

  func blog(_ handle: String, in market: Market) async throws -> Read<Blog?> {
    try await read(
      FragmentKey(market.tenant, "blog", market.key, handle), cost: { _ in 1024 }, tags: { _ in [TagName.blog(handle)] }
    ) { try await self.api.blog(handle, in: market) }
  }

  /// The latest of a blog, as pages of other things show them.
  func articles(of blog: String, count: Int, in market: Market) async throws -> Read<Page<Article>> {
    try await read(
      FragmentKey(market.tenant, "articles", market.key, blog, "\(count)"),
      cost: { page in page.items.reduce(1024) { $0 + 1024 + $1.body.html.utf8.count } },
      tags: { _ in [TagName.articles(of: blog)] }
    ) { try await self.api.articles(of: blog, page: 1, size: count, in: market) }
  }

  /// What is said of a path at which there is nothing.
  func redirect(from path: String, in market: Market) async throws -> Redirect? {
    try await read(
      FragmentKey(market.tenant, "redirect", market.key, path), cost: { _ in 256 },
      tags: { _ in [TagName.redirects, TagName.allProducts] }
    ) { try await self.api.redirect(from: path, in: market) }.answer.value
  }

  private func read<T: Sendable>(
    _ key: FragmentKey, cost: (T) -> Int, tags: (T) -> [String], _ ask: () async throws -> Answer<T>
  ) async throws -> Read<T> {
    let served = try await store.refresh(key) { moment in
      let answer = try await ask()
      var basis = Basis(moment, ttl: ShopReads.life)
      basis.read(tags(answer.value).map { Tag(key.tenant, $0) }, at: moment, validFor: answer.validFor)
      return Fragment(Read(answer: answer, moment: moment), basis: basis, cost: cost(answer.value))
    }
    return Self.read(served.fragment)
  }

  private static func read<T: Sendable>(_ fragment: Fragment<any Sendable>) -> Read<T> {
    guard let read = fragment.content as? Read<T> else { preconditionFailure("a key names one kind of answer") }
    // `validFor` counts from the moment of the read; what is claimed is what it was checked at last.
    return Read(answer: read.answer, moment: Moment(position: fragment.asOf, time: read.moment.time))
  }

  private static let life = Duration.seconds(300)
}
