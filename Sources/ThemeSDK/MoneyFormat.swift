import FoundationEssentials
import FoundationInternationalization
import Synchronization

/// Formats amounts of one currency as people of one locale write them, from ICU's data.
final class MoneyFormat: Sendable {
  let currency: String
  /// Decimals of the amounts templates hold: Shopify's rule, at least two, so that 1000 yen are 100000.
  let subunitDigits: Int
  private let standard: Decimal.FormatStyle.Currency
  private let whole: Decimal.FormatStyle.Currency
  private let plain: Decimal.FormatStyle
  private let usage: LocalUsage
  /// How the three write, where it can be learned.
  private let patterns: (standard: AmountPattern?, whole: AmountPattern?, plain: AmountPattern?)
  /// What was written last: a shop shows the same prices on page after page.
  private let written = WrittenAmounts()
  /// Subunits of one unit of the currency, and of one of the decimals that are written.
  private let unit: Int
  private let writtenUnit: Int

  private static let cache = Mutex<[String: MoneyFormat]>([:])

  /// The formatter of a locale and currency. Making one asks ICU; each pair is made once.
  static func of(locale: String, currency: String) -> MoneyFormat {
    let key = "\(locale) \(currency)"
    if let known = cache.withLock({ $0[key] }) { return known }
    let made = MoneyFormat(locale: locale, currency: currency)
    cache.withLock { formats in
      // Locales and currencies come from tenants' files, not from shoppers; the bound is against mistakes.
      if formats.count > 4096 { formats.removeAll() }
      formats[key] = made
    }
    return made
  }

  private init(locale tag: String, currency: String) {
    self.currency = currency
    let minorDigits = Self.minorDigits[currency] ?? 2
    subunitDigits = max(2, minorDigits)
    let locale = Locale.ofPages(tag)
    let usage = LocalUsage(locale: tag)
    var style = Decimal.FormatStyle.Currency(code: currency, locale: locale)
    if style.format(1).contains(currency), usage.prefersShortSign(of: currency) { style = style.presentation(.narrow) }
    let standard = style.precision(.fractionLength(minorDigits))
    let whole = style.precision(.fractionLength(0))
    (self.standard, self.whole, self.usage) = (standard, whole, usage)
    plain = Decimal.FormatStyle(locale: locale).precision(.fractionLength(minorDigits))
    patterns = (
      AmountPattern(fractionDigits: minorDigits) { usage.amount(standard.format($0)) },
      AmountPattern(fractionDigits: 0) { usage.amount(whole.format($0)) },
      AmountPattern(fractionDigits: minorDigits, plain.format)
    )
    unit = (0..<subunitDigits).reduce(1) { one, _ in one * 10 }
    writtenUnit = (minorDigits..<subunitDigits).reduce(1) { one, _ in one * 10 }
  }

  private func amount(_ subunits: Int) -> Decimal {
    Decimal(sign: subunits < 0 ? .minus : .plus, exponent: -subunitDigits, significand: Decimal(subunits.magnitude))
  }

  /// `€129.00`.
  func money(_ subunits: Int) -> String {
    written.text(of: subunits) {
      write(subunits, of: writtenUnit, patterns.standard) ?? usage.amount(standard.format(amount(subunits)))
    }
  }

  /// By the pattern; nil where there is none, or the amount would have to be rounded.
  private func write(_ subunits: Int, of unit: Int, _ pattern: AmountPattern?) -> String? {
    guard let pattern, subunits.isMultiple(of: unit) else { return nil }
    return pattern.string(subunits / unit)
  }

  /// `€129.00 EUR`, not to be parted at the end of a line; the code is not said twice where the locale writes it anyway.
  func withCurrency(_ subunits: Int) -> String {
    let text = money(subunits)
    return text.contains(currency) ? text : "\(text)\u{A0}\(currency)"
  }

  /// `€129` for whole amounts, `€129.50` for others.
  func withoutTrailingZeros(_ subunits: Int) -> String {
    guard subunits.isMultiple(of: unit) else { return money(subunits) }
    return write(subunits, of: unit, patterns.whole) ?? usage.amount(whole.format(amount(subunits)))
  }

  /// `129.00`.
  func withoutCurrency(_ subunits: Int) -> String {
    write(subunits, of: writtenUnit, patterns.plain) ?? plain.format(amount(subunits))
  }

  /// ISO 4217 currencies whose minor unit is not a hundredth (list one, published 2024-06-25).
  private static let minorDigits: [String: Int] = [
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0, "UYI": 0,
    "VND": 0,
    "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3, "CLF": 4,
    "UYW": 4,
  ]
}
