/// Writes values as text the way Ruby's Liquid shows them inside of text: a list as `[1, "a"]`, a map as `{"k"=>1}`. Values may hold
/// themselves many times over, so what is written is charged piece by piece, not when it is complete.
struct Inspection {
  /// Nil where the host asks, outside of any render.
  let ledger: Ledger?
  private(set) var bytes: [UInt8] = []

  init(ledger: Ledger?) { self.ledger = ledger }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The elements of a list one behind the other, lists in it likewise; any other value as it prints.
  mutating func print(_ given: Value, depth: Int = 0) throws(FilterError) {
    let value = try ledger?.resolved(given) ?? given
    guard case .array(let elements) = value.storage else {
      switch value.storage {
      case .models(let models):
        for index in 0..<models.count { try inspect(Value(.bound(models, index)), depth: depth + 1) }
        return
      case .object, .bound: return try inspect(value, depth: depth)
      default: return try append(value.plainText)
      }
    }
    guard depth < 64 else { return }
    for element in elements {
      try ledger?.charge(units: 3, bytes: 0)
      try print(element, depth: depth + 1)
    }
  }

  mutating func inspect(_ given: Value, depth: Int = 0) throws(FilterError) {
    guard depth < 64 else { return try append("…") }
    let value = try ledger?.resolved(given) ?? given
    try ledger?.charge(units: 4, bytes: 0)
    switch value.storage {
    case .null, .deferred, .lookup, .empty, .blank: try append("nil")
    case .string, .html, .mixed: try quote(value.plainText)
    case .array, .models:
      bytes.append(UInt8(ascii: "["))
      for index in 0..<(value.count ?? 0) {
        if index > 0 { bytes += ", ".utf8 }
        try inspect(value.element(index) ?? .null, depth: depth + 1)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object):
      try inspect(names: object.table.names, depth: depth) { object.values[$0] }
    case .bound(let models, let element):
      try inspect(names: models.layout.keys.names, depth: depth) { models.member($0, of: element) }
    default: try append(value.plainText)
    }
  }

  private mutating func inspect(names: [String], depth: Int, _ member: (Int) -> Value) throws(FilterError) {
    bytes.append(UInt8(ascii: "{"))
    for (place, name) in names.enumerated() {
      if place > 0 { bytes += ", ".utf8 }
      try quote(name)
      bytes += "=>".utf8
      try inspect(member(place), depth: depth + 1)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  /// Bytes that `inspect` never shows otherwise; the others may be part of something that it does.
  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "#")
      || byte > 0xC2 && byte != 0xE2 || byte >= 0xA0 && byte < 0xC2
  }

  private mutating func append(_ text: String) throws(FilterError) {
    try ledger?.charge(units: 6, bytes: text.utf8.count)
    bytes += text.utf8
  }

  private mutating func quote(_ text: String) throws(FilterError) {
    let count = text.utf8.count
    try ledger?.charge(units: 6 + count / 5, bytes: count)
    if text.utf8.allSatisfy(Inspection.isPlain) {
      bytes.append(UInt8(ascii: "\""))
      bytes += text.utf8
      bytes.append(UInt8(ascii: "\""))
    } else {
      // Letter by letter; one may take six bytes.
      try ledger?.charge(units: 2 * count, bytes: 5 * count)
      bytes += Value.quoted(text).utf8
    }
  }
}

extension Ledger {
  /// Bytes that were given as HTML, as text like any other: filters and comparisons see only that.
  @inline(__always)
  func asText(_ value: Value) throws(FilterError) -> Value {
    guard case .html(let bytes) = value.storage else { return value }
    try charge(units: 0, bytes: bytes.count)
    return value.asText
  }

  /// Text of several origins for a filter that knows nothing of runs.
  func flattened(_ value: Value) throws(FilterError) -> Value {
    guard case .mixed(let mixed) = value.storage else { return value }
    try charge(units: 16 + mixed.text.utf8.count / 4 + 2 * mixed.spans.count, bytes: mixed.text.utf8.count)
    return value.flattened
  }

  /// What the value prints, charged.
  func text(of value: Value) throws(FilterError) -> String {
    switch value.storage {
    case .string(let text, _): return text
    case .html(let bytes):
      try charge(units: 0, bytes: bytes.count)
      return value.plainText
    case .array, .models, .object, .bound:
      var inspection = Inspection(ledger: self)
      try inspection.print(value)
      return inspection.text
    default: return value.plainText
    }
  }

  /// The same, but a list as Ruby shows it inside of text.
  func inspected(_ value: Value) throws(FilterError) -> String {
    var inspection = Inspection(ledger: self)
    try inspection.inspect(value)
    return inspection.text
  }
}
