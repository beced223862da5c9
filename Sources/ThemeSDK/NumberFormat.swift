import FoundationEssentials
import FoundationInternationalization
import Synchronization

/// Writes numbers as people of one locale do, from ICU's data: their digits, their groups, their decimal sign.
final class NumberFormat: Sendable {
  private let locale: Locale
  /// How whole numbers are written, where it can be learned: nearly all there are.
  private let whole: AmountPattern?

  private static let cache = Mutex<[String: NumberFormat]>([:])

  /// The formatter of a locale. Making one asks ICU; each is made once.
  static func of(locale: String) -> NumberFormat {
    if let known = cache.withLock({ $0[locale] }) { return known }
    let made = NumberFormat(locale: locale)
    cache.withLock { formats in
      // Locales come from tenants' files, not from shoppers; the bound is against mistakes.
      if formats.count > 4096 { formats.removeAll() }
      formats[locale] = made
    }
    return made
  }

  private init(locale tag: String) {
    locale = .ofPages(tag)
    let style = Decimal.FormatStyle(locale: locale).precision(.fractionLength(0))
    whole = AmountPattern(fractionDigits: 0, style.format)
  }

  /// `1,234`.
  func string(_ number: Int) -> String { whole?.string(number) ?? string(String(number)) ?? String(number) }

  /// A number written with a decimal point, with as many decimals as it has; nil for what is no number.
  func string(_ text: String, isGrouped: Bool = true) -> String? {
    guard let (number, decimals) = Self.read(text) else { return nil }
    return Decimal.FormatStyle(locale: locale).precision(.fractionLength(decimals)).grouping(isGrouped ? .automatic : .never)
      .format(number)
  }

  /// `12 %` of `12`; nil for what is no number.
  func percent(_ text: String) -> String? {
    guard let (number, decimals) = Self.read(text) else { return nil }
    return Decimal.FormatStyle.Percent(locale: locale).precision(.fractionLength(decimals)).format(number / 100)
  }

  /// A number and its decimals. Foundation reads as much as it understands of a text; here all of it must be the number.
  private static func read(_ text: String) -> (number: Decimal, decimals: Int)? {
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
    guard text.utf8.count - digits.count <= 1, digits.count <= 30 else { return nil }
    let parts = digits.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    let isNumber = parts.allSatisfy { part in
      !part.isEmpty && part.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
    guard isNumber, let number = Decimal(string: text) else { return nil }
    return (number, parts.count == 2 ? parts[1].count : 0)
  }
}

extension Locale {
  /// The locale of a page's tag. ICU is asked for the digits people of the language read: for `bn` it says Latin ones unless told
  /// otherwise.
  static func ofPages(_ tag: String) -> Locale {
    let identifier = tag.replacing("-", with: "_")
    return Locale(identifier: identifier == "bn" || identifier.hasPrefix("bn_") ? identifier + "@numbers=beng" : identifier)
  }
}
