import EventLoop
import FoundationEssentials
import Tenancy
import Testing
import ThemeSDK

@testable import HTTP
@testable import Storefront

/// What a theme's author sees: the same pages as shoppers, of the theme as it is on disk at that moment.
@Suite struct ThemePreviewTests {
  @LoopActor private func preview(_ stage: Stage, plugins: [String] = ["extra"]) throws -> (ThemePreview, Tenant) {
    let shop = try #require(stage.tenants.snapshot.tenant(try TenantID("one")))
    let tenant = Tenant(
      id: shop.id, name: shop.name, status: .active, theme: "plain", plugins: plugins, markets: shop.markets,
      settings: shop.settings, domains: [], subdomain: shop.subdomain, revision: shop.revision)
    var scene = ThemePreview.Scene(
      theme: stage.folder + "/Themes/plain", plugins: plugins.map { "\(stage.folder)/Plugins/\($0)" }, tenant: tenant)
    scene.publicFolder = stage.folder + "/public"
    return (try ThemePreview(scene, reading: stage.catalog, changes: stage.changes, log: stage.serviceLog), tenant)
  }

  @LoopActor private func write(_ text: String, to path: String, of stage: Stage) throws {
    try Data(text.utf8).write(to: URL(filePath: stage.folder + "/" + path))
  }

  @LoopActor private func get(_ target: String, from preview: ThemePreview) async throws -> Stage.Answer {
    let head = "GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n"
    return Stage.Answer(await preview.respond(to: try #require(HTTPRequest(parsing: Array(head.utf8)))))
  }

  @LoopActor @Test func aPageIsTheOneShoppersGet() async throws {
    let stage = try Stage()
    let (preview, tenant) = try preview(stage)
    let served = try await stage.get("/products/linen")
    let shown = String(decoding: try await preview.page(.product, handle: "linen", in: tenant.market), as: UTF8.self)
    #expect(shown == served.body && shown.contains("note on Linen one"))
    let first = String(decoding: try await preview.page(.product, handle: nil, in: tenant.market), as: UTF8.self)
    #expect(first == shown)
    let missing = String(decoding: try await preview.page(.notFound, handle: nil, in: tenant.market), as: UTF8.self)
    #expect(missing.contains("Nothing here"))
    let found = String(decoding: try await preview.page(.search, handle: nil, in: tenant.market), as: UTF8.self)
    #expect(found.contains("<h1>Linen</h1><li>Linen one</li>"))
  }

  @LoopActor @Test func aSlotIsWhatFillsIt() async throws {
    let stage = try Stage()
    let (preview, tenant) = try preview(stage)
    for slot in ["product.price.after", "card.price.after"] {
      let shown = try await preview.slot(slot, of: .product, handle: "linen", in: tenant.market)
      #expect(String(decoding: shown, as: UTF8.self) == "<em>note on Linen one</em>")
    }
    let (bare, _) = try self.preview(stage, plugins: [])
    #expect(try await bare.slot("product.price.after", of: .product, handle: "linen", in: tenant.market).isEmpty)
  }

  @LoopActor @Test func whatIsNotThereIsSaid() async throws {
    let stage = try Stage()
    let (preview, tenant) = try preview(stage)
    for make in [
      { try await preview.page(.product, handle: "no-such", in: tenant.market) },
      { try await preview.page(.cart, handle: nil, in: tenant.market) },
      { try await preview.page(.blog, handle: nil, in: tenant.market) },
      { try await preview.page(.article, handle: "no-blog", in: tenant.market) },
      { try await preview.slot("no.such", of: .index, handle: nil, in: tenant.market) },
    ] as [@LoopActor () async throws -> [UInt8]] {
      await #expect(throws: ThemePreview.Nothing.self) { _ = try await make() }
    }
  }

  @LoopActor @Test func eachRequestReadsTheThemeAnew() async throws {
    let stage = try Stage()
    let (preview, _) = try preview(stage)
    #expect(try await get("/", from: preview).body.contains("<h1>Shop one</h1>"))
    try write("<h2>{{ 'not.there' | t }}</h2>", to: "Themes/plain/sections/index.liquid", of: stage)
    let after = try await get("/", from: preview)
    // A shopper would read "There".
    #expect(after.status == 200 && after.body.contains("<h2>not.there</h2>"))
    try write("{{ 'x' | upcas }}", to: "Themes/plain/sections/index.liquid", of: stage)
    let broken = try await get("/", from: preview)
    #expect(broken.status == 500 && broken.field("Content-Type") == "text/plain; charset=utf-8")
    #expect(broken.body.contains("sections/index.liquid:1:10: error: unknown filter 'upcas'"))
    try write("<h3>mended</h3>", to: "Themes/plain/sections/index.liquid", of: stage)
    #expect(try await get("/", from: preview).body.contains("<h3>mended</h3>"))
  }

  @LoopActor @Test(arguments: ["/", "/products/linen", "/nothing", "/hello.txt", "/robots.txt"])
  func nobodyKeepsOrListsIt(_ target: String) async throws {
    let stage = try Stage()
    let (preview, _) = try preview(stage)
    let answer = try await get(target, from: preview)
    let lines = answer.head.lowercased().split(separator: "\r\n")
    #expect(lines.filter { $0.hasPrefix("cache-control:") } == ["cache-control: private, no-store"])
    #expect(lines.filter { $0.hasPrefix("x-robots-tag:") } == ["x-robots-tag: noindex, nofollow"])
    #expect(!lines.contains { $0.hasPrefix("etag:") || $0.hasPrefix("last-modified:") })
    #expect(answer.field("Content-Type") != nil)
  }
}
