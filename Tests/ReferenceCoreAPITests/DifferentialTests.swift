// The client and the reference's server between them change nothing: for every sample shop, each question of the contract has
// the same answer over HTTP as from the catalogue in memory, its life and mark included.

import ChangeLog
import CoreAPIClient
import EventLoop
import FoundationEssentials
import HTTP
import Tenancy
import Testing

@testable import ReferenceCoreAPI

@Suite(.serialized) struct DifferentialTests {
  @LoopActor private final class Both {
    let embedded: ReferenceCatalog
    let remote: HTTPCoreAPI
    private let server: HTTPServer
    private(set) var compared = 0

    init(_ embedded: ReferenceCatalog) throws {
      self.embedded = embedded
      let handler = CoreAPIHandler(embedded, edits: .nobody)
      let listener = try listeningSocket(address: "127.0.0.1", port: 0)
      server = HTTPServer(listeningOn: listener) { await handler.respond(to: $0) }
      remote = try HTTPCoreAPI(baseURL: "http://127.0.0.1:\(localPort(of: listener))") { embedded.mark }
    }

    func close() { server.stopAccepting() }

    func compare<T: Equatable & Sendable>(_ what: String, _ ask: (any CoreAPI) async throws -> Answer<T>) async throws {
      let (expected, answered) = (try await ask(embedded), try await ask(remote))
      compared += 1
      // Not in the macro: a difference of a whole list, printed, helps nobody.
      if expected != answered {
        Issue.record("\(what) differs: \("\(answered)".prefix(600)) is not \("\(expected)".prefix(600))")
      }
    }

    /// - Parameter everyList: in every order, of every part; else one question of each kind, since a list of forty products takes a
    ///   debug build a tenth of a second.
    func compareAll(in market: Market, _ file: CatalogFile, words: [String], everyList: Bool = true) async throws {
      try await compare("site") { try await $0.site(market) }
      try await compare("collections") { try await $0.collections(in: market) }
      try await compare("sitemap") { try await $0.sitemapEntries(in: market) }
      for handle in ["main", "footer", "none", "/"] {
        try await compare("menu \(handle)") { try await $0.menu(handle, in: market) }
      }
      let collections = try await embedded.collections(in: market).value.map(\.handle)
      for handle in collections + ["none", "ä"] {
        try await compare("collection \(handle)") { try await $0.collection(handle, in: market) }
      }
      // What no handle can be is not asked for; that it is not there holds for ever.
      for handle in ["", "a/b", ".."] {
        try await compare("collection \(handle)") { Answer(try await $0.collection(handle, in: market).value) }
      }
      for handle in file.products.map(\.handle) + ["none", "", ".", "a b", "%", "é\u{301}"] {
        try await compare("product \(handle)") { try await $0.product(handle, in: market) }
      }
      for sort in everyList ? ProductQuery.Sort.allCases : [.manual, .priceDescending] {
        for (collection, text) in [
          (nil, nil), (collections.first, nil), (nil, words.first), (collections.last, ""), ("none", nil),
        ] as [(String?, String?)] {
          for (page, size) in everyList ? [(1, 24), (2, 24), (3, 7), (1, 250), (99, 24), (Int.max / 300, 250)] : [(3, 7)] {
            let query = ProductQuery(collection: collection, text: text, sort: sort, page: page, size: size)
            try await compare("\(query)") { try await $0.products(query, in: market) }
          }
        }
      }
      try await compareContent(in: market, file)
      let facets = file.filters.map { FacetKey($0) }
      let counted = try await embedded.products(ProductQuery(withFacets: true), in: market).value.facets
      #expect(counted.count <= facets.count)
      for facet in counted {
        for value in facet.values.prefix(everyList ? 3 : 1) {
          let query = ProductQuery(
            filters: [Filter(key: facet.key, values: [value.value])], priceFrom: 5, sort: .priceChanged, withFacets: true)
          try await compare("\(query)") { try await $0.products(query, in: market) }
        }
      }
      for word in words + ["", " ", "!!!", "50% off & more", "no such words anywhere", "a+b", "ß", "שלום"] {
        try await compare("search \(word)") { try await $0.products(ProductQuery(text: word), in: market) }
      }
    }

