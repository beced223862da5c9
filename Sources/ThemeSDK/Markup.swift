/// Text made fit to stand in HTML, in element content and in quoted attributes.
enum Markup {
  /// `& < > " '` as references, the same ones the engine's `escape` writes.
  static func escape(_ text: String) -> String {
    guard text.utf8.contains(where: { isSpecial($0) }) else { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 32)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): bytes += "&amp;".utf8
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: ">"): bytes += "&gt;".utf8
      case UInt8(ascii: "\""): bytes += "&quot;".utf8
      case UInt8(ascii: "'"): bytes += "&#39;".utf8
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "&") || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "\"")
      || byte == UInt8(ascii: "'")
  }

  /// ` name="value"`, the value escaped.
  static func attribute(_ name: String, _ value: String) -> String { " \(name)=\"\(escape(value))\"" }

  /// Whether a name may be an attribute's: letters, digits and `-`, and none that runs a script.
  static func isAttributeName(_ name: String) -> Bool {
    guard let first = name.utf8.first, name.utf8.count <= 64, Character(Unicode.Scalar(first)).isLetter else { return false }
    let lower = name.lowercased()
    return !lower.hasPrefix("on") && !["style", "srcdoc", "src", "href", "action", "formaction"].contains(lower)
      && lower.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || $0 == UInt8(ascii: "-")
      }
  }
}

/// RFC 3986 percent-encoding of a text that becomes one part of an address.
enum PercentEncoding {
  static func encode(_ text: String) -> String { encode(text, beside: []) }

  /// An address that stands in the path of another: what separates its parts stays, and what is encoded in it.
  static func encode(path: String) -> String { encode(path, beside: Array("/:%&=+,;!$'()*[]".utf8)) }

  private static func encode(_ text: String, beside kept: [UInt8]) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
        bytes.append(byte)
      case _ where kept.contains(byte): bytes.append(byte)
      default:
        let digits = Array("0123456789ABCDEF".utf8)
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
