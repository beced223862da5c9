import ChangeLog
import CoreAPIClient
import EventLoop
import FoundationEssentials
import FragmentCache
import ReferenceCoreAPI
import Session
import Tenancy
import Testing

@testable import HTTP
@testable import Storefront

/// A service on a stage: themes, plugins and public files in a temporary folder, two shops, no sockets. Requests go in as bytes
/// through the real gate and come out as responses.
@LoopActor final class Stage {
  let folder: String
  let changes: MemoryChangeLog
  let catalog: ReferenceCatalog
  let service: Service
  let renderer: PageRenderer
  let tenants: TenantDirectory
  let serviceLog: ServiceLog
  private let pipeline: RequestPipeline
  private let box = LogBox()

  final class LogBox {
    var lines: [String] = []
  }

  /// - Parameters:
  ///   - files: over the plain theme's, by path under the folder; an empty text removes one.
  ///   - api: what pages read instead of the catalogue.
  ///   - changes: the log, where another service follows it, too.
  ///   - shared: the second level of the cache.
  init(
    _ files: [String: String] = [:], api: ((ReferenceCatalog) -> any CoreAPI)? = nil,
    changes: MemoryChangeLog = MemoryChangeLog(), shared: ((Follower) throws -> SharedFragments)? = nil
  ) throws {
    self.changes = changes
    folder = TemporaryFolder.unique()
    var all = Stage.plain
    all.merge(files) { $1 }
    for (path, text) in all where !text.isEmpty {
      let whole = folder + "/" + path
      try FileManager.default.createDirectory(
        atPath: String(whole[..<whole.lastIndex(of: "/")!]), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(filePath: whole))
    }
    catalog = ReferenceCatalog(changes: changes)
    tenants = TenantDirectory(try TenantFile.read(folder + "/tenants.json"))
    for id in ["one", "two"] {
      catalog.load(tenant: try TenantID(id), from: try CatalogFile(json: Data(Stage.catalogue(id).utf8), file: id))
    }
    var configuration = Configuration(tenantsFile: folder + "/tenants.json")
    configuration.themesFolder = folder + "/Themes"
    configuration.pluginsFolder = folder + "/Plugins"
    configuration.publicFolder = folder + "/public"
    configuration.sessionKeys = Stage.sessionKeys
    let coreAPI: any CoreAPI = api?(catalog) ?? catalog
    let box = box
    let log = ServiceLog { box.lines.append($0) }
    serviceLog = log
    let start = MonotonicInstant.now
    let follower = Follower(of: changes) { start.duration(to: .now) }
    service = Service(
      configuration, tenants: tenants, coreAPI: coreAPI, following: follower, shared: try shared?(follower), log: log)
    pipeline = service.pipeline
    renderer = service.renderer
  }

  var log: [String] { box.lines }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The answer to one request, as the pipeline gives it.
  func get(_ target: String, host: String = "one.localhost", _ fields: String...) async throws -> Answer {
    try await ask("GET", target, host: host, fields)
  }

  func ask(
    _ method: String, _ target: String, host: String = "one.localhost", _ fields: [String], body: String = ""
  ) async throws -> Answer {
    let length = method == "POST" ? ["Content-Length: \(body.utf8.count)"] : []
    let lines =
      (["\(method) \(target) HTTP/1.1", "Host: \(host)"] + fields + length + ["", ""]).joined(separator: "\r\n") + body
    let answered = await pipeline.respond(to: try #require(HTTPRequest(parsing: Array(lines.utf8))))
    return Answer(answered.response)
  }

  struct Answer: Sendable {
    let status: Int
    let head: String
    let body: String
    let bytes: [UInt8]

    init(_ response: HTTPResponse) {
      status = response.status
      head = String(decoding: response.headers.bytes, as: UTF8.self)
      bytes = response.body
      body = String(decoding: response.body, as: UTF8.self)
    }

    func field(_ name: String) -> String? {
      head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
        .map { String($0.dropFirst(name.count + 2)) }
    }

    /// Of every answer to a shopper that tells of the cache; empty where nothing of it was in a cache.
    var cache: String { field("Cache-Status") ?? "" }
  }
}

enum TemporaryFolder {
  static func unique() -> String { FileManager.default.temporaryDirectory.path + "/storefront-test-\(UUID().uuidString)" }
}

extension Stage {
  /// The same of all services: whichever answers opens a shopper's cookie.
  nonisolated static let sessionKeys = [SecretKey.random()]

