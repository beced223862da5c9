import ChangeLog
import CoreAPIClient
import FoundationEssentials
import Tenancy
import Testing

@testable import ReferenceCoreAPI

private let lists: Set<String> = ["list:all", "search"]

private let edits: [(ProductEdit, Set<String>, ChangeClass)] = [
  (.title("New"), ["product:2", "list:shoes"], .soft),
  (.price(Money(1, "EUR"), variant: nil), ["product:2", "list:shoes"], .soft),
  (.sale(nil, variant: "2a"), ["product:2", "list:shoes"], .soft),
  (.stock(2, variant: "2a"), ["product:2", "list:shoes"], .hard),
  (.stock(0, variant: nil), ["product:2", "list:shoes"], .hard),
  (.unpublish, ["product:2", "list:shoes", "collection:shoes", "collections"], .hard),
  (
    .collections(["clothes"]),
    ["product:2", "list:shoes", "list:clothes", "collection:shoes", "collection:clothes", "collections"], .soft
  ),
  (
    .collections(["shoes", "clothes"]), ["product:2", "list:shoes", "list:clothes", "collection:clothes", "collections"], .soft
  ),
]

@Suite struct EditTests {
  @Test(arguments: edits)
  func `An edit names what it touches, before and after`(edit: ProductEdit, names: Set<String>, severity: ChangeClass) throws {
    let fixture = try Fixture()
    let entries = try fixture.entries { try fixture.catalog.edit("boots", of: fixture.acme, edit) }
    #expect(entries.count == 1)
    #expect(Set(entries[0].tags.map(\.name)) == names.union(lists))
    #expect(entries[0].tags.allSatisfy { $0.tenant == fixture.acme })
    #expect(entries[0].class == severity)
    #expect(entries[0].mark == 3)
  }

  @Test func `An edit is in the next answer, and its mark too`() async throws {
    let fixture = try Fixture()
    try fixture.catalog.edit("boots", of: fixture.acme, .price(Money(1, "EUR"), variant: "2b"))
    let answer = try await fixture.catalog.product("boots", in: fixture.market)
    #expect(answer.value?.price == Money(1, "EUR"))
    #expect(answer.value?.updatedAt == fixture.clock.now)
    #expect(answer.mark == 3)
    try fixture.catalog.edit("boots", of: fixture.acme, .stock(0, variant: nil))
    #expect(try await fixture.catalog.product("boots", in: fixture.market).value?.available == false)
  }

  @Test func `A draft's edit touches no list; publishing it does`() async throws {
    let fixture = try Fixture()
    let draft = try fixture.entries { try fixture.catalog.edit("secret", of: fixture.acme, .title("Still secret")) }
    #expect(draft[0].tags.map(\.name) == ["product:4"])
    let published = try fixture.entries { try fixture.catalog.edit("secret", of: fixture.acme, .publish) }
    #expect(
      Set(published[0].tags.map(\.name)) == lists.union(["product:4", "list:clothes", "collection:clothes", "collections"]))
    #expect(try await fixture.catalog.product("secret", in: fixture.market).value?.title == "Still secret")
  }

  @Test func `A product is made, moved to another handle, and removed`() async throws {
    let fixture = try Fixture()
    let (catalog, acme, market) = (fixture.catalog, fixture.acme, fixture.market)
    var product = try #require(try await catalog.product("shirt", in: market).value)
    product.handle = "linen-shirt"
    try catalog.update(product: product, of: acme)
    #expect(try await catalog.product("shirt", in: market).value == nil)
    #expect(try await catalog.product("linen-shirt", in: market).value?.id == "1")
    product.id = "77"
    product.handle = "shirt"
    try catalog.update(product: product, of: acme)
    #expect(try await catalog.products(.init(), in: market).value.items.map(\.id) == ["1", "2", "3", "77"])
    let removal = try fixture.entries { try catalog.remove(product: "linen-shirt", of: acme) }
    #expect(removal[0].class == .hard)
    #expect(try await catalog.product("linen-shirt", in: market).value == nil)
    #expect(try await catalog.product("shirt", in: market).value?.id == "77")
    #expect(try await catalog.product("boots", in: market).value?.id == "2")
  }

  @Test func `An edit that cannot be changes nothing and appends nothing`() async throws {
    let fixture = try Fixture()
    let product = try #require(try await fixture.catalog.product("shirt", in: fixture.market).value)
    func refused(_ edit: (Fixture) throws -> Void) {
      let entries = fixture.entries { #expect(throws: CatalogError.self) { try edit(fixture) } }
      #expect(entries.isEmpty)
    }
    refused { try $0.catalog.edit("nothing", of: $0.acme, .publish) }
    refused { try $0.catalog.edit("shirt", of: $0.acme, .stock(1, variant: "no such")) }
    refused { try $0.catalog.edit("shirt", of: $0.acme, .collections(["clothes", "no-such"])) }
    refused { try $0.catalog.remove(product: "nothing", of: $0.acme) }
    refused { try $0.catalog.edit("hidden-from-acme", of: $0.acme, .unpublish) }
    for handle in ["boots", "", "a/b", "..", "a b", "a\u{0}"] {
      refused {
        var moved = product
        moved.handle = handle
        try $0.catalog.update(product: moved, of: $0.acme)
      }
    }
    #expect(try await fixture.catalog.product("shirt", in: fixture.market).value == product)
  }

  @Test func `Loading touches everything of that tenant alone`() throws {
    let fixture = try Fixture()
    let file = CatalogFile(currency: "EUR", site: Site(name: "New"))
    let entries = fixture.entries { fixture.catalog.load(tenant: fixture.acme, from: file) }
    #expect(entries.count == 1 && entries[0].class == .hard)
    #expect(entries[0].tags == [.everything(of: fixture.acme)])
  }

  /// The promise that caches stand on: who sees the entry sees the edit.
  @Test func `No reader that has seen an entry reads the shop from before it`() async throws {
    let fixture = try Fixture()
    let (catalog, changes, acme, market) = (fixture.catalog, fixture.changes, fixture.acme, fixture.market)
    let first = changes.end.number
    let edits = 500
    let late = await withTaskGroup(of: Int.self) { group in
      group.addTask {
        for price in 1...edits { _ = try? catalog.edit("shirt", of: acme, .price(Money(.init(price), "EUR"), variant: nil)) }
        return 0
      }
      for _ in 0..<3 {
        group.addTask {
          var late = 0
          var seen: UInt64 = 0
          while seen < UInt64(edits) {
            seen = changes.end.number - first
            guard let price = try? await catalog.product("shirt", in: market).value?.price.minorUnits, seen > 0 else { continue }
            if price < Int(seen) * 100 { late += 1 }
          }
          return late
        }
      }
      return await group.reduce(0, +)
    }
    #expect(late == 0)
  }
}
