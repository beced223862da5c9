import ChangeLog
import CoreAPIClient
import EventLoop
import HTTP
import Session
import Tenancy
import ThemeSDK

/// A theme for its author: requests go the same way as shoppers' do, with nothing kept. The theme and its plugins are read anew
/// for each of them, and a text that is nowhere shows its key.
@LoopActor package final class ThemePreview {
  /// What is read from disk each time, and the shop it is shown with.
  package struct Scene: Sendable {
    /// The theme's folder.
    package var theme: String
    /// The plugins' folders.
    package var plugins: [String]
    /// Its theme and plugins are taken for those above, whatever it names.
    package var tenant: Tenant
    package var publicFolder = "public"
    /// Where the preview is served, for the links of its pages.
    package var port = 8080
    package var images = ImageAddress.asGiven

    package init(theme: String, plugins: [String], tenant: Tenant) {
      (self.theme, self.plugins, self.tenant) = (theme, plugins, tenant)
    }
  }

  /// Why there is nothing to show.
  package struct Nothing: Error, CustomStringConvertible {
    package let description: String
    package let wayOut: String?
  }

  private let scene: Scene
  private let tenants: TenantDirectory
  private let api: any CoreAPI
  private let changes: MemoryChangeLog
  private let log: ServiceLog
  private let cookie = SessionCookie(SessionSeal(keys: [.random()]))

  package init(_ scene: Scene, reading api: any CoreAPI, changes: MemoryChangeLog, log: ServiceLog) throws(TenancyError) {
    self.scene = scene
    self.api = api
    self.changes = changes
    self.log = log
    // One shop answers by whatever name the author calls this machine.
    tenants = TenantDirectory(try TenantSnapshot(tenants: [scene.tenant], mode: .single(scene.tenant.id)))
  }

  /// An answer that nobody keeps and no search engine lists. Findings of a broken theme are a text that says them.
  package func respond(to request: HTTPRequest) async -> HTTPResponse {
    do throws(ThemeError) { return ThemePreview.unkept(await (try parts()).pipeline.respond(to: request).response) } catch {
      var headers = Headers()
      headers.add("Content-Type", "text/plain; charset=utf-8")
      return ThemePreview.unkept(HTTPResponse(status: 500, headers: headers, body: Array("\(error)\n".utf8)))
    }
  }

  /// A page's document.
  /// - Parameters:
  ///   - handle: of the product, collection, page or blog; `blog/article` of an article; the words of a search. nil: the first there is.
  package func page(_ kind: PageRoute.Kind, handle: String?, in market: Market) async throws -> [UInt8] {
    let (theme, pipeline, _) = try parts()
    guard theme.hasTemplate(kind.rawValue) else {
      throw Nothing(
        description: "the theme '\(theme.id)' has no template '\(kind.rawValue)'",
        wayOut: "add templates/\(kind.rawValue).json")
    }
    let route = try await route(kind, handle, in: market)
    let target = route.target(in: market.routes)
    let head = "GET \(target) HTTP/1.1\r\nHost: \(scene.tenant.subdomain).localhost\r\n\r\n"
    guard let request = HTTPRequest(parsing: Array(head.utf8)) else {
      throw Nothing(description: "'\(target)' is no address", wayOut: nil)
    }
    let response = await pipeline.respond(to: request).response
    guard response.status == (kind == .notFound ? 404 : 200) else {
      throw Nothing(
        description: "\(scene.tenant.id) has no \(kind.rawValue) '\(handle ?? "")': \(target) answers \(response.status)",
        wayOut: "storefront sitemap writes which addresses there are")
    }
    return response.body
  }

  /// What fills one slot of a page, without the rest of it.
  package func slot(_ name: String, of kind: PageRoute.Kind, handle: String?, in market: Market) async throws -> [UInt8] {
    let (theme, _, store) = try parts()
    guard theme.manifest.slots[name] != nil else {
      throw Nothing(
        description: "the theme '\(theme.id)' has no slot '\(name)'",
        wayOut: "it has \(theme.manifest.slots.keys.sorted().joined(separator: ", "))")
    }
    let index = scene.tenant.markets.firstIndex(of: market) ?? 0
    guard let active = store.theme(of: scene.tenant, market: index) else { return [] }
    let shop = ShopAddresses(tenants, localPort: scene.port).shop(scene.tenant, market: index, active)
    return try await renderer().slot(name, of: try await route(kind, handle, in: market), of: shop)
  }

  private func parts() throws(ThemeError) -> (theme: Theme, pipeline: RequestPipeline, store: ThemeStore) {
    let theme = try Theme.load(scene.theme)
    var plugins: [Plugin] = []
    for folder in scene.plugins { plugins.append(try Plugin.load(folder)) }
    let store = ThemeStore(previewing: theme, plugins, images: scene.images)
    let renderer = renderer()
    let follower = follower()
    let pipeline = RequestPipeline(
      tenants: tenants, themes: store, renderer: renderer,
      shoppers: ShopperPages(rendering: renderer, reading: api, cookie: cookie),
      files: PublicFiles(root: scene.publicFolder, following: follower, bytes: 0),
      discovery: Discovery(reading: api, following: follower), addresses: ShopAddresses(tenants, localPort: scene.port), log: log)
    return (theme, pipeline, store)
  }

  private func follower() -> Follower {
    let start = MonotonicInstant.now
    return Follower(of: changes) { start.duration(to: .now) }
  }

  /// A new one each time: what failed a moment ago may be mended.
  private func renderer() -> PageRenderer {
    PageRenderer(pageBytes: 0, fragmentBytes: 0, readBytes: 0, following: follower(), reading: api, log: log)
  }

  private func route(_ kind: PageRoute.Kind, _ handle: String?, in market: Market) async throws -> PageRoute {
    switch kind {
    case .index, .notFound, .cart, .wishlist, .compare: return PageRoute(kind)
    case .search:
      var route = PageRoute(.search)
      if let handle {
        route.terms = handle
      } else {
        // A word that finds something: the first one of the first product.
        let products = try await api.products(ProductQuery(size: 1), in: market).value.items
        route.terms = products.first?.title.split(separator: " ").first.map(String.init) ?? ""
      }
      return route
    case .article:
      let parts = handle?.split(separator: "/", maxSplits: 1).map(String.init) ?? []
      if parts.count == 2 { return PageRoute(.article, handle: parts[1], blog: parts[0]) }
    case .blog: if let handle { return PageRoute(.blog, blog: handle) }
    case .product, .collection, .page: if let handle { return PageRoute(kind, handle: handle) }
    }
    guard let first = try await api.sitemapEntries(in: market).value.first(where: { $0.kind.rawValue == kind.rawValue }),
      handle == nil, let address = first.address
    else {
      throw Nothing(
        description: handle.map { "'\($0)' names no \(kind.rawValue)" } ?? "\(scene.tenant.id) has no \(kind.rawValue)",
        wayOut: kind == .article ? "--handle BLOG/ARTICLE" : nil)
    }
    return PageRoute(address)
  }

  private static let replaced: [[UInt8]] = ["cache-control:", "etag:", "last-modified:", "x-robots-tag:"].map { Array($0.utf8) }

  private static func unkept(_ response: HTTPResponse) -> HTTPResponse {
    var headers = Headers()
    for line in response.headers.bytes.split(separator: 0x0A) {
      let isReplaced = replaced.contains { name in line.lazy.map { $0 | 0x20 }.starts(with: name.map { $0 | 0x20 }) }
      if !isReplaced { headers.add(lines: line + [0x0A]) }
    }
    headers.add("Cache-Control", "private, no-store")
    headers.add("X-Robots-Tag", "noindex, nofollow")
    return HTTPResponse(status: response.status, headers: headers, body: response.body, closes: response.closes)
  }
}
