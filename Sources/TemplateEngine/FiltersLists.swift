/// Filters on lists as a whole.
extension StandardFilters {
  static let lists: Family = [
    (
      "join",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...1)
        let items = try elements(input, context)
        let glue = arguments.count > 0 ? arguments[0] : Value(.string(" ", .literal))
        var builder = MixedTextBuilder()
        let between = try context.text(glue)
        for (at, item) in items.enumerated() {
          let text = try context.text(item)
          try context.charge(units: 4, bytes: text.utf8.count + between.utf8.count)
          if at > 0 { builder.append(glue, text: between) }
          builder.append(item, text: text)
        }
        return context.value(of: builder)
      }
    ),
    (
      "first",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try context.resolved(try context.ledger.end(of: input, .first))
      }
    ),
    (
      "last",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try context.resolved(try context.ledger.end(of: input, .last))
      }
    ),
    (
      "size",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        if case .string(let text, _) = input.storage { try context.charge(units: text.utf8.count / 64) }
        return .int(input.size ?? 0)
      }
    ),
    (
      "reverse",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return .array(try elements(input, context).reversed())
      }
    ),
    (
      "concat",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        let other: [Value]
        switch arguments[0].storage {
        case .array(let values): other = values
        case .models: other = arguments[0].array ?? []
        default: throw FilterError("concat filter requires an array argument", suggestion: "split, map and where make arrays")
        }
        try context.charge(units: other.count, bytes: other.count * 24)
        return .array(try elements(input, context) + other)
      }
    ),
    (
      "compact",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...1)
        let items = try elements(input, context)
        var kept: [Value] = []
        for item in items {
          var value = item
          if !arguments[0].isNull {
            guard let found = try property(arguments[0], of: item, context) else { return .null }
            value = found
          }
          if !value.isNull { kept.append(item) }
        }
        return .array(kept)
      }
    ),
    (
      "uniq",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...1)
        var seen: Set<String> = []
        var kept: [Value] = []
        let items = try elements(input, context)
        // One element is not compared with any, so it is not asked for the property either.
        if items.count < 2 { return .array(items) }
        for item in items {
          var value = item
          if !arguments[0].isNull {
            guard let found = try property(arguments[0], of: item, context) else { return .null }
            value = found
          }
          let key = try context.ledger.inspected(value)
          try context.charge(units: 8 + key.utf8.count / 16, bytes: key.utf8.count)
          if seen.insert(key).inserted { kept.append(item) }
        }
        return .array(kept)
      }
    ),
    (
      "sort",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...1)
        let items = try elements(input, context)
        if items.isEmpty { return .array([]) }
        if !arguments[0].isNull, !items.allSatisfy(\.hasProperties) { return .null }
        return .array(
          try sorted(items, by: arguments[0], as: { $0 }, context) { a, b throws(FilterError) in
            if try Comparison.equal(a, b, context.ledger) { return 0 }
            if a.isNull { return 1 }
            if b.isNull { return -1 }
            if let order = try sortOrder(a, b, context.ledger) { return order }
            throw FilterError(
              "cannot sort values of incompatible types", suggestion: "sort by a member that all have, or compact first")
          })
      }
    ),
    (
      "sort_natural",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...1)
        let items = try elements(input, context)
        if !arguments[0].isNull, !items.allSatisfy(\.hasProperties) { return .null }
        return .array(
          try sorted(
            items, by: arguments[0],
            as: { key throws(FilterError) in
              key.isNull ? key : .string(try lowered(key, context))
            }, context
          ) { a, b throws(FilterError) in
            if a.isNull || b.isNull { return a.isNull && b.isNull ? 0 : a.isNull ? 1 : -1 }
            return try Comparison.order(a, b, context.ledger) ?? 0
          })
      }
    ),
  ]

  /// ASCII letters only, as Ruby's casecmp.
  private static func lowered(_ value: Value, _ context: FilterContext) throws(FilterError) -> String {
    let text = try context.text(value)
    try context.charge(units: 4 + text.utf8.count / 16, bytes: text.utf8.count)
    return String(decoding: text.utf8.map { $0 >= 65 && $0 <= 90 ? $0 | 32 : $0 }, as: UTF8.self)
  }

  private static func sortOrder(_ a: Value, _ b: Value, _ ledger: Ledger) throws(FilterError) -> Int? {
    do throws(FilterError) { return try Comparison.order(a, b, ledger) } catch {
      if case .message = error.reason { return nil }
      throw error
    }
  }

  /// A stable merge sort whose comparison may fail.
  private static func sorted(
    _ items: [Value], by name: Value, as key: (Value) throws(FilterError) -> Value, _ context: FilterContext,
    _ order: (Value, Value) throws(FilterError) -> Int
  ) throws(FilterError) -> [Value] {
    var keyed: [(key: Value, item: Value)] = []
    // One element is not compared with any, so it is not asked for the property either.
    if items.count < 2 { return items }
    for item in items {
      keyed.append((try key(name.isNull ? item : try property(name, of: item, context) ?? .null), item))
    }
    var width = 1
    while width < keyed.count {
      // Two copies of pairs that are counted, and up to as many comparisons.
      try context.charge(units: keyed.count * 6, bytes: 0)
      var merged: [(key: Value, item: Value)] = []
      merged.reserveCapacity(keyed.count)
      var start = 0
      while start < keyed.count {
        let middle = min(start + width, keyed.count)
        let end = min(middle + width, keyed.count)
        var left = start
        var right = middle
        while left < middle, right < end {
          if try order(keyed[left].key, keyed[right].key) <= 0 {
            merged.append(keyed[left])
            left += 1
          } else {
            merged.append(keyed[right])
            right += 1
          }
        }
        merged += keyed[left..<middle]
        merged += keyed[right..<end]
        start = end
      }
      keyed = merged
      width *= 2
    }
    return keyed.map(\.item)
  }

  // MARK: Elements and properties

  /// The input as a list: lists in it are opened, a map or scalar is a list of one, null is empty.
  static func elements(_ input: Value, _ context: FilterContext) throws(FilterError) -> [Value] {
    var result: [Value] = []
    switch input.storage {
    case .null: break
    case .array, .models: try flatten(input, into: &result, context, depth: 0)
    case .range:
      let count = input.count ?? 0
      try context.charge(units: count, bytes: count > 1 << 40 ? Int.max : count * 24)
      result = (0..<count).map { input.element($0) ?? .null }
    case .empty, .blank: break
    default:
      try context.charge(units: 4)
      result = [input]
    }
    return result
  }

  private static func flatten(
    _ value: Value, into result: inout [Value], _ context: FilterContext, depth: Int
  ) throws(FilterError) {
    guard depth < 64 else { throw FilterError("lists are nested too deep", suggestion: "64 lists in each other are the most") }
    let count = value.count ?? 0
    try context.charge(units: count, bytes: count * 24)
    for index in 0..<count {
      let element = try context.resolved(value.element(index) ?? .null)
      switch element.storage {
      case .array, .models: try flatten(element, into: &result, context, depth: depth + 1)
      default: result.append(element)
      }
    }
  }

  /// `item[name]` as Ruby has it. Nil when the item cannot be asked at all (null, a truth value, a float).
  static func property(_ name: Value, of item: Value, _ context: FilterContext) throws(FilterError) -> Value? {
    switch item.storage {
    case .object, .bound, .lookup:
      guard case .string(let text, _) = name.storage else { return .null }
      try context.charge(units: 4 + text.utf8.count / 16)
      return try context.member(text, of: item)
    case .mixed: return try property(name, of: item.unmarked, context)
    case .string(let text, let trust):
      if case .string(let part, _) = name.storage {
        return try Comparison.finds(part, in: text, context.ledger) ? name : .null
      }
      guard let index = name.wholeNumber else { throw try unselectable(name, context) }
      // Counted, and gone through again to its place.
      try context.charge(units: 8 + text.utf8.count / 16)
      let count = Characters.count(text)
      let at = index < 0 ? count &+ index : index
      return at >= 0 && at < count ? Value(.string(Characters.cut(text, at..<at + 1), trust.ofPart)) : .null
    case .int(let number):
      // A bit of the number.
      guard let bit = name.wholeNumber else { throw try unselectable(name, context) }
      return .int(bit < 0 ? 0 : bit > 63 ? (number < 0 ? 1 : 0) : (number >> bit) & 1)
    default: return nil
    }
  }

  private static func unselectable(_ name: Value, _ context: FilterContext) throws(FilterError) -> FilterError {
    FilterError("cannot select the property '\(try context.text(name))'", suggestion: "only maps and models have properties")
  }
}

extension Value {
  /// Whether Ruby's `respond_to?(:[])` holds.
  var hasProperties: Bool {
    switch storage {
    case .object, .bound, .lookup, .string, .int, .array, .models: true
    default: false
    }
  }
}
