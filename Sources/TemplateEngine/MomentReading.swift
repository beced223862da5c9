/// Reading dates as Ruby's Liquid does: "now" and "today", seconds since 1970 as number or digits, and whatever Ruby finds in a
/// text (ISO 8601, RFC 2822, "March 14, 2016", "14 Mar 16", "2016/03/14", "10:20 pm"). The text is cut into words, numbers and
/// signs; a day's name and a time of day are taken out wherever they are; then the first form of a date that is found anywhere
/// counts, in a fixed order. What is left over is not looked at. What a text does not say is taken from now, from the year
/// downwards, until it says something; below that it is the first or zero.
extension Moment {
  init?(_ value: Value, now: Int) {
    switch value.storage {
    case .int(let seconds):
      guard seconds.magnitude < 1 << 40 else { return nil }
      self.init(seconds: seconds)
    case .string(let text, _):
      guard !text.isEmpty, text.utf8.count <= 128 else { return nil }
      let word = text.lowercased()
      if word == "now" || word == "today" {
        self.init(seconds: now)
      } else if text.utf8.allSatisfy(Lexer.isDigit) {
        guard let seconds = Int(text), seconds < 1 << 40 else { return nil }
        self.init(seconds: seconds)
      } else {
        var parts = MomentParts(text)
        guard parts.read() else { return nil }
        self.init(parts, now: now)
      }
    default: return nil
    }
  }

  private init?(_ parts: MomentParts, now: Int) {
    let offset = parts.offset ?? 0
    let current = Moment(seconds: now, offset: offset)
    var parts = parts
    if parts.year == nil {
      parts.year = current.year
      if parts.month == nil, parts.yearDay == nil {
        parts.month = current.month
        if parts.day == nil { parts.day = current.day }
      }
    }
    let (year, hour, minute, second) = (parts.year ?? 0, parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)
    guard hour < 25, minute < 60, second < 61, hour < 24 || (minute == 0 && second == 0), year.magnitude < 1 << 24 else {
      return nil
    }
    let days: Int
    if let yearDay = parts.yearDay {
      guard yearDay >= 1, yearDay <= (Moment.isLeap(year) ? 366 : 365) else { return nil }
      days = Moment.days(year, 1, 1) + yearDay - 1
    } else {
      let (month, day) = (parts.month ?? 1, parts.day ?? 1)
      // The 31st of a shorter month is a day of the next.
      guard (1...12).contains(month), (1...31).contains(day) else { return nil }
      days = Moment.days(year, month, day)
    }
    self.init(seconds: days * 86_400 + hour * 3600 + minute * 60 + second - offset, offset: offset)
    nanosecond = parts.nanosecond
  }

  static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
}

/// What a text says of a point in time.
struct MomentParts {
  var year: Int?
  var month: Int?
  var day: Int?
  var yearDay: Int?
  var hour: Int?
  var minute: Int?
  var second: Int?
  var nanosecond = 0
  var offset: Int?

  private enum Token: Equatable {
    case number([UInt8])
    case word(String)
    case sign(UInt8)
    case space
  }

  private var tokens: [Token] = []

  init(_ text: String) {
    let bytes = Array(text.lowercased().utf8)
    func isLetter(_ byte: UInt8) -> Bool { (byte >= 97 && byte <= 122) || byte >= 128 }
    var at = 0
    while at < bytes.count {
      let start = at
      if Lexer.isDigit(bytes[at]) {
        while at < bytes.count, Lexer.isDigit(bytes[at]) { at += 1 }
        tokens.append(.number(Array(bytes[start..<at])))
      } else if isLetter(bytes[at]) {
        while at < bytes.count, isLetter(bytes[at]) { at += 1 }
        tokens.append(.word(String(decoding: bytes[start..<at], as: UTF8.self)))
      } else {
        let isSign = Array("-+',./:@[]".utf8).contains(bytes[at])
        if isSign { tokens.append(.sign(bytes[at])) } else if tokens.last != .space { tokens.append(.space) }
        at += 1
      }
    }
  }

