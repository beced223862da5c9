/// Looking at values from the host's side: filters and tests.
extension Value {
  /// False for null and `false`, true for all else.
  public var isTruthy: Bool {
    switch storage {
    case .null, .bool(false): false
    default: true
    }
  }

  /// True for null, `empty` and `blank`, and deferred data that has not been looked at.
  public var isNull: Bool {
    switch storage {
    case .null, .empty, .blank: true
    default: false
    }
  }

  /// The text of a string, or nil for other kinds; see ``plainText`` for what any value prints.
  public var string: String? {
    switch storage {
    case .string(let text, _): text
    case .mixed(let mixed): mixed.markup
    case .html: plainText
    default: nil
    }
  }

  /// True for text that is printed without escaping: written in a template, or vouched for by the host.
  public var isSafe: Bool {
    switch storage {
    case .string(_, let trust): trust != .data
    case .mixed, .html: true
    default: false
    }
  }

  /// Bytes that were given as HTML, as text like any other: filters and comparisons see only that.
  var asText: Value { if case .html = storage { Value(.string(plainText, .markup)) } else { self } }

  /// A truth value's own value, or nil for other kinds.
  public var bool: Bool? { if case .bool(let value) = storage { value } else { nil } }

  /// A whole number, or a floating-point number or a string that is one; nil for all else.
  public var int: Int? {
    switch storage {
    case .int(let value): value
    case .double(let value): Int(exactly: value.rounded(.towardZero))
    case .string(let text, _): Int(text)
    case .mixed(let mixed): Int(mixed.text)
    default: nil
    }
  }

  /// A number, or a string that is one; nil for all else.
  public var double: Double? {
    switch storage {
    case .int(let value): Double(value)
    case .double(let value): value
    case .string(let text, _): Double(text)
    case .mixed(let mixed): Double(mixed.text)
    default: nil
    }
  }

  /// The elements of a list or range, or nil for other kinds. A range of more than a million is nil.
  public var array: [Value]? {
    switch storage {
    case .array(let elements): elements
    case .models(let models): (0..<models.count).map { Value(.bound(models, $0)) }
    case .range(let lower, let upper): (count ?? 0) <= 1 << 20 ? (lower <= upper ? (lower...upper).map { .int($0) } : []) : nil
    default: nil
    }
  }

  /// The members of a map or model in their order, or nil for other kinds. Every member of a model is read.
  public var members: [(String, Value)]? {
    switch storage {
    case .object(let object): Array(zip(object.table.names, object.values))
    case .bound(let models, let element):
      models.layout.keys.names.indices.map { (models.layout.keys.names[$0], models.member($0, of: element)) }
    default: nil
    }
  }

  /// The member of a name; nil when there is none or the value has no members. Deferred members come as they are:
  /// inside a filter use ``FilterContext/member(_:of:)``.
  public subscript(name: String) -> Value? {
    switch storage {
    case .object(let object): object[name]
    case .bound(let models, let element): models.layout.keys.place(of: name).map { models.member($0, of: element) }
    default: nil
    }
  }

  /// The model behind a value made by ``bound(_:)`` or ``models(_:)``, when it is of that type.
  public func model<Model: Bindable>(as type: Model.Type) -> Model? {
    if case .bound(let models, let element) = storage { models.model(element, as: type) } else { nil }
  }

  var isList: Bool {
    switch storage {
    case .array, .models, .range: true
    default: false
    }
  }

  /// The number of elements or members; nil for scalars.
  var count: Int? {
    switch storage {
    case .array(let elements): return elements.count
    case .models(let models): return models.count
    case .object(let object): return object.values.count
    case .bound(let models, _): return models.layout.keys.names.count
    case .range(let lower, let upper):
      guard upper >= lower else { return 0 }
      let (span, overflow) = upper.subtractingReportingOverflow(lower)
      return overflow || span == .max ? .max : span + 1
    default: return nil
    }
  }

  /// What `size` answers: characters of text, elements of a list.
  var size: Int? {
    if case .string(let text, _) = storage { return Characters.count(text) }
    if case .mixed(let mixed) = storage { return Characters.count(mixed.text) }
    if case .int = storage { return 8 }
    return count
  }

  /// An element by its number, from 0; of a map the pair of name and value.
  func element(_ index: Int) -> Value? {
    guard index >= 0, let count, index < count else { return nil }
    switch storage {
    case .array(let elements): return elements[index]
    case .models(let models): return Value(.bound(models, index))
    case .range(let lower, _): return .int(lower + index)
    case .object(let object): return .array([.string(object.table.names[index]), object.values[index]])
    case .bound(let models, let element):
      return .array([.string(models.layout.keys.names[index]), models.member(index, of: element)])
    default: return nil
    }
  }

  /// A number that can stand as an index; text cannot.
  var wholeNumber: Int? {
    switch storage {
    case .int(let value): value
    case .double(let value): Int(exactly: value.rounded(.towardZero))
    default: nil
    }
  }

  /// A range's end: whole numbers, and text up to its first other character. Nil for what cannot be one.
  var rangeBound: Int? {
    switch storage {
    case .int(let value): value
    case .string(let text, _): Self.leadingInteger(text) ?? 0
    case .mixed(let mixed): Self.leadingInteger(mixed.text) ?? 0
    case .null, .empty, .blank: 0
    default: nil
    }
  }

  /// The integer a text begins with, as Ruby's to_i reads it; saturates. Nil when it begins with none.
  static func leadingInteger(_ text: String) -> Int? {
    var result = 0
    var negative = false
    var digits = 0
    var started = false
    for byte in text.utf8 {
      if !started, Lexer.isSpace(byte) { continue }
      if !started, byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") {
        negative = byte == UInt8(ascii: "-")
        started = true
        continue
      }
      started = true
      guard Lexer.isDigit(byte) else {
        if byte == UInt8(ascii: "_"), digits > 0 { continue }
        break
      }
      digits += 1
      let (tens, a) = result.multipliedReportingOverflow(by: 10)
      let (next, b) = tens.addingReportingOverflow(Int(byte - 48))
      if a || b { return negative ? .min : .max }
      result = next
    }
    return digits == 0 ? nil : negative ? -result : result
  }
}
