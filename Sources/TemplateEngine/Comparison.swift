/// Equality, order and containment as Liquid has them. Text is compared byte by byte: no two spellings are the same.
enum Comparison {
  /// Charged by what it looks at: texts by the length they have in common, lists and maps by their elements.
  static func equal(_ left: Value, _ right: Value, _ ledger: Ledger, depth: Int = 0) throws(FilterError) -> Bool {
    guard depth < 64 else { return false }
    switch (left.storage, right.storage) {
    case (.mixed, _), (_, .mixed): return try equal(left.unmarked, right.unmarked, ledger, depth: depth)
    case (.null, .null): return true
    // The two words ask what a value is like; neither is a value that could be so.
    case (.empty, .empty), (.blank, .blank), (.empty, .blank), (.blank, .empty): return false
    case (.empty, _): return isEmpty(right)
    case (_, .empty): return isEmpty(left)
    case (.blank, _): return try isBlank(right, ledger)
    case (_, .blank): return try isBlank(left, ledger)
    case (.bool(let a), .bool(let b)): return a == b
    case (.int(let a), .int(let b)): return a == b
    case (.int(let a), .double(let b)), (.double(let b), .int(let a)): return Double(a) == b
    case (.double(let a), .double(let b)): return a == b
    case (.string(let a, _), .string(let b, _)):
      guard a.utf8.count == b.utf8.count else { return false }
      try chargeText(a.utf8.count, ledger)
      return same(a, b)
    case (.range(let a, let b), .range(let c, let d)): return a == c && b == d
    case (.object(let a), .object(let b)):
      if a === b { return true }
      guard a.values.count == b.values.count else { return false }
      try ledger.charge(units: 5 * a.values.count, bytes: 0)
      for (name, value) in zip(a.table.names, a.values) {
        guard let other = b[name], try equal(value, other, ledger, depth: depth + 1) else { return false }
      }
      return true
    case (.bound(let a, let i), .bound(let b, let j)): return a.layout === b.layout && a.address(of: i) == b.address(of: j)
    case (.array, .array), (.array, .models), (.models, .array), (.models, .models):
      guard let count = left.count, count == right.count else { return false }
      for index in 0..<count {
        try ledger.charge(units: 2, bytes: 0)
        guard try equal(left.element(index) ?? .null, right.element(index) ?? .null, ledger, depth: depth + 1) else {
          return false
        }
      }
      return true
    case (.lookup(let a), .lookup(let b)): return a == b
    default: return false
    }
  }

  @inline(__always)
  private static func chargeText(_ count: Int, _ ledger: Ledger) throws(FilterError) {
    if count >= 16 { try ledger.charge(units: count / 16, bytes: 0) }
  }

  static func same(_ a: String, _ b: String) -> Bool {
    a.utf8.count == b.utf8.count && a.utf8.elementsEqual(b.utf8)
  }

  static func isEmpty(_ value: Value) -> Bool {
    switch value.storage {
    case .string(let text, _): text.utf8.isEmpty
    case .array, .object, .models: value.count == 0
    default: false
    }
  }

  private static func isBlank(_ value: Value, _ ledger: Ledger) throws(FilterError) -> Bool {
    switch value.storage {
    case .null, .bool(false): return true
    case .string(let text, _):
      try chargeText(text.utf8.count, ledger)
      return text.utf8.allSatisfy(Lexer.isSpace)
    case .mixed: return try isBlank(value.unmarked, ledger)
    default: return isEmpty(value)
    }
  }

  /// -1, 0 or 1; nil when the two have no order and that is no error.
  static func order(_ left: Value, _ right: Value, _ ledger: Ledger) throws(FilterError) -> Int? {
    switch (left.storage, right.storage) {
    case (.int(let a), .int(let b)): return a < b ? -1 : a > b ? 1 : 0
    case (.int, .double), (.double, .int), (.double, .double):
      let a = left.double ?? 0
      let b = right.double ?? 0
      return a < b ? -1 : a > b ? 1 : a == b ? 0 : nil
    case (.string(let a, _), .string(let b, _)): return try order(a, b, ledger)
    case (.mixed, _), (_, .mixed): return try order(left.unmarked, right.unmarked, ledger)
    case (.int, .string), (.double, .string), (.string, .int), (.string, .double):
      throw FilterError(
        "comparison of \(left.typeName) with \(right.comparisonText) failed",
        suggestion: "compare numbers with numbers and text with text; plus: 0 makes a number of a text")
    default: return nil
    }
  }

  static func order(_ a: String, _ b: String, _ ledger: Ledger) throws(FilterError) -> Int {
    // Gone through twice, byte by byte.
    try ledger.charge(units: min(a.utf8.count, b.utf8.count) / 2, bytes: 0)
    if same(a, b) { return 0 }
    return a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
  }

  static func contains(_ left: Value, _ right: Value, _ ledger: Ledger) throws(FilterError) -> Bool {
    guard right.isTruthy else { return false }
    switch left.storage {
    case .string(let text, _):
      return try finds(right.isList || right.count != nil ? try ledger.inspected(right) : right.plainText, in: text, ledger)
    case .object(let object):
      guard case .string(let name, _) = right.storage else { return false }
      try chargeText(name.utf8.count, ledger)
      return object.table.place(of: name) != nil
    case .bound(let models, _):
      guard case .string(let name, _) = right.storage else { return false }
      try chargeText(name.utf8.count, ledger)
      return models.layout.keys.place(of: name) != nil
    case .array, .models:
      if right.isNull { return false }
      let count = left.count ?? 0
      for index in 0..<count {
        try ledger.charge(units: 2, bytes: 0)
        if try equal(try ledger.resolved(left.element(index) ?? .null), right, ledger) { return true }
      }
      return false
    case .range(let lower, let upper):
      switch right.storage {
      case .int(let number): return number >= lower && number <= upper
      case .double(let number): return number >= Double(lower) && number <= Double(upper)
      default: return false
      }
    default: return false
    }
  }

  /// Charged before the texts are read by their lengths, behind it by what the search took beyond that.
  static func finds(_ part: String, in text: String, _ ledger: Ledger) throws(FilterError) -> Bool {
    let lengths = part.utf8.count + text.utf8.count
    try ledger.charge(units: 8 + lengths / 16, bytes: 0)
    var needle = Needle(Array(part.utf8))
    let isFound = needle.find(in: Array(text.utf8)) != nil
    try ledger.charge(units: max(0, needle.compared - lengths) / 16, bytes: 0)
    return isFound
  }
}

extension Value {
  /// As Ruby names a value in "comparison of String with 1 failed".
  var comparisonText: String {
    switch storage {
    case .int, .double: plainText
    default: typeName
    }
  }
}
