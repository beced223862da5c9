import ChangeLog
import CoreAPIClient
import EventLoop
import Glibc
import HTTP
import ReferenceCoreAPI
import Storefront
import Tenancy
import ThemeSDK

/// `storefront theme preview`: what a theme makes of a shop's data, for its author.
enum ThemeCommand {
  static let preview = Command(
    "theme preview", summary: "Show a theme with sample data: a page, a slot, or all of it on a local port",
    operands: "THEME", operandCount: 1...1,
    options: [
      .value("page", "KIND", "\(PageRoute.Kind.allCases.map(\.rawValue).joined(separator: ", ")) (default index)"),
      .value(
        "handle", "HANDLE",
        "of the product, collection, page or blog; BLOG/ARTICLE of an article; the words of a search (default: the first there is)"
      ),
      .value("slot", "NAME", "what fills one slot, without the rest of the page"),
      .value("shop", "ID", "the shop whose data is shown (default: the first that has the theme, else the first)"),
      .value("plugins", "A,B", "plugins instead of the shop's own; an empty list for none"),
      .value("locale", "TAG", "one of the shop's languages (default its own)"),
      .value("out", "FILE", "where the page goes instead of standard output"),
      .value("port", "PORT", "serve the shop with the theme at http://localhost:PORT/ (0: any free one)"),
      .value("tenants", "FILE", "the shops (default Demo/tenants.json)"),
      .value("data", "DIR", "where their catalogues are (default var and Demo)"),
      .value("themes", "DIR", "a folder of themes, where THEME is a name (default Themes)"),
      .value("plugins-folder", "DIR", "a folder of plugins (default Plugins)"),
      .value("public", "DIR", "the shops' own files, a folder a shop (default public)"),
    ],
    discussion: """
      THEME is a name in Themes, or the path of a folder. Everything goes the way it goes when shops are served, with nothing kept:
      with --port the theme and its plugins are read anew at each request, so that a saved file shows with the next reload. A text
      that no locale has shows its key. Findings of a broken theme are printed (served: as a page), exit code 1. Faults of templates
      are lines on standard error. Answers of --port are private and ask search engines to stay away; it listens on 127.0.0.1 alone.
      """,
    examples: [
      .init("storefront theme preview fashion > page.html", "the home page of the sample shop fashion"),
      .init("storefront theme preview fashion --page product --handle wool-scarf --locale de", "a product's page in German"),
      .init("storefront theme preview services --slot product.form.before-submit --plugins booking", "what a plugin puts there"),
      .init("storefront theme preview ../my-theme --shop travel --port 9000", "a theme in the making, in a browser"),
    ], run: run)

  private static func run(_ invocation: Invocation) throws -> Int32 {
    let scene = try scene(invocation)
    let market = try market(of: scene.tenant, invocation.value("locale"))
    let slot = invocation.value("slot")
    let kinds = PageRoute.Kind.allCases.map(\.rawValue)
    let kind = try invocation.choice("page", of: kinds).flatMap(PageRoute.Kind.init) ?? slot.map(pageKind) ?? .index
    let port = try invocation.integer("port", in: 0...65535)
    return try Loop.assumeIsolated {
      let changes = MemoryChangeLog()
      let catalog = ReferenceCatalog(changes: changes)
      do throws(CatalogError) {
        try Catalogs(folders: dataFolders(invocation)).load(scene.tenant.id, into: catalog)
      } catch { throw CommandError("\(error)", hint: "--shop names a shop that has a catalogue") }
      if let port { return try serve(scene, on: UInt16(port), catalog, changes) }
      let preview = try preview(scene, catalog, changes)
      var outcome: Result<[UInt8], any Error> = .success([])
      _ = Loop.task {
        do {
          let handle = invocation.value("handle")
          let bytes =
            if let slot { try await preview.slot(slot, of: kind, handle: handle, in: market) } else {
              try await preview.page(kind, handle: handle, in: market)
            }
          outcome = .success(bytes)
        } catch { outcome = .failure(error) }
        Loop.stop()
      }
      Loop.run()
      return try show(outcome, slot: slot, out: invocation.value("out"))
    }
  }

