/// One command, encoded as Redis takes it: an array of strings, each with its length, so that no byte needs quoting.
package struct RedisCommand: Sendable {
  /// A name, a key or an argument.
  package enum Word: Sendable, ExpressibleByStringInterpolation {
    case text(String)
    case bytes([UInt8])
    case number(Int64)

    package init(stringLiteral value: String) { self = .text(value) }
    package static func number(_ value: Int) -> Word { .number(Int64(value)) }
  }

  let encoded: [UInt8]

  package init(_ words: Word...) { self.init(words) }

  package init(_ words: [Word]) {
    var encoded: [UInt8] = []
    encoded.reserveCapacity(words.reduce(16) { $0 + $1.room })
    encoded.append(UInt8(ascii: "*"))
    Self.append(words.count, to: &encoded)
    for word in words {
      encoded.append(UInt8(ascii: "$"))
      switch word {
      case .text(let text):
        Self.append(text.utf8.count, to: &encoded)
        encoded.append(contentsOf: text.utf8)
      case .bytes(let bytes):
        Self.append(bytes.count, to: &encoded)
        encoded.append(contentsOf: bytes)
      case .number(let value):
        let digits = String(value).utf8
        Self.append(digits.count, to: &encoded)
        encoded.append(contentsOf: digits)
      }
      encoded.append(0x0d)
      encoded.append(0x0a)
    }
    self.encoded = encoded
  }

  private static func append(_ count: Int, to encoded: inout [UInt8]) {
    encoded.append(contentsOf: String(count).utf8)
    encoded.append(0x0d)
    encoded.append(0x0a)
  }
}

extension RedisCommand.Word {
  fileprivate var room: Int {
    switch self {
    case .text(let text): text.utf8.count + 16
    case .bytes(let bytes): bytes.count + 16
    case .number: 36
    }
  }
}
