/// A point in time as the `date` filter needs it: civil date and time and an offset from UTC. The calendar is computed
/// (days from civil, Gregorian throughout), so that no library and no clock is needed.
struct Moment {
  var year: Int
  var month: Int
  var day: Int
  var hour = 0
  var minute = 0
  var second = 0
  var nanosecond = 0
  /// Seconds east of UTC.
  var offset = 0

  /// Days since 1970-01-01.
  static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// From seconds since 1970, shown at an offset.
  init(seconds: Int, offset: Int = 0) {
    let local = seconds + offset
    let days = Int((Double(local) / 86_400).rounded(.down))
    let rest = local - days * 86_400
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    month = shifted < 10 ? shifted + 3 : shifted - 9
    day = dayOfYear - (153 * shifted + 2) / 5 + 1
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = rest / 3600
    minute = rest / 60 % 60
    second = rest % 60
    self.offset = offset
  }

  var daysSince1970: Int { Self.days(year, month, day) }
  var seconds: Int { daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second - offset }
  var weekday: Int { ((daysSince1970 + 4) % 7 + 7) % 7 }
  var dayOfYear: Int { daysSince1970 - Self.days(year, 1, 1) + 1 }

  static let monthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  static let dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

  /// ISO week and the year it belongs to.
  var isoWeek: (year: Int, week: Int) {
    let monday = (weekday + 6) % 7
    let week = (dayOfYear - monday + 9) / 7
    if week < 1 {
      var last = Moment(year: year - 1, month: 12, day: 31)
      last.offset = offset
      return last.isoWeek
    }
    if week == 53, Moment(year: year + 1, month: 1, day: 1).weekday <= 4, Moment(year: year + 1, month: 1, day: 1).weekday >= 1 {
      return (year + 1, 1)
    }
    return (year, week)
  }
}
