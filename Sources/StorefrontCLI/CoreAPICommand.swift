import ChangeLog
import EventLoop
import FoundationEssentials
import Glibc
import HTTP
import Redis
import ReferenceCoreAPI
import Storefront
import Tenancy

/// `storefront core-api`: the reference core API as a service of its own, which many workers ask.
enum CoreAPICommand {
  static let command = Command(
    "core-api", summary: "Serve the reference core API over HTTP, from catalogue files",
    options: [
      .value("tenants", "FILE", "the shops whose catalogues are served (default tenants.json)"),
      .value("data", "DIR", "where imported catalogues are (default var; may be given several times)"),
      .value("listen", "ADDRESS", "(default 127.0.0.1)"),
      .value("port", "PORT", "(default 8090)"),
      .value("delay", "MS", "answer each read that much later, to try deadlines and for benchmarks (default 0)"),
    ],
    discussion: """
      Answers GET /v1/tenants/ID/site, products, products/HANDLE, collections, collections/HANDLE, menus/HANDLE, pages/HANDLE,
      blogs/HANDLE, blogs/HANDLE/articles, redirects and sitemap, and PATCH /v1/tenants/ID/products/HANDLE, each in any language
      and currency of the shop; docs/core-api.md has the contract. /healthz says that it answers.
      Edits need CORE_API_TOKEN from the environment, as Authorization: Bearer; without one they are taken on the loopback alone.
      They are kept in memory: a start and SIGHUP read the files anew. Each is an event on the Redis stream core:events of
      CORE_EVENTS_URL (default: REDIS_URL), when one is set. SIGTERM answers what is in flight and ends.
      """,
    examples: [
      .init("storefront core-api --tenants Demo/tenants.json --data Demo", "the sample shops on port 8090"),
      .init(
        "curl -X PATCH localhost:8090/v1/tenants/fashion/products/HANDLE -d '{\"price\": \"19.90\"}'",
        "a new price, on this machine"),
      .init("CORE_API_TOKEN=\u{2026} storefront core-api --listen 10.0.0.5", "for all of a network, edits for who has the token"),
    ]
  ) { invocation in
    let port = try invocation.integer("port", in: 0...65535) ?? 8090
    let delay = try invocation.integer("delay", in: 0...60_000) ?? 0
    let address = invocation.value("listen") ?? "127.0.0.1"
    let tenants = invocation.value("tenants") ?? ServiceOptions().tenants
    let data = ServeCommand.dataFolders(invocation)
    let edits = try permission(for: address)
    let events = try Backends(Environs.current).events
    return try Loop.assumeIsolated {
      let service = CoreAPIService(tenants: tenants, data: data, events: events)
      _ = Loop.task { await service.start(on: address, port: UInt16(port), edits: edits, delay: .milliseconds(delay)) }
      Loop.run()
      if let failure = service.failure { throw failure }
      return ExitCode.ok
    }
  }

  private static func permission(for address: String) throws(CommandError) -> EditPermission {
    if let token = Environs.current.variables["CORE_API_TOKEN"] {
      guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
        throw CommandError(
          "CORE_API_TOKEN is empty, or holds what no header may", hint: "set it to visible ASCII without blanks, or unset it")
      }
      return .token(token)
    }
    return address == "::1" || address.hasPrefix("127.") ? .thisMachine : .nobody
  }
}

@LoopActor private final class CoreAPIService {
  private let tenantsFile: String
  private let catalogs: Catalogs
  private let events: RedisClient?
  private let log = ServiceLog()
  private var catalog: ReferenceCatalog?
  private var publisher: EventPublisher?
  private var server: HTTPServer?
  private var sources: [SignalSource] = []
  private var isDraining = false
  /// Why it could not be started.
  private(set) var failure: CommandError?

  init(tenants file: String, data: [String], events: RedisEndpoint?) {
    tenantsFile = file
    catalogs = Catalogs(folders: data)
    self.events = events.map { RedisClient($0) }
  }

