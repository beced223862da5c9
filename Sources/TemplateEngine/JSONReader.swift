/// What is wrong with a JSON text.
public struct JSONError: Error, Sendable, CustomStringConvertible {
  /// The byte where reading stopped, from 0.
  public let offset: Int
  /// What was expected there.
  public let message: String
  /// Both.
  public var description: String { "\(message) at byte \(offset)" }
}

extension Value {
  /// Reads JSON. Whole numbers are ``int(_:)``, others ``double(_:)``; text is data. Maps of the same names in the same order
  /// share a table, so that look-ups in a list of them are cached. Invalid UTF-8 is replaced.
  public init(json: [UInt8]) throws(JSONError) {
    var reader = JSONReader(bytes: json)
    self = try reader.document()
  }
}

struct JSONReader {
  let bytes: [UInt8]
  private var at = 0
  private var tables: [[String]: KeyTable] = [:]

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> Value {
    let value = try value(depth: 0)
    skipSpace()
    guard at == bytes.count else { throw fault("expected the end") }
    return value
  }

  private func fault(_ message: String) -> JSONError { JSONError(offset: at, message: message) }

  private mutating func skipSpace() { while at < bytes.count, Lexer.isSpace(bytes[at]) { at += 1 } }

  private mutating func take(_ byte: Character) -> Bool {
    skipSpace()
    guard at < bytes.count, bytes[at] == byte.asciiValue else { return false }
    at += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> Value {
    guard depth < 200 else { throw fault("nested too deep") }
    skipSpace()
    guard at < bytes.count else { throw fault("expected a value") }
    switch bytes[at] {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["):
      at += 1
      var values: [Value] = []
      if take("]") { return .array([]) }
      repeat { values.append(try value(depth: depth + 1)) } while take(",")
      guard take("]") else { throw fault("expected ',' or ']'") }
      return .array(values)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func object(_ depth: Int) throws(JSONError) -> Value {
    at += 1
    var names: [String] = []
    var values: [Value] = []
    if !take("}") {
      repeat {
        skipSpace()
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw fault("expected a name") }
        names.append(try string())
        guard take(":") else { throw fault("expected ':'") }
        values.append(try value(depth: depth + 1))
      } while take(",")
      guard take("}") else { throw fault("expected ',' or '}'") }
    }
    if let table = tables[names] { return Value(.object(ObjectBox(table: table, values: values))) }
    if Set(names).count < names.count { return .object(Array(zip(names, values))) }
    let table = KeyTable(names)
    tables[names] = table
    return Value(.object(ObjectBox(table: table, values: values)))
  }

  private mutating func word(_ text: StaticString, _ value: Value) throws(JSONError) -> Value {
    for index in 0..<text.utf8CodeUnitCount {
      guard at < bytes.count, bytes[at] == text.utf8Start[index] else { throw fault("expected a value") }
      at += 1
    }
    return value
  }

  private mutating func number() throws(JSONError) -> Value {
    let start = at
    while at < bytes.count, Lexer.isDigit(bytes[at]) || [43, 45, 46, 69, 101].contains(bytes[at]) { at += 1 }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if let whole = Int(text) { return .int(whole) }
    guard at > start, let number = Double(text) else {
      at = start
      throw fault("expected a value")
    }
    return .double(number)
  }

  private mutating func string() throws(JSONError) -> String {
    at += 1
    var result: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: result, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      guard at < bytes.count else { break }
      let escape = bytes[at]
      at += 1
      switch escape {
      case UInt8(ascii: "n"): result.append(10)
      case UInt8(ascii: "t"): result.append(9)
      case UInt8(ascii: "r"): result.append(13)
      case UInt8(ascii: "b"): result.append(8)
      case UInt8(ascii: "f"): result.append(12)
      case UInt8(ascii: "u"):
        var unit = try hex()
        if unit & 0xFC00 == 0xD800, at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") {
          at += 2
          let low = try hex()
          unit = low & 0xFC00 == 0xDC00 ? 0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF) : 0xFFFD
        }
        result += UTF8.encode(Unicode.Scalar(unit) ?? "\u{FFFD}")!
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(escape)
      default: throw fault("unknown escape")
      }
    }
    throw fault("expected the end of the text")
  }

  private mutating func hex() throws(JSONError) -> UInt32 {
    guard at + 4 <= bytes.count, let unit = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16) else {
      throw fault("expected four hexadecimal digits")
    }
    at += 4
    return unit
  }
}
