// RFC 3339 as platforms really write it: 0 to 9 fractional digits, `Z`, an offset or none (which is UTC), `T` or a space,
// or a date alone (which is its midnight). Read by hand, because the formatter of the library accepts one of these at a time.

import FoundationEssentials

package enum Timestamp {
  /// What a document leaves out. A real one is later, as no shop was online in 1970.
  package static let unknown = Date(timeIntervalSince1970: 0)

  /// nil if the text is no such time, or no day of the calendar.
  package static func date(_ text: String) -> Date? {
    var rest = Substring(text).utf8[...]
    func number(_ digits: Int) -> Int? {
      guard rest.count >= digits else { return nil }
      var value = 0
      for byte in rest.prefix(digits) {
        guard byte >= 48, byte <= 57 else { return nil }
        value = value * 10 + Int(byte - 48)
      }
      rest.removeFirst(digits)
      return value
    }
    func eat(_ characters: String) -> UInt8? {
      guard let first = rest.first, characters.utf8.contains(first) else { return nil }
      rest.removeFirst()
      return first
    }

    guard let year = number(4), eat("-") != nil, let month = number(2), eat("-") != nil, let day = number(2),
      (1...12).contains(month), day >= 1, day <= daysIn(month, of: year)
    else { return nil }
    var seconds = days(year, month, day) * 86_400
    var fraction = 0.0
    if !rest.isEmpty {
      guard eat("Tt ") != nil, let hour = number(2), eat(":") != nil, let minute = number(2), hour < 24, minute < 60
      else { return nil }
      seconds += hour * 3600 + minute * 60
      if eat(":") != nil {
        guard let second = number(2), second <= 60 else { return nil }
        seconds += min(second, 59)
        if eat(".,") != nil {
          var digits = 0
          var scale = 0.1
          while let digit = number(1) {
            digits += 1
            fraction += Double(digit) * scale
            scale /= 10
          }
          guard (1...9).contains(digits) else { return nil }
        }
      }
      if eat("Zz") == nil, let sign = eat("+-") {
        guard let hours = number(2) else { return nil }
        _ = eat(":")
        guard let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        let offset = hours * 3600 + minutes * 60
        seconds -= sign == UInt8(ascii: "-") ? -offset : offset
      }
    }
    return rest.isEmpty ? Date(timeIntervalSince1970: Double(seconds) + fraction) : nil
  }

  /// `2026-03-01T09:00:00Z`; fractions of a second are dropped.
  package static func text(_ date: Date) -> String {
    let seconds = Int(date.timeIntervalSince1970.rounded(.down).clamped(to: -62_135_596_800...253_402_300_799))
    let days = Int((Double(seconds) / 86_400).rounded(.down))
    let (year, month, day) = civil(days)
    let time = seconds - days * 86_400
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let padded = String(repeating: "0", count: max(0, 4 - "\(year)".count)) + "\(year)"
    return "\(padded)-\(two(month))-\(two(day))T\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60))Z"
  }

  private static func daysIn(_ month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01 in the Gregorian calendar; years begin in March, so that the leap day comes last.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * dayOfYear + 2) / 153
    let month = march + (march < 10 ? 3 : -9)
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1)
  }
}

extension Double {
  fileprivate func clamped(to range: ClosedRange<Double>) -> Double {
    Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
  }
}
