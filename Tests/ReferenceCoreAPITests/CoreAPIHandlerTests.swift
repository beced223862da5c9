import ChangeLog
import CoreAPIClient
import FoundationEssentials
import HTTP
import Tenancy
import Testing

@testable import ReferenceCoreAPI

@Suite struct CoreAPIHandlerTests {
  private let fixture: Fixture

  init() throws { fixture = try Fixture() }

  private struct Told: Decodable {
    let mark: UInt64?
    let validFor: Int?
    let next: String?
    let error: Refusal?
  }

  private func ask(
    _ line: String, _ fields: [String] = [], body: String = "", edits: EditPermission = .thisMachine,
    host: String = "localhost:9000"
  ) async throws -> (response: HTTPResponse, told: Told) {
    let head = (["\(line) HTTP/1.1", "Host: \(host)"] + fields + (body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)"]))
      .joined(separator: "\r\n")
    let request = try #require(HTTPRequest(parsing: Array((head + "\r\n\r\n" + body).utf8), takesPatch: true))
    let response = await CoreAPIHandler(fixture.catalog, edits: edits).respond(to: request)
    #expect(String(decoding: response.headers.bytes, as: UTF8.self).contains("Cache-Control: no-store"))
    return (
      response,
      (try? Document.decoder(currency: nil).decode(Told.self, from: Data(response.body)))
        ?? Told(mark: nil, validFor: nil, next: nil, error: nil)
    )
  }

  private func product(_ response: HTTPResponse) throws -> Product {
    try Document.decoder(currency: nil).decode(Envelope<Product>.self, from: Data(response.body)).answer.value
  }

  // MARK: Reads

  @Test(arguments: [
    "site", "products", "products?q=linen&sort=newest", "products?collection=none", "products/shirt", "collections",
    "collections/shoes",
    "menus/main", "sitemap", "site?locale=de&currency=RON", "products?filter.vendor=Acme&price=1-2&facets=1",
    "blogs/none/articles",
  ])
  func `What there is has a mark`(path: String) async throws {
    let (response, told) = try await ask("GET /v1/tenants/acme/\(path)")
    #expect(response.status == 200 && told.mark == fixture.catalog.mark)
    #expect(String(decoding: response.headers.bytes, as: UTF8.self).contains("Content-Type: application/json\r\n"))
  }

  @Test(arguments: [
    "products/none", "products/secret", "collections/none", "menus/none", "pages/none", "blogs/none", "blogs/a/articles/b",
    "redirects?path=/none",
  ])
  func `What there is not, or not for shoppers, says so with its mark`(path: String) async throws {
    let (response, told) = try await ask("GET /v1/tenants/acme/\(path)")
    #expect(response.status == 404 && told.error?.code == "not-found" && told.mark == fixture.catalog.mark)
  }

  @Test(arguments: [
    ("/v1/tenants/nobody/site", "unknown-tenant"), ("/v1/tenants/ACME/site", "unknown-tenant"),
    ("/v1/tenants//site", "unknown-tenant"),
    ("/", "no-such-address"), ("/v1", "no-such-address"), ("/v1/tenants/acme", "no-such-address"),
    ("/v2/tenants/acme/site", "no-such-address"),
    ("/v1/tenants/acme/nothing", "no-such-address"), ("/v1/tenants/acme/site/", "no-such-address"),
    ("//v1/tenants/acme/site", "no-such-address"), ("/v1/tenants/acme/products/a/b", "no-such-address"),
  ])
  func `Each nowhere says which it is`(path: String, code: String) async throws {
    let (response, told) = try await ask("GET \(path)")
    #expect(response.status == 404 && told.error?.code == code && told.mark == nil)
  }

  @Test func `A planned change is told with the answer, there or not`() async throws {
    let (_, boots) = try await ask("GET /v1/tenants/acme/products/boots")
    #expect(boots.validFor == 3_600_000)
  }

  @Test(arguments: [
    ("filter.prize=1", "filter.prize"), ("price=x", "price"), ("facets=2", "facets"), ("locale=x", "locale"),
    ("currency=x", "currency"),
    ("size=0", "size"), ("sort=cheap", "sort"), ("page=x", "page"), ("q=%ff", "q"),
  ])
  func `A wrong parameter is a 400 that names it`(query: String, name: String) async throws {
    let (response, told) = try await ask("GET /v1/tenants/acme/products?\(query)")
    #expect(response.status == 400 && told.error?.code == "bad-request" && told.error?.path == name)
  }

  @Test func `A mark that is not reached yet is a 503, a wrong one a 400`() async throws {
    let mark = fixture.catalog.mark
    #expect(try await ask("GET /v1/tenants/acme/site", ["Core-Mark: \(mark)"]).response.status == 200)
    let (response, told) = try await ask("GET /v1/tenants/acme/site", ["Core-Mark: \(mark + 1)"])
    #expect(response.status == 503 && told.error?.code == "behind")
    #expect(try await ask("GET /v1/tenants/acme/site", ["Core-Mark: x"]).response.status == 400)
  }

  @Test func `A sitemap in parts is the whole one`() async throws {
    let whole = try await fixture.catalog.sitemapEntries(in: fixture.market).value
    var handles: [String] = []
    var after = ""
    repeat {
      let (response, told) = try await ask(
        "GET /v1/tenants/acme/sitemap?size=2" + (after.isEmpty ? "" : "&after=" + PercentEncoding.query(after)))
      let part = try Document.decoder(currency: nil).decode(Envelope<[SitemapEntry]>.self, from: Data(response.body)).answer.value
      #expect(part.count == 2 || told.next == nil)
      handles += part.map(\.handle)
      after = told.next ?? ""
    } while !after.isEmpty
    #expect(handles == whole.map(\.handle) && whole.count > 4)
    let (response, told) = try await ask("GET /v1/tenants/acme/sitemap?after=product:gone")
    #expect(response.status == 409 && told.error?.code == "changed")
  }

  @Test(arguments: [("", "EUR", "20.00"), ("?currency=EUR", "EUR", "20.00"), ("?locale=de", "EUR", "20.00")])
  func `Who names no market gets the shop's own`(query: String, currency: String, price: String) async throws {
    let (response, _) = try await ask("GET /v1/tenants/acme/products/shirt\(query)")
    #expect(try product(response).price == Money(text: price, currency: currency))
  }

  @Test func `A currency that the shop has no prices in is said with each amount`() async throws {
    let (response, _) = try await ask("GET /v1/tenants/acme/products/shirt?currency=USD")
    #expect(String(decoding: response.body, as: UTF8.self).contains("\"currency\":\"USD\""))
    #expect(try product(response).price == Money(20, "EUR"))
  }

  @Test func `A handle is edited, and its old address leads to the new one`() async throws {
    let (response, _) = try await ask("PATCH /v1/tenants/acme/products/shirt", body: "{\"handle\":\"hemd\"}")
    #expect(try product(response).handle == "hemd")
    let (redirect, _) = try await ask("GET /v1/tenants/acme/redirects?path=%2Fproducts%2Fshirt")
    let value = try Document.decoder(currency: nil).decode(Envelope<Redirect>.self, from: Data(redirect.body)).answer.value
    #expect(value == .moved(to: "/products/hemd"))
  }

  @Test func `Other methods, and health`() async throws {
    let (post, told) = try await ask("POST /v1/tenants/acme/products/shirt")
    #expect(post.status == 405 && told.error?.code == "method-not-allowed")
    #expect(String(decoding: post.headers.bytes, as: UTF8.self).contains("Allow: GET, HEAD, PATCH\r\n"))
    #expect(try await ask("GET /healthz").response.body == Array("ok\n".utf8))
    #expect(try await ask("PATCH /v1/tenants/acme/site", body: "{}").response.status == 404)
  }

  // MARK: Edits

  @Test func `An edit is one commit, seen by the next read`() async throws {
    let before = fixture.changes.end.number
    let (response, told) = try await ask(
      "PATCH /v1/tenants/acme/products/shirt", body: "{\"title\":\"Blouse\",\"price\":\"12.5\",\"compareAt\":\"20\",\"stock\":3}")
    #expect(response.status == 200, "\(String(decoding: response.body, as: UTF8.self))")
    let entries = fixture.changes.changes(after: before).changes
    #expect(entries.count == 1 && entries[0].mark == told.mark)
    #expect(entries[0].tags.map(\.name).contains("product:1"))
    let stored = try product(response)
    #expect(stored.title == "Blouse" && stored.price.plain == "12.50" && stored.compareAt?.plain == "20.00")
    #expect(stored.variants[0].inventory == 3)
    let seen = try await fixture.catalog.product("shirt", in: fixture.market)
    #expect(seen.value == stored && seen.mark == told.mark)
  }

  @Test(arguments: [
    ("{\"status\":\"draft\"}", false), ("{\"status\":\"archived\"}", false), ("{\"status\":\"active\"}", true),
    ("{\"available\":false}", true),
    ("{\"stock\":0}", true), ("{\"collections\":[]}", true), ("{\"sale\":{\"price\":\"1\",\"endsAt\":\"2030-01-01\"}}", true),
    ("{\"sale\":null}", true),
    ("{\"compareAt\":null}", true), ("{\"price\":19.90}", true), ("{\"price\":{\"amount\":\"1\",\"currency\":\"EUR\"}}", true),
  ])
  func `What can be edited`(body: String, isShown: Bool) async throws {
    #expect(try await ask("PATCH /v1/tenants/acme/products/shirt", body: body).response.status == 200)
    #expect((try await fixture.catalog.product("shirt", in: fixture.market).value != nil) == isShown)
  }

  @Test func `Availability said by itself wins over the stock, whichever comes first`() async throws {
    for body in ["{\"stock\":0,\"available\":true}", "{\"available\":true,\"stock\":0}"] {
      let (response, _) = try await ask("PATCH /v1/tenants/acme/products/boots", body: body)
      #expect(try product(response).variants.allSatisfy { $0.available && $0.inventory == 0 })
    }
  }

  @Test func `One variant alone`() async throws {
    let (response, _) = try await ask(
      "PATCH /v1/tenants/acme/products/boots", body: "{\"variant\":\"2b\",\"price\":\"80\",\"stock\":9}")
    let variants = try product(response).variants
    #expect(variants.map(\.price.plain) == ["90.00", "80.00"] && variants.map(\.inventory) == [3, 9])
  }

  @Test(
    arguments: [
      ("{}", 422, nil), ("[]", 422, nil), ("null", 422, nil), ("{\"variant\":\"2a\"}", 422, nil), ("", 400, nil),
      ("{\"price\":", 400, nil),
      ("{\"price\":\"cheap\"}", 422, "price"), ("{\"price\":null}", 422, "price"), ("{\"price\":-1}", 422, "price"),
      ("{\"price\":1e99}", 422, "price"),
      ("{\"price\":{\"amount\":\"1\",\"currency\":\"USD\"}}", 422, "price"), ("{\"title\":\"  \"}", 422, "title"),
      ("{\"title\":5}", 422, "title"),
      ("{\"handle\":\"shirt\"}", 422, "handle"), ("{\"handle\":\"a/b\"}", 422, "handle"), ("{\"handle\":null}", 422, "handle"),
      ("{\"stock\":1.5}", 422, "stock"), ("{\"stock\":\"3\"}", 422, "stock"), ("{\"status\":\"gone\"}", 422, "status"),
      ("{\"available\":\"yes\"}", 422, "available"), ("{\"prize\":\"1\"}", 422, "prize"),
      ("{\"collections\":[\"none\"]}", 422, "collections"),
      ("{\"collections\":\"shoes\"}", 422, "collections"), ("{\"variant\":\"none\",\"price\":\"1\"}", 422, "variant"),
      ("{\"sale\":{\"price\":\"1\",\"startsAt\":\"soon\"}}", 422, "sale.startsAt"),
      ("{\"sale\":{\"price\":\"1\",\"startsAt\":\"2026-02-01\",\"endsAt\":\"2026-01-01\"}}", 422, "sale"),
      ("{\"title\":\"Ok\",\"price\":\"no\"}", 422, "price"),
    ] as [(String, Int, String?)])
  func `A wrong edit says where and changes nothing`(body: String, status: Int, path: String?) async throws {
    let mark = fixture.catalog.mark
    let before = try await fixture.catalog.product("boots", in: fixture.market).value
    let (response, told) = try await ask("PATCH /v1/tenants/acme/products/boots", body: body)
    #expect(response.status == status && told.error?.path == path, "\(String(decoding: response.body, as: UTF8.self))")
    #expect(told.error?.code == (status == 400 ? "bad-request" : "invalid") && told.error?.message.isEmpty == false)
    #expect(fixture.catalog.mark == mark)
    #expect(try await fixture.catalog.product("boots", in: fixture.market).value == before)
  }

  @Test func `A wrong edit's line and column are told`() async throws {
    let (_, told) = try await ask(
      "PATCH /v1/tenants/acme/products/boots", body: "{\n  \"title\": \"Ok\",\n  \"price\": \"no\"\n}")
    #expect(told.error?.line == 3 && told.error?.column == 12)
  }

  @Test func `A product that is not there is a 404`() async throws {
    let (response, told) = try await ask("PATCH /v1/tenants/acme/products/none", body: "{\"title\":\"A\"}")
    #expect(response.status == 404 && told.error?.code == "not-found")
    #expect(try await ask("PATCH /v1/tenants/other/products/boots", body: "{\"title\":\"A\"}").response.status == 404)
  }

  // MARK: Who may

  @Test(arguments: [
    ("Bearer s3cret", 200), ("Bearer s3cre", 401), ("Bearer s3crets", 401), ("Bearer S3cret", 401), ("bearer s3cret", 401),
    ("s3cret", 401),
    ("Bearer ", 401), ("", 401),
  ])
  func `With a token, who says it, from anywhere`(authorization: String, status: Int) async throws {
    let fields = authorization.isEmpty ? [] : ["Authorization: \(authorization)"]
    let (response, told) = try await ask(
      "PATCH /v1/tenants/acme/products/shirt", fields, body: "{\"title\":\"A\"}", edits: .token("s3cret"), host: "core.example")
    #expect(response.status == status && (status == 200 || told.error?.code == "unauthorized"))
    #expect((try await fixture.catalog.product("shirt", in: fixture.market).value?.title == "A") == (status == 200))
    #expect(status == 200 || String(decoding: response.headers.bytes, as: UTF8.self).contains("WWW-Authenticate: Bearer\r\n"))
  }

  @Test(arguments: [
    ("localhost", 200), ("localhost:9000", 200), ("127.0.0.1", 200), ("127.0.0.1:9000", 200), ("core.localhost", 200),
    ("evil.example", 403),
    ("localhost.evil.example", 403), ("127.0.0.1.evil.example", 403),
  ])
  func `Without one, who asks this machine by name`(host: String, status: Int) async throws {
    let (response, _) = try await ask("PATCH /v1/tenants/acme/products/shirt", body: "{\"title\":\"A\"}", host: host)
    #expect(response.status == status)
  }

  @Test func `And nobody where neither is`() async throws {
    let (response, told) = try await ask("PATCH /v1/tenants/acme/products/shirt", body: "{\"title\":\"A\"}", edits: .nobody)
    #expect(response.status == 403 && told.error?.code == "forbidden")
    #expect(try await ask("GET /v1/tenants/acme/site", edits: .nobody).response.status == 200)
  }

  @Test func `Marks begin after the one that is given`() throws {
    let catalog = ReferenceCatalog(changes: fixture.changes, after: 1_700_000_000_000)
    catalog.load(tenant: fixture.acme, from: try CatalogFile(json: Data(Fixture.json.utf8), file: "acme.json"))
    #expect(catalog.mark == 1_700_000_000_001)
  }
}
