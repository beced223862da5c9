import ChangeLog
import CoreAPIClient
import EventLoop
import FragmentCache
import HTTP
import Session
import Tenancy

/// One worker, put together: everything between a listening socket and a page. Nothing is global, so a test can have two.
@LoopActor package final class Service {
  package let tenants: TenantDirectory
  package let themes: ThemeStore
  package let operations: Operations
  package let accessLog: AccessLog
  private let configuration: Configuration
  let pipeline: RequestPipeline
  let renderer: PageRenderer
  private let metrics: Metrics
  private let log: ServiceLog
  private var servers: [HTTPServer] = []
  private var watcher: TenantFileWatcher?
  private let tenantAppeared: @LoopActor (Tenant) -> Void

  /// - Parameters:
  ///   - changes: the log that the core API's edits are appended to.
  ///   - tenantAppeared: told of each tenant that a reload of the tenants file brings, before it is served.
  package convenience init(
    _ configuration: Configuration, tenants: TenantDirectory, coreAPI: any CoreAPI, changes: MemoryChangeLog,
    accessLog: AccessLog = AccessLog(), log: ServiceLog = ServiceLog(),
    tenantAppeared: @escaping @LoopActor (Tenant) -> Void = { _ in }
  ) {
    let start = MonotonicInstant.now
    let follower = Follower(of: changes) { start.duration(to: .now) }
    self.init(
      configuration, tenants: tenants, coreAPI: coreAPI, following: follower, accessLog: accessLog, log: log,
      tenantAppeared: tenantAppeared)
  }

  /// - Parameters:
  ///   - follower: of the log that names the core API's changes.
  ///   - figures: what the clients of other services count, for operators.
  ///   - shared: the cache that all processes share; nil where this one is alone.
  package init(
    _ configuration: Configuration, tenants: TenantDirectory, coreAPI: any CoreAPI, following follower: Follower,
    shared: SharedFragments? = nil, figures: @escaping @LoopActor () -> [Figure] = { [] }, accessLog: AccessLog = AccessLog(),
    log: ServiceLog = ServiceLog(),
    tenantAppeared: @escaping @LoopActor (Tenant) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.tenantAppeared = tenantAppeared
    self.tenants = tenants
    self.accessLog = accessLog
    self.log = log
    themes = ThemeStore(
      themesFolder: configuration.themesFolder, pluginsFolder: configuration.pluginsFolder, images: configuration.images)
    renderer = PageRenderer(
      pageBytes: configuration.cacheBytes / 3 * 2, fragmentBytes: configuration.cacheBytes / 8,
      readBytes: configuration.cacheBytes / 24, following: follower, reading: coreAPI, shared: shared, log: log)
    pipeline = RequestPipeline(
      tenants: tenants, themes: themes, renderer: renderer,
      shoppers: ShopperPages(
        rendering: renderer, reading: coreAPI, cookie: SessionCookie(SessionSeal(keys: configuration.sessionKeys)),
        customers: configuration.customerTokenKeys.isEmpty ? nil : CustomerToken(keys: configuration.customerTokenKeys)),
      files: PublicFiles(root: configuration.publicFolder, following: follower, bytes: configuration.cacheBytes / 6),
      discovery: Discovery(reading: coreAPI, following: follower),
      addresses: ShopAddresses(tenants, localPort: configuration.localPort), log: log)
    metrics = Metrics(log: accessLog, renderer: renderer, follower: follower, shared: shared, backends: figures)
    operations = Operations(metrics: metrics, themes: themes, tenants: tenants)
    reportFindings()
  }

  /// What was left out at start, so that its author finds it in the log and shoppers find the rest of the shop.
  private func reportFindings() {
    for rejection in themes.rejections {
      log.note(.error, "theme-rejected", ["folder": rejection.folder, "error": "\(rejection.error)"])
    }
    for tenant in tenants.snapshot.tenants { report(tenant) }
  }

  private func report(_ tenant: Tenant) {
    for finding in themes.findings(of: tenant) { log.note(.warning, "left-out", tenant: tenant.id, ["what": finding]) }
  }

  /// A snapshot that the tenants file's watcher has read.
  func take(_ snapshot: TenantSnapshot) {
    let before = tenants.snapshot
    let changed = snapshot.tenants.filter { before.tenant($0.id)?.revision != $0.revision }
    for tenant in changed where before.tenant(tenant.id) == nil { tenantAppeared(tenant) }
    tenants.replace(with: snapshot)
    for tenant in changed { report(tenant) }
    guard !changed.isEmpty || snapshot.tenants.count != before.tenants.count else { return }
    log.note(
      .info, "tenants-reloaded",
      [
        "tenants": "\(snapshot.tenants.count)",
        "changed": changed.map { "\($0.id)=\($0.status.rawValue)" }.joined(separator: ","),
      ])
  }

  /// Starts answering on sockets that listen already.
  package func serve(shoppersOn listener: Int32, operatorsOn operators: Int32?) {
    servers.append(
      HTTPServer(
        listeningOn: listener, respond: { [unowned self] in await respond(to: $0) },
        observe: { [unowned self] in observe($0) }))
    if let operators {
      servers.append(HTTPServer(listeningOn: operators, respond: { [unowned self] in operations.respond(to: $0) }))
    }
    watcher = TenantFileWatcher(configuration.tenantsFile, log: log) { [unowned self] in take($0) }
    operations.isReady = true
  }

  private func respond(to request: HTTPRequest) async -> HTTPResponse {
    let start = MonotonicInstant.now
    let answered = await pipeline.respond(to: request)
    let response = answered.response
    metrics.record(answered.tenant, status: response.status, cache: answered.cacheStatus)
    accessLog.record(
      request, tenant: answered.tenant, status: response.status, bytes: response.body.count,
      microseconds: Int((MonotonicInstant.now.nanoseconds - start.nanoseconds) / 1000), cache: answered.cacheStatus)
    return response
  }

  /// Answered requests are logged where their tenant is known; here come those that the gate refused.
  private func observe(_ exchange: Exchange) {
    guard exchange.request == nil else { return }
    metrics.recordRefused()
    accessLog.record(refused: exchange)
  }

  /// Stops accepting, answers what is in flight, closes what is idle, writes the rest of the log.
  package func drain() async {
    operations.isReady = false
    watcher = nil
    // All of them first: the operators' socket is shared with the workers that take over, and a probe must reach one of those.
    for server in servers { server.stopAccepting() }
    for server in servers { await server.drain() }
    await accessLog.finish()
  }
}
