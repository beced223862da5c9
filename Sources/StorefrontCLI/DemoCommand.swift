import Tenancy

/// `storefront demo`: the shops that come with the project, on this machine, with nothing to configure.
enum DemoCommand {
  static let command = Command(
    "demo", summary: "Serve the sample shops on this machine",
    options: [
      .value("port", "PORT", "the shops' port (default 8080)"),
      .value("operations-port", "PORT", "the operators' listener, on loopback (default 8081)"),
      .value("workers", "N", "worker processes (default 1)"),
    ],
    discussion: """
      Run it in the project's folder. Prints each shop's address, one a line; a browser finds NAME.localhost on this machine
      without DNS. A shop without a catalogue is left out, with the command that makes one.
      """,
    examples: [.init("storefront demo --port 9000", "the shops at http://NAME.localhost:9000/")]
  ) { invocation in
    var options = try ServiceOptions(invocation)
    options.tenants = "Demo/tenants.json"
    guard Environs.exists(options.tenants) else {
      throw CommandError("\(options.tenants) is not here", hint: "run storefront demo in the project's folder")
    }
    let data = [options.data, "Demo"]
    let tenants: [Tenant]
    do throws(TenancyError) { tenants = try TenantFile.read(options.tenants).tenants } catch { throw CommandError("\(error)") }
    let catalogs = Catalogs(folders: data)
    return try ServeCommand.serve(options, data: data) { port in
      for tenant in tenants where catalogs.path(of: tenant.id) != nil {
        Program.say("http://\(tenant.subdomain).localhost:\(port)/")
      }
      for tenant in tenants where catalogs.path(of: tenant.id) == nil {
        Program.complain(
          "\(tenant.id) has no catalogue and is left out", hint: "storefront catalog import FILE… --tenant \(tenant.id)")
      }
    }
  }
}
