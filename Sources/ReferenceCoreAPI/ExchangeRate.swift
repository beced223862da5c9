// What a price becomes in another currency: price × rate, rounded up to a multiple of the step. All of it is whole numbers: the
// price, the rate and the step are digits and a decimal point each, so the quotient of two integers of which one has up to 256 bits
// says how many steps the price takes, and nothing is rounded but by the rule. The bounds on rate and step keep every amount that
// `Money` holds within these widths.

import CoreAPIClient
import FoundationEssentials

package struct ExchangeRate: Hashable, Sendable {
  /// ISO 4217.
  package let currency: String
  /// Units of this currency for one of the file's, as written: at most 6 digits before the point and 8 after it.
  package let rate: String
  /// What prices are multiples of, as written: at most 6 digits before the point and 6 after it.
  package let step: String
  private let factor: Digits
  private let unit: Digits

  private static let most = (integerDigits: 6, rateFraction: 8, stepFraction: 6)

  /// - Returns: nil for a rate or a step that is not over 0, or beyond the bounds above.
  package init?(currency: String, rate: String, step: String) {
    guard let factor = Digits(rate, fraction: Self.most.rateFraction), let unit = Digits(step, fraction: Self.most.stepFraction)
    else { return nil }
    (self.currency, self.rate, self.step, self.factor, self.unit) = (currency, rate, step, factor, unit)
  }

  /// An amount that is not in the file's currency is not this rate's to change.
  package func converted(_ money: Money, from base: String) -> Money {
    guard money.currency == base, Money.isPrice(money.amount) else { return money }
    let exponent = money.amount.exponent
    // A price as it is bounded has at most 34 digits, and 22 before the point.
    guard let digits = UInt128(money.amount.significand.description.drop { $0 == "-" }) else { return money }
    let whole = digits * Self.power(max(0, exponent))
    let product = whole.multipliedFullWidth(by: factor.value * Self.power(unit.fraction))
    let divisor = unit.value * Self.power(factor.fraction + max(0, -exponent))
    let (quotient, remainder) = divisor.dividingFullWidth(product)
    let isNegative = money.amount < 0
    // Up is towards more: what is less than nothing loses its rest instead.
    let steps = quotient + (remainder == 0 || isNegative ? 0 : 1)
    return Money(Self.decimal(steps * unit.value, fraction: unit.fraction, isNegative: isNegative), currency)
  }

  private static func power(_ exponent: Int) -> UInt128 { (0..<exponent).reduce(1) { power, _ in power * 10 } }

  private static func decimal(_ value: UInt128, fraction: Int, isNegative: Bool) -> Decimal {
    var (value, fraction) = (value, fraction)
    while fraction > 0, value % 10 == 0 { (value, fraction) = (value / 10, fraction - 1) }
    guard value > 0 else { return 0 }
    let significand = UInt64(exactly: value).map { Decimal($0) } ?? Decimal(string: "\(value)") ?? 0
    return Decimal(sign: isNegative ? .minus : .plus, exponent: -fraction, significand: significand)
  }

  /// A number over 0 as a whole one and how many of its digits stand behind the point.
  private struct Digits: Hashable, Sendable {
    let value: UInt128
    let fraction: Int

    init?(_ text: String, fraction most: Int) {
      let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      guard (1...2).contains(parts.count), (1...ExchangeRate.most.integerDigits).contains(parts[0].count) else { return nil }
      guard parts.count == 1 || (1...most).contains(parts[1].count) else { return nil }
      guard parts.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } }) else { return nil }
      guard let value = UInt128(parts.map { String(decoding: $0, as: UTF8.self) }.joined()), value > 0 else { return nil }
      (self.value, fraction) = (value, parts.count > 1 ? parts[1].count : 0)
    }
  }
}

extension ExchangeRate: Codable {
  private enum CodingKeys: String, CodingKey { case currency, rate, step }

  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    let currency = try from.decode(String.self, forKey: .currency)
    let rate = try from.decode(String.self, forKey: .rate)
    let step = try from.decodeIfPresent(String.self, forKey: .step)
    func wrong(_ key: CodingKeys, _ text: String, _ most: Int) -> DecodingError {
      .dataCorruptedError(
        forKey: key, in: from,
        debugDescription: "\u{201C}\(text.prefix(40))\u{201D} is not a \(key.rawValue); write digits over 0 such as \"4.98\", "
          + "at most \(Self.most.integerDigits) before the point and \(most) after it")
    }
    guard Money.isCurrency(currency) else {
      throw DecodingError.dataCorruptedError(
        forKey: .currency, in: from,
        debugDescription: "\u{201C}\(currency.prefix(12))\u{201D} is not an ISO 4217 currency code; write three capital letters")
    }
    guard Digits(rate, fraction: Self.most.rateFraction) != nil else { throw wrong(.rate, rate, Self.most.rateFraction) }
    guard let made = ExchangeRate(currency: currency, rate: rate, step: step ?? Self.smallest(of: currency)) else {
      throw wrong(.step, step ?? "", Self.most.stepFraction)
    }
    self = made
  }

  /// The currency's smallest unit, which a price is rounded to where the file names no step.
  private static func smallest(of currency: String) -> String {
    let digits = Money.minorDigits(of: currency)
    return digits == 0 ? "1" : "0." + String(repeating: "0", count: digits - 1) + "1"
  }

  package func encode(to encoder: any Encoder) throws {
    var to = encoder.container(keyedBy: CodingKeys.self)
    try to.encode(currency, forKey: .currency)
    try to.encode(rate, forKey: .rate)
    try to.encode(step, forKey: .step)
  }
}
