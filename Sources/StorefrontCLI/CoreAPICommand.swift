import ChangeLog
import EventLoop
import FoundationEssentials
import Glibc
import HTTP
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
      Answers GET /v1/tenants/ID/site, products, products/HANDLE, collections, collections/HANDLE, menus/HANDLE and sitemap, and
      PATCH /v1/tenants/ID/products/HANDLE; docs/core-api.md has the contract. /healthz says that it answers.
      Edits need CORE_API_TOKEN from the environment, as Authorization: Bearer; without one they are taken on the loopback alone.
      They are kept in memory: a start and SIGHUP read the files anew. SIGTERM answers what is in flight and ends.
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
    return try Loop.assumeIsolated {
      let service = try CoreAPIService(tenants: tenants, data: data)
      try service.serve(on: address, port: UInt16(port), edits: edits, delay: .milliseconds(delay))
      // What the loop calls back holds the service unowned.
      withExtendedLifetime(service) { Loop.run() }
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
  private let catalog: ReferenceCatalog
  private let log = ServiceLog()
  private var server: HTTPServer?
  private var sources: [SignalSource] = []
  private var isDraining = false

  init(tenants file: String, data: [String]) throws {
    tenantsFile = file
    catalogs = Catalogs(folders: data)
    // Marks grow across restarts: fewer than a thousand edits a second come in the long run.
    catalog = ReferenceCatalog(changes: MemoryChangeLog(), after: UInt64(max(0, Date().timeIntervalSince1970 * 1000)))
    try load()
    guard !catalog.tenants.isEmpty else {
      throw CommandError(
        "no shop of \(file) has a catalogue in \(data.joined(separator: ", "))",
        hint: "storefront catalog import FILE\u{2026} --tenant ID makes one")
    }
  }

  /// A shop whose catalogue is missing or broken is unknown; the others are served.
  private func load() throws(CommandError) {
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

  func serve(on address: String, port: UInt16, edits: EditPermission, delay: Duration) throws {
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
    server = HTTPServer(listeningOn: descriptor, limits: limits) { request in
      if delay > .zero, request.method != .patch { await Loop.sleep(for: delay) }
      return await handler.respond(to: request)
    }
    sources = [
      SignalSource(SIGTERM) { [unowned self] in drain() },
      SignalSource(SIGINT) { [unowned self] in drain() },
      SignalSource(SIGHUP) { [unowned self] in reload() },
    ]
    log.note(.info, "ready", ["listen": address, "port": "\(bound)", "tenants": "\(catalog.tenants.count)"])
  }

  private func reload() {
    do throws(CommandError) {
      try load()
      log.note(.info, "reloaded", ["tenants": "\(catalog.tenants.count)"])
    } catch {
      log.note(.error, "reload-failed", ["error": error.message])
    }
  }

  private func drain() {
    guard !isDraining, let server else { return }
    isDraining = true
    Task {
      await server.drain()
      Loop.stop()
    }
  }
}
