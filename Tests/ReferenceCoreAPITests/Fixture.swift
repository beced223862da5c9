import ChangeLog
import CoreAPIClient
import FoundationEssentials
import Synchronization
import Tenancy

@testable import ReferenceCoreAPI

/// A clock that a test moves.
final class Clock: Sendable {
  private let time: Mutex<Date>
  init(_ text: String) { time = Mutex(Timestamp.date(text) ?? .distantPast) }
  var now: Date { time.withLock { $0 } }
  func move(to text: String) { time.withLock { $0 = Timestamp.date(text) ?? .distantPast } }
}

/// Two tenants; both have a product `shirt`, which are different products.
struct Fixture {
  let clock = Clock("2026-06-01T12:00:00Z")
  let changes = MemoryChangeLog()
  let catalog: ReferenceCatalog
  let acme: TenantID
  let other: TenantID
  /// Of the files' own language and currency.
  let market: Market
  let otherMarket: Market

  init() throws {
    acme = try TenantID("acme")
    other = try TenantID("other")
    market = Market(of: acme, locale: "en", currency: "EUR")
    otherMarket = Market(of: other, locale: "en", currency: "JPY")
    catalog = ReferenceCatalog(changes: changes) { [clock] in clock.now }
    catalog.load(tenant: acme, from: try CatalogFile(json: Data(Self.json.utf8), file: "acme.json"))
    catalog.load(tenant: other, from: try CatalogFile(json: Data(Self.otherJSON.utf8), file: "other.json"))
  }

  func products(_ query: ProductQuery) async throws -> [String] {
    try await catalog.products(query, in: market).value.items.map(\.handle)
  }

  /// The entries that the body's edit appends.
  func entries(_ body: () throws -> Void) rethrows -> [Change] {
    let before = changes.end.number
    try body()
    return changes.changes(after: before).changes
  }

  static let json = """
    {
      "currency": "EUR",
      "site": {"name": "Acme", "email": "hello@acme.example"},
      "collections": [
        {"id": "c1", "handle": "clothes", "title": "Clothes"},
        {"id": "c2", "handle": "shoes", "title": "Shoes", "description": "<p>Walk<script>x</script></p>"}
      ],
      "menus": [{"handle": "main", "items": [{"title": "Shoes", "url": "/collections/shoes"}]}],
      "products": [
        {"id": "1", "handle": "shirt", "title": "Shirt", "price": "20", "collections": ["clothes"], "vendor": "Ștefan",
         "descriptionHTML": "<p>Linen for summer</p>", "updatedAt": "2026-01-01", "sold": 5},
        {"id": "2", "handle": "boots", "title": "Winter boots", "collections": ["shoes"], "updatedAt": "2026-01-03", "sold": 9,
         "variants": [
           {"id": "2a", "title": "41", "sku": "WB-41", "price": "90", "inventory": 3, "salePrice": "60",
            "saleStartsAt": "2026-06-01T13:00:00Z", "saleEndsAt": "2026-06-01T14:00:00Z"},
           {"id": "2b", "title": "42", "sku": "WB-42", "price": "95", "inventory": 0}]},
        {"id": "3", "handle": "creme", "title": "Crème brûlée shirt", "price": "10", "collections": ["clothes"], "updatedAt": "2026-01-02"},
        {"id": "4", "handle": "secret", "title": "Secret shirt", "price": "1", "collections": ["clothes"], "status": "draft"},
        {"id": "5", "handle": "old", "title": "Old shirt", "price": "1", "collections": ["clothes"], "status": "archived"},
        {"id": "6", "handle": "soon", "title": "Soon shirt", "price": "5", "collections": ["clothes"], "publishedAt": "2026-06-01T15:00:00Z"}
      ]
    }
    """

  static let otherJSON = """
    {"currency": "JPY", "site": {"name": "Other"}, "collections": [{"id": "x", "handle": "all-of-it", "title": "All of it"}],
     "products": [{"id": "1", "handle": "shirt", "title": "Their shirt", "price": 1000, "collections": ["all-of-it"]},
                  {"id": "9", "handle": "hidden-from-acme", "title": "Theirs", "price": 1}]}
    """
}
