import ChangeLog
import CoreAPIClient
import Delivery
import EventLoop
import FragmentCache
import HTTP
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
  private let fragments: FragmentStore<[UInt8]>
  private let follower: Follower
  private let api: any CoreAPI
  private let log: ServiceLog
  private var breakers = FillerBreakers()

  package init(
    pageBytes: Int = 64 << 20, fragmentBytes: Int = 32 << 20, following follower: Follower, reading api: any CoreAPI,
    log: ServiceLog
  ) {
    pages = FragmentStore(capacity: pageBytes, following: follower)
    fragments = FragmentStore(capacity: fragmentBytes, following: follower)
    self.follower = follower
    self.api = api
    self.log = log
  }

  /// A page in the cache that may be served, without waiting for anything.
  func kept(_ route: PageRoute, of shop: Shop) -> (Delivery.Document, CacheStatus)? {
    let key = pageKey(route, of: shop)
    switch pages.lookUp(key) {
    case .fresh(let page, let ttl):
      page.content.packOffLoop()
      return (page.content, CacheStatus(.hit(ttl: Int(ttl.components.seconds))))
    case .stale(let page, let ttl, let refresh):
      if refresh {
        Task { _ = try? await pages.refresh(key) { try await make(route, of: shop, at: $0) } }
      }
      return (page.content, CacheStatus(.staleHit(ttl: Int(ttl.components.seconds))))
    case .miss: return nil
    }
  }

  /// The page, rendered if it is not kept. A page that does not exist is the shop's 404 page.
  func page(_ route: PageRoute, of shop: Shop) async throws -> (Delivery.Document, CacheStatus) {
    if let kept = kept(route, of: shop) { return kept }
    do {
      let served = try await pages.refresh(pageKey(route, of: shop)) { try await make(route, of: shop, at: $0) }
      return (served.content, status(of: served))
    } catch is Missing {
      return try await page(.notFound, of: shop)
    }
  }

  private func pageKey(_ route: PageRoute, of shop: Shop) -> FragmentKey {
    FragmentKey(shop.tenant.id) { parts in
      parts.append("page")
      parts.append(shop.theme.revision)
      parts.append(route.kind.rawValue)
      parts.append(route.handle)
      parts.append(route.page)
      parts.append(route.sort)
      parts.append(route.variant)
      parts.append(route.terms)
    }
  }

  private func status(of served: Served<Delivery.Document>) -> CacheStatus {
    let left = Int((served.fragment.basis.freshUntil - follower.now).components.seconds)
    return switch served.provenance {
    case .hit(let ttl): CacheStatus(.hit(ttl: Int(ttl.components.seconds)))
    case .stale(let ttl): CacheStatus(.staleHit(ttl: Int(ttl.components.seconds)))
    case .lastKnownGood(let ttl): CacheStatus(.lastKnownGood(ttl: Int(ttl.components.seconds)))
    case .made(_, let stored): CacheStatus(.miss(ttl: stored ? left : 0, stored: stored, collapsed: false))
    case .collapsed: CacheStatus(.miss(ttl: left, stored: false, collapsed: true))
    }
  }

  // MARK: Making

  private func make(_ route: PageRoute, of shop: Shop, at moment: Moment) async throws -> Fragment<Delivery.Document> {
    let data = PageData(of: shop.tenant, route: route, baseURL: shop.baseURL, from: api, following: follower)
    let (subject, reading) = try await data.mainSubject()
    guard subject != nil else { throw Missing() }
    var basis = Basis(moment, ttl: PageRenderer.pageLife, staleFor: PageRenderer.pageStaleLife)
    basis.read(reading.tags, at: reading.moment, validFor: reading.validFor)
    let page = PageMaking(route: route, shop: shop, data: data)
    guard let layout = shop.theme.theme.layout(for: shop.theme.slots(for: route.kind).page) else {
      return try await fragment(await slot("main", of: page, beside: nil, into: &basis), page, basis)
    }
    var globals = page.globals
    globals["content_for_layout"] = .deferred(DataRequest(kind: "slot", arguments: ["main"]))
    globals["content_for_header"] = .safeHTML(page.headLinks)
    let render = Render(
      layout, globals: Globals(globals), partials: shop.theme.theme.partials, limits: PageRenderer.limits, errors: .silent,
      host: shop.theme.host)
    let bytes = try await run(render, of: page, beside: nil, into: &basis)
    return try await fragment(bytes, page, basis)
  }

  private func fragment(_ body: [UInt8], _ page: PageMaking, _ basis: Basis) async throws -> Fragment<Delivery.Document> {
    var basis = basis
    // A choice in the address that the product does not have makes a page for this request alone: any number of such
    // addresses can be written.
    if try await page.namesUnknownVariant { basis.forbidSharing() }
    let document = Delivery.Document(
      body, status: page.route.kind == .notFound ? 404 : 200, common: PageHeaders.common(locale: page.shop.tenant.locale))
    return Fragment(document, basis: basis, cost: document.cost * 2)
  }

  /// Runs a render to its end, answering what it asks for and letting the loop turn between slices.
  private func run(
    _ render: Render, of page: PageMaking, beside product: String?, into basis: inout Basis
  ) async throws -> [UInt8] {
    while true {
      switch render.resume(steps: PageRenderer.slice) {
      case .done:
        for problem in render.problems { log.problem(problem, of: page.shop.tenant.id) }
        return render.takeOutput()
      case .yielded: await Loop.sleep(for: .zero)
      case .failed(let error): throw error
      case .needs(let requests):
        for request in requests {
          render.supply(try await answer(request, of: page, beside: product, into: &basis), for: request)
        }
      }
    }
  }

  private func answer(
    _ request: DataRequest, of page: PageMaking, beside product: String?, into basis: inout Basis
  ) async throws -> Value {
    let name = request.arguments.first ?? ""
    switch request.kind {
    case "slot":
      let beside = request[named: "product"] ?? product
      return .safeHTML(String(decoding: try await slot(name, of: page, beside: beside, into: &basis), as: UTF8.self))
    case "section":
      guard let filler = page.shop.theme.theme.section(name) else { return .null }
      let bytes = try await fill(filler, of: page, beside: product, into: &basis)
      return .safeHTML(String(decoding: bytes, as: UTF8.self))
    default:
      let reading =
        if request.kind == "product", let product { try await page.data.product(product) } else {
          try await page.data.reading(request)
        }
      basis.read(reading.tags, at: reading.moment, validFor: reading.validFor)
      return reading.value
    }
  }

  private func slot(
    _ name: String, of page: PageMaking, beside product: String?, into basis: inout Basis
  ) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for filler in page.shop.theme.slots(for: page.route.kind).fillers(in: name) {
      bytes += try await fill(filler, of: page, beside: product, into: &basis)
    }
    return bytes
  }

  /// A filler's output. One that fails or exceeds its limits never takes the page down: in its place stands its stale fragment, else
  /// what it wraps or nothing; and the page is kept only shortly, so that it mends soon after the filler does.
  private func fill(
    _ filler: Filler, of page: PageMaking, beside product: String?, into basis: inout Basis
  ) async throws -> [UInt8] {
    let tenant = page.shop.tenant.id
    guard breakers.allows(filler, of: tenant, at: follower.now) else {
      basis.read([], at: follower.moment, validFor: PageRenderer.brokenLife)
      return try await wrapped(filler, of: page, beside: product, into: &basis)
    }
    do {
      // `refresh`, since a page is only made anew to be fresh: a stale part would keep it from being kept.
      let served = try await fragments.refresh(key(of: filler, page: page, beside: product)) { moment in
        var own = Basis(moment, ttl: .seconds(filler.cache.seconds), staleFor: PageRenderer.pageStaleLife)
        var globals = page.globals
        globals["section"] = filler.section
        if !filler.wrapped.isEmpty {
          globals["content"] = .safeHTML(
            String(decoding: try await self.wrapped(filler, of: page, beside: product, into: &own), as: UTF8.self))
        }
        let render = Render(
          filler.template, globals: Globals(globals), partials: filler.partials, limits: PageRenderer.limits, errors: .silent,
          host: page.shop.theme.host.scoped(to: filler))
        let bytes = try await self.run(render, of: page, beside: product, into: &own)
        return Fragment(bytes, basis: own, cost: bytes.count + 256)
      }
      breakers.succeeded(filler, of: tenant)
      basis.add(served)
      return served.content
    } catch let error as RenderError {
      breakers.failed(filler, of: tenant, at: follower.now)
      log.failure(of: filler, error, tenant: tenant)
      basis.read([], at: follower.moment, validFor: PageRenderer.brokenLife)
      return try await wrapped(filler, of: page, beside: product, into: &basis)
    }
  }

  private func wrapped(
    _ filler: Filler, of page: PageMaking, beside product: String?, into basis: inout Basis
  ) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for inner in filler.wrapped { bytes += try await fill(inner, of: page, beside: product, into: &basis) }
    return bytes
  }

  private func key(of filler: Filler, page: PageMaking, beside product: String?) -> FragmentKey {
    FragmentKey(page.shop.tenant.id) { parts in
      parts.append("filler")
      parts.append(page.shop.theme.revision)
      parts.append(filler.slot)
      parts.append(filler.qualifiedID)
      // Beside a product, the product is what differs; the page it stands on is not.
      if let product {
        parts.append("product")
        parts.append(product)
      } else if filler.cache.vary.contains(.page) {
        parts.append("page")
        parts.append(page.route.target)
      }
    }
  }

  static let pageLife = Duration.seconds(300)
  static let pageStaleLife = Duration.seconds(30)
  static let brokenLife = Duration.seconds(10)
  /// Steps between two looks at the loop: well under half a millisecond.
  static let slice = 4_000
  static let limits = Limits(steps: 1_000_000, outputBytes: 4 << 20, depth: 64, assignedBytes: 8 << 20)
}
