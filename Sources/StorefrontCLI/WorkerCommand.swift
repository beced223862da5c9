import ChangeLog
import CoreAPIClient
import EventLoop
import FragmentCache
import Glibc
import Redis
import ReferenceCoreAPI
import Storefront
import Tenancy
import ThemeSDK

/// `storefront worker`: what the supervisor starts. It inherits its sockets and says on a pipe that it is ready, and then every
/// second that its loop still turns.
enum WorkerCommand {
  static let command = Command(
    "worker", summary: "One worker, as the supervisor starts it",
    options: ServiceOptions.files + ServiceOptions.listeners + [
      .value("listen-fd", "FD", "a listening socket for shoppers"),
      .value("operations-fd", "FD", "a listening socket for operators"),
      .value("heartbeat-fd", "FD", "a pipe that takes a byte when ready, then one a second"),
    ],
    isHidden: true
  ) { invocation in
    let options = try ServiceOptions(invocation)
    guard let listener = try invocation.integer("listen-fd", in: 3...1023) else {
      throw UsageError("worker is started by the supervisor", hint: "storefront serve")
    }
    let operators = try invocation.integer("operations-fd", in: 3...1023)
    let heartbeat = try invocation.integer("heartbeat-fd", in: 3...1023)
    let data = ServeCommand.dataFolders(invocation)
    return try Loop.assumeIsolated {
      let worker = try Worker(options, data: data)
      worker.serve(Int32(listener), operators: operators.map(Int32.init), heartbeat: heartbeat.map(Int32.init))
      // What the loop calls back holds the worker unowned.
      withExtendedLifetime(worker) { Loop.run() }
      return ExitCode.ok
    }
  }
}

@LoopActor private final class Worker {
  private let service: Service
  private let log = ServiceLog()
  private var reader: StreamReader?
  private var sources: [SignalSource] = []
  private var beats: EventLoop.Timer?

  init(_ options: ServiceOptions, data: [String]) throws {
    let backends = try Backends(.current)
    let directory: TenantDirectory
    do throws(TenancyError) { directory = TenantDirectory(try TenantFile.read(options.tenants)) } catch {
      throw CommandError("\(error)")
    }
    var configuration = Configuration(tenantsFile: options.tenants)
    configuration.themesFolder = options.themes
    configuration.pluginsFolder = options.plugins
    configuration.publicFolder = options.publicFolder
    configuration.localPort = options.port
    configuration.cacheBytes = options.cacheMegabytes << 20
    let secrets = try Secrets(.current)
    if let keys = secrets.session { configuration.sessionKeys = keys }
    configuration.customerTokenKeys = secrets.customer ?? []
    if let template = Environs.current.variables["IMAGE_SERVICE"], !template.isEmpty {
      configuration.images = ImageAddress(template: template)
    }
    let start = MonotonicInstant.now
    if let url = backends.coreAPI {
      let clock = { start.duration(to: MonotonicInstant.now) }
      let follower = backends.log == nil ? Follower(of: MemoryChangeLog(), clock: clock) : Follower(clock: clock)
      let api: HTTPCoreAPI
      do throws(CoreAPIError) {
        api = try HTTPCoreAPI(baseURL: url, minimumMark: { follower.knowledge.mark })
      } catch { throw CommandError("CORE_API_URL: \(error)") }
      let cache = backends.cache.map { RedisClient($0) }
      if let endpoint = backends.log {
        reader = StreamReader(endpoint, feeding: follower) { [log] in Worker.note($0, in: log) }
      } else {
        log.note(.warning, "no-change-log", ["why": "REDIS_URL is not set: a change shows when a page's life has ended"])
      }
      let reader = reader
      let shared = cache.map { SharedFragments(in: $0, following: follower, readBy: reader, revision: Program.version) }
      service = Service(
        configuration, tenants: directory, coreAPI: api, following: follower, shared: shared,
        figures: { Worker.figures(api, cache) }, log: log)
    } else {
      let changes = MemoryChangeLog()
      let catalog = ReferenceCatalog(changes: changes)
      let catalogs = Catalogs(folders: data)
      for tenant in directory.snapshot.tenants { Worker.load(tenant.id, from: catalogs, into: catalog, log: log) }
      service = Service(configuration, tenants: directory, coreAPI: catalog, changes: changes, log: log) { [log] tenant in
        Worker.load(tenant.id, from: catalogs, into: catalog, log: log)
      }
    }
    // Without any theme every page is an error: on a reload the workers of before serve on.
    guard !service.themes.themes.isEmpty else {
      let reasons = service.themes.rejections.map { "\($0.error)" }.joined(separator: "\n")
      throw CommandError(
        "no theme in \(options.themes) can be used\(reasons.isEmpty ? "" : ":\n\(reasons)")",
        hint: "--themes names a folder of themes")
    }
  }

