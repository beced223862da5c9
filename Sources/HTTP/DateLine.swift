import Glibc

/// The `Date` line, made again when the loop's clock says that a second has passed; no timer keeps an idle process awake for it.
struct DateLine {
  private(set) var bytes: [UInt8] = []
  private var validUntil: UInt64 = 0

  /// - Parameter milliseconds: the loop's clock.
  mutating func refresh(at milliseconds: UInt64) {
    if milliseconds < validUntil { return }
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    validUntil = milliseconds + UInt64(max(1, 1000 - time.tv_nsec / 1_000_000))
    bytes = Self.line(at: time.tv_sec)
  }

  static func line(at seconds: Int) -> [UInt8] {
    var seconds = seconds
    var parts = tm()
    gmtime_r(&seconds, &parts)
    let days: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months: [StaticString] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    // strftime would follow the process's locale; IMF-fixdate is English.
    let date = "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(parts.tm_year + 1900)"
    return Array("Date: \(date) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT\r\n".utf8)
  }
}
