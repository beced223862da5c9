import CSodium
import FoundationEssentials
import Tenancy

/// What a customer is called: 1 to 100 characters on one line.
package struct CustomerName: Hashable, Sendable {
  package let text: String

  init?(_ text: String) {
    let isOneLine =
      text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } && !text.contains(where: \.isNewline)
    guard (1...100).contains(text.count), text.utf8.count <= 400, isOneLine, !text.allSatisfy(\.isWhitespace) else { return nil }
    self.text = text
  }
}

/// How the platform, which signs customers in, hands one back to the shop:
///
///     base64url({"tenant":"fashion","name":"Ada","expires":1770000000}) . base64url(tag)
///
/// The tag is libsodium's `crypto_auth` (HMAC-SHA-512 cut to 32 bytes) over the first part as it stands, under CUSTOMER_TOKEN_KEY.
/// It stands in an address, where histories and logs keep it: it is over within minutes, and good for this one shop.
package struct CustomerToken: Sendable {
  package enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
    case form
    case tag
    case tenant
    case expired
    case lifetime
    case name

    package var description: String {
      switch self {
      case .form: "the token is not base64url(JSON).base64url(tag) with tenant, name and expires"
      case .tag: "the token's tag is not of this text under CUSTOMER_TOKEN_KEY"
      case .tenant: "the token is for another shop"
      case .expired: "the token is over: sign in again"
      case .lifetime: "the token holds for more than \(CustomerToken.maximumSeconds) seconds: make it expire sooner"
      case .name: "the token's name is not 1 to 100 characters on one line"
      }
    }
  }

  /// The longest that a token may have left.
  package static let maximumSeconds: Int64 = 300

  private static let maximumBytes = 1_024

  private struct Claims: Codable {
    let tenant: String
    let name: String
    let expires: Int64
  }

  private let keys: [SecretKey]

  /// - Parameter keys: all verify; not empty.
  package init(keys: [SecretKey]) {
    precondition(!keys.isEmpty)
    self.keys = keys
  }

  /// - Parameter now: seconds since 1970.
  package func customer(of text: String, for tenant: TenantID, now: Int64) throws(Refusal) -> CustomerName {
    let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard text.utf8.count <= Self.maximumBytes, parts.count == 2, let tag = Base64URL.bytes(of: parts[1]),
      tag.count == Int(crypto_auth_BYTES)
    else { throw .form }
    let signed = Array(parts[0].utf8)
    // Before anything of it is read: a text without a tag of ours is not looked at.
    guard keys.contains(where: { crypto_auth_verify(tag, signed, UInt64(signed.count), $0.bytes) == 0 }) else { throw .tag }
    guard let json = Base64URL.bytes(of: parts[0]), let claims = try? JSONDecoder().decode(Claims.self, from: Data(json)) else {
      throw .form
    }
    guard claims.tenant == tenant.value else { throw .tenant }
    guard claims.expires > now else { throw .expired }
    guard claims.expires - now <= Self.maximumSeconds else { throw .lifetime }
    guard let name = CustomerName(claims.name) else { throw .name }
    return name
  }
}
