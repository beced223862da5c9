/// Filters that cut text or lists: slice, split, truncate, truncatewords.
extension StandardFilters {
  static let cutting: Family = [
    (
      "slice",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...2)
        let offset = try integer(arguments[0])
        let length = arguments[1].isTruthy ? try integer(arguments[1]) : 1
        switch input.storage {
        case .array, .models, .range:
          guard let range = range(offset, length, of: input.count ?? 0) else { return .array([]) }
          try context.charge(units: range.count, bytes: range.count > 1 << 40 ? .max : range.count * 24)
          return .array(range.map { input.element($0) ?? .null })
        default:
          let text = try context.text(input)
          // Counted, copied and walked through.
          try context.charge(units: text.utf8.count / 16)
          guard let range = range(offset, length, of: Characters.count(text)) else { return try context.make("", like: input) }
          let part = Characters.cut(text, range)
          guard case .mixed(let mixed) = input.storage else { return try context.make(part, like: input) }
          let from = Characters.cut(text, 0..<range.lowerBound).utf8.count
          return try context.part(from..<from + part.utf8.count, of: mixed)
        }
      }
    ),
    (
      "split",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        let text = try context.text(input)
        return try split(text, try context.text(arguments[0]), input, context)
      }
    ),
    (
      "truncate",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...2)
        if input.isNull { return .null }
        let length = arguments.count > 0 ? try integer(arguments[0]) : 50
        let ellipsis = arguments.count > 1 ? arguments[1] : Value(.string("...", .literal))
        let text = try context.text(input)
        let end = try context.text(ellipsis)
        try context.charge(units: (text.utf8.count + end.utf8.count) / 16)
        guard Characters.count(text) > length else { return input.isMixed ? input : try context.make(text, like: input) }
        let kept = max(0, length.subtractingReportingOverflow(Characters.count(end)).partialValue)
        let part = Characters.cut(text, 0..<(length < 0 ? 0 : kept))
        return try cut(Array(text.utf8), [0..<part.utf8.count], input, ellipsis, context)
      }
    ),
    (
      "truncatewords",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...2)
        if input.isNull { return .null }
        let wanted = max(1, arguments.count > 0 ? try integer(arguments[0]) : 15)
        let ellipsis = arguments.count > 1 ? arguments[1] : Value(.string("...", .literal))
        let text = try context.text(input)
        let bytes = Array(text.utf8)
        let words = try words(in: bytes, atMost: wanted, context)
        // White space behind the last word counts as one more, as where Ruby splits with a limit.
        guard words.count == wanted, let last = words.last, last.upperBound < bytes.count else {
          return input.isMixed ? input : try context.make(text, like: input)
        }
        try context.charge(units: words.count * 4)
        return try cut(bytes, words, input, ellipsis, context)
      }
    ),
  ]

  /// Parts of a text with blanks between them, and a mark behind.
  private static func cut(
    _ bytes: [UInt8], _ parts: [Range<Int>], _ input: Value, _ mark: Value, _ context: FilterContext
  ) throws(FilterError) -> Value {
    let end = try context.text(mark)
    try context.charge(bytes: bytes.count + end.utf8.count)
    var builder = MixedTextBuilder()
    for (at, part) in parts.enumerated() {
      if at > 0 { builder.append(CollectionOfOne(32), .literal) }
      if case .mixed(let mixed) = input.storage {
        builder.append(mixed, part)
      } else {
        builder.append(bytes[part], input.trust.ofPart)
      }
    }
    builder.append(mark, text: end)
    return context.value(of: builder)
  }

  /// A whole number, or text that is one.
  static func integer(_ value: Value) throws(FilterError) -> Int {
    switch value.storage {
    case .int(let number): return number
    case .string(let text, _):
      if text.utf8.count <= 1000, let number = Int(trimmed(text, left: true, right: true)) { return number }
      throw FilterError("invalid integer", suggestion: "a whole number is needed here")
    default: throw FilterError("invalid integer", suggestion: "a whole number is needed here")
    }
  }

  private static func range(_ offset: Int, _ length: Int, of count: Int) -> Range<Int>? {
    guard length >= 0 else { return nil }
    let start = offset < 0 ? count &+ offset : offset
    guard start >= 0, start <= count else { return nil }
    return start..<(length > count - start ? count : start + length)
  }

  /// Ruby's split: a single space means runs of white space, nothing means characters, empty ends are dropped.
  private static func split(
    _ text: String, _ pattern: String, _ input: Value, _ context: FilterContext
  ) throws(FilterError) -> Value {
    let bytes = Array(text.utf8)
    func made(_ parts: [Range<Int>]) throws(FilterError) -> Value {
      try context.charge(units: parts.count * 8, bytes: parts.count * 56 + bytes.count)
      return .array(
        parts.map { part in
          var builder = MixedTextBuilder()
          if case .mixed(let mixed) = input.storage {
            builder.append(mixed, part)
          } else {
            builder.append(bytes[part], input.trust.ofPart)
          }
          return context.value(of: builder)
        })
    }
    if pattern.isEmpty {
      try context.charge(units: bytes.count / 8, bytes: bytes.count * 8)
      let starts = bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 } + [bytes.count]
      return try made(zip(starts, starts.dropFirst()).map { $0..<$1 })
    }
    if pattern == " " { return try made(try words(in: bytes, atMost: .max, context)) }
    try context.charge(units: (pattern.utf8.count + bytes.count) / 16)
    var needle = Needle(Array(pattern.utf8))
    var parts: [Range<Int>] = []
    var from = 0
    while let place = needle.find(in: bytes, from: from) {
      parts.append(from..<place)
      if parts.count % 1024 == 0 { try context.charge(units: 1024, bytes: 16_384) }
      from = place + needle.bytes.count
    }
    try context.charge(units: max(0, needle.compared - pattern.utf8.count - bytes.count) / 16)
    parts.append(from..<bytes.count)
    while let last = parts.last, last.isEmpty { parts.removeLast() }
    return try made(parts)
  }

  /// Runs of bytes that are not white space.
  private static func words(
    in bytes: [UInt8], atMost limit: Int, _ context: FilterContext
  ) throws(FilterError) -> [Range<Int>] {
    try context.charge(units: 2 + bytes.count / 16)
    var result: [Range<Int>] = []
    var at = 0
    while result.count < limit {
      while at < bytes.count, Lexer.isSpace(bytes[at]) { at += 1 }
      guard at < bytes.count else { break }
      let start = at
      while at < bytes.count, !Lexer.isSpace(bytes[at]) { at += 1 }
      result.append(start..<at)
      if result.count % 1024 == 0 { try context.charge(units: 1024, bytes: 16_384) }
    }
    return result
  }
}