  /// False when nothing was found.
  mutating func read() -> Bool {
    takeDayName()
    takeTime()
    let forms: [(inout MomentParts, Int) -> Int?] = [
      { $0.dayThenMonth($1) }, { $0.monthThenDay($1) }, { $0.dashed($1) }, { $0.dayDashMonth($1) },
      { $0.separated(by: UInt8(ascii: "/"), $1) }, { $0.separated(by: UInt8(ascii: "."), $1) }, { $0.dashedYearDay($1) },
      { $0.monthAlone($1) }, { $0.ordinalDay($1) }, { $0.digits($1) },
    ]
    search: for form in forms {
      for at in tokens.indices {
        guard let end = form(&self, at) else { continue }
        tokens.replaceSubrange(at..<end, with: [.space])
        break search
      }
    }
    // A number that is left alone is the hour of a day, or the day of an hour.
    let left = tokens.filter { $0 != .space }
    if left.count == 1, case .number(let digits) = left[0], digits.count <= 2 {
      if hour != nil, day == nil { day = value(digits) } else if day != nil, hour == nil { hour = value(digits) }
    }
    return year != nil || month != nil || day != nil || yearDay != nil || hour != nil
  }

  // MARK: Looking at tokens

  private func value(_ digits: [UInt8]) -> Int {
    digits.reduce(0) { min($0, 1 << 40) * 10 + Int($1 - 48) }
  }
  private func number(_ at: Int) -> [UInt8]? {
    if at >= 0, at < tokens.count, case .number(let digits) = tokens[at] { digits } else { nil }
  }
  private func word(_ at: Int) -> String? {
    if at >= 0, at < tokens.count, case .word(let word) = tokens[at] { word } else { nil }
  }
  private func isSign(_ at: Int, _ byte: UInt8) -> Bool { at < tokens.count && tokens[at] == .sign(byte) }
  private func skipSpace(_ at: Int) -> Int {
    var at = at
    while at < tokens.count, tokens[at] == .space { at += 1 }
    return at
  }
  /// Behind the rest of a name or an ordinal: letters and signs but `-` and `'`.
  private func skipRest(_ at: Int) -> Int {
    var at = at
    while at < tokens.count {
      switch tokens[at] {
      case .word: at += 1
      case .sign(let byte) where byte != UInt8(ascii: "-") && byte != UInt8(ascii: "'"): at += 1
      default: return at
      }
    }
    return at
  }
  private func month(_ at: Int) -> Int? {
    guard let word = word(at), word.utf8.count >= 3 else { return nil }
    return Moment.monthNames.firstIndex { word.hasPrefix($0.prefix(3).lowercased()) }.map { $0 + 1 }
  }

  // MARK: Time of day

  private mutating func takeDayName() {
    guard
      let at = tokens.indices.first(where: { at in
        word(at).map { word in Moment.dayNames.contains { word.hasPrefix($0.prefix(3).lowercased()) } } ?? false
      })
    else { return }
    var end = at + 1
    while end < tokens.count, case .sign(let byte) = tokens[end], byte != UInt8(ascii: "-"), byte != UInt8(ascii: "/") {
      end += 1
    }
    tokens.replaceSubrange(at..<end, with: [.space])
  }

  private mutating func takeTime() {
    for at in tokens.indices {
      guard let digits = number(at) else { continue }
      var end = at + 1
      let next = skipSpace(end)
      if isSign(next, UInt8(ascii: ":")), let minutes = number(skipSpace(next + 1)) {
        end = skipSpace(next + 1) + 1
        minute = value(minutes)
        let colon = skipSpace(end)
        if isSign(colon, UInt8(ascii: ":")), let seconds = number(skipSpace(colon + 1)) {
          end = skipSpace(colon + 1) + 1
          second = value(seconds)
          if isSign(end, UInt8(ascii: ".")) || isSign(end, UInt8(ascii: ",")) {
            end += 1
            if let fraction = number(end) {
              let nine = Array((fraction + [UInt8](repeating: 48, count: 9)).prefix(9))
              nanosecond = value(nine)
              end += 1
            }
          }
        }
      } else if word(next) == "h" {
        end = next + 1
        if let minutes = number(skipSpace(end)) {
          minute = value(minutes)
          end = skipSpace(end) + 1
          if word(end) == "m" { end += 1 }
        }
      } else if halfOfDay(next) == nil {
        continue
      }
      hour = value(digits)
      if let half = halfOfDay(skipSpace(end)) {
        hour = (hour ?? 0) % 12 + (half.isAfternoon ? 12 : 0)
        end = half.end
      }
      end = takeZone(end)
      tokens.replaceSubrange(at..<end, with: [.space])
      return
    }
  }

