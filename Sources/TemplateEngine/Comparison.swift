/// Equality, order and containment as Liquid has them. Text is compared byte by byte: no two spellings are the same.
enum Comparison {
  static func equal(_ left: Value, _ right: Value, depth: Int = 0) -> Bool {
    guard depth < 64 else { return false }
    switch (left.storage, right.storage) {
    case (.empty, .empty), (.blank, .blank), (.null, .null): return true
    case (.empty, .blank), (.blank, .empty): return false
    case (.empty, _): return isEmpty(right)
    case (_, .empty): return isEmpty(left)
    case (.blank, _): return isBlank(right)
    case (_, .blank): return isBlank(left)
    case (.bool(let a), .bool(let b)): return a == b
    case (.int(let a), .int(let b)): return a == b
    case (.int(let a), .double(let b)), (.double(let b), .int(let a)): return Double(a) == b
    case (.double(let a), .double(let b)): return a == b
    case (.string(let a, _), .string(let b, _)): return same(a, b)
    case (.range(let a, let b), .range(let c, let d)): return a == c && b == d
    case (.object(let a), .object(let b)):
      if a === b { return true }
      guard a.values.count == b.values.count else { return false }
      return zip(a.table.names, a.values).allSatisfy { name, value in
        b[name].map { equal(value, $0, depth: depth + 1) } ?? false
      }
    case (.bound(let a, let i), .bound(let b, let j)): return a === b && i == j
    case (.array, .array), (.array, .models), (.models, .array), (.models, .models):
      guard let count = left.count, count == right.count else { return false }
      return (0..<count).allSatisfy {
        equal(left.element($0) ?? .null, right.element($0) ?? .null, depth: depth + 1)
      }
    case (.lookup(let a), .lookup(let b)): return a == b
    default: return false
    }
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

  static func isBlank(_ value: Value) -> Bool {
    switch value.storage {
    case .null, .bool(false): true
    case .string(let text, _): text.utf8.allSatisfy(Lexer.isSpace)
    default: isEmpty(value)
    }
  }

  /// -1, 0 or 1; nil when the two have no order and that is no error.
  static func order(_ left: Value, _ right: Value) throws(FilterError) -> Int? {
    switch (left.storage, right.storage) {
    case (.int(let a), .int(let b)): return a < b ? -1 : a > b ? 1 : 0
    case (.int, .double), (.double, .int), (.double, .double):
      let a = left.double ?? 0
      let b = right.double ?? 0
      return a < b ? -1 : a > b ? 1 : a == b ? 0 : nil
    case (.string(let a, _), .string(let b, _)): return order(a, b)
    case (.int, .string), (.double, .string), (.string, .int), (.string, .double):
      throw FilterError("comparison of \(left.typeName) with \(right.comparisonText) failed")
    default: return nil
    }
  }

  static func order(_ a: String, _ b: String) -> Int {
    if same(a, b) { return 0 }
    return a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
  }

  static func contains(_ left: Value, _ right: Value, _ ledger: Ledger) throws(FilterError) -> Bool {
    guard right.isTruthy else { return false }
    switch left.storage {
    case .string(let text, _):
      try ledger.charge(units: text.utf8.count / 64, bytes: 0)
      return Bytes.find(Array(right.plainText.utf8), in: Array(text.utf8), from: 0) != nil
    case .object(let object): return object.table.place(of: right.plainText) != nil
    case .bound(let models, _): return models.table.place(of: right.plainText) != nil
    case .array, .models:
      let count = left.count ?? 0
      try ledger.charge(units: count / 8, bytes: 0)
      for index in 0..<count {
        if equal(try ledger.resolved(left.element(index) ?? .null), right) { return true }
      }
      return false
    case .range(let lower, let upper):
      guard let number = right.double else { return false }
      return number >= Double(lower) && number <= Double(upper)
    default: return false
    }
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
