import FoundationEssentials
import Glibc
import TemplateEngine
import Tenancy

/// `storefront caddyfile`: the configuration of the TLS proxy, from the project's template. Every value is of an alphabet that
/// means nothing to Caddy (no quote, brace, blank, line end, backslash or `#`), so that none can break out of its place.
enum CaddyfileCommand {
  static let command = Command(
    "caddyfile", summary: "Write the configuration of Caddy, the TLS proxy in front",
    options: [
      .value("origin", "HOST:PORT", "the shoppers' listener of storefront serve; once for each machine (default 127.0.0.1:8080)"),
      .value(
        "ask", "URL", "which names may have a certificate: the operators' listener (default \(Values().ask.text))"),
      .value("email", "ADDRESS", "where the certificate authority writes to"),
      .value("http-port", "PORT", "redirects to the other one (default 80)"),
      .value("https-port", "PORT", "answers shoppers (default 443)"),
      .flag("internal-ca", "certificates of Caddy's own authority, which no browser knows: for trying it on one machine"),
      .value("template", "FILE", "another template (default Caddyfile.template)"),
      .value("output", "FILE", "where it is written, by rename (default standard output)"),
    ],
    discussion: """
      The file names no shop and need not change when shops do: Caddy asks for permission at the operators' listener before it
      orders a certificate. caddy validate --adapter caddyfile --config FILE checks the result; Caddy takes it at its next start.
      """,
    examples: [
      .init(
        "storefront caddyfile --email ops@shops.example --output /etc/caddy/Caddyfile", "storefront serve on the same machine"),
      .init("storefront caddyfile --internal-ca --http-port 8000 --https-port 8443", "for a try without a certificate authority"),
    ]
  ) { invocation in
    let text = try render(try Values(invocation), template: invocation.value("template") ?? "Caddyfile.template")
    guard let path = invocation.value("output") else {
      Program.put(text, to: STDOUT_FILENO)
      return ExitCode.ok
    }
    do { try Data(text).write(to: URL(filePath: path), options: .atomic) } catch {
      throw CommandError("\(path) cannot be written", hint: "check that its folder is there and writable")
    }
    return ExitCode.ok
  }

  private static func render(_ values: Values, template path: String) throws -> [UInt8] {
    let globals = values.globals
    let template = try TemplateCommand.compile(
      try TemplateCommand.bytes(of: path), name: path, in: Environment(escaping: .manual))
    // A template prints nothing for a name it does not know, and Caddy may well take the rest.
    if let use = template.analysis.variables.first(where: { globals[$0.name] == nil }) {
      throw CommandError(
        "\(path):\(use.line):\(use.column): there is no value '\(use.name)'",
        hint: "there are \(globals.keys.sorted().joined(separator: ", "))", code: ExitCode.findings)
    }
    let render = Render(template, globals: globals, errors: .fail)
    if let failure = TemplateCommand.run(render, missing: { _ in }) {
      throw CommandError(failure.description, code: ExitCode.findings)
    }
    return render.takeOutput()
  }
}

extension CaddyfileCommand {
  /// A host and a port, as Caddy dials them.
  struct Address {
    let host: String
    let port: Int

    /// - Parameter text: `name:80`, `127.0.0.1:80` or `[::1]:80`; without a port where `usual` says which.
    init?(_ text: some StringProtocol, usual: Int? = nil) {
      let bare: Substring
      if let bracket = text.lastIndex(of: "]") {
        let end = text.index(after: bracket)
        bare = Substring(text[end...])
        let inside = String(text[..<bracket].dropFirst())
        var address = in6_addr()
        guard text.hasPrefix("["), inet_pton(AF_INET6, inside, &address) == 1 else { return nil }
        host = "[\(inside)]"
      } else {
        let colon = text.firstIndex(of: ":") ?? text.endIndex
        bare = Substring(text[colon...])
        guard let name = try? Host(text[..<colon]).name, name == text[..<colon].lowercased() else { return nil }
        host = name
      }
      if bare.isEmpty, let usual {
        port = usual
      } else {
        guard bare.first == ":", let number = Address.port(bare.dropFirst()) else { return nil }
        port = number
      }
    }

