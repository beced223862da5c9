import Testing

@testable import Tenancy

@Suite struct TenantFileTests {
  private func snapshot(_ text: String) throws(TenancyError) -> TenantSnapshot { try TenantFile.parse(Array(text.utf8)) }

  private let two = """
    { "platform_domain": "shops.example", "tenants": [
      { "id": "a", "name": "A", "theme": "fashion", "domains": ["a.example", "www.a.example"], "settings": {"accent": "#fff"} },
      { "id": "b", "name": "B", "theme": "fashion", "subdomain": "bee", "status": "suspended" } ] }
    """

  // 000-1, 003-1, 004-1
  @Test(arguments: [
    ("a.example", "a"), ("www.a.example", "a"), ("a.shops.example", "a"), ("a.localhost", "a"), ("bee.shops.example", "b"),
    ("bee.localhost", "b"), ("A.EXAMPLE", "a"), ("a.example.", "a"),
  ])
  func findsByHost(_ host: String, _ id: String) throws {
    #expect(try snapshot(two).tenant(forHost: host)?.id.value == id)
  }

  @Test(arguments: [
    "c.shops.example", "shops.example", "localhost", "b.localhost", "x.a.example", "example", "", "a.example.evil",
  ])
  func neverFallsThrough(_ host: String) throws { #expect(try snapshot(two).tenant(forHost: host) == nil) }

  @Test func canonicalHostIsTheDomainElseTheSubdomain() throws {
    let all = try snapshot(two)
    #expect(all.tenants.map { all.canonicalHost(of: $0)?.name } == ["a.example", "bee.shops.example"])
  }

  @Test func singleModeAnswersOnEveryHostName() throws {
    let one = try snapshot(#"{ "single": "a", "tenants": [{ "id": "a", "name": "A", "theme": "t" }] }"#)
    #expect(one.tenant(forHost: "anything.example")?.id.value == "a")
    #expect(one.tenant(forHost: "a b") == nil)
  }

  @Test(arguments: [
    (#"{ "tenants": [{ "id": "A", "name": "A", "theme": "t" }] }"#, "tenants[0].id: 'A' is no tenant id"),
    (#"{ "tenants": [{ "id": "a", "name": "A", "theme": "../t" }] }"#, "tenants[0].theme: '../t' is no folder name"),
    (
      #"{ "tenants": [{ "id": "a", "name": "A", "theme": "t", "domians": [] }] }"#,
      "tenants[0].domians: 'domians' is not known here"
    ),
    (#"{ "tenants": [{ "id": "a", "name": "A" }] }"#, "'theme' is missing"),
    (
      #"{ "tenants": [{ "id": "a", "name": "A", "theme": "t", "domains": ["a b"] }] }"#,
      "tenants[0].domains[0]: 'a b' is no host name"
    ),
    (#"{ "tenants": [{ "id": "a", "name": "A", "theme": "t", "status": "gone" }] }"#, "tenants[0].status: 'gone' is no status"),
    (#"{ "tenants": [{ "id": "a", "name": "A", "theme": "t", "currency": "eur" }] }"#, "no ISO 4217 code"),
    (#"{ "tenants": [{ "id": "a", "name": "A", "theme": "t", "locale": "english!" }] }"#, "no language tag"),
    (#"{ "tenants": [{ "id": "a", "name": 1, "theme": "t" }] }"#, "tenants[0].name: this must be a string"),
    (#"{ "single": "z", "tenants": [] }"#, "single: 'z' is not among the tenants"),
    (
      #"{ "tenants": [{ "id": "a", "name": "A", "theme": "t" }, { "id": "a", "name": "B", "theme": "t" }] }"#,
      "the id of an earlier tenant"
    ),
    (
      #"{ "tenants": [{ "id": "a", "name": "A", "theme": "t", "domains": ["x.y"] }, { "id": "b", "name": "B", "theme": "t", "domains": ["X.Y:80"] }] }"#,
      "the host 'x.y' already belongs to tenant 'a'"
    ),
    ("{", ""), ("", ""), ("[]", ""),
  ])
  func saysWhatIsWrongAndWhere(_ text: String, _ expected: String) {
    let error = #expect(throws: TenancyError.self) { try snapshot(text) }
    #expect(error.map { "\($0)".contains(expected) || expected.isEmpty } == true, "\(String(describing: error))")
  }

  @Test func revisionFollowsTheRecord() throws {
    let before = try snapshot(two).tenants[0].revision
    #expect(try snapshot(two).tenants[0].revision == before)
    #expect(try snapshot(two.replacing("#fff", with: "#000")).tenants[0].revision != before)
    #expect(try snapshot(two.replacing(#""A", "theme""#, with: #""AA", "theme""#)).tenants[0].revision != before)
  }

  @Test func aFileThatIsNotThereIsAnError() {
    let error = #expect(throws: TenancyError.self) { try TenantFile.read("no/such/tenants.json") }
    #expect(error.map { "\($0)".contains("no such file") } == true)
  }
}
