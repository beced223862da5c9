/// A number as the number filters see it: whole, or decimal. Whole numbers that do not fit become floating point.
enum Number {
  case whole(Int)
  case decimal(Decimal)
  case float(Double)

  /// What Liquid takes a value for: text that is a number is one, text that begins with a whole number is that, all else 0.
  init(_ value: Value) {
    switch value.storage {
    case .int(let number): self = .whole(number)
    case .double(let number): self = number.isFinite ? .decimal(Decimal(number)) : .float(number)
    case .string(let text, _): self.init(text: StandardFilters.trimmed(text, left: true, right: true))
    case .mixed(let mixed): self.init(text: StandardFilters.trimmed(mixed.text, left: true, right: true))
    default: self = .whole(0)
    }
  }

  private init(text: String) {
    let bytes = Array(text.utf8)
    let digits = bytes.first == UInt8(ascii: "-") ? bytes.dropFirst() : bytes[...]
    let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(Lexer.isDigit) }), let number = Double(text) {
      self = number.isFinite ? .decimal(Decimal(number)) : .float(number)
    } else {
      self = .whole(Value.leadingInteger(text) ?? 0)
    }
  }

  var value: Value {
    switch self {
    case .whole(let number): .int(number)
    case .decimal(let number): .double(number.double)
    case .float(let number): .double(number)
    }
  }

  var double: Double {
    switch self {
    case .whole(let number): Double(number)
    case .decimal(let number): number.double
    case .float(let number): number
    }
  }

  var decimal: Decimal? {
    switch self {
    case .whole(let number): Decimal(number)
    case .decimal(let number): number
    case .float: nil
    }
  }

  var isZero: Bool { double == 0 }

  private static func combine(
    _ a: Number, _ b: Number, _ whole: (Int, Int) -> (partialValue: Int, overflow: Bool),
    _ decimal: (Decimal, Decimal) -> Decimal?, _ float: (Double, Double) -> Double
  ) -> Number {
    if case .whole(let left) = a, case .whole(let right) = b {
      let (result, overflow) = whole(left, right)
      return overflow ? .float(float(a.double, b.double)) : .whole(result)
    }
    if let left = a.decimal, let right = b.decimal, let result = decimal(left, right) { return .decimal(result) }
    return .float(float(a.double, b.double))
  }

  static func sum(_ a: Number, _ b: Number) -> Number {
    combine(a, b, { $0.addingReportingOverflow($1) }, Decimal.sum, +)
  }

  static func difference(_ a: Number, _ b: Number) -> Number {
    combine(
      a, b, { $0.subtractingReportingOverflow($1) },
      { Decimal.sum($0, Decimal(coefficient: -$1.coefficient, exponent: $1.exponent)) }, -)
  }

  static func product(_ a: Number, _ b: Number) -> Number {
    let result = combine(a, b, { $0.multipliedReportingOverflow(by: $1) }, Decimal.product, *)
    // A decimal zero has a sign: -0.5 times 0 is -0.0.
    if case .decimal(let decimal) = result, decimal.coefficient == 0 { return .float(a.double * b.double) }
    return result
  }

  /// Whole numbers divide downwards, as in Ruby; a whole divisor of a whole number is not zero. Other numbers divide by zero
  /// to infinity.
  static func quotient(_ a: Number, _ b: Number) -> Number {
    if case .whole(let left) = a, case .whole(let right) = b {
      let (result, overflow) = left.dividedReportingOverflow(by: right)
      if overflow { return .float(a.double / b.double) }
      return .whole(left % right != 0 && (left < 0) != (right < 0) ? result - 1 : result)
    }
    if let left = a.decimal, let right = b.decimal, let quotient = Decimal.quotient(left, right) {
      return .float(quotient)
    }
    return .float(a.double / b.double)
  }

  static func remainder(_ a: Number, _ b: Number) -> Number {
    if case .whole(let left) = a, case .whole(let right) = b {
      if right == -1 { return .whole(0) }
      let rest = left % right
      return .whole(rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest)
    }
    if let left = a.decimal, let right = b.decimal, let rest = Decimal.remainder(left, right) { return .decimal(rest) }
    let rest = a.double.truncatingRemainder(dividingBy: b.double)
    return .float(rest != 0 && (rest < 0) != (b.double < 0) ? rest + b.double : rest)
  }

  /// Rounded to a number of places behind the point, halves away from zero.
  static func rounded(_ number: Number, to places: Int) -> Number {
    switch number {
    case .whole(let whole):
      guard places < 0 else { return number }
      guard places > -19 else { return .whole(0) }
      let unit = (0..<(-places)).reduce(1) { result, _ in result * 10 }
      let half = whole.magnitude % UInt(unit) >= UInt(unit) / 2 + UInt(unit % 2)
      let (down, _) = (whole / unit).multipliedReportingOverflow(by: unit)
      guard half else { return .whole(down) }
      let (up, overflow) = down.addingReportingOverflow(whole < 0 ? -unit : unit)
      return overflow ? .float(Double(down) + Double(whole < 0 ? -unit : unit)) : .whole(up)
    case .decimal(let decimal):
      let drop = -decimal.exponent - places
      if drop <= 0 { return number }
      guard drop < 38 else { return .decimal(Decimal(coefficient: 0, exponent: 0)) }
      let unit = (0..<drop).reduce(Int128(1)) { result, _ in result * 10 }
      let rest = decimal.coefficient % unit
      var kept = decimal.coefficient / unit
      if rest.magnitude * 2 >= unit.magnitude { kept += decimal.coefficient < 0 ? -1 : 1 }
      return .decimal(Decimal(coefficient: kept, exponent: -places))
    case .float: return number
    }
  }
}