  /// Loads the catalogues and serves; where it cannot, the loop is stopped and `failure` says why.
  func start(on address: String, port: UInt16, edits: EditPermission, delay: Duration) async {
    let changes = MemoryChangeLog(keeping: 10_000)
    let catalog = ReferenceCatalog(changes: changes, after: await lastMark())
    self.catalog = catalog
    do throws(CommandError) {
      try load(into: catalog)
      guard !catalog.tenants.isEmpty else {
        throw CommandError(
          "no shop of \(tenantsFile) has a catalogue in \(catalogs.folders.joined(separator: ", "))",
          hint: "storefront catalog import FILE\u{2026} --tenant ID makes one")
      }
      try serve(catalog, on: address, port: port, edits: edits, delay: delay)
    } catch {
      failure = error
      return Loop.stop()
    }
    if let events { publish(catalog, changes, to: events) }
    sources = [
      SignalSource(SIGTERM) { [unowned self] in drain() },
      SignalSource(SIGINT) { [unowned self] in drain() },
      SignalSource(SIGHUP) { [unowned self] in reload() },
    ]
  }

  /// Greater than every mark that was ever given, so that marks grow across restarts: by the clock, which is ahead of marks as
  /// long as there are fewer than a thousand edits a second, and by the newest event, should the clock have been set back.
  private func lastMark() async -> UInt64 {
    let now = UInt64(max(0, Date().timeIntervalSince1970 * 1000))
    guard let events else { return now }
    do throws(RedisError) { return max(now, try await EventPublisher.lastMark(in: events) ?? 0) } catch {
      log.note(.warning, "events-waiting", ["error": "\(error)"])
      return now
    }
  }

  /// A shop whose catalogue is missing or broken is unknown; the others are served.
  private func load(into catalog: ReferenceCatalog) throws(CommandError) {
    let snapshot: TenantSnapshot
    do throws(TenancyError) { snapshot = try TenantFile.read(tenantsFile) } catch {
      throw CommandError("\(error)", hint: "storefront tenant list --tenants FILE checks a tenants file")
    }
    for tenant in snapshot.tenants {
      do throws(CatalogError) { try catalogs.load(tenant.id, into: catalog) } catch {
        log.note(.error, "catalogue-rejected", tenant: tenant.id, ["error": "\(error)"])
      }
    }
  }

  private func serve(
    _ catalog: ReferenceCatalog, on address: String, port: UInt16, edits: EditPermission, delay: Duration
  ) throws(CommandError) {
    let descriptor: Int32
    do throws(HTTPError) { descriptor = try listeningSocket(address: address, port: port) } catch {
      throw CommandError(error.description)
    }
    var limits = ServerLimits()
    limits.takesPatch = true
    limits.bodyBytes = 64 << 10
    // Longer than clients keep a connection, so that it is they who close it.
    limits.idleSeconds = 150
    let handler = CoreAPIHandler(catalog, edits: edits)
    let bound = localPort(of: descriptor)
    server = HTTPServer(listeningOn: descriptor, limits: limits) { [unowned self] request in
      guard request.method == .patch else {
        if delay > .zero { await Loop.sleep(for: delay) }
        return await handler.respond(to: request)
      }
      let response = await handler.respond(to: request)
      publisher?.wake()
      return response
    }
    log.note(.info, "ready", ["listen": address, "port": "\(bound)", "tenants": "\(catalog.tenants.count)"])
  }

  private func publish(_ catalog: ReferenceCatalog, _ changes: MemoryChangeLog, to events: RedisClient) {
    let publisher = EventPublisher(of: catalog, changes, to: events) { [log] note in
      switch note {
      case .waiting(_, let error): log.note(.warning, "events-waiting", ["error": "\(error)"])
      case .sending: log.note(.info, "events-sent", ["stream": EventPublisher.key, "redis": "\(events.endpoint)"])
      case .overflowed: log.note(.warning, "events-overflowed")
      }
    }
    self.publisher = publisher
    _ = Loop.task { await publisher.run() }
  }

  private func reload() {
    guard let catalog else { return }
    do throws(CommandError) {
      try load(into: catalog)
      log.note(.info, "reloaded", ["tenants": "\(catalog.tenants.count)"])
    } catch {
      log.note(.error, "reload-failed", ["error": error.message])
    }
    publisher?.wake()
  }

  private func drain() {
    guard !isDraining, let server else { return }
    isDraining = true
    _ = Loop.task {
      await server.drain()
      let lost = await self.publisher?.drain(within: .seconds(2)) ?? 0
      // Whoever starts next touches everything, so nothing stays wrong for longer than until then.
      if lost > 0 { self.log.note(.error, "events-lost", ["commits": "\(lost)"]) }
      Loop.stop()
    }
  }
}
