/// Arithmetic.
extension StandardFilters {
  static let numbers: Family = [
    (
      "plus",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        return Number.sum(try context.number(input), try context.number(arguments[0])).value
      }
    ),
    (
      "minus",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        return Number.difference(try context.number(input), try context.number(arguments[0])).value
      }
    ),
    (
      "times",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        return Number.product(try context.number(input), try context.number(arguments[0])).value
      }
    ),
    (
      "divided_by",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        let (number, divisor) = (try context.number(input), try context.number(arguments[0]))
        if case .whole(0) = divisor, case .whole = number {
          throw FilterError("divided by 0", suggestion: "test the divisor first")
        }
        return Number.quotient(number, divisor).value
      }
    ),
    (
      "modulo",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        let divisor = try context.number(arguments[0])
        guard !divisor.isZero else { throw FilterError("divided by 0", suggestion: "test the divisor first") }
        return Number.remainder(try context.number(input), divisor).value
      }
    ),
    (
      "abs",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        let number = try context.number(input)
        return number.double < 0 ? Number.difference(.whole(0), number).value : number.value
      }
    ),
    (
      "at_least",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        let (number, bound) = (try context.number(input), try context.number(arguments[0]))
        return (bound.double > number.double ? bound : number).value
      }
    ),
    (
      "at_most",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        let (number, bound) = (try context.number(input), try context.number(arguments[0]))
        return (bound.double < number.double ? bound : number).value
      }
    ),
    (
      "ceil",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try whole(try context.number(input)) { $0.rounded(.up) }
      }
    ),
    (
      "floor",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try whole(try context.number(input)) { $0.rounded(.down) }
      }
    ),
    (
      "round",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...1)
        let number = try context.number(input)
        var places = 0
        let wanted = try context.number(arguments[0])
        if case .whole(let count) = wanted {
          places = count
        } else {
          places = Int(exactly: wanted.double.rounded(.towardZero)) ?? 0
        }
        if places > 0 { return Number.rounded(number, to: min(places, 400)).value }
        return try whole(Number.rounded(number, to: max(places, -400))) { $0.rounded(.toNearestOrAwayFromZero) }
      }
    ),
  ]

  private static func whole(_ number: Number, _ rounding: (Double) -> Double) throws(FilterError) -> Value {
    if case .whole(let value) = number { return .int(value) }
    guard number.double.isFinite else {
      let name = Value.text(of: number.double)
      throw FilterError(
        "Computation results in '\(name)'\(number.double.isNaN ? " (Not a Number)" : "")", suggestion: "test the numbers first")
    }
    let rounded = rounding(number.double)
    return Int(exactly: rounded).map { .int($0) } ?? .double(rounded)
  }
}

extension FilterContext {
  /// The number Liquid takes a value for. Decimals are computed exactly, which takes as long as some tens of instructions; text is
  /// read digit by digit.
  func number(_ value: Value) throws(FilterError) -> Number {
    switch value.storage {
    case .int: break
    case .string(let text, _): try charge(units: 24 + text.utf8.count / 4)
    default: try charge(units: 32)
    }
    return Number(value)
  }
}
