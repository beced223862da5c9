import FoundationEssentials
import FoundationInternationalization

/// What people of a language write where ICU's data (CLDR 46) has something else. Each entry has its rows and sources in
/// docs/locales.md; what is not here is as ICU writes it.
struct LocalUsage: Sendable {
  private let language: String
  private let tag: String

  init(locale tag: String) {
    self.tag = tag.replacing("_", with: "-")
    language = String(self.tag.prefix { $0 != "-" }).lowercased()
  }

  /// The locale dates are written in. English that names no region is the United States' to CLDR, with the month first; a
  /// shop that sells in another currency is read elsewhere, where the day is.
  func dateLocale(currency: String) -> Locale {
    .ofPages(tag.lowercased() == "en" && currency != "USD" ? "en-001" : tag)
  }

  /// Whether prices show the currency's short sign where ICU would write its code, as it does for a country's own money in Romania
  /// (`RON` for `lei`): at home a short sign is not mistaken for another country's.
  func prefersShortSign(of currency: String) -> Bool {
    let given = Locale.Language(identifier: tag)
    let region = given.region ?? Locale.Language(identifier: given.maximalIdentifier).region
    guard let region else { return false }
    return Locale(identifier: "und_\(region.identifier)").currency?.identifier == currency
  }

  /// An amount as ICU wrote it. In Bengali the sign stands before the number.
  func amount(_ text: String) -> String {
    guard language == "bn", let last = text.lastIndex(where: \.isNumber) else { return text }
    let sign = text[text.index(after: last)...].drop { $0 == "\u{A0}" }
    guard !sign.isEmpty else { return text }
    let number = text[...last]
    let digits = number.drop { $0 == "-" }
    let space = sign.last?.isLetter == true ? "\u{A0}" : ""
    return "\(number[..<digits.startIndex])\(sign)\(space)\(digits)"
  }

  /// A date as ICU wrote it. The Bangla Academy spells words of foreign origin with a short i: the months of January and February.
  func date(_ text: String) -> String { language == "bn" ? text.replacing("য়ারী", with: "য়ারি") : text }

  /// A date with its time. Germans say `Uhr`; Bengali names the part of the day before the hour.
  ///
  /// - Parameters:
  ///   - long: the date without the time, as ICU wrote it.
  ///   - asICU: both, as ICU wrote them.
  func dateAtTime(_ date: Date, locale: Locale, calendar: Calendar, long: String, asICU: String) -> String {
    switch language {
    case "de": return asICU + "\u{A0}Uhr"
    case "bn":
      let clock = Date.VerbatimFormatStyle(
        format:
          "\(dayPeriod: .conversational(.wide)) \(hour: .defaultDigits(clock: .twelveHour, hourCycle: .oneBased)):\(minute: .twoDigits)",
        locale: locale, timeZone: .gmt, calendar: calendar)
      return "\(long), \(clock.format(date))"
    default: return asICU
    }
  }
}
