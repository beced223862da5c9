import FoundationEssentials
import FoundationInternationalization

/// A moment as templates hold it: ISO 8601 text, or seconds since 1970.
struct DateText {
  private let date: Date

  init?(_ text: String) {
    if let seconds = Double(text), seconds.isFinite, abs(seconds) < 1e12 {
      date = Date(timeIntervalSince1970: seconds)
    } else if let parsed = Self.parse(text) {
      date = parsed
    } else {
      return nil
    }
  }

  private static func parse(_ text: String) -> Date? {
    let styles: [Date.ISO8601FormatStyle] = [.iso8601, .init(includingFractionalSeconds: true), .iso8601.year().month().day()]
    for style in styles {
      if let date = try? style.parse(text) { return date }
    }
    return nil
  }

  /// `2024-05-01T10:00:00Z`.
  var iso: String { date.formatted(.iso8601) }

  /// As people of the page's locale write it: `date` (the month in words), `date_at_time`, `basic` (digits), `month_year`.
  /// A time is in UTC, since a page that is shared has no shopper's zone.
  ///
  /// - Parameter currency: the page's, which tells where English without a region is read.
  func formatted(_ style: String, locale tag: String, currency: String) -> String {
    let usage = LocalUsage(locale: tag)
    let locale = usage.dateLocale(currency: currency)
    let calendar = Calendar(identifier: .gregorian)
    func shown(_ dateStyle: Date.FormatStyle.DateStyle, _ timeStyle: Date.FormatStyle.TimeStyle) -> String {
      Date.FormatStyle(date: dateStyle, time: timeStyle, locale: locale, calendar: calendar, timeZone: .gmt).format(date)
    }
    let parts = Date.FormatStyle(locale: locale, calendar: calendar, timeZone: .gmt)
    let text: String
    switch style {
    case "basic": text = parts.year().month(.twoDigits).day(.twoDigits).format(date)
    case "date_at_time":
      text = usage.dateAtTime(
        date, locale: locale, calendar: calendar, long: shown(.long, .omitted), asICU: shown(.long, .shortened))
    case "month_year": text = parts.year().month(.wide).format(date)
    default: text = shown(.long, .omitted)
    }
    return usage.date(text)
  }
}
