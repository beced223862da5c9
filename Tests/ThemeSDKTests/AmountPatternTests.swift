import FoundationEssentials
import FoundationInternationalization
import Testing

@testable import ThemeSDK

/// What a pattern writes is what ICU writes, in every locale that ICU knows.
@Suite struct AmountPatternTests {
  @Test(arguments: [("EUR", 2), ("JPY", 0), ("KWD", 3)])
  func everyLocale(_ currency: String, _ digits: Int) {
    let locales = Set(Locale.availableIdentifiers).sorted()
    #expect(locales.count > 500)
    var learned = 0
    for identifier in locales {
      let style = Decimal.FormatStyle.Currency(code: currency, locale: Locale(identifier: identifier))
        .precision(.fractionLength(digits))
      guard let pattern = AmountPattern(fractionDigits: digits, style.format) else { continue }
      learned += 1
      for units in [7, 12_900, 123_456, -99, 1_000_000, 98_765_432_101, -4_200_000_005] {
        let amount = Decimal(sign: units < 0 ? .minus : .plus, exponent: -digits, significand: Decimal(units.magnitude))
        #expect(pattern.string(units) == style.format(amount), "\(identifier)")
      }
    }
    #expect(learned * 10 > locales.count * 9, "only \(learned) of \(locales.count)")
  }

  /// Digits of four bytes (Adlam), marks between groups of two, marks from five digits on, signs behind the number.
  @Test(arguments: ["ff_Adlm", "hi", "es", "pl", "ar", "fa", "de_CH", "he"])
  func extremes(_ identifier: String) throws {
    let style = Decimal.FormatStyle.Currency(code: "EUR", locale: Locale(identifier: identifier))
      .precision(.fractionLength(2))
    let pattern = try #require(AmountPattern(fractionDigits: 2, style.format))
    for units in [Int.max, .min, .min + 1, 0, 1_234_00, 12_345_00, -1_234_00] {
      let amount = Decimal(sign: units < 0 ? .minus : .plus, exponent: -2, significand: Decimal(units.magnitude))
      #expect(pattern.string(units) == style.format(amount))
    }
  }

  /// A way of writing that three numbers do not show has no pattern.
  @Test func whatCannotBeLearnedHasNone() {
    #expect(AmountPattern(fractionDigits: 2) { $0 == 0 ? "free" : "\($0)" } == nil)
    #expect(AmountPattern(fractionDigits: 2) { _ in "" } == nil)
    #expect(AmountPattern(fractionDigits: 0) { "\($0)" } == nil)
  }
}
