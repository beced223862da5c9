import Glibc
import HTTP
import Supervision
import Tenancy

/// `storefront serve`: the supervisor. It owns the sockets and replaces workers; the workers answer.
enum ServeCommand {
  static let command = Command(
    "serve", summary: "Serve the shops: a supervisor and its workers",
    options: ServiceOptions.files + ServiceOptions.listeners + [
      .value("workers", "N", "worker processes (default 1; more need Redis and a core API, which this version does not have)")
    ],
    discussion: """
      Answers shoppers on one listener, and /healthz, /readyz and /metrics on the operators' one. The access log goes to
      standard output, one JSON object a line; what an operator should know goes to standard error.
      SIGHUP starts fresh workers with themes, plugins and catalogues read anew, then drains the old ones; the tenants file
      is taken within a second without it. SIGTERM answers what is in flight and ends.
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
    guard options.workers == 1 else {
      throw CommandError(
        "\(options.workers) workers need a shared cache and a shared core API: REDIS_URL and CORE_API_URL, which this version does not use",
        hint: "run with --workers 1")
    }
    do throws(TenancyError) { _ = try TenantFile.read(options.tenants) } catch {
      throw CommandError("\(error)", hint: "storefront tenant list --tenants FILE checks a tenants file")
    }
    guard let executable = Supervisor.ownExecutable() else {
      throw CommandError("this program cannot find its own file under /proc/self/exe", hint: "mount /proc")
    }
    let listener: Int32
    let operators: Int32
    do throws(HTTPError) {
      listener = try listeningSocket(address: options.listen, port: UInt16(options.port))
      operators = try listeningSocket(address: "127.0.0.1", port: UInt16(options.operationsPort))
    } catch {
      throw CommandError(error.description)
    }
    let port = localPort(of: listener)
    var arguments = ["worker", "--tenants", options.tenants, "--themes", options.themes, "--plugins", options.plugins]
    arguments += ["--public", options.publicFolder, "--port", "\(port)", "--cache-mb", "\(options.cacheMegabytes)"]
    for folder in data { arguments += ["--data", folder] }
    announce(port)
    var supervisor = Supervisor(
      options: .init(
        executable: executable, arguments: arguments, environment: Environs.current.lines, sockets: [listener],
        operations: operators))
    return supervisor.run()
  }
}
