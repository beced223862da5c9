import FoundationEssentials

/// An amount of at most 17 digits without an exponent, which is every price there is: read into an integer, where Decimal goes
/// through its own arithmetic digit by digit.
struct ShortAmount {
  /// The digits, without zeros at the end of a fraction.
  private let significand: Int
  private let fractionDigits: Int

  init?(_ text: some StringProtocol) {
    var digits = 0
    var fraction: Int?
    var value = 0
    var isNegative = false
    for (at, byte) in text.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        guard digits < 17 else { return nil }
        digits += 1
        value = value * 10 + Int(byte - 0x30)
        if let before = fraction { fraction = before + 1 }
      case UInt8(ascii: "-") where at == 0: isNegative = true
      case UInt8(ascii: ".") where digits > 0 && fraction == nil: fraction = 0
      default: return nil
      }
    }
    guard digits > 0, fraction != 0 else { return nil }
    var places = fraction ?? 0
    while places > 0, value % 10 == 0 {
      value /= 10
      places -= 1
    }
    significand = isNegative ? -value : value
    fractionDigits = places
  }

  var decimal: Decimal {
    if significand == 0 { return 0 }
    return Decimal(
      sign: significand < 0 ? .minus : .plus, exponent: -fractionDigits, significand: Decimal(significand.magnitude))
  }

  /// With so many decimals as a whole number; nil where that rounds or does not fit.
  func scaled(by digits: Int) -> Int? {
    guard fractionDigits <= digits else { return nil }
    var scaled = significand
    for _ in fractionDigits..<digits {
      let (next, overflow) = scaled.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      scaled = next
    }
    return scaled
  }
}
