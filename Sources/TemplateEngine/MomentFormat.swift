/// strftime as Ruby has it: directives with the flags `- 0 ^ # _`, a width, and colons before `z`.
extension Moment {
  func formatted(_ format: String, _ context: FilterContext) throws(FilterError) -> String {
    var result = ""
    let scalars = Array(format.unicodeScalars)
    var at = 0
    while at < scalars.count {
      guard scalars[at] == "%", let (style, end) = Style.read(scalars, at + 1) else {
        result.unicodeScalars.append(scalars[at])
        at += 1
        continue
      }
      try context.charge(units: 20 + 2 * (style.width ?? 0), bytes: style.width ?? 0)
      if let text = text(style) {
        result += text
      } else {
        result.unicodeScalars.append(contentsOf: scalars[at..<end])
      }
      at = end
    }
    return result
  }

  /// How a directive is written: its letter, flags and width.
  private struct Style {
    var directive: Unicode.Scalar
    var isUnpadded = false
    var isUpper = false
    var changesCase = false
    var padding: Character?
    var width: Int?
    var colons = 0

    static let widest = 1024

    /// The style behind a `%` and where it ends; nil when the format ends before.
    static func read(_ scalars: [Unicode.Scalar], _ start: Int) -> (Style, Int)? {
      var style = Style(directive: "%")
      var at = start
      while at < scalars.count {
        switch scalars[at] {
        case "-":
          style.isUnpadded = true
          style.padding = nil
          style.width = nil
        case "^": style.isUpper = true
        case "#": style.changesCase = true
        case "_": style.padding = " "
        case ":" where at + 1 < scalars.count && (scalars[at + 1] == ":" || scalars[at + 1] == "z"): style.colons += 1
        case "0" where style.width == nil: style.padding = "0"
        case "0"..."9": style.width = min(widest, (style.width ?? 0) * 10 + Int(scalars[at].value - 48))
        // Forms of other calendars are those of this one.
        case "E" where at + 1 < scalars.count && "cCxXyY".unicodeScalars.contains(scalars[at + 1]): break
        case "O" where at + 1 < scalars.count && "deHkIlmMSuUVwWy".unicodeScalars.contains(scalars[at + 1]): break
        default:
          style.directive = scalars[at]
          return (style, at + 1)
        }
        at += 1
      }
      return nil
    }
  }

  private func text(_ style: Style) -> String? {
    if style.colons > 0, style.directive != "z" { return nil }
    let twelve = hour % 12 == 0 ? 12 : hour % 12
    switch style.directive {
    case "Y": return number(year, year < 0 ? 5 : 4, style)
    case "C": return number(Self.divided(year, 100), 2, style)
    case "y": return number(Self.rest(year, 100), 2, style)
    case "m": return number(month, 2, style)
    case "B": return word(Self.monthNames[month - 1], style)
    case "b", "h": return word(String(Self.monthNames[month - 1].prefix(3)), style)
    case "d": return number(day, 2, style)
    case "e": return number(day, 2, style, fill: " ")
    case "j": return number(dayOfYear, 3, style)
    case "H": return number(hour, 2, style)
    case "k": return number(hour, 2, style, fill: " ")
    case "I": return number(twelve, 2, style)
    case "l": return number(twelve, 2, style, fill: " ")
    case "p": return filled(style.changesCase ? half.lowercased() : half, style)
    case "P": return filled(style.changesCase || style.isUpper ? half : half.lowercased(), style)
    case "M": return number(minute, 2, style)
    case "S": return number(second, 2, style)
    case "L": return fraction(style.width ?? 3)
    case "N": return fraction(style.width ?? 9)
    case "z": return zone(style)
    case "Z":
      let name = offset == 0 ? "UTC" : ""
      return filled(style.changesCase ? name.lowercased() : name, style)
    case "A": return word(Self.dayNames[weekday], style)
    case "a": return word(String(Self.dayNames[weekday].prefix(3)), style)
    case "u": return number(weekday == 0 ? 7 : weekday, 1, style)
    case "w": return number(weekday, 1, style)
    case "G": return number(isoWeek.year, 4, style)
    case "g": return number(Self.rest(isoWeek.year, 100), 2, style)
    case "V": return number(isoWeek.week, 2, style)
    case "U": return number((dayOfYear + 6 - weekday) / 7, 2, style)
    case "W": return number((dayOfYear + 6 - (weekday + 6) % 7) / 7, 2, style)
    case "s": return number(seconds, 1, style)
    case "n": return filled("\n", style)
    case "t": return filled("\t", style)
    case "%": return filled("%", style)
    default: return compound(style)
    }
  }