  /// A shop whose catalogue is missing or broken says that it takes a break; the others serve.
  private static func load(_ tenant: TenantID, from catalogs: Catalogs, into catalog: ReferenceCatalog, log: ServiceLog) {
    do throws(CatalogError) { try catalogs.load(tenant, into: catalog) } catch {
      log.note(.error, "catalogue-rejected", tenant: tenant, ["error": "\(error)"])
    }
  }

  private static func figures(_ api: HTTPCoreAPI, _ cache: RedisClient?) -> [Figure] {
    let reads = api.counts
    var figures = [
      Figure(
        "core_api_total", .counter, "The core API: questions, requests sent for them, failures, questions not asked.", by: "what",
        ["read": reads.reads, "request": reads.requests, "failure": reads.failures, "refused": reads.refused])
    ]
    if let cache {
      let counts = cache.counts
      figures += [
        Figure(
          "redis_total", .counter, "The shared cache's Redis: calls, failures, time-outs, calls not tried, connections.",
          by: "what",
          [
            "call": counts.calls, "failure": counts.failures, "timeout": counts.timeouts, "refused": counts.refusals,
            "connection": counts.connections,
          ]),
        Figure("redis_open", .gauge, "1 while the shared cache's Redis is not asked.", cache.breakerState == .open ? 1 : 0),
      ]
    }
    return figures
  }

  private static func note(_ event: StreamReader.Event, in log: ServiceLog) {
    switch event {
    case .failed(let error): log.note(.error, "change-log-lost", sample: ["error": "\(error)"])
    case .following(let position): log.note(.info, "change-log-followed", sample: ["position": "\(position)"])
    case .beginsAnew(let reason): log.note(.warning, "change-log-anew", ["why": reason])
    }
  }

  func serve(_ listener: Int32, operators: Int32?, heartbeat: Int32?) {
    signal(SIGPIPE, SIG_IGN)
    // A terminal sends these to every process of the group; the supervisor decides what they mean.
    signal(SIGINT, SIG_IGN)
    signal(SIGHUP, SIG_IGN)
    sources.append(SignalSource(SIGTERM) { [unowned self] in drain() })
    begin(listener, operators, heartbeat, waited: .zero)
  }

  /// What other processes have cached can be judged once the change log has been read. A log that is away is not waited for:
  /// pages are rendered without it.
  private func begin(_ listener: Int32, _ operators: Int32?, _ heartbeat: Int32?, waited: Duration) {
    guard !isDraining else { return }
    if let reader, !reader.isCaughtUp, waited < .seconds(1) {
      beats = EventLoop.Timer(after: .milliseconds(5)) { [unowned self] in
        begin(listener, operators, heartbeat, waited: waited + .milliseconds(5))
      }
      return
    }
    service.serve(shoppersOn: listener, operatorsOn: operators)
    guard let heartbeat else { return }
    let pipe = Pipe(writingTo: heartbeat)
    pipe.beat()
    beats = EventLoop.Timer(after: .seconds(1), repeating: .seconds(1)) { [unowned self] in
      // Nobody reads: the supervisor is gone, and with it whoever would replace or stop this worker.
      if !pipe.beat() { drain() }
    }
  }

  private var isDraining = false

  private func drain() {
    guard !isDraining else { return }
    isDraining = true
    Loop.task {
      await self.service.drain()
      Loop.stop()
    }
  }
}
