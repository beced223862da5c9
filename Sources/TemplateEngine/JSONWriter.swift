/// Writes a value as JSON that can stand in an inline script: `< > & '` and the two line separators are escaped as JSON
/// escapes, so that no text in it can end the script or a single-quoted attribute.
struct JSONWriter {
  let context: FilterContext
  var bytes: [UInt8] = []

  init(context: FilterContext) { self.context = context }

  mutating func write(_ value: Value, depth: Int) throws(FilterError) {
    guard depth < 64 else {
      throw FilterError("the value is nested too deep for JSON", suggestion: "64 values in each other are the most")
    }
    let value = try context.resolved(value)
    try context.charge(units: 8, bytes: 8)
    switch value.storage {
    case .null, .deferred, .lookup, .empty, .blank: bytes += "null".utf8
    case .bool(let truth): bytes += (truth ? "true" : "false").utf8
    case .int(let number): bytes += String(number).utf8
    case .double(let number):
      try context.charge(units: 16)
      bytes += (number.isFinite ? Value.text(of: number) : "null").utf8
    case .string(let text, _): try write(text)
    case .mixed(let mixed): try write(mixed.portable)
    case .html: try write(value.plainText)
    case .array, .models, .range:
      let count = value.count ?? 0
      bytes.append(UInt8(ascii: "["))
      for index in 0..<count {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        try write(value.element(index) ?? .null, depth: depth + 1)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object, .bound:
      // The members are listed before the first is written.
      try context.charge(units: 4 * (value.count ?? 0))
      bytes.append(UInt8(ascii: "{"))
      for (index, (name, member)) in (value.members ?? []).enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        try write(name)
        bytes.append(UInt8(ascii: ":"))
        try write(member, depth: depth + 1)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private mutating func write(_ text: String) throws(FilterError) {
    // Letter by letter; one may become six.
    try context.charge(units: 2 + 2 * text.utf8.count, bytes: text.utf8.count)
    bytes.append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": bytes += "\\\"".utf8
      case "\\": bytes += "\\\\".utf8
      case "\n": bytes += "\\n".utf8
      case "\r": bytes += "\\r".utf8
      case "\t": bytes += "\\t".utf8
      case _ where scalar.value < 32 || "<>&'\u{2028}\u{2029}".unicodeScalars.contains(scalar):
        let digits = String(scalar.value, radix: 16)
        bytes += ("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8
      default: bytes += UTF8.encode(scalar)!
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
