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
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    let value = try value(depth: 0)
    skipSpace()
    guard at == bytes.count else { throw fault("expected the end") }
    return value
  }

  private func fault(_ message: String) -> JSONError { JSONError(offset: at, message: message) }

  private mutating func skipSpace() {
    while at < bytes.count, bytes[at] == 32 || bytes[at] == 10 || bytes[at] == 13 || bytes[at] == 9 { at += 1 }
  }

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
    if isNext("-") { at += 1 }
    let first = at
    guard takeDigits() > 0 else {
      at = start
      throw fault("expected a value")
    }
    guard bytes[first] != UInt8(ascii: "0") || at == first + 1 else {
      at = first
      throw fault("a number does not begin with 0")
    }
    var isWhole = true
    if isNext(".") {
      isWhole = false
      at += 1
      guard takeDigits() > 0 else { throw fault("expected a digit") }
    }
    if isNext("e") || isNext("E") {
      isWhole = false
      at += 1
      if isNext("+") || isNext("-") { at += 1 }
      guard takeDigits() > 0 else { throw fault("expected a digit") }
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if isWhole, let whole = Int(text) { return .int(whole) }
    return .double(Double(text) ?? .nan)
  }

  private func isNext(_ byte: Character) -> Bool { at < bytes.count && bytes[at] == byte.asciiValue }

  private mutating func takeDigits() -> Int {
    let start = at
    while at < bytes.count, Lexer.isDigit(bytes[at]) { at += 1 }
    return at - start
  }

  private mutating func string() throws(JSONError) -> String {
    at += 1
    var result: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: result, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\") else {
        guard byte >= 32 else {
          at -= 1
          throw fault("a control character in a text is written with a backslash")
        }
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
          let next = at
          at += 2
          let low = try hex()
          if low & 0xFC00 == 0xDC00 { unit = 0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF) } else { at = next }
        }
        result += UTF8.encode(Unicode.Scalar(unit) ?? "\u{FFFD}")!
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(escape)
      default:
        at -= 1
        throw fault("unknown escape")
      }
    }
    throw fault("expected the end of the text")
  }

  private mutating func hex() throws(JSONError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard at < bytes.count, let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue else {
        throw fault("expected four hexadecimal digits")
      }
      unit = unit << 4 + UInt32(digit)
      at += 1
    }
    return unit
  }
}
