import ChangeLog
import CoreAPIClient
import EventLoop
import FoundationEssentials
import ReferenceCoreAPI
import Sitemap
import Storefront
import Tenancy

/// `storefront sitemap`: a shop's sitemap files, for every language it is shown in.
enum SitemapCommand {
  static let command = Command(
    "sitemap", summary: "Write the sitemap files of a shop, or of all shops",
    options: ServiceOptions.files.filter { ["tenants", "data"].contains($0.name) } + [
      .value("tenant", "ID", "the shop"),
      .flag("all", "every shop that is open"),
      .value("out", "DIR", "where the files go: DIR/ID/sitemap.xml (default var/sitemaps)"),
      .value("port", "PORT", "of shops without a domain, whose addresses are NAME.localhost (default 8080)"),
      .flag("json", "what was written as one JSON document"),
    ],
    discussion: """
      Lists every page, collection, product and post that a shopper can see, in each of the shop's languages, each address with the
      same page's addresses in the others. A file holds at most 50,000 addresses and 50 MiB; what needs more is in sitemap-1.xml,
      sitemap-2.xml and so on, and sitemap.xml lists those. Each file is replaced in one step. The exit code is 1 where a shop's
      catalogue could not be read: its files stay as they were.
      """,
    examples: [
      .init("storefront sitemap --tenants Demo/tenants.json --data Demo --tenant fashion", "the sample shop's"),
      .init("storefront sitemap --all --out /srv/sitemaps", "of every shop of tenants.json"),
    ], run: run)

  private struct Written: Encodable, Sendable {
    let tenant: String
    let files: [String]
    let addresses: Int
    let problem: String?
  }

  private static func run(_ invocation: Invocation) throws -> Int32 {
    let options = try ServiceOptions(invocation)
    let directory: TenantDirectory
    do throws(TenancyError) { directory = TenantDirectory(try TenantFile.read(options.tenants)) } catch {
      throw CommandError("\(error)", hint: "--tenants names the tenants file")
    }
    let tenants = try tenants(invocation, in: directory.snapshot, options.tenants)
    let out = invocation.value("out") ?? "var/sitemaps"
    let backends = try Backends(.current)
    let catalogs = Catalogs(folders: ServeCommand.dataFolders(invocation))
    let addresses = ShopAddresses(directory, localPort: options.port)
    let isJSON = invocation.has("json")
    let written = try Loop.assumeIsolated {
      let api: any CoreAPI
      let embedded = ReferenceCatalog(changes: MemoryChangeLog())
      if let url = backends.coreAPI {
        do throws(CoreAPIError) { api = try HTTPCoreAPI(baseURL: url) } catch { throw CommandError("CORE_API_URL: \(error)") }
      } else {
        api = embedded
      }
      var written: [Written] = []
      _ = Loop.task {
        for tenant in tenants {
          if backends.coreAPI == nil {
            do throws(CatalogError) { try catalogs.load(tenant.id, into: embedded) } catch {
              written.append(Written(tenant: tenant.id.value, files: [], addresses: 0, problem: "\(error)"))
              continue
            }
          }
          written.append(await write(tenant, to: "\(out)/\(tenant.id)", base: addresses.baseURL(of: tenant), reading: api))
          if !isJSON, let last = written.last, last.problem == nil {
            Program.say("\(last.tenant): \(last.addresses) addresses in \(last.files.joined(separator: ", "))")
          }
        }
        Loop.stop()
      }
      Loop.run()
      return written
    }
    if isJSON {
      Program.say(try JSONOutput.text(written))
    }
    for problem in written.compactMap(\.problem) { Program.complain(problem, hint: nil) }
    return written.contains { $0.problem != nil } ? ExitCode.findings : ExitCode.ok
  }

  private static func tenants(_ invocation: Invocation, in snapshot: TenantSnapshot, _ file: String) throws -> [Tenant] {
    if invocation.has("all") { return snapshot.tenants.filter { $0.status == .active } }
    guard let name = invocation.value("tenant") else {
      throw invocation.usage("--tenant ID or --all is needed: whose sitemap is it?")
    }
    guard let id = try? TenantID(name), let tenant = snapshot.tenant(id) else {
      throw CommandError("there is no tenant '\(name)' in \(file)", hint: "storefront tenant list --tenants \(file)")
    }
    return [tenant]
  }

  @LoopActor private static func write(
    _ tenant: Tenant, to folder: String, base: String, reading api: any CoreAPI
  ) async -> Written {
    do {
      let entries = try await api.sitemapEntries(in: tenant.market).value
      let files = try Discovery.files(entries, base: base, of: tenant)
      var names: [String] = []
      func put(_ bytes: [UInt8], _ name: String) throws {
        let url = URL(filePath: folder).appending(path: name)
        try FileManager.default.createDirectory(at: URL(filePath: folder), withIntermediateDirectories: true)
        try Data(bytes).write(to: url, options: .atomic)
        names.append("\(folder)/\(name)")
      }
      if files.count > 1 {
        for (index, file) in files.enumerated() { try put(file, "sitemap-\(index + 1).xml") }
        let parts = files.indices.map { SitemapWriter.Entry(loc: "\(base)/sitemap-\($0 + 1).xml", lastmod: Date()) }
        try put(try SitemapWriter(origin: base).index(parts), "sitemap.xml")
      } else {
        try put(files[0], "sitemap.xml")
      }
      return Written(tenant: tenant.id.value, files: names, addresses: (entries.count + 1) * tenant.markets.count, problem: nil)
    } catch {
      return Written(tenant: tenant.id.value, files: [], addresses: 0, problem: "\(tenant.id): \(error)")
    }
  }
}