  /// `am`, `pm`, `a.m.`, `p.m.`
  private func halfOfDay(_ at: Int) -> (isAfternoon: Bool, end: Int)? {
    guard let word = word(at) else { return nil }
    if word == "am" || word == "pm" { return (word == "pm", at + 1) }
    guard word == "a" || word == "p", isSign(at + 1, 46), self.word(at + 2) == "m", isSign(at + 3, 46) else { return nil }
    return (word == "p", at + 4)
  }

  private static let eras = ["m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018]
  private static let zones = [
    "utc": 0, "z": 0, "ut": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8, "i": 9, "k": 10, "l": 11, "m": 12, "n": -1, "o": -2, "p": -3,
    "q": -4, "r": -5, "s": -6, "t": -7, "u": -8, "v": -9, "w": -10, "x": -11, "y": -12,
  ]

  /// Reads what follows a time as its zone, known or not; answers where it ends.
  private mutating func takeZone(_ place: Int) -> Int {
    var at = skipSpace(place)
    let name = word(at)
    if name == "gmt" || name == "utc" || name == "ut" { at += 1 }
    if isSign(at, UInt8(ascii: "+")) || isSign(at, UInt8(ascii: "-")), let digits = number(at + 1) {
      let isWest = isSign(at, UInt8(ascii: "-"))
      var all = digits
      at += 2
      if isSign(at, UInt8(ascii: ":")), let minutes = number(at + 1) {
        all += minutes
        at += 2
      }
      // `UTC+2` and `+1` are none that Ruby knows.
      if at == skipSpace(place) + (digits.count == all.count ? 2 : 4), digits.count == 2 || digits.count == 4,
        all.count == 2 || all.count == 4
      {
        let seconds = value(Array(all.prefix(2))) * 3600 + value(Array(all.dropFirst(2))) * 60
        offset = isWest ? -seconds : seconds
      }
      return at
    }
    guard let name else { return place }
    offset = Self.zones[name].map { $0 * 3600 }
    return skipSpace(place) + 1
  }

  // MARK: Dates

  /// Which of three numbers is the year: one with more than two digits, or with an apostrophe, else the first.
  private mutating func assign(
    _ first: [UInt8]?, _ middle: [UInt8]?, _ last: [UInt8]?, month named: Int? = nil, isNegative: Bool = false
  ) {
    var (y, m, d) = (first, middle, last)
    if named == nil, y != nil, m != nil, d == nil { (y, m, d) = (nil, y, m) }
    if y == nil, let day = d, day.count > 2 { (y, d) = (d, nil) }
    if let month = m, month.count > 2 { (y, m, d) = (m, d, y) }
    if let day = d, day.count > 2 { (y, d) = (d, y) }
    if let y {
      var number = value(y)
      if y.count <= 2, !isNegative { number += number < 69 ? 2000 : 1900 }
      year = isNegative ? -number : number
    }
    month = named ?? m.map(value)
    day = d.map(value)
  }

  /// `14 March 2016`, `14th Mar`, `2016 March 14`.
  private mutating func dayThenMonth(_ at: Int) -> Int? {
    guard let first = number(at) else { return nil }
    var next = at + 1
    if word(next) != nil, month(next) == nil { next += 1 }
    while next < tokens.count, case .sign(let byte) = tokens[next], byte != UInt8(ascii: "-") { next += 1 }
    next = skipSpace(next)
    guard let month = month(next) else { return nil }
    var end = skipRest(next + 1)
    let last = skipSpace(end)
    let year = number(isSign(last, UInt8(ascii: "'")) ? last + 1 : last)
    if year != nil { end = (isSign(last, UInt8(ascii: "'")) ? last + 1 : last) + 1 }
    assign(year, nil, first, month: month)
    return end
  }

  /// `March 14, 2016`, `Mar 14`, `March 2016`.
  private mutating func monthThenDay(_ at: Int) -> Int? {
    guard let month = month(at) else { return nil }
    let next = skipSpace(skipRest(at + 1))
    guard let first = number(next) else { return nil }
    var end = skipRest(next + 1)
    var last = skipSpace(end)
    if isSign(last, UInt8(ascii: "'")) { last += 1 }
    let year = number(last)
    if year != nil { end = last + 1 }
    assign(year, nil, first, month: month)
    return end
  }

  /// `2016-03-14`
  private mutating func dashed(_ at: Int) -> Int? {
    guard let first = number(at), isSign(at + 1, 45), let middle = number(at + 2), isSign(at + 3, 45), let last = number(at + 4)
    else { return nil }
    assign(first, middle, last, isNegative: at > 0 && isSign(at - 1, 45))
    return at + 5
  }

  /// `14-Mar-2016`
  private mutating func dayDashMonth(_ at: Int) -> Int? {
    guard let first = number(at), isSign(at + 1, 45), let month = month(at + 2), isSign(at + 3, 45), let last = number(at + 4)
    else { return nil }
    assign(last, nil, first, month: month)
    return at + 5
  }

  /// `2016/03/14`, `14.03.2016`, `12/25`
  private mutating func separated(by sign: UInt8, _ at: Int) -> Int? {
    guard let first = number(at), isSign(at + 1, sign) else { return nil }
    let second = skipSpace(at + 2)
    guard let middle = number(second) else { return nil }
    let isSlash = sign == UInt8(ascii: "/")
    var last: [UInt8]?
    var end = second + 1
    if isSlash ? end < tokens.count : isSign(end, sign), let found = number(skipSpace(end + 1)) {
      last = found
      end = skipSpace(end + 1) + 1
    }
    guard isSlash || last != nil else { return nil }
    assign(first, middle, last)
    // `H28.03.14`: the year of a Japanese era.
    if !isSlash, let era = word(at - 1).flatMap({ Self.eras[$0] }) {
      (year, month, day) = (era + value(first), value(middle), last.map(value))
    }
    return end
  }

  /// `2016-074`
  private mutating func dashedYearDay(_ at: Int) -> Int? {
    guard let first = number(at), first.count == 2 || first.count == 4, isSign(at + 1, 45), let last = number(at + 2),
      last.count == 3, word(at + 3) == nil
    else { return nil }
    assign(first, nil, nil, month: nil)
    yearDay = value(last)
    return at + 3
  }

  private mutating func monthAlone(_ at: Int) -> Int? {
    guard let found = month(at) else { return nil }
    month = found
    return at + 1
  }

  /// `5th`
  private mutating func ordinalDay(_ at: Int) -> Int? {
    guard let digits = number(at), let suffix = word(at + 1), ["st", "nd", "rd", "th"].contains(suffix) else { return nil }
    day = value(digits)
    return at + 2
  }

  /// `20160314`, `20160314T102030Z`
  private mutating func digits(_ at: Int) -> Int? {
    guard let digits = number(at) else { return nil }
    func part(_ range: Range<Int>) -> Int? { range.upperBound <= digits.count ? value(Array(digits[range])) : nil }
    switch digits.count {
    case 2: day = part(0..<2)
    case 3: yearDay = part(0..<3)
    case 4: (month, day) = (part(0..<2), part(2..<4))
    case 5: assign(Array(digits.prefix(2)), nil, nil); yearDay = part(2..<5)
    case 6: assign(Array(digits[0..<2]), Array(digits[2..<4]), Array(digits[4..<6]))
    case 7: (year, yearDay) = (part(0..<4), part(4..<7))
    case 8, 10, 12, 14:
      (year, month, day) = (part(0..<4), part(4..<6), part(6..<8))
      (hour, minute, second) = (part(8..<10) ?? hour, part(10..<12) ?? minute, part(12..<14) ?? second)
    default: return nil
    }
    var end = at + 1
    if word(end) == "t", let time = number(end + 1), [2, 4, 6].contains(time.count) {
      hour = value(Array(time.prefix(2)))
      minute = time.count > 2 ? value(Array(time[2..<4])) : nil
      second = time.count > 4 ? value(Array(time[4..<6])) : nil
      end = takeZone(end + 2)
    }
    return end
  }
}