    var text: String { "\(host):\(port)" }
    var isLoopback: Bool { host == "localhost" || host == "[::1]" || host.hasPrefix("127.") && Address.isNumeric(host) }

    private static func isNumeric(_ host: String) -> Bool {
      var address = in_addr()
      return inet_pton(AF_INET, host, &address) == 1
    }

    private static func port(_ text: Substring) -> Int? {
      guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      return Int(text).flatMap { (1...65535).contains($0) ? $0 : nil }
    }
  }

  /// `http://HOST:PORT/PATH`, without a query: Caddy adds its own.
  struct Endpoint {
    let scheme: String
    let address: Address
    let path: String

    init?(_ text: String) {
      guard let mark = text.firstRange(of: "://") else { return nil }
      scheme = String(text[..<mark.lowerBound])
      guard ["http", "https"].contains(scheme) else { return nil }
      let rest = text[mark.upperBound...]
      let slash = rest.firstIndex(of: "/") ?? rest.endIndex
      guard let address = Address(rest[..<slash], usual: scheme == "http" ? 80 : 443) else { return nil }
      self.address = address
      path = String(rest[slash...])
      guard path.utf8.allSatisfy(Values.isPlain) else { return nil }
    }

    var text: String { "\(scheme)://\(address.text)\(path)" }
  }

  struct Values {
    var origins = [Address("127.0.0.1:8080")!]
    var ask = Endpoint("http://127.0.0.1:8081/internal/tls-permission")!
    var email: String?
    var httpPort = 80
    var httpsPort = 443
    var internalCA = false

    init() {}

    init(_ invocation: Invocation) throws(UsageError) {
      let given = invocation.allValues("origin")
      if !given.isEmpty {
        origins = []
        for text in given {
          guard let origin = Address(text) else {
            throw invocation.usage("--origin takes HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080, not \"\(text)\"")
          }
          guard !origins.contains(where: { $0.text == origin.text }) else {
            throw invocation.usage("--origin \(origin.text) is there twice")
          }
          origins.append(origin)
        }
      }
      if let text = invocation.value("ask") {
        guard let endpoint = Endpoint(text) else {
          throw invocation.usage("--ask takes an address such as \(ask.text), without a query, not \"\(text)\"")
        }
        guard endpoint.scheme == "https" || endpoint.address.isLoopback else {
          throw invocation.usage(
            "--ask decides who gets a certificate: over http it must be on this machine, not \(endpoint.address.host)")
        }
        ask = endpoint
      }
      if let text = invocation.value("email") {
        guard Values.isEmail(text) else {
          throw invocation.usage("--email takes an address such as ops@shops.example, not \"\(text)\"")
        }
        email = text
      }
      httpPort = try invocation.integer("http-port", in: 1...65535) ?? httpPort
      httpsPort = try invocation.integer("https-port", in: 1...65535) ?? httpsPort
      guard httpPort != httpsPort else { throw invocation.usage("--http-port and --https-port are both \(httpPort)") }
      internalCA = invocation.has("internal-ca")
    }

    /// The operators' listener is on loopback: only an origin on this machine can be asked whether it is ready.
    private var healthPort: Int? {
      origins.count == 1 && origins[0].isLoopback && ask.address.isLoopback ? ask.address.port : nil
    }

    var globals: [String: Value] {
      [
        "origins": .string(origins.map(\.text).joined(separator: " ")), "several_origins": .bool(origins.count > 1),
        "ask": .string(ask.text), "email": email.map { .string($0) } ?? .null, "http_port": .int(httpPort),
        "https_port": .int(httpsPort), "internal_ca": .bool(internalCA), "health_port": healthPort.map { .int($0) } ?? .null,
      ]
    }

    /// Letters, digits and what joins them: nothing that Caddy's files give a meaning.
    static func isPlain(_ byte: UInt8) -> Bool {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2b, 0x2d...0x2f, 0x5f, 0x7e: true  // + - . / _ ~
      default: false
      }
    }

    private static func isEmail(_ text: String) -> Bool {
      let parts = text.split(separator: "@", omittingEmptySubsequences: false)
      return parts.count == 2 && (1...64).contains(parts[0].utf8.count) && parts[0].utf8.allSatisfy(isPlain)
        && Address(parts[1], usual: 25)?.port == 25 && !parts[1].contains(":")
    }
  }
}
