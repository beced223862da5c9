import CSodium

/// 32 secret bytes out of the environment. They are in no log line and in no error: an error names the key by its place.
package struct SecretKey: Sendable {
  package static let count = 32

  let bytes: [UInt8]

  init?(bytes: [UInt8]) {
    guard bytes.count == Self.count else { return nil }
    self.bytes = bytes
  }

  package static func random() -> SecretKey {
    Sodium.start()
    var bytes = [UInt8](repeating: 0, count: count)
    randombytes_buf(&bytes, bytes.count)
    return SecretKey(bytes: bytes)!
  }

  /// As the environment takes it.
  package var text: String { Base64URL.text(of: bytes) }

  /// Keys as an operator writes them, split by commas: the first for writing, all for reading.
  ///
  /// - Parameter name: the variable, for the error.
  package static func list(_ text: String, of name: String) throws(SecretKeyError) -> [SecretKey] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count <= 4 else {
      throw SecretKeyError("\(name) holds \(parts.count) keys: keep the new one and at most 3 that are still to be read")
    }
    var keys: [SecretKey] = []
    for (place, part) in parts.enumerated() {
      guard let bytes = bytes(of: part), let key = SecretKey(bytes: bytes) else {
        throw SecretKeyError(
          "\(name): key \(place + 1) is not 32 bytes as base64 or as 64 hexadecimal digits; openssl rand -base64 32 makes one")
      }
      guard Set(key.bytes).count > 1 else {
        throw SecretKeyError("\(name): key \(place + 1) is one byte again and again: openssl rand -base64 32 makes a secret one")
      }
      keys.append(key)
    }
    return keys
  }

  private static func bytes(of text: Substring) -> [UInt8]? {
    let text = text.filter { $0 != " " && $0 != "\n" }
    guard text.utf8.count == 2 * count, text.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
      return Base64URL.anyBytes(of: text)
    }
    let digits = text.utf8.map { CChar(bitPattern: $0) }
    var bytes = [UInt8](repeating: 0, count: count)
    var written = 0
    guard sodium_hex2bin(&bytes, bytes.count, digits, digits.count, nil, &written, nil) == 0, written == count else { return nil }
    return bytes
  }
}

/// A key of the environment that is none.
package struct SecretKeyError: Error, Sendable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

enum Sodium {
  private static let status = sodium_init()

  /// Before the first call that draws random bytes or seals.
  static func start() { precondition(status >= 0, "libsodium finds no source of random bytes on this machine") }
}