  private static func show(_ outcome: Result<[UInt8], any Error>, slot: String?, out: String?) throws -> Int32 {
    let bytes: [UInt8]
    do { bytes = try outcome.get() } catch let nothing as ThemePreview.Nothing {
      throw CommandError(nothing.description, hint: nothing.wayOut, code: ExitCode.findings)
    } catch let error as ThemeError { throw CommandError("\(error)", hint: nil, code: ExitCode.findings) } catch {
      throw CommandError("\(error)", hint: nil, code: ExitCode.findings)
    }
    if let slot, bytes.isEmpty { Program.complain("nothing fills the slot '\(slot)' here", hint: "--plugins A,B adds plugins") }
    guard let out else {
      Program.put(bytes, to: STDOUT_FILENO)
      return ExitCode.ok
    }
    let descriptor = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw CommandError(
        "\(out) cannot be written: \(String(cString: strerror(errno)))", hint: "check the path and its permissions")
    }
    Program.put(bytes, to: descriptor)
    close(descriptor)
    return ExitCode.ok
  }

  @LoopActor private static func preview(
    _ scene: ThemePreview.Scene, _ catalog: ReferenceCatalog, _ changes: MemoryChangeLog
  ) throws(CommandError) -> ThemePreview {
    do throws(TenancyError) {
      return try ThemePreview(scene, reading: catalog, changes: changes, log: ServiceLog())
    } catch { throw CommandError("\(error)") }
  }

  @LoopActor private static func serve(
    _ scene: ThemePreview.Scene, on port: UInt16, _ catalog: ReferenceCatalog, _ changes: MemoryChangeLog
  ) throws(CommandError) -> Int32 {
    let descriptor: Int32
    do throws(HTTPError) { descriptor = try listeningSocket(address: "127.0.0.1", port: port) } catch {
      throw CommandError(error.description)
    }
    var scene = scene
    scene.port = Int(localPort(of: descriptor))
    let preview = try preview(scene, catalog, changes)
    let server = HTTPServer(listeningOn: descriptor) { await preview.respond(to: $0) }
    Program.say("http://localhost:\(scene.port)/")
    let end: @LoopActor () -> Void = {
      Loop.task {
        await server.drain()
        Loop.stop()
      }
    }
    let sources = [SignalSource(SIGTERM, end), SignalSource(SIGINT, end)]
    withExtendedLifetime(sources) { Loop.run() }
    return ExitCode.ok
  }

  // MARK: what is shown

  private static func scene(_ invocation: Invocation) throws -> ThemePreview.Scene {
    let theme = try themeFolder(invocation)
    let name = theme.split(separator: "/").last.map(String.init) ?? theme
    let file = invocation.value("tenants") ?? "Demo/tenants.json"
    let snapshot: TenantSnapshot
    do throws(TenancyError) { snapshot = try TenantFile.read(file) } catch {
      throw CommandError("\(error)", hint: "run it in the project's folder, or name a tenants file with --tenants")
    }
    let shop = try shop(invocation.value("shop"), theme: name, in: snapshot.tenants, file)
    let plugins = invocation.value("plugins")?.split(separator: ",").map(String.init) ?? shop.plugins
    let folder = invocation.value("plugins-folder") ?? "Plugins"
    for plugin in plugins where !Environs.exists("\(folder)/\(plugin)/plugin.json") {
      let near = Suggestion.nearest(to: plugin, in: Environs.folders(in: folder) ?? []).map { "did you mean \"\($0)\"?" }
      throw CommandError("there is no plugin \(folder)/\(plugin)", hint: near ?? "--plugins-folder names the folder of plugins")
    }
    let tenant = Tenant(
      id: shop.id, name: shop.name, status: .active, theme: name, plugins: plugins, markets: shop.markets,
      checkout: shop.checkout,
      settings: shop.settings, domains: [], subdomain: shop.subdomain, revision: shop.revision)
    var scene = ThemePreview.Scene(theme: theme, plugins: plugins.map { "\(folder)/\($0)" }, tenant: tenant)
    scene.publicFolder = invocation.value("public") ?? scene.publicFolder
    if let template = Environs.current.variables["IMAGE_SERVICE"], !template.isEmpty {
      scene.images = ImageAddress(template: template)
    }
    return scene
  }

  private static func themeFolder(_ invocation: Invocation) throws -> String {
    var operand = invocation.operands[0]
    while operand.count > 1, operand.hasSuffix("/") { operand.removeLast() }
    let themes = invocation.value("themes") ?? "Themes"
    let folder = operand.contains("/") ? operand : "\(themes)/\(operand)"
    guard Environs.isFolder(folder) else {
      let near = Suggestion.nearest(to: operand, in: Environs.folders(in: themes) ?? []).map { "did you mean \"\($0)\"?" }
      throw CommandError("there is no folder \(folder)", hint: near ?? "name a theme of \(themes), or the path of one")
    }
    return folder
  }

  private static func shop(_ id: String?, theme: String, in tenants: [Tenant], _ file: String) throws -> Tenant {
    if let id {
      guard let tenant = tenants.first(where: { $0.id.value == id }) else {
        let near = Suggestion.nearest(to: id, in: tenants.map(\.id.value)).map { "did you mean \"\($0)\"?" }
        throw CommandError("there is no shop \"\(id)\" in \(file)", hint: near ?? "storefront tenant list --tenants \(file)")
      }
      return tenant
    }
    guard let tenant = tenants.first(where: { $0.theme == theme }) ?? tenants.first else {
      throw CommandError("there is no shop in \(file)", hint: "--tenants names a file with shops")
    }
    return tenant
  }

  private static func market(of tenant: Tenant, _ locale: String?) throws -> Market {
    guard let locale else { return tenant.market }
    guard let market = tenant.markets.first(where: { $0.locale == locale }) else {
      throw CommandError(
        "\(tenant.id) is not shown in \"\(locale)\"",
        hint: "it is shown in \(tenant.markets.map(\.locale).joined(separator: ", ")); --shop names another shop")
    }
    return market
  }

  private static func dataFolders(_ invocation: Invocation) -> [String] {
    let given = invocation.allValues("data")
    return given.isEmpty ? ["var", "Demo"] : given
  }

  /// The kind of page that has a slot, by the slot's name.
  private static func pageKind(of slot: String) -> PageRoute.Kind {
    let subject = slot.prefix { $0 != "." }
    return subject == "card" ? .product : PageRoute.Kind(rawValue: String(subject)) ?? .index
  }
}
