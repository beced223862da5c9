/// Exact decimal arithmetic for the number filters: Ruby's Liquid computes with decimals, so that 0.1 plus 0.2 is 0.3.
/// A number is `coefficient × 10^exponent`; what does not fit is computed in floating point.
struct Decimal {
  var coefficient: Int128
  var exponent: Int

  init(coefficient: Int128, exponent: Int) {
    self.coefficient = coefficient
    self.exponent = exponent
  }

  init(_ value: Int) { self.init(coefficient: Int128(value), exponent: 0) }

  /// The shortest decimal that reads back as the same number.
  init(_ value: Double) {
    var coefficient: Int128 = 0
    var exponent = 0
    var afterPoint = false
    var power: Int?
    var negativePower = false
    for byte in value.description.utf8 {
      switch byte {
      case UInt8(ascii: "."): afterPoint = true
      case UInt8(ascii: "e"): power = 0
      case UInt8(ascii: "-"): if power != nil { negativePower = true }
      case 48...57:
        if let known = power {
          power = known * 10 + Int(byte - 48)
        } else {
          coefficient = coefficient * 10 + Int128(byte - 48)
          if afterPoint { exponent -= 1 }
        }
      default: break
      }
    }
    if let power { exponent += negativePower ? -power : power }
    while coefficient != 0, coefficient % 10 == 0 {
      coefficient /= 10
      exponent += 1
    }
    if coefficient == 0 { exponent = 0 }
    self.init(coefficient: value < 0 ? -coefficient : coefficient, exponent: exponent)
  }

  /// The digits of the coefficient, without a sign.
  var digits: String { String(coefficient.magnitude) }

  var double: Double { Double("\(coefficient)e\(exponent)") ?? 0 }

  /// Both on the smaller exponent, when that fits.
  static func aligned(_ a: Decimal, _ b: Decimal) -> (Int128, Int128, Int)? {
    let exponent = min(a.exponent, b.exponent)
    guard let left = a.scaled(to: exponent), let right = b.scaled(to: exponent) else { return nil }
    return (left, right, exponent)
  }

  private func scaled(to target: Int) -> Int128? {
    guard exponent - target <= 38 else { return coefficient == 0 ? 0 : nil }
    var result = coefficient
    for _ in 0..<(exponent - target) {
      let (next, overflow) = result.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      result = next
    }
    return result
  }

  static func sum(_ a: Decimal, _ b: Decimal) -> Decimal? {
    guard let (left, right, exponent) = aligned(a, b) else { return nil }
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? nil : Decimal(coefficient: sum, exponent: exponent)
  }

  static func product(_ a: Decimal, _ b: Decimal) -> Decimal? {
    let (product, overflow) = a.coefficient.multipliedReportingOverflow(by: b.coefficient)
    return overflow ? nil : Decimal(coefficient: product, exponent: a.exponent + b.exponent)
  }

  /// The remainder with the sign of the divisor, as Ruby's modulo.
  static func remainder(_ a: Decimal, _ b: Decimal) -> Decimal? {
    guard let (left, right, exponent) = aligned(a, b), right != 0 else { return nil }
    if right == -1 { return Decimal(coefficient: 0, exponent: 0) }
    var rest = left % right
    if rest != 0, (rest < 0) != (right < 0) { rest += right }
    return Decimal(coefficient: rest, exponent: exponent)
  }

  /// Rounded once, from as many digits as fit. Nil where a zero is divided or divides: that has a sign, or is infinite.
  static func quotient(_ a: Decimal, _ b: Decimal) -> Double? {
    guard a.coefficient != 0, b.coefficient != 0 else { return nil }
    var numerator = a.coefficient
    var exponent = a.exponent - b.exponent
    while true {
      let (next, overflow) = numerator.multipliedReportingOverflow(by: 10)
      if overflow { break }
      numerator = next
      exponent -= 1
    }
    return Decimal(coefficient: numerator / b.coefficient, exponent: exponent).double
  }
}
