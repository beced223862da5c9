/// Percent-encoding of text that goes into a URL we write, and decoding of form queries we are sent (RFC 3986 §2; the `+` of
/// application/x-www-form-urlencoded).
package enum PercentEncoding {
  package static func segment(_ text: String) -> String { encode(text) }
  package static func query(_ text: String) -> String { encode(text) }

  /// Unreserved characters stay; everything else, UTF-8 beyond ASCII included, is encoded.
  private static func encode(_ text: String) -> String {
    // Handles and most terms.
    if text.utf8.withContiguousStorageIfAvailable({ $0.allSatisfy(isUnreserved) }) ?? false { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count * 2)
    for byte in text.utf8 {
      if isUnreserved(byte) { bytes.append(byte) } else { bytes += [0x25, hexDigit(byte >> 4), hexDigit(byte & 15)] }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x61...0x7a, 0x41...0x5a, 0x30...0x39, 0x2d, 0x2e, 0x5f, 0x7e: true
    default: false
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x37 + value }

  /// The value of one form field, or nil where it is malformed (bad escape, NUL, control bytes, invalid UTF-8).
  package static func decodeFormValue(_ raw: Substring) -> String? { decode(raw, plusIsBlank: true) }

  /// One part of a path, or nil where it is malformed in the same ways.
  package static func decodeSegment(_ raw: Substring) -> String? { decode(raw, plusIsBlank: false) }

  private static func decode(_ raw: Substring, plusIsBlank: Bool) -> String? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(raw.utf8.count)
    var rest = raw.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+") where plusIsBlank: bytes.append(0x20)
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(hexValue), let low = rest.popFirst().flatMap(hexValue) else { return nil }
        bytes.append(high << 4 | low)
      default: bytes.append(byte)
      }
    }
    guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f }) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}
