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
  private let files: PublicFiles
  private let discovery: Discovery
  private let addresses: ShopAddresses
  private let log: ServiceLog

  package init(
    tenants: TenantDirectory, themes: ThemeStore, renderer: PageRenderer, files: PublicFiles, discovery: Discovery,
    addresses: ShopAddresses, log: ServiceLog
  ) {
    self.tenants = tenants
    self.themes = themes
    self.renderer = renderer
    self.files = files
    self.discovery = discovery
    self.addresses = addresses
    self.log = log
  }

  package func respond(to request: HTTPRequest) async -> Answered {
    guard let tenant = tenants.tenant(forHost: request.host) else { return Answered(PlainAnswer.unknownHost) }
    if let closed = PlainAnswer.closed(tenant, path: request.path) { return Answered(closed, tenant) }
    guard request.method == .get || request.method == .head else { return Answered(PlainAnswer.methodNotAllowed, tenant) }
    guard let theme = themes.theme(of: tenant) else { return Answered(PlainAnswer.unavailable, tenant) }
    let shop = addresses.shop(tenant, theme)
    do {
      switch router.route(path: request.path, query: request.query) {
      case .page(let route):
        let (page, status) =
          if let kept = renderer.kept(route, of: shop) { kept } else { try await renderer.made(route, of: shop) }
        return Answered(page.response(to: request, variable: PageHeaders.cacheLines(status)), tenant, status)
      case .asset(let path): return Answered(files.asset(path, of: shop, for: request) ?? PlainAnswer.notFound, tenant)
      case .file(let path):
        if let file = await files.file(path, of: tenant.id, for: request) { return Answered(file, tenant) }
        let (page, status) = try await renderer.page(.notFound, of: shop)
        return Answered(page.response(to: request, variable: PageHeaders.cacheLines(status)), tenant, status)
      case .robots: return Answered(discovery.robots(of: shop, for: request), tenant)
      case .sitemap: return Answered(try await discovery.sitemap(of: shop, for: request), tenant)
      case .moved(let target): return Answered(PlainAnswer.moved(to: target), tenant)
      }
    } catch {
      // The core API's words may be a platform's internals: they are logged, a shopper reads none of them.
      log.note(.error, "page-failed", tenant: tenant.id, sample: ["path": request.rawPath, "error": "\(error)"])
      return Answered(PlainAnswer.unavailable, tenant)
    }
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
