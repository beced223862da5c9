import ChangeLog
import CoreAPIClient
import EventLoop
import FoundationEssentials
import ReferenceCoreAPI
import Synchronization
import Tenancy
import Testing

@testable import Storefront

@Suite(.serialized) struct FailureTests {
  // 003-6: a broken theme is skipped with its reason, and its tenant falls back.
  @LoopActor
  @Test(arguments: [
    ("Themes/broken/theme.json", "{"), ("Themes/broken/theme.json", #"{"id":"broken"}"#),
    ("Themes/broken/layout/theme.liquid", "{% if %}"),
    ("Themes/broken/sections/product.liquid", "{{ x | nosuchfilter }}"), ("Themes/broken/templates/product.json", "[1,"),
  ])
  func aBrokenThemeIsSkippedAndItsShopFallsBack(_ path: String, _ text: String) async throws {
    var files = Stage.plain.filter { $0.key.hasPrefix("Themes/plain/") }
      .reduce(into: [String: String]()) { $0[$1.key.replacing("Themes/plain", with: "Themes/broken")] = $1.value }
    files["Themes/broken/theme.json"] = Stage.plain["Themes/plain/theme.json"]!.replacing(#""plain""#, with: #""broken""#)
    files[path] = text
    files["tenants.json"] = Stage.plain["tenants.json"]!.replacing(
      #""name":"One","theme":"plain""#, with: #""name":"One","theme":"broken""#)
    let stage = try Stage(files)
    let answer = try await stage.get("/products/linen")
    #expect(answer.status == 200 && answer.body.contains("<h1>Linen one</h1>"))
    #expect(stage.log.contains { $0.contains("theme-rejected") && $0.contains("Themes/broken") })
    #expect(stage.log.contains { $0.contains(#""tenant":"one""#) && $0.contains("'plain' stands in") })
  }

  @LoopActor @Test func aBrokenPluginFillsNothing() async throws {
    let stage = try Stage(["Plugins/extra/templates/note.liquid": "{% for %}"])
    let answer = try await stage.get("/products/linen")
    #expect(answer.status == 200 && !answer.body.contains("note on") && answer.body.contains("Linen one"))
    #expect(stage.log.contains { $0.contains("theme-rejected") && $0.contains("note.liquid") })
  }

  @LoopActor
  @Test(arguments: [
    "{% for i in (1..100000000) %}{{ i }}{% endfor %}",
    "{% assign a = 'x' %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}{{ a }}",
    "{% for i in (1..3000000) %}{% endfor %}",
  ])
  func aPluginWithoutEndLeavesNothingInItsPlace(_ template: String) async throws {
    let stage = try Stage(["Plugins/extra/templates/note.liquid": template])
    let answer = try await stage.get("/products/linen")
    #expect(answer.status == 200)
    #expect(answer.body.contains("<h1>Linen one</h1><p>€10.00</p><div>"))
    #expect(stage.log.contains { $0.contains("filler-failed") && $0.contains("extra/note") && $0.contains(#""tenant":"one""#) })
    // Kept, but shortly: a broken plugin neither makes every request a render nor outlives its mending for long.
    let again = try await stage.get("/products/linen")
    #expect(again.cache.hasPrefix("storefront; hit; ttl="))
    #expect(try #require(Int(again.cache.split(separator: "=").last ?? "")) <= 10)
  }

  @LoopActor @Test func slotsInsideSlotsEndWithThePagesBudget() async throws {
    // Ten fillers in one slot, each holding that slot again: without a budget, ten factorial renders.
    let names = (0..<10).map { "f\($0)" }
    let fillers = names.map { #"{"id":"\#($0)","slot":"product.price.after","op":"append","template":"note.liquid"}"# }
    let stage = try Stage([
      "Plugins/extra/plugin.json": """
      {"id":"extra","name":"Extra","version":"1","permissions":["storefront.slot:product.price.after"],"fillers":[\(fillers.joined(separator: ","))]}
      """,
      "Plugins/extra/templates/note.liquid": "<em>x</em>{% slot 'product.price.after' %}",
    ])
    let answer = try await stage.get("/products/linen")
    #expect(answer.status == 200 && answer.body.contains("<h1>Linen one</h1>"))
    #expect(answer.body.split(separator: "<em>", omittingEmptySubsequences: false).count <= PageMaking.mostFillers + 1)
    #expect(stage.log.contains { $0.contains("page-budget") })
  }

  @LoopActor @Test func aTemplateThatAsksForEverythingIsStopped() async throws {
    let stage = try Stage([
      "Plugins/extra/templates/note.liquid":
        "<em>{% for i in (1..5000) %}{% assign p = all_products[i] %}{{ p.title }}{% endfor %}</em>"
    ])
    let answer = try await stage.get("/products/linen")
    #expect(answer.status == 200 && !answer.body.contains("<em>") && answer.body.contains("<h1>Linen one</h1>"))
    #expect(stage.log.contains { $0.contains("filler-failed") })
  }

  @LoopActor @Test func aFillerThatBeginsToFailIsSoonLeftOut() async throws {
    // It works while the product's title is short, and never ends once it is "long".
    let template =
      "<em>{{ product.title }}</em>{% if product.title == 'long' %}{% for i in (1..100000000) %}{{ i }}{% endfor %}{% endif %}"
    let stage = try Stage([
      "Plugins/extra/templates/note.liquid": template,
      "Themes/plain/sections/search.liquid":
        "{% for product in search.results %}<li>{{ product.title }}</li>{% slot 'card.price.after', product: product.handle %}{% endfor %}{% schema %}{}{% endschema %}",
    ])
    #expect(try await stage.get("/collections/shirts").body.contains("<em>Linen one</em>"))
    try stage.catalog.edit("linen", of: try TenantID("one"), .title("long"))
    // A page not seen before: its card's last good output stands in, and says so.
    let first = try await stage.get("/search?q=long")
    #expect(first.body.contains("<li>long</li><em>Linen one</em>") && first.field("Cache-Control") == "no-store")
    var last = first
    for _ in 0..<8 { last = try await stage.get("/search?q=long") }
    #expect(last.status == 200 && !last.body.contains("<em>"))
    #expect(last.cache.hasPrefix("storefront; hit"), "every request renders: \(last.cache)")
    #expect(stage.log.contains { $0.contains("filler-failed") })
  }

  @LoopActor @Test func aFillerInItsOwnSlotIsRenderedOnce() async throws {
    let stage = try Stage(["Plugins/extra/templates/note.liquid": "<em>once</em>{% slot 'product.price.after' %}"])
    let body = try await stage.get("/products/linen").body
    #expect(body.split(separator: "<em>once</em>", omittingEmptySubsequences: false).count == 2)
    #expect(stage.log.contains { $0.contains("slot-in-itself") })
  }

  @LoopActor @Test func aFailingFilterPrintsNothingAndTheRestStands() async throws {
    let stage = try Stage(["Plugins/extra/templates/note.liquid": "<em>{{ 1 | divided_by: 0 }}still</em>"])
    let body = try await stage.get("/products/linen").body
    #expect(body.contains("<em>still</em>") && !body.contains("Liquid error"))
    #expect(stage.log.contains { $0.contains("template-problem") })
  }

  @LoopActor @Test func aShopWithoutACatalogueTakesABreak() async throws {
    let tenants = Stage.plain["tenants.json"]!.replacing(
      #"{"id":"asleep""#, with: #"{"id":"empty","name":"Empty","theme":"plain"},{"id":"asleep""#)
    let stage = try Stage(["tenants.json": tenants])
    let answer = try await stage.get("/", host: "empty.localhost")
    #expect(answer.status == 503 && answer.field("Retry-After") != nil && answer.field("Cache-Control") == "no-store")
    #expect(!answer.body.contains("catalogue"), "a shopper reads the cause")
    #expect(stage.log.contains { $0.contains("page-failed") && $0.contains("empty") })
  }

  @LoopActor @Test func aFailingCoreAPIServesTheLastGoodPage() async throws {
    let switchboard = Switchboard()
    let stage = try Stage(api: { FailingCoreAPI(behind: $0, switchboard: switchboard) })
    _ = try await stage.get("/products/linen")
    switchboard.fails.withLock { $0 = true }
    // A kept page needs no core API.
    #expect(try await stage.get("/products/linen").cache.contains("hit; ttl="))
    // A page never seen: a plain sentence, and when to come back.
    let never = try await stage.get("/collections/shirts")
    #expect(never.status == 503 && never.field("Retry-After") != nil && !never.body.contains("upstream secret"))
    // Touched softly, and its remaking fails: the last good one, said to be stale, kept by nobody downstream.
    try stage.catalog.edit("linen", of: try TenantID("one"), .title("Cotton"))
    var answer = try await stage.get("/products/linen")
    #expect(answer.status == 200 && answer.body.contains("Linen one"))
    #expect(answer.field("Cache-Control") == "no-store" && answer.cache.contains("ttl=-"))
    for _ in 0..<100 where !stage.log.contains(where: { $0.contains("last-good-page") }) {
      await Loop.sleep(for: .milliseconds(2))
    }
    #expect(
      stage.log.contains { $0.contains("last-good-page") && $0.contains("upstream secret") && $0.contains(#""tenant":"one""#) })
    // Touched hard: not even as a last good page.
    try stage.catalog.edit("linen", of: try TenantID("one"), .stock(0, variant: nil))
    answer = try await stage.get("/products/linen")
    #expect(answer.status == 503 && !answer.body.contains("in stock"))
    switchboard.fails.withLock { $0 = false }
    #expect(try await stage.get("/products/linen").body.contains("sold out"))
  }

  /// That there is no such collection is known: its list is neither asked for nor waited for.
  @LoopActor @Test func aCollectionThatIsKnownToBeMissingNeedsNoList() async throws {
    let switchboard = Switchboard()
    let stage = try Stage(api: { FailingCoreAPI(behind: $0, switchboard: switchboard) })
    #expect(try await stage.get("/collections/nothing").status == 404)
    let asked = switchboard.listReads.withLock { $0 }
    switchboard.fails.withLock { $0 = true }
    #expect(try await stage.get("/collections/nothing").status == 404)
    #expect(switchboard.listReads.withLock { $0 } == asked)
  }

  /// What goes with a product is the beginning of its collection's list: the same for all of the collection, read once.
  @LoopActor @Test func aListThatManyPagesShowIsReadOnce() async throws {
    let switchboard = Switchboard()
    let stage = try Stage(
      [
        "Plugins/extra/templates/note.liquid":
          "{% for other in recommendations.products %}<em>{{ other.title }} {{ other.price | money }}</em>{% endfor %}"
      ]
    ) { FailingCoreAPI(behind: $0, switchboard: switchboard) }
    #expect(try await stage.get("/products/linen").body.contains("€5.00</em>"))
    #expect(try await stage.get("/products/hostile").body.contains("<em>Linen one €10.00</em>"))
    #expect(switchboard.listReads.withLock { $0 } == 1)
    try stage.catalog.edit("linen", of: try TenantID("one"), .unpublish)
    #expect(try await stage.get("/products/hostile").body.contains("Linen") == false)
    #expect(switchboard.listReads.withLock { $0 } == 2)
  }

  @LoopActor @Test func oneRenderForManyAtOnce() async throws {
    let switchboard = Switchboard()
    let stage = try Stage(api: { FailingCoreAPI(behind: $0, switchboard: switchboard) })
    let tasks = (0..<50).map { _ in Task { @LoopActor in try await stage.get("/products/linen").body } }
    var bodies: Set<String> = []
    for task in tasks { bodies.insert(try await task.value) }
    #expect(bodies.count == 1)
    #expect(switchboard.productReads.withLock { $0 } == 1)
  }

  @LoopActor @Test func aBrokenTenantsFileLeavesTheOldOneServing() async throws {
    let stage = try Stage()
    let path = stage.folder + "/tenants.json"
    let watcher = TenantFileWatcher(path, log: stage.serviceLog) { stage.service.take($0) }
    try Data("{ broken".utf8).write(to: URL(filePath: path))
    await watcher.look()
    #expect(try await stage.get("/").status == 200)
    #expect(stage.log.contains { $0.contains("tenants-rejected") })
    let renamed = Stage.plain["tenants.json"]!.replacing(#""id":"two","name":"Two""#, with: #""id":"three","name":"Three""#)
    try Data(renamed.utf8).write(to: URL(filePath: path))
    await watcher.look()
    #expect(try await stage.get("/", host: "two.localhost").status == 404)
    #expect(stage.tenants.tenant(forHost: "three.localhost") != nil)
    #expect(stage.log.contains { $0.contains("tenants-reloaded") && $0.contains(#""changed":"three=active""#) })
    // A theme that a reload asks for and nobody has is told like one at the start.
    try Data(renamed.replacing(#""name":"Three","theme":"plain""#, with: #""name":"Three","theme":"plian""#).utf8)
      .write(to: URL(filePath: path))
    await watcher.look()
    #expect(stage.log.contains { $0.contains("left-out") && $0.contains("'plian'") })
    try FileManager.default.removeItem(atPath: path)
    await watcher.look()
    #expect(stage.log.contains { $0.contains("tenants-missing") })
    #expect(try await stage.get("/").status == 200)
  }
}

final class Switchboard: Sendable {
  let fails = Mutex(false)
  let redirectsFail = Mutex(false)
  /// Of a platform that says such things; the reference refuses some.
  let redirects = Mutex<[String: Redirect]>([:])
  let productReads = Mutex(0)
  let listReads = Mutex(0)
}

/// The catalogue behind a wire that can be cut. Each read lets the others run, as a network would.
struct FailingCoreAPI: CoreAPI {
  let behind: ReferenceCatalog
  let switchboard: Switchboard

  private func wire() async throws(CoreAPIError) {
    await Task.yield()
    if switchboard.fails.withLock({ $0 }) { throw .unavailable("upstream secret: db-7 refused") }
  }

  func site(_ market: Market) async throws(CoreAPIError) -> Answer<Site> {
    try await wire()
    return try await behind.site(market)
  }
  func product(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Product?> {
    switchboard.productReads.withLock { $0 += 1 }
    try await wire()
    return try await behind.product(handle, in: market)
  }
  func products(_ query: ProductQuery, in market: Market) async throws(CoreAPIError) -> Answer<Page<Product>> {
    switchboard.listReads.withLock { $0 += 1 }
    try await wire()
    return try await behind.products(query, in: market)
  }
  func collection(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<CoreAPIClient.Collection?> {
    try await wire()
    return try await behind.collection(handle, in: market)
  }
  func collections(in market: Market) async throws(CoreAPIError) -> Answer<[CoreAPIClient.Collection]> {
    try await wire()
    return try await behind.collections(in: market)
  }
  func menu(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Menu?> {
    try await wire()
    return try await behind.menu(handle, in: market)
  }
  func sitemapEntries(in market: Market) async throws(CoreAPIError) -> Answer<[SitemapEntry]> {
    try await wire()
    return try await behind.sitemapEntries(in: market)
  }
  func contentPage(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<ContentPage?> {
    try await wire()
    return try await behind.contentPage(handle, in: market)
  }
  func blog(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Blog?> {
    try await wire()
    return try await behind.blog(handle, in: market)
  }
  func articles(of blog: String, page: Int, size: Int, in market: Market) async throws(CoreAPIError) -> Answer<Page<Article>> {
    try await wire()
    return try await behind.articles(of: blog, page: page, size: size, in: market)
  }
  func article(_ handle: String, of blog: String, in market: Market) async throws(CoreAPIError) -> Answer<Article?> {
    try await wire()
    return try await behind.article(handle, of: blog, in: market)
  }
  func redirect(from path: String, in market: Market) async throws(CoreAPIError) -> Answer<Redirect?> {
    if let told = switchboard.redirects.withLock({ $0[path] }) { return Answer(told) }
    if switchboard.redirectsFail.withLock({ $0 }) { throw .unavailable("no redirects") }
    try await wire()
    return try await behind.redirect(from: path, in: market)
  }
}
