import Glibc
import HTTP
import Session
import Supervision
import Tenancy

/// `storefront serve`: the supervisor. It owns the sockets and replaces workers; the workers answer.
enum ServeCommand {
  static let command = Command(
    "serve", summary: "Serve the shops: a supervisor and its workers",
    options: ServiceOptions.files + ServiceOptions.listeners + [
      .value("workers", "N", "worker processes (default 1; more need REDIS_URL and CORE_API_URL)")
    ],
    discussion: """
      Answers shoppers on one listener, and /healthz, /readyz and /metrics on the operators' one. The access log goes to
      standard output, one JSON object a line; what an operator should know goes to standard error.
      SIGHUP starts fresh workers with themes, plugins and catalogues read anew, then drains the old ones; the tenants file
      is taken within a second without it. SIGTERM answers what is in flight and ends.

      \(Backends.help)

      \(Secrets.help)
      """,
    examples: [
      .init("storefront serve --tenants tenants.json", "the shops of that file on port 8080"),
      .init("storefront serve --tenants /etc/storefront/tenants.json --listen 0.0.0.0 --port 80", "for all of a network"),
    ]
  ) { invocation in
    try serve(try ServiceOptions(invocation), data: dataFolders(invocation))
  }

  static func dataFolders(_ invocation: Invocation) -> [String] {
    let given = invocation.allValues("data")
    return given.isEmpty ? [ServiceOptions().data] : given
  }

  /// Checks what a worker would stumble over, binds the sockets, and supervises until told to stop.
  static func serve(_ options: ServiceOptions, data: [String], announce: (UInt16) -> Void = { _ in }) throws -> Int32 {
    let backends = try Backends(.current)
    try backends.check(workers: options.workers)
    let secrets = try Secrets(.current)
    do throws(TenancyError) { _ = try TenantFile.read(options.tenants) } catch {
      throw CommandError("\(error)", hint: "storefront tenant list --tenants FILE checks a tenants file")
    }
    guard let executable = Supervisor.ownExecutable() else {
      throw CommandError("this program cannot find its own file under /proc/self/exe", hint: "mount /proc")
    }
    let listeners: [Int32]
    let operators: Int32
    do throws(HTTPError) {
      listeners = try sockets(options)
      operators = try listeningSocket(address: "127.0.0.1", port: UInt16(options.operationsPort))
    } catch {
      throw CommandError(error.description)
    }
    let port = localPort(of: listeners[0])
    var arguments = ["worker", "--tenants", options.tenants, "--themes", options.themes, "--plugins", options.plugins]
    arguments += ["--public", options.publicFolder, "--port", "\(port)", "--cache-mb", "\(options.cacheMegabytes)"]
    for folder in data { arguments += ["--data", folder] }
    announce(port)
    var supervision = Supervisor.Options(
      executable: executable, arguments: arguments, environment: environment(secrets, isShared: backends.log != nil).lines,
      sockets: listeners, operations: operators)
    if backends.log != nil { supervision.companions = [.init(role: "relay", arguments: ["relay"])] }
    var supervisor = Supervisor(options: supervision)
    return supervisor.run()
  }

  /// The workers' environment. Without a key of the operator's one is made here, so that all workers and their successors open what any
  /// of them has sealed.
  private static func environment(_ secrets: Secrets, isShared: Bool) -> Environs {
    guard secrets.session == nil else { return .current }
    EventLine(
      isShared ? .warning : .info, "session-key-made",
      reason: "SESSION_KEY is not set: carts end with this process, and another machine reads none of them"
    ).write()
    return Environs(variables: Environs.current.variables.merging([Secrets.sessionName: SecretKey.random().text]) { $1 })
  }

  /// One for each worker, all on one port: the kernel spreads connections over them. A first one without that option would keep
  /// the others away, and one that is alone goes without, so that a second service on the port is an error.
  private static func sockets(_ options: ServiceOptions) throws(HTTPError) -> [Int32] {
    let isShared = options.workers > 1
    if isShared, options.port != 0 {
      // Another service of this kind would otherwise take half of the connections unseen.
      close(try listeningSocket(address: options.listen, port: UInt16(options.port)))
    }
    var sockets = [try listeningSocket(address: options.listen, port: UInt16(options.port), reusePort: isShared)]
    let port = localPort(of: sockets[0])
    for _ in 1..<options.workers {
      sockets.append(try listeningSocket(address: options.listen, port: port, reusePort: true))
    }
    return sockets
  }
}
