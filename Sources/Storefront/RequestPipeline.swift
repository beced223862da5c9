import CoreAPIClient
import Delivery
import EventLoop
import HTTP
import Tenancy

/// The request's way, from a host to a page. Read this first.
///
/// Everything here up to the page cache is in memory and without an await, so that a hit is answered in the turn of the loop that
/// read the request.
@LoopActor package final class RequestPipeline {
  private let tenants: TenantDirectory
  private let router = Router()
  private let themes: ThemeStore
  private let renderer: PageRenderer
  private let shoppers: ShopperPages
  private let files: PublicFiles
  private let discovery: Discovery
  private let addresses: ShopAddresses
  private let log: ServiceLog

  package init(
    tenants: TenantDirectory, themes: ThemeStore, renderer: PageRenderer, shoppers: ShopperPages, files: PublicFiles,
    discovery: Discovery, addresses: ShopAddresses, log: ServiceLog
  ) {
    self.tenants = tenants
    self.themes = themes
    self.renderer = renderer
    self.shoppers = shoppers
    self.files = files
    self.discovery = discovery
    self.addresses = addresses
    self.log = log
  }

  package func respond(to request: HTTPRequest) async -> Answered {
    guard let tenant = tenants.tenant(forHost: request.host) else { return Answered(PlainAnswer.unknownHost) }
    if let closed = PlainAnswer.closed(tenant, path: request.path) { return Answered(closed, tenant) }
    let (market, route) = router.route(path: request.path, query: request.query, of: tenant)
    guard let theme = themes.theme(of: tenant, market: market) else { return Answered(PlainAnswer.unavailable, tenant) }
    let shop = addresses.shop(tenant, market: market, theme)
    do {
      guard request.method == .get || request.method == .head else {
        return Answered(try await posted(request, in: shop), tenant)
      }
      if let elsewhere = addresses.canonicalAddress(of: request, for: shop) {
        return Answered(PlainAnswer.moved(to: elsewhere), tenant)
      }
      switch route {
      case .page(let route) where route.kind.isPrivate:
        return Answered(try await shoppers.page(route, of: shop, for: request), tenant)
      case .page(let route):
        if let (page, status) = renderer.kept(route, of: shop) { return answer(page, status, to: request, of: tenant) }
        return try await made(route, of: shop, for: request)
      case .fragment(let name): return Answered(try await shoppers.fragment(name, of: shop, for: request), tenant)
      case .arrival(let token): return Answered(try await shoppers.arrive(with: token, in: shop, for: request), tenant)
      case .asset(let path): return Answered(files.asset(path, of: shop, for: request) ?? PlainAnswer.notFound, tenant)
      case .file(let path):
        if let file = await files.file(path, of: tenant.id, for: request) { return Answered(file, tenant) }
        // A file's place may have been a page's before.
        let canonical = shop.market.routes.canonicalPath(of: path)
        return try await nothing(
          at: canonical, try? await renderer.redirect(from: canonical, in: shop.market), shop, for: request)
      case .robots: return Answered(discovery.robots(of: shop, for: request), tenant)
      case .sitemap: return Answered(try await discovery.sitemap(of: shop, for: request), tenant)
      case .moved(let target): return Answered(PlainAnswer.moved(to: target), tenant)
      }
    } catch is PageRenderer.Missing {
      // A theme need not have a cart.
      guard let (page, status) = try? await renderer.page(.notFound, of: shop) else {
        return Answered(PlainAnswer.unavailable, tenant)
      }
      return answer(page, status, to: request, of: tenant)
    } catch {
      // The core API's words may be a platform's internals: they are logged, a shopper reads none of them.
      log.note(.error, "page-failed", tenant: tenant.id, sample: ["path": request.rawPath, "error": "\(error)"])
      return Answered(PlainAnswer.unavailable, tenant)
    }
  }

  private func answer(_ page: Delivery.Document, _ status: CacheStatus, to request: HTTPRequest, of tenant: Tenant) -> Answered {
    Answered(page.response(to: request, variable: PageHeaders.cacheLines(status)), tenant, status)
  }

  /// A page that is not kept.
  private func made(_ route: PageRoute, of shop: Shop, for request: HTTPRequest) async throws -> Answered {
    do {
      let (page, status) = try await renderer.made(route, of: shop)
      return answer(page, status, to: request, of: shop.tenant)
    } catch is PageRenderer.Missing {
      let path = route.path(in: .canonical)
      return try await nothing(at: path, try await renderer.redirect(from: path, in: shop.market), shop, for: request)
    }
  }

  /// Where there is no page: what was there may have moved, or be gone for good.
  private func nothing(at path: String, _ redirect: Redirect?, _ shop: Shop, for request: HTTPRequest) async throws -> Answered {
    if case .moved(let target) = redirect, !Self.leads(target, to: path) {
      return Answered(PlainAnswer.moved(to: shop.market.localized(target)), shop.tenant)
    }
    let (page, status) = try await renderer.page(redirect == .gone ? .gone : .notFound, of: shop)
    return answer(page, status, to: request, of: shop.tenant)
  }

  /// Whether a browser that follows would come back to where it is, whatever it asks for there.
  private static func leads(_ target: String, to path: String) -> Bool {
    let end = target.firstIndex { $0 == "?" || $0 == "#" } ?? target.endIndex
    return PercentEncoding.decodeSegment(target[..<end]) == PercentEncoding.decodeSegment(path[...])
  }

  /// A form that was sent.
  private func posted(_ request: HTTPRequest, in shop: Shop) async throws -> HTTPResponse {
    guard request.method == .post, let (_, place, verb) = router.action(path: request.path, of: shop.tenant),
      let action = ShopperAction(place: place, verb: verb)
    else { return PlainAnswer.methodNotAllowed }
    return try await shoppers.act(action, in: shop, on: request)
  }
}

/// A response and what the access log says of it.
package struct Answered: Sendable {
  package let response: HTTPResponse
  package let tenant: TenantID?
  package let cacheStatus: CacheStatus?

  init(_ response: HTTPResponse, _ tenant: Tenant? = nil, _ cacheStatus: CacheStatus? = nil) {
    self.response = response
    self.tenant = tenant?.id
    self.cacheStatus = cacheStatus
  }
}
