import ChangeLog
import CoreAPIClient
import Delivery
import EventLoop
import FragmentCache
import HTTP
import Session
import TemplateEngine
import Tenancy
import ThemeSDK

/// Pages and the fragments they are made of, each looked up in its cache before it is rendered.
///
/// The page is the outermost fragment: a hit is one look-up in memory, with no await, no read and no template. A miss renders the
/// theme's layout, which stops at each slot; a slot's fillers are fragments of their own, kept by what they declare to differ
/// by, so that one header serves every page.
@LoopActor package final class PageRenderer {
  /// There is no such product, collection or page of a listing.
  struct Missing: Error {}

  private let pages: FragmentStore<Delivery.Document>
  private let fragments: FragmentRenderer
  private let follower: Follower
  private let api: any CoreAPI
  private let reads: ShopReads
  private let shared: SharedFragments?
  private let log: ServiceLog
  /// Pages rendered here, for operators.
  private(set) var renders = 0
  var fillerRenders: Int { fragments.renders }

  /// - Parameter shared: the second level of the cache; nil where this process is the only one.
  package init(
    pageBytes: Int, fragmentBytes: Int, readBytes: Int, following follower: Follower, reading api: any CoreAPI,
    shared: SharedFragments? = nil, log: ServiceLog
  ) {
    pages = FragmentStore(capacity: pageBytes, following: follower)
    fragments = FragmentRenderer(bytes: fragmentBytes, following: follower, log: log)
    self.follower = follower
    self.api = api
    reads = ShopReads(bytes: readBytes, following: follower, from: api)
    self.shared = shared
    self.log = log
  }

  /// A page in the cache that may be served, without waiting for anything.
  func kept(_ route: PageRoute, of shop: Shop) -> (Delivery.Document, CacheStatus)? {
    let key = pageKey(route, of: shop)
    switch pages.lookUp(key) {
    case .fresh(let page, let ttl):
      page.content.packOffLoop()
      return (page.content, CacheStatus(.hit(ttl: Int(ttl.components.seconds)), isLogLost: follower.isLost(now: follower.now)))
    case .stale(let page, let ttl, let refresh):
      if refresh {
        Loop.task {
          do { _ = try await self.remade(route, of: shop, keptAs: key) } catch is Missing {} catch {
            self.log.note(.error, "refresh-failed", tenant: shop.tenant.id, sample: ["path": route.target, "error": "\(error)"])
          }
        }
      }
      return (
        page.content, CacheStatus(.staleHit(ttl: Int(ttl.components.seconds)), isLogLost: follower.isLost(now: follower.now))
      )
    case .miss: return nil
    }
  }

  /// The page, rendered if it is not kept.
  func page(_ route: PageRoute, of shop: Shop) async throws -> (Delivery.Document, CacheStatus) {
    if let kept = kept(route, of: shop) { return kept }
    return try await made(route, of: shop)
  }

  /// A page that is not kept, rendered.
  /// - Throws: `Missing` where there is nothing to show.
  func made(_ route: PageRoute, of shop: Shop) async throws -> (Delivery.Document, CacheStatus) {
    let served = try await remade(route, of: shop, keptAs: pageKey(route, of: shop))
    return (served.content, CacheStatus(served, at: follower.now, isLogLost: follower.isLost(now: follower.now)))
  }

  func redirect(from path: String, in market: Market) async throws -> Redirect? {
    try await reads.redirect(from: path, in: market)
  }

  private func remade(_ route: PageRoute, of shop: Shop, keptAs key: FragmentKey) async throws -> Served<Delivery.Document> {
    let served = try await Loop.staying {
      // Before anything is held: many who come at once are made one after another.
      await Loop.giveWay()
      return try await pages.refresh(key) { try await make(route, of: shop, at: $0, keptAs: key) }
    }
    if let failure = served.failure {
      log.note(.error, "last-good-page", tenant: shop.tenant.id, sample: ["path": route.target, "error": "\(failure)"])
    }
    return served
  }

  private func pageKey(_ route: PageRoute, of shop: Shop) -> FragmentKey {
    FragmentKey(shop.tenant.id) { parts in
      parts.append("page")
      parts.append(shop.theme.revision)
      parts.append(shop.baseURL)
      parts.append(route.kind.rawValue)
      parts.append(route.handle)
      parts.append(route.blog)
      parts.append(route.page)
      parts.append(route.sort)
      parts.append(route.variant)
      parts.append(route.terms)
      if !route.filters.isEmpty { parts.append(route.filters.fields.joined(separator: "&")) }
    }
  }

  // MARK: Making

  private func make(
    _ route: PageRoute, of shop: Shop, at moment: Moment, keptAs key: FragmentKey
  ) async throws -> Fragment<Delivery.Document> {
    guard let shared else { return try await render(route, of: shop, at: moment, keptAs: key, look: nil) }
    let look = await SharedLook(for: [key] + fragments.keys(route, of: shop), in: shared)
    defer { look.end() }
    if let page = await look.fragment(key), let loaded = document(page, route, shop) { return loaded }
    let made = try await render(route, of: shop, at: moment, keptAs: key, look: look)
    look.made(made.map { [$0.status == 200 ? 0 : $0.status == 404 ? 1 : 2] + $0.body }, key)
    return made
  }

  /// A page as another process shared it: 0 for a page, 1 for that of what is not there, 2 for that of what is gone; then its bytes.
  private func document(_ page: Fragment<[UInt8]>, _ route: PageRoute, _ shop: Shop) -> Fragment<Delivery.Document>? {
    guard let first = page.content.first else { return nil }
    let document = Delivery.Document(
      Array(page.content.dropFirst()), status: first == 0 ? 200 : first == 1 ? 404 : 410, common: shop.theme.headers)
    return page.map(cost: document.cost * 2) { _ in document }
  }

  private func render(
    _ route: PageRoute, of shop: Shop, at moment: Moment, keptAs key: FragmentKey, look: SharedLook?
  ) async throws -> Fragment<Delivery.Document> {
    // A theme need not have a page for everything that a platform has.
    guard shop.theme.theme.hasTemplate(route.kind.rawValue) else { throw Missing() }
    let data = data(route, of: shop)
    let (subject, reading) = try await data.mainSubject()
    guard subject != nil else {
      // That there is nothing is an answer and no failure: the page of before is not a last good one.
      pages.forget(key)
      throw Missing()
    }
    var basis = Basis(moment, ttl: PageRenderer.pageLife, staleFor: PageRenderer.pageStaleLife)
    basis.read(reading.tags, at: reading.moment, validFor: reading.validFor)
    if data.ignoresVariant { basis.forbidSharing() }
    let page = PageMaking(shop: shop, data: data, look: look)
    renders += 1
    return fragment(try await whole(page, into: &basis), page, basis)
  }

  private func data(_ route: PageRoute, of shop: Shop, for session: ShopperSession? = nil) -> PageData {
    PageData(
      of: shop, route: route, pageSize: shop.theme.theme.manifest.productsPerPage, for: session, from: api, reads,
      following: follower)
  }

  /// A page with the layout around it.
  private func whole(_ page: PageMaking, into basis: inout Basis) async throws -> [UInt8] {
    let shop = page.shop
    guard let layout = shop.theme.theme.layout(for: shop.theme.slots(for: page.route.kind).page) else {
      return try await fragments.slot("main", of: page, at: Place(), into: &basis)
    }
    var globals = page.globals
    globals["content_for_layout"] = .deferred(DataRequest(kind: "slot", arguments: ["main"]))
    globals["content_for_header"] = .safeHTML(page.headLinks)
    let render = Render(
      layout, globals: Globals(globals), partials: shop.theme.theme.partials, limits: FragmentRenderer.limits(within: page),
      errors: .silent,
      host: shop.theme.host, now: page.now)
    return try await fragments.run(render, of: page, at: Place(), into: &basis)
  }

  // MARK: One shopper's own

  /// A page that is one shopper's own. It is made each time and kept by nobody; the parts of it that all shoppers share are kept as on
  /// every other page.
  /// - Throws: `Missing` where the theme has no such page.
  func page(_ route: PageRoute, of shop: Shop, for session: ShopperSession, saying notice: String?) async throws -> [UInt8] {
    guard shop.theme.theme.hasTemplate(route.kind.rawValue) else { throw Missing() }
    return try await made(route, of: shop, for: session, saying: notice) { try await whole($0, into: &$1) }
  }

  /// A private section alone.
  /// - Throws: `Missing` where the theme has no such section, or one that is not private.
  func fragment(_ name: String, of shop: Shop, for session: ShopperSession, saying notice: String?) async throws -> [UInt8] {
    guard let filler = shop.theme.theme.section(name), filler.isPrivate else { throw Missing() }
    return try await made(PageRoute(.notFound), of: shop, for: session, saying: notice) {
      try await fragments.fill(filler, of: $0, at: Place(), into: &$1)
    }
  }

  /// One slot of a page alone, as a guest sees it.
  /// - Throws: `Missing` where there is no such page.
  func slot(_ name: String, of route: PageRoute, of shop: Shop) async throws -> [UInt8] {
    guard try await data(route, of: shop).mainSubject().0 != nil else { throw Missing() }
    // The slots of a product's card say which product they stand beside.
    let place = Place(product: name.hasPrefix("card.") ? route.handle : nil)
    return try await made(route, of: shop, for: ShopperSession(), saying: nil) {
      try await fragments.slot(name, of: $0, at: place, into: &$1)
    }
  }

  private func made(
    _ route: PageRoute, of shop: Shop, for session: ShopperSession, saying notice: String?,
    _ make: (PageMaking, inout Basis) async throws -> [UInt8]
  ) async throws -> [UInt8] {
    try await Loop.staying {
      await Loop.giveWay()
      let data = data(route, of: shop, for: session)
      _ = try await data.mainSubject()
      var basis = Basis(follower.moment, ttl: .zero, staleFor: .zero)
      renders += 1
      return try await make(PageMaking(shop: shop, data: data, shopper: ShopperDrops(session, of: shop, saying: notice)), &basis)
    }
  }

  private func fragment(_ body: [UInt8], _ page: PageMaking, _ basis: Basis) -> Fragment<Delivery.Document> {
    let document = Delivery.Document(
      body, status: page.route.kind != .notFound ? 200 : page.route == .gone ? 410 : 404, common: page.shop.theme.headers)
    return Fragment(document, basis: basis, cost: document.cost * 2)
  }

  static let pageLife = Duration.seconds(300)
  static let pageStaleLife = Duration.seconds(30)
}