    func compareContent(in market: Market, _ file: CatalogFile) async throws {
      for page in file.pages.map(\.handle) + ["none", "/"] {
        try await compare("page \(page)") { try await $0.contentPage(page, in: market) }
      }
      for blog in file.blogs.map(\.handle) + ["none", ""] {
        try await compare("blog \(blog)") { try await $0.blog(blog, in: market) }
        for page in [1, 2, 99] {
          try await compare("articles \(blog)") { try await $0.articles(of: blog, page: page, size: 2, in: market) }
        }
      }
      for article in file.articles {
        try await compare("article \(article.handle)") { try await $0.article(article.handle, of: article.blog, in: market) }
      }
      for path in file.redirects.map(\.path) + file.gone + ["/products/none", "/", "/x?y#z", "none"] {
        try await compare("redirect \(path)") { try await $0.redirect(from: path, in: market) }
      }
    }
  }

  private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")

  @Test @LoopActor func `The tests' own shops, sales and drafts among them`() async throws {
    let fixture = try Fixture()
    let both = try Both(fixture.catalog)
    defer { both.close() }
    for (market, json) in [(fixture.market, Fixture.json), (fixture.otherMarket, Fixture.otherJSON)] {
      let file = try CatalogFile(json: Data(json.utf8), file: "")
      try await both.compareAll(in: market, file, words: ["linen", "WB-41", "Ștefan"])
    }
    fixture.clock.move(to: "2026-06-01T13:30:00Z")
    for product in ["boots", "secret", "shirt"] {
      try fixture.catalog.edit(
        product, of: fixture.acme, .price(Money(12, "EUR"), variant: nil), .stock(0, variant: nil), .compareAt(nil, variant: nil))
      try await both.compare("edited \(product)") { try await $0.product(product, in: fixture.market) }
      try await both.compare("all") { try await $0.products(ProductQuery(), in: fixture.market) }
    }
  }

  private static let demo = root + "/Demo/catalog"
  private static let shops = ((try? FileManager.default.contentsOfDirectory(atPath: demo)) ?? []).sorted()
    .filter { $0.split(separator: ".").count == 2 && $0.hasSuffix(".json") }

  /// Each in its own language and currency, and in every other.
  @Test(arguments: shops) @LoopActor func `The shops of the demonstration`(name: String) async throws {
    let path = Self.demo + "/" + name
    var file = try CatalogFile(path: path)
    try file.readTranslations(beside: path)
    let tenant = try TenantID(String(name.dropLast(".json".count)))
    // The clock stands: no answer is a millisecond older than the other.
    let catalog = ReferenceCatalog(changes: MemoryChangeLog()) { Date(timeIntervalSince1970: 1_795_000_000) }
    catalog.load(tenant: tenant, from: file)
    let both = try Both(catalog)
    defer { both.close() }
    let words = file.products.prefix(2).flatMap { $0.title.split(separator: " ").prefix(2).map(String.init) }
    let own = Market(of: tenant, locale: file.locale ?? "en", currency: file.currency)
    try await both.compareAll(in: own, file, words: words, everyList: false)
    for (index, translation) in file.translations.enumerated() {
      let rate = file.rates.isEmpty ? nil : file.rates[index % file.rates.count]
      let routes = try #require(Routes(root: "/" + translation.locale.lowercased(), spelled: [.products: ["waren"]]))
      let market = Market(of: tenant, locale: translation.locale, currency: rate?.currency ?? file.currency, routes: routes)
      try await both.compareAll(in: market, file, words: words, everyList: false)
    }
    #expect(both.compared > 90 * (1 + file.translations.count))
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "\(root)/../shared/catalog")))
  @LoopActor func `The imported books`() async throws {
    let folder = Self.root + "/../shared/catalog"
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".csv") }.sorted()
    let tenant = try TenantID("books")
    let outcome = try CatalogImport(currency: "GBP", name: "Books", date: Date(timeIntervalSince1970: 1_700_000_000))
      .read(files: files.map { folder + "/" + $0 })
    let catalog = ReferenceCatalog(changes: MemoryChangeLog())
    catalog.load(tenant: tenant, from: outcome.catalog)
    let both = try Both(catalog)
    defer { both.close() }
    let market = Market(of: tenant, locale: "en-GB", currency: "GBP")
    try await both.compareAll(in: market, outcome.catalog, words: ["hacking", "the art of", "9780"])
    #expect(both.compared > 200)
  }
}
