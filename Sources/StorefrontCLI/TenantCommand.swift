import Glibc
import Storefront
import Tenancy

/// `storefront tenant`: what the tenants file says, as the service reads it.
enum TenantCommand {
  private struct Row: Encodable {
    let id: String
    let name: String
    let status: String
    let theme: String
    let plugins: [String]
    let hosts: [String]
  }

  private struct Verdict: Encodable {
    let host: String
    let id: String
    let status: String
    let theme: String
    let findings: [String]
  }

  static let list = Command(
    "tenant list", summary: "List the shops and the hosts they answer to",
    options: [
      .value("tenants", "FILE", "the tenants file (default tenants.json)"),
      .flag("json", "one JSON array for a program to read"),
    ],
    examples: [.init("storefront tenant list --tenants Demo/tenants.json", "the sample shops")]
  ) { invocation in
    let snapshot = try snapshot(invocation)
    if invocation.has("json") {
      Program.say(
        try JSONOutput.text(
          snapshot.tenants.map { tenant in
            Row(
              id: tenant.id.value, name: tenant.name, status: tenant.status.rawValue, theme: tenant.theme,
              plugins: tenant.plugins,
              hosts: hosts(of: tenant, in: snapshot))
          }))
    } else {
      for tenant in snapshot.tenants {
        Program.say(
          "\(tenant.id)\t\(tenant.status.rawValue)\t\(tenant.theme)\t\(hosts(of: tenant, in: snapshot).joined(separator: ", "))\t\(tenant.name)"
        )
      }
    }
    return ExitCode.ok
  }

  static let check = Command(
    "tenant check", summary: "Tell which shop a host leads to, and whether it would be served whole",
    operands: "HOST", operandCount: 1...1,
    options: ServiceOptions.files + [.flag("json", "one JSON object for a program to read")],
    discussion: "Exit code 1 when the host leads to no shop, or when something of the shop would be left out.",
    examples: [
      .init("storefront tenant check fashion.localhost --tenants Demo/tenants.json --data Demo", "one of the sample shops")
    ]
  ) { invocation in
    let options = try ServiceOptions(invocation)
    let snapshot = try snapshot(invocation)
    let host = invocation.operands[0]
    guard let tenant = (try? Host(host)).flatMap({ snapshot.tenant(forHost: $0.name) }) else {
      Program.complain("\(host) leads to no shop", hint: "storefront tenant list shows the hosts that do")
      return ExitCode.findings
    }
    let themes = ThemeStore(themesFolder: options.themes, pluginsFolder: options.plugins)
    var findings = themes.findings(of: tenant)
    if Catalogs(folders: ServeCommand.dataFolders(invocation)).path(of: tenant.id) == nil {
      findings.append("no catalogue: storefront catalog import FILE… --tenant \(tenant.id) makes one")
    }
    if tenant.status != .active { findings.append("its status is \(tenant.status.rawValue): shoppers see no pages") }
    if invocation.has("json") {
      Program.say(
        try JSONOutput.text(
          Verdict(
            host: host, id: tenant.id.value, status: tenant.status.rawValue, theme: tenant.theme, findings: findings)))
    } else {
      Program.say("\(host) leads to \(tenant.id) (\(tenant.name)), theme \(tenant.theme), \(tenant.status.rawValue)")
      for finding in findings { Program.say("  \(finding)") }
      Program.say(findings.isEmpty ? "  nothing to mend" : "  \(findings.count) to mend")
    }
    return findings.isEmpty ? ExitCode.ok : ExitCode.findings
  }

  private static func snapshot(_ invocation: Invocation) throws -> TenantSnapshot {
    let path = try ServiceOptions(invocation).tenants
    do throws(TenancyError) { return try TenantFile.read(path) } catch { throw CommandError("\(error)", code: ExitCode.findings) }
  }

  private static func hosts(of tenant: Tenant, in snapshot: TenantSnapshot) -> [String] {
    var hosts = tenant.domains.map(\.name)
    if let platform = snapshot.platformDomain { hosts.append("\(tenant.subdomain).\(platform.name)") }
    return hosts + ["\(tenant.subdomain).localhost"]
  }
}
