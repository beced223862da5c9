import HTTP
import Tenancy
import Testing

@testable import Session

@Suite struct SessionCookieTests {
  static let now: Int64 = 1_770_000_000
  let tenant: TenantID
  let seal: SessionSeal
  let cookie: SessionCookie
  let text: String

  init() throws {
    tenant = try TenantID("fashion")
    seal = SessionSeal(keys: [.random()])
    cookie = SessionCookie(seal)
    var session = ShopperSession()
    try session.add(product: "ring", variant: "2")
    text = try seal.seal(session, of: tenant, now: Self.now)
  }

  @Test func `What a browser is told over https`() throws {
    var session = ShopperSession()
    try session.add(product: "ring", variant: "2")
    let line = try cookie.setting(session, of: tenant, isSecure: true, now: Self.now)
    #expect(line.hasPrefix("__Host-storefront="))
    #expect(line.hasSuffix("; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax; Secure"))
    let value = try #require(SessionCookie.values(of: "__Host-storefront", in: String(line.split(separator: ";")[0])).first)
    #expect(seal.open(value, of: tenant, now: Self.now)?.session == session)
  }

  @Test func `What a browser is told on plain http`() throws {
    var session = ShopperSession()
    try session.wish(for: "ring")
    let line = try cookie.setting(session, of: tenant, isSecure: false, now: Self.now)
    #expect(line.hasPrefix("storefront=") && line.hasSuffix("; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax"))
  }

  @Test func `An empty session's cookie is taken back`() throws {
    let line = try cookie.setting(ShopperSession(), of: tenant, isSecure: true, now: Self.now)
    #expect(line == "__Host-storefront=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure")
  }

  @Test func `Found among others, the first that opens`() throws {
    let name = "__Host-storefront"
    for header in [
      "\(name)=\(text)", "a=b; \(name)=\(text); c=d", "a=b;\(name)=\(text)", "  \(name)=\(text) \t; x",
      "\(name)=; \(name)=\(text)",
      "\(name)=torn; \(name)=\(text)", "x; =; ;;\(name)=\(text)", "\(name)=\(text.dropLast()); \(name)=\(text); \(name)=other",
    ] { #expect(try session(header)?.itemCount == 1, "\(header)") }
  }

  @Test func `What is not the cookie is none`() throws {
    let name = "__Host-storefront"
    for header in [
      "storefront=\(text)", "__host-storefront=\(text)", "\(name)x=\(text)", "x\(name)=\(text)", "\(name) =\(text)",
      "\(name)=\"\(text)\"",
      "\(name)=\(text)=", "\(name)=\(text), \(name)=\(text)", "\(name)", "\(name):\(text)", "a=\(name)=\(text)",
      "a=\"; b\(name)=\(text)\"",
      (0..<8).map { "\(name)=\($0); " }.joined() + "\(name)=\(text)",
    ] { #expect(try session(header) == nil, "\(header)") }
    #expect(try session("storefront=\(text)", isSecure: false)?.itemCount == 1)
    #expect(try session("__Host-storefront=\(text)", isSecure: false) == nil)
    #expect(try session(nil) == nil)
  }

  private func session(_ header: String?, isSecure: Bool = true) throws -> ShopperSession? {
    let line = header.map { "Cookie: \($0)\r\n" } ?? ""
    let request = try #require(HTTPRequest(parsing: Array("GET / HTTP/1.1\r\nHost: a.example\r\n\(line)\r\n".utf8)), "\(line)")
    return cookie.session(in: request, of: tenant, isSecure: isSecure, now: Self.now)?.session
  }
}

@Suite struct FormOriginTests {
  @Test(arguments: [
    // By Sec-Fetch-Site, whatever Origin says: a page can send neither header itself.
    (["Sec-Fetch-Site: same-origin", "Origin: https://shop.example"], true), (["Sec-Fetch-Site: same-origin"], true),
    (["sec-fetch-site:same-origin", "Origin: null"], true),
    (["Sec-Fetch-Site: same-site", "Origin: https://shop.example"], false),
    (["Sec-Fetch-Site: cross-site", "Origin: https://shop.example"], false),
    (["Sec-Fetch-Site: none", "Origin: https://shop.example"], false),
    (["Sec-Fetch-Site: same-origin, cross-site"], false), (["Sec-Fetch-Site: Same-Origin"], false), (["Sec-Fetch-Site:"], false),
    (["Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-origin"], false), (["Sec-Fetch-Site: \"same-origin\""], false),
    // From a browser without it.
    (["Origin: https://shop.example"], true), (["Origin: null"], false), (["Origin:"], false),
    (["Referer: https://shop.example/"], false), ([], false),
    (["Origin: http://shop.example"], false), (["Origin: https://shop.example:443"], false),
    (["Origin: https://shop.example:8443"], false),
    (["Origin: https://shop.example/"], false), (["Origin: https://shop.example.evil.example"], false),
    (["Origin: https://evil-shop.example"], false),
    (["Origin: https://www.shop.example"], false), (["Origin: https://other.example https://shop.example"], false),
    (["Origin: HTTPS://SHOP.EXAMPLE"], false), (["Origin: shop.example"], false),
  ])
  func `A form of the shop's own pages`(fields: [String], isOwn: Bool) throws {
    let head = (["POST /cart/add HTTP/1.1", "Host: shop.example", "Content-Length: 0"] + fields).joined(separator: "\r\n")
    let request = try #require(HTTPRequest(parsing: Array("\(head)\r\n\r\n".utf8)))
    #expect(FormOrigin.isOwnForm(request, origin: "https://shop.example") == isOwn)
  }

  @Test func `A port that is not the scheme's own is part of it`() throws {
    let head = "POST / HTTP/1.1\r\nHost: a.localhost:8080\r\nOrigin: http://a.localhost:8080\r\nContent-Length: 0\r\n\r\n"
    let request = try #require(HTTPRequest(parsing: Array(head.utf8)))
    #expect(FormOrigin.isOwnForm(request, origin: "http://a.localhost:8080"))
    #expect(!FormOrigin.isOwnForm(request, origin: "http://a.localhost"))
  }

  /// Beside the session's cookie stands one that a page's script can read: that there is a session, and nothing of it.
  @Test(arguments: [true, false]) func presenceSaysThatThereIsASession(isSecure: Bool) throws {
    var session = ShopperSession()
    #expect(SessionCookie.presence(of: session, isSecure: isSecure).contains("-shopper=; Max-Age=0; Path=/; SameSite=Lax"))
    try session.wish(for: "coat")
    let line = SessionCookie.presence(of: session, isSecure: isSecure)
    #expect(line.hasPrefix(isSecure ? "__Host-storefront-shopper=1;" : "storefront-shopper=1;"))
    #expect(line.contains("; Secure") == isSecure && !line.contains("HttpOnly") && !line.contains("coat"))
  }
}
