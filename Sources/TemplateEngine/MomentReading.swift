/// Reading dates as Ruby's Liquid does: "now" and "today", seconds since 1970 as number or digits, and the written forms in
/// use (ISO 8601, RFC 2822, "March 14, 2016", "14 Mar 2016", "2016/03/14").
extension Moment {
  init?(_ value: Value, now: Int) {
    switch value.storage {
    case .int(let seconds):
      guard seconds.magnitude < 1 << 40 else { return nil }
      self.init(seconds: seconds)
    case .double(let seconds):
      guard seconds.magnitude < 1e12 else { return nil }
      self.init(seconds: Int(seconds.rounded(.down)))
      nanosecond = Int((seconds - seconds.rounded(.down)) * 1e9)
    case .string(let text, _):
      guard text.utf8.count <= 128 else { return nil }
      let word = text.lowercased()
      if word == "now" || word == "today" {
        self.init(seconds: now)
      } else if !text.isEmpty, text.utf8.allSatisfy(Lexer.isDigit), text.utf8.count > 8 || text.utf8.count < 4 {
        guard let seconds = Int(text), seconds < 1 << 40 else { return nil }
        self.init(seconds: seconds)
      } else {
        self.init(text: text)
      }
    default: return nil
    }
  }

  /// A date in words or digits; parts that are not given are zero, a missing year or day is refused.
  private init?(text: String) {
    self.init(year: 0, month: 0, day: 0)
    var numbers: [(value: Int, digits: Int)] = []
    var tokens = Self.tokens(of: text)[...]
    var hasTime = false
    var isSlashed = false
    while let token = tokens.popFirst() {
      switch token {
      case .number(let value, let digits):
        if digits == 8, numbers.isEmpty {
          (year, month, day) = (value / 10_000, value / 100 % 100, value % 100)
          numbers = [(year, 4), (month, 2), (day, 2)]
        } else if case .sign(":")? = tokens.first, !hasTime {
          hasTime = true
          hour = value
          readTime(&tokens)
        } else {
          numbers.append((value, digits))
        }
      case .word(let word):
        if let number = Self.place(of: word, in: Self.monthNames) {
          month = number + 1
        } else if word == "pm" {
          if hour < 12 { hour += 12 }
        } else if word == "am" {
          if hour == 12 { hour = 0 }
        } else if word == "z" || word == "utc" || word == "gmt" || word == "t" || word == "at" || word == "of"
          || ["st", "nd", "rd", "th"].contains(word) || Self.place(of: word, in: Self.dayNames) != nil
        {
          continue
        } else {
          return nil
        }
      case .sign("/"): isSlashed = true
      case .sign(let sign) where (sign == "+" || sign == "-") && hasTime: readOffset(sign == "-", &tokens)
      case .sign: continue
      }
    }
    guard assign(numbers, isSlashed) else { return nil }
    guard (1...12).contains(month), day >= 1, day <= Self.length(of: month, in: year), hour < 25, minute < 60, second < 61,
      (0...9999).contains(year)
    else { return nil }
  }

  private mutating func assign(_ numbers: [(value: Int, digits: Int)], _ isSlashed: Bool) -> Bool {
    let values = numbers.map(\.value)
    if month > 0, numbers.count < 3, !values.isEmpty, !(numbers[0].digits == 4 && numbers.count == 1) {
      // A month in words: "March 14, 2016", "14 March 2016".
      if numbers[0].digits > 2 {
        (year, day) = (values[0], values.count > 1 ? values[1] : 1)
      } else {
        guard values.count > 1 else { return false }
        (day, year) = (values[0], Self.fullYear(values[1], numbers[1].digits))
      }
      return true
    }
    if month > 0, numbers.count == 1 {
      (year, day) = (values[0], 1)
      return true
    }
    if numbers.count == 2, numbers[0].digits == 4 {
      (year, month, day) = (values[0], values[1], 1)
      return true
    }
    guard numbers.count == 3 else { return false }
    if numbers[0].digits > 2 || (isSlashed && numbers[2].digits <= 2) {
      (year, month, day) = (Self.fullYear(values[0], numbers[0].digits), values[1], values[2])
    } else {
      (day, month, year) = (values[0], values[1], Self.fullYear(values[2], numbers[2].digits))
    }
    return true
  }

  private mutating func readTime(_ tokens: inout ArraySlice<Token>) {
    tokens.removeFirst()
    if case .number(let value, _)? = tokens.first {
      minute = value
      tokens.removeFirst()
    }
    if case .sign(":")? = tokens.first, case .number(let value, _)? = tokens.dropFirst().first {
      second = value
      tokens.removeFirst(2)
    }
    if case .sign(".")? = tokens.first, case .number(let value, let digits)? = tokens.dropFirst().first {
      nanosecond = digits <= 9 ? (digits..<9).reduce(value) { result, _ in result * 10 } : 0
      tokens.removeFirst(2)
    }
  }

  private mutating func readOffset(_ west: Bool, _ tokens: inout ArraySlice<Token>) {
    guard case .number(let value, let digits)? = tokens.popFirst() else { return }
    var seconds = digits > 2 ? value / 100 * 3600 + value % 100 * 60 : value * 3600
    if digits <= 2, case .sign(":")? = tokens.first, case .number(let minutes, _)? = tokens.dropFirst().first {
      seconds += minutes * 60
      tokens.removeFirst(2)
    }
    offset = west ? -seconds : seconds
  }

  private enum Token {
    case number(Int, Int)
    case word(String)
    case sign(Character)
  }

  private static func tokens(of text: String) -> [Token] {
    var result: [Token] = []
    let bytes = Array(text.lowercased().utf8)
    var at = 0
    while at < bytes.count {
      let start = at
      if Lexer.isDigit(bytes[at]) {
        while at < bytes.count, Lexer.isDigit(bytes[at]) { at += 1 }
        let value = Value.leadingInteger(String(decoding: bytes[start..<at], as: UTF8.self)) ?? 0
        result.append(.number(min(value, 999_999_999), at - start))
      } else if bytes[at] >= 97, bytes[at] <= 122 {
        while at < bytes.count, bytes[at] >= 97, bytes[at] <= 122 { at += 1 }
        result.append(.word(String(decoding: bytes[start..<at], as: UTF8.self)))
      } else {
        if !Lexer.isSpace(bytes[at]), bytes[at] != UInt8(ascii: ",") {
          result.append(.sign(Character(Unicode.Scalar(bytes[at]))))
        }
        at += 1
      }
    }
    return result
  }

  private static func place(of word: String, in names: [String]) -> Int? {
    guard word.utf8.count >= 3 else { return nil }
    return names.firstIndex { $0.lowercased().hasPrefix(word) }
  }

  private static func fullYear(_ year: Int, _ digits: Int) -> Int {
    digits > 2 ? year : year < 69 ? 2000 + year : 1900 + year
  }

  private static func length(of month: Int, in year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }
}
