import CSodium

/// Base64 of RFC 4648 §5 without padding, by libsodium: one text for each run of bytes, so that a changed character never reads as
/// what was written.
enum Base64URL {
  private static let variant = Int32(sodium_base64_VARIANT_URLSAFE_NO_PADDING)

  static func text(of bytes: [UInt8]) -> String {
    var text = [CChar](repeating: 0, count: sodium_base64_encoded_len(bytes.count, variant))
    sodium_bin2base64(&text, text.count, bytes, bytes.count, variant)
    return String(decoding: text.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  static func bytes(of text: some StringProtocol) -> [UInt8]? { bytes(of: text, variant: variant) }

  /// The other ways a key is written: with padding, or in the alphabet of RFC 4648 §4.
  static func anyBytes(of text: some StringProtocol) -> [UInt8]? {
    let others = [
      sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING, sodium_base64_VARIANT_URLSAFE,
    ]
    return bytes(of: text) ?? others.lazy.compactMap { bytes(of: text, variant: Int32($0)) }.first
  }

  private static func bytes(of text: some StringProtocol, variant: Int32) -> [UInt8]? {
    let text = text.utf8.map { CChar(bitPattern: $0) }
    var bytes = [UInt8](repeating: 0, count: text.count / 4 * 3 + 3)
    var count = 0
    guard sodium_base642bin(&bytes, bytes.count, text, text.count, nil, &count, nil, variant) == 0 else { return nil }
    return Array(bytes.prefix(count))
  }
}
