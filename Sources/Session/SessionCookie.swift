import HTTP
import Tenancy

/// The session's cookie: how a browser is told to keep it, and how it is found among what a browser sends (RFC 6265 §5.4).
///
/// Over https its name begins with `__Host-`: a browser takes such a cookie from this very host alone, so that no neighbour under the
/// same domain can plant one. On plain http, which is a developer's own machine, no browser would keep that name.
package struct SessionCookie: Sendable {
  private let seal: SessionSeal

  /// A head may hold hundreds; more than a few of one name are nobody's browser.
  private static let tries = 8

  package init(_ seal: SessionSeal) { self.seal = seal }

  package static func name(isSecure: Bool) -> String { isSecure ? "__Host-storefront" : "storefront" }

  /// The request's session: the first cookie of the name that opens; nil for a guest who has none.
  ///
  /// - Parameters:
  ///   - isSecure: whether the shopper sees the shop over https.
  ///   - now: seconds since 1970.
  package func session(in request: HTTPRequest, of tenant: TenantID, isSecure: Bool, now: Int64) -> SessionSeal.Opened? {
    guard let header = request.header("cookie") else { return nil }
    return Self.values(of: Self.name(isSecure: isSecure), in: header).prefix(Self.tries).lazy
      .compactMap { seal.open($0, of: tenant, now: now) }.first
  }

  /// The value for `Set-Cookie`. An empty session's cookie is taken back.
  package func setting(
    _ session: ShopperSession, of tenant: TenantID, isSecure: Bool, now: Int64
  ) throws(SessionRefusal) -> String {
    let attributes = "; Path=/; HttpOnly; SameSite=Lax" + (isSecure ? "; Secure" : "")
    let name = Self.name(isSecure: isSecure)
    if session.isEmpty { return "\(name)=; Max-Age=0\(attributes)" }
    return "\(name)=\(try seal.seal(session, of: tenant, now: now)); Max-Age=\(SessionSeal.idleSeconds)\(attributes)"
  }

  /// The value for a second `Set-Cookie`: that there is a session, and nothing of it. A page's script reads it, and asks for what is the
  /// shopper's own only where there is something: a guest's pages come out of caches alone.
  package static func presence(of session: ShopperSession, isSecure: Bool) -> String {
    let attributes = "; Path=/; SameSite=Lax" + (isSecure ? "; Secure" : "")
    let name = "\(name(isSecure: isSecure))-shopper"
    return session.isEmpty ? "\(name)=; Max-Age=0\(attributes)" : "\(name)=1; Max-Age=\(SessionSeal.idleSeconds)\(attributes)"
  }

  /// Values of one name, in the order sent. A name is compared as bytes, and a value is taken as it stands: quotes, blanks inside and
  /// everything else that we never write make it one that will not open.
  static func values(of name: String, in header: String) -> [Substring] {
    header.utf8.split(separator: UInt8(ascii: ";")).compactMap { pair in
      let pair = pair.drop { $0 == 0x20 || $0 == 0x09 }
      guard let cut = pair.firstIndex(of: UInt8(ascii: "=")), pair[..<cut].elementsEqual(name.utf8) else { return nil }
      var value = pair[cut...].dropFirst()
      while let last = value.last, last == 0x20 || last == 0x09 { value = value.dropLast() }
      return Substring(value)
    }
  }
}
