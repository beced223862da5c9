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

    func compareAll(of tenant: TenantID, products: [Product], words: [String]) async throws {
      try await compare("site") { try await $0.site(tenant) }
      try await compare("collections") { try await $0.collections(of: tenant) }
      try await compare("sitemap") { try await $0.sitemapEntries(of: tenant) }
      for handle in ["main", "footer", "none", "/"] {
        try await compare("menu \(handle)") { try await $0.menu(handle, of: tenant) }
      }
      let collections = try await embedded.collections(of: tenant).value.map(\.handle)
      for handle in collections + ["none", "ä"] {
        try await compare("collection \(handle)") { try await $0.collection(handle, of: tenant) }
      }
      // What no handle can be is not asked for; that it is not there holds for ever.
      for handle in ["", "a/b", ".."] {
        try await compare("collection \(handle)") { Answer(try await $0.collection(handle, of: tenant).value) }
      }
      for handle in products.map(\.handle) + ["none", "", ".", "a b", "%", "é\u{301}"] {
        try await compare("product \(handle)") { try await $0.product(handle, of: tenant) }
      }
      for sort in ProductQuery.Sort.allCases {
        for (collection, text) in [
          (nil, nil), (collections.first, nil), (nil, words.first), (collections.last, ""), ("none", nil),
        ] as [(String?, String?)] {
          for (page, size) in [(1, 24), (2, 24), (3, 7), (1, 250), (99, 24), (Int.max / 300, 250)] {
            let query = ProductQuery(collection: collection, text: text, sort: sort, page: page, size: size)
            try await compare("\(query)") { try await $0.products(query, of: tenant) }
          }
        }
      }
      for word in words + ["", " ", "!!!", "50% off & more", "no such words anywhere", "a+b", "ß", "שלום"] {
        try await compare("search \(word)") { try await $0.products(ProductQuery(text: word), of: tenant) }
      }
    }
  }

  private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")

  @Test @LoopActor func `The tests' own shops, sales and drafts among them`() async throws {
    let fixture = try Fixture()
    let both = try Both(fixture.catalog)
    defer { both.close() }
    for (tenant, json) in [(fixture.acme, Fixture.json), (fixture.other, Fixture.otherJSON)] {
      let file = try CatalogFile(json: Data(json.utf8), file: "")
      try await both.compareAll(of: tenant, products: file.products, words: ["linen", "WB-41", "Ștefan"])
    }
    fixture.clock.move(to: "2026-06-01T13:30:00Z")
    for product in ["boots", "secret", "shirt"] {
      try fixture.catalog.edit(
        product, of: fixture.acme, .price(Money(12, "EUR"), variant: nil), .stock(0, variant: nil), .compareAt(nil, variant: nil))
      try await both.compare("edited \(product)") { try await $0.product(product, of: fixture.acme) }
      try await both.compare("all") { try await $0.products(ProductQuery(), of: fixture.acme) }
    }
  }

  @Test @LoopActor func `The fashion shop of the demonstration`() async throws {
    let file = try CatalogFile(path: Self.root + "/Demo/catalog/fashion.json")
    let tenant = try TenantID("fashion")
    let catalog = ReferenceCatalog(changes: MemoryChangeLog())
    catalog.load(tenant: tenant, from: file)
    let both = try Both(catalog)
    defer { both.close() }
    try await both.compareAll(of: tenant, products: file.products, words: ["linen", "shirt", "wool coat"])
    #expect(both.compared > 200)
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
    try await both.compareAll(of: tenant, products: outcome.catalog.products, words: ["hacking", "the art of", "9780"])
    #expect(both.compared > 200)
  }
}