  private func compound(_ style: Style) -> String? {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let time = "\(two(hour)):\(two(minute))"
    let month = Self.monthNames[month - 1].prefix(3)
    let dayName = Self.dayNames[weekday].prefix(3)
    let paddedDay = day < 10 ? " \(day)" : "\(day)"
    let year = number(self.year, self.year < 0 ? 5 : 4, Style(directive: "Y"))
    let text: String
    switch style.directive {
    case "c": text = "\(dayName) \(month) \(paddedDay) \(time):\(two(second)) \(year)"
    case "D", "x": text = "\(two(self.month))/\(two(day))/\(two(Self.rest(self.year, 100)))"
    case "F": text = "\(year)-\(two(self.month))-\(two(day))"
    case "R": text = time
    case "T", "X": text = "\(time):\(two(second))"
    case "r": text = "\(two(hour % 12 == 0 ? 12 : hour % 12)):\(two(minute)):\(two(second)) \(half)"
    case "v": text = "\(paddedDay)-\(month.uppercased())-\(year)"
    default: return nil
    }
    var style = style
    style.isUnpadded = false
    return filled(style.isUpper ? text.uppercased() : text, style)
  }

  private var half: String { hour < 12 ? "AM" : "PM" }

  private func word(_ text: String, _ style: Style) -> String {
    filled(style.isUpper || style.changesCase ? text.uppercased() : text, style)
  }

  private func filled(_ text: String, _ style: Style) -> String {
    let missing = (style.width ?? 0) - text.unicodeScalars.count
    return missing > 0 && !style.isUnpadded && !text.isEmpty
      ? String(repeating: style.padding ?? " ", count: missing) + text : text
  }

  private func number(_ number: Int, _ width: Int, _ style: Style, fill: Character = "0") -> String {
    let digits = String(number.magnitude)
    let wanted = style.isUnpadded ? 1 : style.width ?? width
    let fill = style.padding ?? fill
    let missing = max(0, wanted - digits.utf8.count - (number < 0 ? 1 : 0))
    let padding = String(repeating: fill, count: missing)
    if number >= 0 { return padding + digits }
    return fill == "0" ? "-" + padding + digits : padding + "-" + digits
  }

  private func fraction(_ width: Int) -> String {
    let digits = String(nanosecond)
    let nine = String(repeating: "0", count: 9 - digits.utf8.count) + digits
    return width <= 9 ? String(nine.prefix(max(1, width))) : nine + String(repeating: "0", count: width - 9)
  }

  /// The offset: `+hhmm`, with one colon `+hh:mm`, with two `+hh:mm:ss`, with three as short as it can be. The width is that of
  /// the whole, the hours take what there is.
  private func zone(_ style: Style) -> String? {
    let distance = Int(offset.magnitude)
    let (hours, minutes, rest) = (distance / 3600, distance / 60 % 60, distance % 60)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let tail: String
    switch style.colons {
    case 0: tail = two(minutes)
    case 1: tail = ":" + two(minutes)
    case 2: tail = ":" + two(minutes) + ":" + two(rest)
    case 3: tail = rest != 0 ? ":" + two(minutes) + ":" + two(rest) : minutes != 0 ? ":" + two(minutes) : ""
    default: return nil
    }
    let digits = String(hours)
    let width = max(2, (style.width ?? 0) - 1 - tail.utf8.count)
    let missing = max(0, width - digits.utf8.count)
    let sign = offset < 0 ? "-" : "+"
    if style.padding == " " { return String(repeating: " ", count: missing) + sign + digits + tail }
    return sign + String(repeating: "0", count: missing) + digits + tail
  }

  private static func divided(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : (a - b + 1) / b }
  private static func rest(_ a: Int, _ b: Int) -> Int { a - divided(a, b) * b }
}
