// Where in a JSON text a value stands. The decoder knows a value's path but not its line; a person with an editor needs the
// line. The text is walked once more, only after an error, keeping nothing but the place. It has been parsed before or is
// broken: a walk that loses its way gives nil, and the error goes without a line.

import FoundationEssentials

struct JSONPlace {
  let line: Int
  /// In bytes, from 1.
  let column: Int

  /// `["products", "3", "price"]` → `products[3].price`.
  static func text(_ path: [String]) -> String {
    path.reduce(into: "") { text, step in
      if Int(step) != nil { text += "[\(step)]" } else { text += text.isEmpty ? step : "." + step }
    }
  }

  init?(of path: [String], in data: Data) {
    var walk = Walk(bytes: Array(data))
    for step in path { guard walk.enter(step) else { return nil } }
    walk.skipBlanks()
    var line = 1
    var column = 1
    for byte in walk.bytes.prefix(walk.at) {
      if byte == 0x0a { (line, column) = (line + 1, 1) } else { column += 1 }
    }
    (self.line, self.column) = (line, column)
  }

  private struct Walk {
    let bytes: [UInt8]
    var at = 0

    var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    mutating func skipBlanks() {
      while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { at += 1 }
    }

    /// From the start of an object or array to the start of its member.
    mutating func enter(_ step: String) -> Bool {
      skipBlanks()
      guard let open = next, open == UInt8(ascii: "{") || open == UInt8(ascii: "[") else { return false }
      at += 1
      var index = 0
      while true {
        skipBlanks()
        guard let byte = next, byte != UInt8(ascii: "}"), byte != UInt8(ascii: "]") else { return false }
        if open == UInt8(ascii: "{") {
          guard let key = string() else { return false }
          skipBlanks()
          guard next == UInt8(ascii: ":") else { return false }
          at += 1
          if key == step { return true }
        } else if "\(index)" == step {
          return true
        }
        guard skipValue() else { return false }
        index += 1
        skipBlanks()
        guard next == UInt8(ascii: ",") else { return false }
        at += 1
      }
    }

    /// A string's raw text; keys of our documents have no escapes.
    private mutating func string() -> String? {
      guard next == UInt8(ascii: "\"") else { return nil }
      let start = at + 1
      at += 1
      while let byte = next, byte != UInt8(ascii: "\"") { at += byte == UInt8(ascii: "\\") ? 2 : 1 }
      guard at < bytes.count else { return nil }
      at += 1
      return String(decoding: bytes[start..<at - 1], as: UTF8.self)
    }

    private mutating func skipValue() -> Bool {
      var depth = 0
      repeat {
        skipBlanks()
        guard let byte = next else { return false }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["): (depth, at) = (depth + 1, at + 1)
        case UInt8(ascii: "}"), UInt8(ascii: "]"): (depth, at) = (depth - 1, at + 1)
        case UInt8(ascii: "\""): guard string() != nil else { return false }
        case UInt8(ascii: ","), UInt8(ascii: ":"):
          guard depth > 0 else { return false }
          at += 1
        default:
          while let byte = next, !" \n\r\t,:]}".utf8.contains(byte) { at += 1 }
        }
      } while depth > 0
      return true
    }
  }
}
