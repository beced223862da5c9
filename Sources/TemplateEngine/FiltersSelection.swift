/// Filters that choose or read by a property: map, where, reject, find, find_index, has, sum.
extension StandardFilters {
  static let selection: Family = [
    (
      "map",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        var result: [Value] = []
        for item in try elements(input, context) {
          result.append(try property(arguments[0], of: item, context) ?? .null)
        }
        return .array(result)
      }
    ),
    (
      "where",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...2)
        var kept: [Value] = []
        let items = try elements(input, context)
        for item in items {
          guard let holds = try matches(item, arguments, context) else { return .null }
          if holds { kept.append(item) }
        }
        return .array(kept)
      }
    ),
    (
      "reject",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...2)
        var kept: [Value] = []
        for item in try elements(input, context) {
          guard let holds = try matches(item, arguments, context) else { return .null }
          if !holds { kept.append(item) }
        }
        return .array(kept)
      }
    ),
    (
      "find",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...2)
        for item in try elements(input, context) {
          guard let holds = try matches(item, arguments, context) else { return .null }
          if holds { return item }
        }
        return .null
      }
    ),
    (
      "find_index",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...2)
        for (index, item) in try elements(input, context).enumerated() {
          guard let holds = try matches(item, arguments, context) else { return .null }
          if holds { return .int(index) }
        }
        return .null
      }
    ),
    (
      "has",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...2)
        for item in try elements(input, context) {
          guard let holds = try matches(item, arguments, context) else { return .null }
          if holds { return .bool(true) }
        }
        return .bool(false)
      }
    ),
    (
      "sum",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...1)
        var values: [Value] = []
        for item in try elements(input, context) {
          if arguments[0].isNull {
            values.append(item)
          } else {
            values.append(try property(arguments[0], of: item, context) ?? .int(0))
          }
        }
        var total = Number.whole(0)
        for value in try elements(.array(values), context) { total = Number.sum(total, try context.number(value)) }
        return total.value
      }
    ),
  ]

  /// Whether an item has the property (truthy, or equal to the second argument). Nil ends the filter with null: the item
  /// has no properties at all.
  private static func matches(
    _ item: Value, _ arguments: FilterArguments, _ context: FilterContext
  ) throws(FilterError) -> Bool? {
    // A name that is not there finds nothing in text, and that is no error.
    if arguments[0].isNull, item.string != nil { return nil }
    guard let value = try property(arguments[0], of: item, context) else { return nil }
    return try arguments[1].isNull ? value.isTruthy : Comparison.equal(value, arguments[1], context.ledger)
  }
}
