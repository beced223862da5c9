// A JSON reader that remembers where each value stands. The standard decoder stops at the first fault and knows no
// place; an author needs every fault with its line. Reads RFC 8259 and, as Shopify's own files carry them, `/* */`
// comments between values. One pass over the bytes, recursive with a depth limit, no I/O.

/// A JSON value with its place in the file.
struct JSONNode: Sendable {
  enum Content: Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([JSONNode])
    case object([Member])
  }

  struct Member: Sendable {
    let name: String
    let place: Place
    let value: JSONNode
  }

  let content: Content
  let place: Place

  var members: [Member]? { if case .object(let members) = content { members } else { nil } }
  var elements: [JSONNode]? { if case .array(let elements) = content { elements } else { nil } }
  var string: String? { if case .string(let text) = content { text } else { nil } }
  var bool: Bool? { if case .bool(let flag) = content { flag } else { nil } }
  var int: Int? { if case .int(let number) = content { number } else { nil } }

  subscript(_ name: String) -> JSONNode? { members?.first { $0.name == name }?.value }

  /// The kind of value, for messages.
  var kind: String {
    switch content {
    case .null: "null"
    case .bool: "true or false"
    case .int, .double: "a number"
    case .string: "a string"
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// Why a text is not JSON, and where.
  struct SyntaxError: Error {
    let message: String
    let place: Place
  }

  static func read(_ bytes: some Sequence<UInt8>, startingAt place: Place = .start) throws(SyntaxError) -> JSONNode {
    var reader = JSONReader(bytes: Array(bytes), place: place)
    return try reader.document()
  }
}

private struct JSONReader {
  let bytes: [UInt8]
  var index = 0
  var place: Place
  static let maximumDepth = 64

  init(bytes: [UInt8], place: Place) {
    self.bytes = bytes
    self.place = place
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
  }

  mutating func document() throws(JSONNode.SyntaxError) -> JSONNode {
    try skipSpace()
    let node = try value(depth: 0)
    try skipSpace()
    if index < bytes.count { throw fault("there is more text after the end of the JSON value") }
    return node
  }

  private func fault(_ message: String, at where_: Place? = nil) -> JSONNode.SyntaxError {
    .init(message: message, place: where_ ?? place)
  }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func step() {
    if bytes[index] == UInt8(ascii: "\n") {
      place.line += 1
      place.column = 1
    } else if bytes[index] & 0xC0 != 0x80 {
      place.column += 1
    }
    index += 1
  }

  private mutating func skipSpace() throws(JSONNode.SyntaxError) {
    while let byte = current {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): step()
      case UInt8(ascii: "/"):
        let opened = place
        guard index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "*") else { throw fault("a '/' cannot stand here") }
        step()
        step()
        while true {
          guard index + 1 < bytes.count else { throw fault("this comment is never closed", at: opened) }
          if bytes[index] == UInt8(ascii: "*"), bytes[index + 1] == UInt8(ascii: "/") { break }
          step()
        }
        step()
        step()
      default: return
      }
    }
  }

  private mutating func value(depth: Int) throws(JSONNode.SyntaxError) -> JSONNode {
    guard depth < Self.maximumDepth else { throw fault("more than \(Self.maximumDepth) levels of nesting") }
    let start = place
    switch current {
    case UInt8(ascii: "{"): return .init(content: .object(try object(depth: depth)), place: start)
    case UInt8(ascii: "["): return .init(content: .array(try array(depth: depth)), place: start)
    case UInt8(ascii: "\""): return .init(content: .string(try string()), place: start)
    case let byte? where byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
      return .init(content: try number(), place: start)
    case nil: throw fault("the file ends where a value is expected")
    default:
      for (word, content) in [("true", JSONNode.Content.bool(true)), ("false", .bool(false)), ("null", .null)]
      where bytes[index...].starts(with: word.utf8) {
        for _ in word.utf8 { step() }
        return .init(content: content, place: start)
      }
      throw fault("\(character()) cannot start a value")
    }
  }

  private func character() -> String {
    guard let byte = current else { return "the end of the file" }
    return byte > 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x\(String(byte, radix: 16))"
  }

  private mutating func object(depth: Int) throws(JSONNode.SyntaxError) -> [JSONNode.Member] {
    var members: [JSONNode.Member] = []
    var names: Set<String> = []
    let opened = place
    step()
    try skipSpace()
    if current == UInt8(ascii: "}") {
      step()
      return []
    }
    while true {
      let start = place
      guard current == UInt8(ascii: "\"") else {
        let hint =
          current == UInt8(ascii: "}")
          ? "a comma stands before this '}'" : "a name in double quotes is expected, not \(character())"
        throw fault(current == nil ? "the file ends inside the object opened at line \(opened.line)" : hint)
      }
      let name = try string()
      guard names.insert(name).inserted else { throw fault("the name \"\(name)\" stands twice in this object", at: start) }
      try skipSpace()
      guard current == UInt8(ascii: ":") else { throw fault("a ':' is expected after the name \"\(name)\", not \(character())") }
      step()
      try skipSpace()
      members.append(.init(name: name, place: start, value: try value(depth: depth + 1)))
      try skipSpace()
      if current == UInt8(ascii: ",") {
        step()
        try skipSpace()
      } else if current == UInt8(ascii: "}") {
        step()
        return members
      } else {
        throw fault(
          current == nil
            ? "the file ends inside the object opened at line \(opened.line)" : "a ',' or '}' is expected, not \(character())")
      }
    }
  }

  private mutating func array(depth: Int) throws(JSONNode.SyntaxError) -> [JSONNode] {
    var elements: [JSONNode] = []
    let opened = place
    step()
    try skipSpace()
    if current == UInt8(ascii: "]") {
      step()
      return []
    }
    while true {
      if current == UInt8(ascii: "]") { throw fault("a comma stands before this ']'") }
      elements.append(try value(depth: depth + 1))
      try skipSpace()
      if current == UInt8(ascii: ",") {
        step()
        try skipSpace()
      } else if current == UInt8(ascii: "]") {
        step()
        return elements
      } else {
        throw fault(
          current == nil
            ? "the file ends inside the list opened at line \(opened.line)" : "a ',' or ']' is expected, not \(character())")
      }
    }
  }

  private mutating func number() throws(JSONNode.SyntaxError) -> JSONNode.Content {
    let start = place
    let first = index
    while let byte = current, "+-.eE0123456789".utf8.contains(byte) { step() }
    let text = String(decoding: bytes[first..<index], as: UTF8.self)
    let digits = text.drop { $0 == "-" }
    let hasLeadingZero = digits.count > 1 && digits.first == "0" && digits.dropFirst().first?.isNumber == true
    if !hasLeadingZero, !digits.isEmpty, !text.hasPrefix("+"), !text.hasSuffix(".") {
      if let int = Int(text) { return .int(int) }
      if let double = Double(text), double.isFinite { return .double(double) }
    }
    throw fault("'\(text)' is not a number", at: start)
  }

  private mutating func string() throws(JSONNode.SyntaxError) -> String {
    let opened = place
    step()
    var text: [UInt8] = []
    while true {
      guard let byte = current else { throw fault("this string is never closed", at: opened) }
      switch byte {
      case UInt8(ascii: "\""):
        step()
        guard let valid = String(validating: text, as: UTF8.self) else { throw fault("this string is not UTF-8", at: opened) }
        return valid
      case UInt8(ascii: "\\"):
        step()
        text.append(contentsOf: try escape())
      case 0..<0x20: throw fault("this string is not closed on its line", at: opened)
      default:
        text.append(byte)
        step()
      }
    }
  }

  private mutating func escape() throws(JSONNode.SyntaxError) -> [UInt8] {
    guard let byte = current else { throw fault("the file ends inside a string") }
    let plain: [UInt8: UInt8] = [
      UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"), UInt8(ascii: "/"): UInt8(ascii: "/"),
      UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
    ]
    if let character = plain[byte] {
      step()
      return [character]
    }
    guard byte == UInt8(ascii: "u") else { throw fault("'\\\(Character(Unicode.Scalar(byte)))' is not an escape of JSON") }
    step()
    var code = try hexadecimal()
    if code & 0xFC00 == 0xD800, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
    {
      step()
      step()
      let low = try hexadecimal()
      guard low & 0xFC00 == 0xDC00 else { throw fault("half of a surrogate pair") }
      code = 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF)
    }
    guard let scalar = Unicode.Scalar(code) else { throw fault("half of a surrogate pair") }
    return Array(String(Character(scalar)).utf8)
  }

  private mutating func hexadecimal() throws(JSONNode.SyntaxError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault("four hexadecimal digits are expected after \\u")
      }
      code = code * 16 + UInt32(digit)
      step()
    }
    return code
  }
}
