import CSodium
import Tenancy

/// A session to the text of a cookie and back: XChaCha20-Poly1305 under a key that only the shop's servers have, so that no server
/// keeps anything, whichever answers reads it, and a shopper can neither read another's nor change their own.
///
/// The text is base64url(nonce of 24 random bytes ‖ sealed JSON ‖ tag of 16). Tenant and format are sealed in as additional data: one
/// shop's cookie opens in no other, and a later format's in no earlier. What does not open is no session: a shopper who comes with a
/// torn, old or forged cookie is a guest with an empty cart, never an error.
package struct SessionSeal: Sendable {
  /// A session that lies idle for so long is over.
  package static let idleSeconds: Int64 = 30 * 24 * 3600
  /// A cookie older than this is written anew when it is used, so that idle means not used.
  package static let renewalSeconds: Int64 = 24 * 3600
  /// Of the text. With the cookie's name and attributes it stays below 3,800 bytes; browsers drop what is over 4,096.
  package static let maximumBytes = 3_700

  private static let format = 1
  private static let nonceBytes = Int(crypto_aead_xchacha20poly1305_IETF_NPUBBYTES)
  private static let tagBytes = Int(crypto_aead_xchacha20poly1305_IETF_ABYTES)
  /// How far the clock of the machine that sealed may be ahead of this one's.
  private static let skewSeconds: Int64 = 24 * 3600

  private let keys: [SecretKey]

  /// - Parameter keys: the first seals, all open; not empty.
  package init(keys: [SecretKey]) {
    precondition(!keys.isEmpty)
    Sodium.start()
    self.keys = keys
  }

  package struct Opened: Sendable {
    package let session: ShopperSession
    /// It is time to write the cookie anew.
    package let wantsRenewal: Bool
  }

  /// - Parameter now: seconds since 1970.
  package func seal(_ session: ShopperSession, of tenant: TenantID, now: Int64) throws(SessionRefusal) -> String {
    let plain = SessionRecord(session, sealedAt: now).json()
    let size = Self.nonceBytes + plain.count + Self.tagBytes
    guard sodium_base64_encoded_len(size, Int32(sodium_base64_VARIANT_URLSAFE_NO_PADDING)) - 1 <= Self.maximumBytes else {
      throw SessionRefusal(
        .size, limit: Self.maximumBytes, "cart, wishlist and comparison together do not fit a cookie: take something out first")
    }
    var nonce = [UInt8](repeating: 0, count: Self.nonceBytes)
    randombytes_buf(&nonce, nonce.count)
    var sealed = [UInt8](repeating: 0, count: plain.count + Self.tagBytes)
    var count: UInt64 = 0
    let bound = Self.additionalData(tenant)
    crypto_aead_xchacha20poly1305_ietf_encrypt(
      &sealed, &count, plain, UInt64(plain.count), bound, UInt64(bound.count), nil, nonce, keys[0].bytes)
    return Base64URL.text(of: nonce + sealed)
  }

  /// Nil for what was not sealed for this shop under one of the keys, or is over.
  package func open(_ text: some StringProtocol, of tenant: TenantID, now: Int64) -> Opened? {
    guard text.utf8.count <= Self.maximumBytes, let bytes = Base64URL.bytes(of: text) else { return nil }
    guard bytes.count > Self.nonceBytes + Self.tagBytes else { return nil }
    let (nonce, sealed) = (Array(bytes.prefix(Self.nonceBytes)), Array(bytes.dropFirst(Self.nonceBytes)))
    let bound = Self.additionalData(tenant)
    for (place, key) in keys.enumerated() {
      var plain = [UInt8](repeating: 0, count: sealed.count - Self.tagBytes)
      var count: UInt64 = 0
      let status = crypto_aead_xchacha20poly1305_ietf_decrypt(
        &plain, &count, nil, sealed, UInt64(sealed.count), bound, UInt64(bound.count), nonce, key.bytes)
      guard status == 0 else { continue }
      guard let record = SessionRecord(json: plain) else { return nil }
      let age = now - record.sealedAt
      guard (-Self.skewSeconds..<Self.idleSeconds).contains(age) else { return nil }
      return Opened(session: record.session, wantsRenewal: place > 0 || age >= Self.renewalSeconds)
    }
    return nil
  }

  private static func additionalData(_ tenant: TenantID) -> [UInt8] { Array("storefront session \(format) \(tenant.value)".utf8) }
}