  nonisolated static func catalogue(_ shop: String) -> String {
    """
    {"currency":"EUR","site":{"name":"Shop \(shop)","tagline":"Tag"},
     "collections":[{"id":"c1","handle":"shirts","title":"Shirts of \(shop)"},{"id":"c2","handle":"bags","title":"Bags"}],
     "menus":[{"handle":"main","items":[{"title":"Shirts","url":"/collections/shirts"}]}],
     "products":[
      {"id":"p1","handle":"linen","title":"Linen \(shop)","collections":["shirts"],"descriptionHTML":"<p>Good<script>alert(1)</script></p>",
       "variants":[{"id":"v1","price":"10.00","inventory":3},{"id":"v2","price":"12.00","inventory":1}],"options":[{"name":"Size","values":["S","M"]}]},
      {"id":"p2","handle":"hostile","title":"<script>alert(\\"x\\")</script> & 'co'","collections":["shirts"],"price":"5.00"}]}
    """
  }

  nonisolated static let plain: [String: String] = [
    "tenants.json": """
    {"platform_domain":"shops.example","tenants":[
     {"id":"one","name":"One","theme":"plain","plugins":["extra"]},
     {"id":"two","name":"Two","theme":"plain"},
     {"id":"asleep","name":"Asleep","theme":"plain","status":"suspended"},
     {"id":"gone","name":"Gone","theme":"plain","status":"deleted"}]}
    """,
    "Themes/plain/theme.json": """
    {"id":"plain","name":"Plain","version":"1","engine":"1","locales":["en"],"layout_slots":["header","main"],
     "slots":{"header":{"context":["menus"]},"main":{"context":[]},"product.price.after":{"context":["product"]},
              "card.price.after":{"context":["product"]}},
     "defaults":{"header":[{"id":"header","section":"header","settings":{}}]}}
    """,
    "Themes/plain/layout/theme.liquid":
      "<!doctype html><html><head><title>{{ page_title }}</title>{{ content_for_header }}</head><body>{% slot 'header' %}{{ content_for_layout }}</body></html>",
    "Themes/plain/sections/header.liquid":
      "<header>{{ shop.name }}{% for item in menus['main'].items %}|{{ item.title }}{% endfor %}</header>{% schema %}{\"name\":\"Header\",\"cache\":{\"ttl\":600,\"vary\":[]}}{% endschema %}",
    "Themes/plain/sections/product.liquid":
      "<h1>{{ product.title }}</h1><p>{{ product.price | money }}</p>{% slot 'product.price.after' %}<div>{{ product.description }}</div><b>{% if product.available %}in stock{% else %}sold out{% endif %}</b>{% schema %}{\"name\":\"Product\"}{% endschema %}",
    "Themes/plain/sections/collection.liquid":
      "<h1>{{ collection.title }}</h1>{% for product in collection.products %}<li>{{ product.title }} {{ product.price | money }}{% slot 'card.price.after', product: product.handle %}</li>{% endfor %}{% schema %}{\"name\":\"Collection\"}{% endschema %}",
    "Themes/plain/sections/index.liquid":
      "<h1>{{ shop.name }}</h1>{% for product in collections['shirts'].products %}<i>{{ product.title }}</i>{% endfor %}{% schema %}{\"name\":\"Index\"}{% endschema %}",
    "Themes/plain/sections/search.liquid":
      "<h1>{{ search.terms }}</h1>{% for product in search.results %}<li>{{ product.title }}</li>{% endfor %}{% schema %}{\"name\":\"Search\"}{% endschema %}",
    "Themes/plain/sections/missing.liquid":
      "<h1>Nothing here</h1><a href=\"{{ request.path }}\">x</a>{% schema %}{\"name\":\"404\"}{% endschema %}",
    "Themes/plain/templates/index.json": #"{"sections":{"main":{"type":"index"}},"order":["main"]}"#,
    "Themes/plain/templates/product.json": #"{"sections":{"main":{"type":"product"}},"order":["main"]}"#,
    "Themes/plain/templates/collection.json": #"{"sections":{"main":{"type":"collection"}},"order":["main"]}"#,
    "Themes/plain/templates/search.json": #"{"sections":{"main":{"type":"search"}},"order":["main"]}"#,
    "Themes/plain/templates/404.json": #"{"sections":{"main":{"type":"missing"}},"order":["main"]}"#,
    "Plugins/extra/plugin.json": """
    {"id":"extra","name":"Extra","version":"1","permissions":["storefront.slot:product.price.after","storefront.slot:card.price.after"],
     "fillers":[{"id":"note","slot":"product.price.after","op":"append","template":"note.liquid"},
                {"id":"card","slot":"card.price.after","op":"append","template":"note.liquid"}]}
    """,
    "Plugins/extra/templates/note.liquid": "<em>note on {{ product.title }}</em>",
    "public/one/hello.txt": "hello of one",
    "public/two/only-two.txt": "two's own",
    "public/_shared/shared.txt": "for all",
    "public/one/.secret": "secret",
  ]
}
