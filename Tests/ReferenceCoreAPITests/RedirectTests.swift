import ChangeLog
import CoreAPIClient
import FoundationEssentials
import Tenancy
import Testing

@testable import ReferenceCoreAPI

@Suite struct RedirectTests {
  private let fixture: Fixture

  init() throws {
    fixture = try Fixture()
    var file = try CatalogFile(json: Data(Fixture.json.utf8), file: "acme.json")
    file.redirects = [
      .init(path: "/products/old-boots", target: "/products/boots"),
      .init(path: "/products/older", target: "/products/old-boots"),
      .init(path: "/collections/späte-liebe", target: "/search?q=liebe"), .init(path: "/pages/a/", target: "/"),
    ]
    file.gone = ["/products/withdrawn"]
    fixture.catalog.load(tenant: fixture.acme, from: file)
  }

  private func redirect(_ path: String) async throws -> Redirect? {
    try await fixture.catalog.redirect(from: path, in: fixture.market).value
  }

  @Test(
    arguments: [
      ("/products/old-boots", Redirect.moved(to: "/products/boots")), ("/products/old-boots/", .moved(to: "/products/boots")),
      // Two moves are one way.
      ("/products/older", .moved(to: "/products/boots")),
      ("/collections/sp%C3%A4te-liebe", .moved(to: "/search?q=liebe")),
      ("/collections/späte-liebe", .moved(to: "/search?q=liebe")),
      ("/pages/a", .moved(to: "/")), ("/products/withdrawn", .gone), ("/products/boots", nil), ("/products/OLD-BOOTS", nil),
      ("/", nil),
      ("", nil), ("/products/none", nil),
    ] as [(String, Redirect?)])
  func `What became of an address, however it is written`(path: String, expected: Redirect?) async throws {
    #expect(try await redirect(path) == expected)
    let other = try await fixture.catalog.redirect(from: path, in: fixture.otherMarket)
    #expect(other.value == nil && other.mark == fixture.catalog.mark)
  }

  @Test func `A product that gets another handle is found from all its old ones`() async throws {
    let (catalog, acme) = (fixture.catalog, fixture.acme)
    try catalog.edit("boots", of: acme, .handle("stiefel"))
    let entries = try fixture.entries { try catalog.edit("stiefel", of: acme, .handle("বুট")) }
    #expect(entries[0].tags.map(\.name).contains(TagName.redirects))
    let there = Redirect.moved(to: "/products/%E0%A6%AC%E0%A7%81%E0%A6%9F")
    for path in ["boots", "stiefel", "old-boots", "older"] { #expect(try await redirect("/products/" + path) == there) }
    #expect(try await catalog.product("বুট", in: fixture.market).value?.id == "2")
    // And back again: no way leads in a circle.
    try catalog.edit("বুট", of: acme, .handle("boots"))
    #expect(try await redirect("/products/boots") == nil)
    for path in ["stiefel", "বুট", "older"] { #expect(try await redirect("/products/" + path) == .moved(to: "/products/boots")) }
  }

  @Test func `A product that comes to an old address takes it`() async throws {
    try fixture.catalog.edit("boots", of: fixture.acme, .handle("stiefel"))
    let price = Money(5, "EUR")
    let new = Product(
      id: "new", handle: "boots", title: "New", variants: [Variant(id: "n", price: price, available: true)], price: price,
      available: true,
      updatedAt: Timestamp.unknown)
    let entries = try fixture.entries { try fixture.catalog.update(product: new, of: fixture.acme) }
    #expect(entries[0].tags.map(\.name).contains(TagName.redirects))
    #expect(try await redirect("/products/boots") == nil)
    #expect(try await fixture.catalog.product("boots", in: fixture.market).value?.id == "new")
  }

  @Test func `Nobody is led to what shoppers never saw, and an edit of another kind touches no redirect`() async throws {
    let (catalog, acme) = (fixture.catalog, fixture.acme)
    let draft = try fixture.entries { try catalog.edit("secret", of: acme, .handle("more-secret")) }
    #expect(try await redirect("/products/secret") == nil)
    let title = try fixture.entries { try catalog.edit("boots", of: acme, .title("Boots")) }
    #expect((draft + title).allSatisfy { !$0.tags.map(\.name).contains(TagName.redirects) })
    for handle in ["shirt", "a/b", ""] {
      #expect(throws: CatalogError.self) { try catalog.edit("boots", of: acme, .handle(handle)) }
    }
    #expect(try await redirect("/products/boots") == nil)
  }
}
