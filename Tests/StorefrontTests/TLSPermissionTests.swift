import EventLoop
import HTTP
import Tenancy
import Testing

@testable import Storefront

@Suite(.serialized) struct TLSPermissionTests {
  static let shops = """
    {"platform_domain":"shops.example","tenants":[
     {"id":"one","name":"One","theme":"plain","domains":["one.example","bücher.example"]},
     {"id":"asleep","name":"Asleep","theme":"plain","status":"suspended","domains":["asleep.example"]},
     {"id":"gone","name":"Gone","theme":"plain","status":"deleted","domains":["gone.example"]}]}
    """

  @Test(arguments: [
    "domain=one.example", "domain=ONE.Example", "domain=one.example.", "domain=One.Example.:443", "domain=b%C3%BCcher.example",
    "domain=xn--bcher-kva.example", "domain=XN--BCHER-KVA.EXAMPLE.", "domain=on%65.exampl%65", "d%6Fmain=one.example",
    "domain=one.shops.example", "domain=one.localhost", "a=1&domain=one.example&b", "&&domain=one.example&",
    "domain=asleep.example",
  ])
  func grants(_ query: String) throws {
    #expect(TLSPermission(query: query, in: try TenantFile.parse(Array(Self.shops.utf8))) == .granted)
  }

  @Test(arguments: [
    "domain=other.example", "domain=shops.example", "domain=two.shops.example", "domain=a.one.example", "domain=one.example..",
    "domain=*.example", "domain=*.shops.example", "domain=127.0.0.1", "domain=[::1]", "domain=one.example%2Fx",
    "domain=one.example+",
    "domain=+one.example", "domain=one_example", "domain=http://one.example", "domain=user@one.example",
    "domain=one.example:99999",
    "domain=one%252eexample", "domain=one.example%3Fdomain%3Done.example", "domain=.", "domain=localhost", "domain=xn--0.example",
    "domain=" + String(repeating: "a.", count: 5000) + "one.example", "domain=" + String(repeating: "%C3%BC", count: 1700),
  ])
  func knowsNobody(_ query: String) throws {
    #expect(TLSPermission(query: query, in: try TenantFile.parse(Array(Self.shops.utf8))) == .unknown)
  }

  @Test(arguments: [
    "", "domain", "domain=", "Domain=one.example", "host=one.example", "domain=one.example&domain=one.example",
    "domain=one.example&domain=other.example", "domain=&domain=one.example", "domain=one.example&domain", "domain[]=one.example",
    "domain=one.example%00", "domain=one.example%0d%0a", "domain=%", "domain=%zz", "domain=%ff", "domain=one.example&%zz=1",
  ])
  func wantsOneName(_ query: String) throws {
    #expect(TLSPermission(query: query, in: try TenantFile.parse(Array(Self.shops.utf8))) == .malformed)
  }

  @Test func aDeletedShopGetsNoNewOne() throws {
    #expect(TLSPermission(query: "domain=gone.example", in: try TenantFile.parse(Array(Self.shops.utf8))) == .closed)
  }

  // Whoever points a name at a single shop's address would otherwise order certificates in its name.
  @Test func theSingleShopHasOnlyItsOwnNames() throws {
    let single = try TenantFile.parse(
      Array(#"{"single":"one","tenants":[{"id":"one","name":"One","theme":"plain","domains":["one.example"]}]}"#.utf8))
    #expect(TLSPermission(query: "domain=one.example", in: single) == .granted)
    #expect(single.tenant(forHost: "anything.example") != nil)
    #expect(TLSPermission(query: "domain=anything.example", in: single) == .unknown)
  }

  @LoopActor @Test func itIsOnTheOperatorsListenerAndFollowsTheTenantsFile() async throws {
    let stage = try Stage(["tenants.json": Self.shops])
    func ask(_ domain: String, method: String = "GET") throws -> Int {
      let head = "\(method) /internal/tls-permission?domain=\(domain) HTTP/1.1\r\nHost: 127.0.0.1:8081\r\n\r\n"
      return stage.service.operations.respond(to: try #require(HTTPRequest(parsing: Array(head.utf8)))).status
    }
    #expect(try ask("one.example") == 200)
    #expect(try ask("one.example", method: "HEAD") == 200)
    #expect(try ask("one.example", method: "POST") == 405)
    #expect(try ask("gone.example") == 403)
    #expect(try ask("new.example") == 404)
    stage.service.take(try TenantFile.parse(Array(Self.shops.replacing("gone.example", with: "new.example").utf8)))
    #expect(try ask("new.example") == 403)
    #expect(try ask("gone.example") == 404)
    #expect(try await stage.get("/internal/tls-permission?domain=one.example", host: "one.example").status == 404)
  }
}
