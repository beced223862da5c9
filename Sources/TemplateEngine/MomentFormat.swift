/// strftime as Ruby has it: directives with the flags `- 0 ^ # _ :` and a width.
extension Moment {
  func formatted(_ format: String, _ context: FilterContext) throws(FilterError) -> String {
    var result = ""
    var scalars = format.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let start = scalars
      var flags = ""
      var width = 0
      while let next = scalars.first, "-0^#_:".unicodeScalars.contains(next) {
        flags.unicodeScalars.append(next)
        scalars.removeFirst()
      }
      while let next = scalars.first, next.value >= 48, next.value <= 57 {
        width = min(1024, width * 10 + Int(next.value - 48))
        scalars.removeFirst()
      }
      guard let directive = scalars.popFirst(), let piece = piece(Character(directive), flags) else {
        result += "%"
        scalars = start
        continue
      }
      try context.charge(units: 20 + 2 * width, bytes: width)
      result += padded(piece, flags, width)
    }
    return result
  }

  private struct Piece {
    var text: String
    var width = 0
    var fill: Character = "0"
    init(_ number: Int, _ width: Int, fill: Character = "0") {
      text = String(number)
      self.width = width
      self.fill = fill
    }
    init(text: String) {
      self.text = text
      fill = " "
    }
  }

  private func padded(_ piece: Piece, _ flags: String, _ width: Int) -> String {
    var text = piece.text
    if flags.contains("^") { text = text.uppercased() }
    if flags.contains("#") { text = text == text.uppercased() ? text.lowercased() : text.uppercased() }
    if flags.contains("-") { return text }
    let fill: Character = flags.contains("_") ? " " : flags.contains("0") ? "0" : piece.fill
    let missing = max(width, piece.width) - text.count
    guard missing > 0 else { return text }
    if fill == "0", text.hasPrefix("-") { return "-" + String(repeating: "0", count: missing) + text.dropFirst() }
    return String(repeating: fill, count: missing) + text
  }

  private func piece(_ directive: Character, _ flags: String) -> Piece? {
    let twelve = hour % 12 == 0 ? 12 : hour % 12
    switch directive {
    case "Y": return Piece(year, 4)
    case "C": return Piece(year / 100, 2)
    case "y": return Piece(year % 100, 2)
    case "m": return Piece(month, 2)
    case "B": return Piece(text: Self.monthNames[month - 1])
    case "b", "h": return Piece(text: String(Self.monthNames[month - 1].prefix(3)))
    case "d": return Piece(day, 2)
    case "e": return Piece(day, 2, fill: " ")
    case "j": return Piece(dayOfYear, 3)
    case "H": return Piece(hour, 2)
    case "k": return Piece(hour, 2, fill: " ")
    case "I": return Piece(twelve, 2)
    case "l": return Piece(twelve, 2, fill: " ")
    case "P": return Piece(text: hour < 12 ? "am" : "pm")
    case "p": return Piece(text: hour < 12 ? "AM" : "PM")
    case "M": return Piece(minute, 2)
    case "S": return Piece(second, 2)
    case "L": return Piece(nanosecond / 1_000_000, 3)
    case "N": return Piece(nanosecond, 9)
    case "z": return Piece(text: zone(colon: flags.contains(":")))
    case "Z": return Piece(text: offset == 0 ? "UTC" : zone(colon: true))
    case "A": return Piece(text: Self.dayNames[weekday])
    case "a": return Piece(text: String(Self.dayNames[weekday].prefix(3)))
    case "u": return Piece(weekday == 0 ? 7 : weekday, 1)
    case "w": return Piece(weekday, 1)
    case "G": return Piece(isoWeek.year, 4)
    case "g": return Piece(isoWeek.year % 100, 2)
    case "V": return Piece(isoWeek.week, 2)
    case "U": return Piece((dayOfYear + 6 - weekday) / 7, 2)
    case "W": return Piece((dayOfYear + 6 - (weekday + 6) % 7) / 7, 2)
    case "s": return Piece(seconds, 1)
    case "n": return Piece(text: "\n")
    case "t": return Piece(text: "\t")
    case "%": return Piece(text: "%")
    default: return compound(directive)
    }
  }

  private func compound(_ directive: Character) -> Piece? {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let time = "\(two(hour)):\(two(minute))"
    let month = Self.monthNames[month - 1].prefix(3)
    let dayName = Self.dayNames[weekday].prefix(3)
    let paddedDay = day < 10 ? " \(day)" : "\(day)"
    let twelve = two(hour % 12 == 0 ? 12 : hour % 12)
    switch directive {
    case "c": return Piece(text: "\(dayName) \(month) \(paddedDay) \(time):\(two(second)) \(year)")
    case "D", "x": return Piece(text: "\(two(self.month))/\(two(day))/\(two(year % 100))")
    case "F": return Piece(text: "\(year)-\(two(self.month))-\(two(day))")
    case "R": return Piece(text: time)
    case "T", "X": return Piece(text: "\(time):\(two(second))")
    case "r": return Piece(text: "\(twelve):\(two(minute)):\(two(second)) \(hour < 12 ? "AM" : "PM")")
    case "v": return Piece(text: "\(paddedDay)-\(month.uppercased())-\(year)")
    case "+": return Piece(text: "\(dayName) \(month) \(paddedDay) \(time):\(two(second)) UTC \(year)")
    default: return nil
    }
  }

  private func zone(colon: Bool) -> String {
    let minutes = Int(offset.magnitude) / 60
    let digits = String(minutes / 60 * 100 + minutes % 60)
    let four = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return (offset < 0 ? "-" : "+") + four.prefix(2) + (colon ? ":" : "") + four.suffix(2)
  }
}
