/// Filters that change or join text.
extension StandardFilters {
  static let text: Family = [
    (
      "append",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        return try context.joined([input, arguments[0]])
      }
    ),
    (
      "prepend",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        return try context.joined([arguments[0], input])
      }
    ),
    (
      "upcase",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try context.make(from: input) { $0.uppercased() }
      }
    ),
    (
      "downcase",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try context.make(from: input) { $0.lowercased() }
      }
    ),
    (
      "capitalize",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        let text = try context.text(input)
        guard let first = text.unicodeScalars.first else { return try context.make("", like: input) }
        let rest = String(text.unicodeScalars.dropFirst()).lowercased()
        return try context.make(first.properties.titlecaseMapping + rest, like: input)
      }
    ),
    (
      "strip",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try strip(input, context, left: true, right: true)
      }
    ),
    (
      "lstrip",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try strip(input, context, left: true, right: false)
      }
    ),
    (
      "rstrip",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try strip(input, context, left: false, right: true)
      }
    ),
    (
      "strip_newlines",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try context.make(from: input) { text in
          let bytes = Array(text.utf8)
          var kept: [UInt8] = []
          kept.reserveCapacity(bytes.count)
          for (at, byte) in bytes.enumerated() where byte != 10 {
            if byte == 13, at + 1 < bytes.count, bytes[at + 1] == 10 { continue }
            kept.append(byte)
          }
          return String(decoding: kept, as: UTF8.self)
        }
      }
    ),
    (
      "squish",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        let words = try context.text(input).split(whereSeparator: { $0.unicodeScalars.allSatisfy { $0.value <= 32 } })
        return try context.make(words.joined(separator: " "), like: input)
      }
    ),
    (
      "replace",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...2)
        return try replaced(input, arguments, context, .all)
      }
    ),
    (
      "replace_first",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...2)
        return try replaced(input, arguments, context, .first)
      }
    ),
    (
      "replace_last",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 2...2)
        return try replaced(input, arguments, context, .last)
      }
    ),
    (
      "remove",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        return try replaced(input, arguments, context, .all)
      }
    ),
    (
      "remove_first",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        return try replaced(input, arguments, context, .first)
      }
    ),
    (
      "remove_last",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        return try replaced(input, arguments, context, .last)
      }
    ),
  ]

  private static func strip(
    _ input: Value, _ context: FilterContext, left: Bool, right: Bool
  ) throws(FilterError) -> Value {
    let text = try context.text(input)
    let kept = trimmed(text, left: left, right: right)
    guard case .mixed(let mixed) = input.storage else { return try context.make(kept, like: input) }
    let from = left ? text.utf8.prefix(while: Lexer.isSpace).count : 0
    return try context.part(from..<from + kept.utf8.count, of: mixed)
  }

  static func trimmed(_ text: String, left: Bool, right: Bool) -> String {
    let bytes = text.utf8
    var from = bytes.startIndex
    var to = bytes.endIndex
    // Ruby takes NUL for white space here.
    func isStripped(_ byte: UInt8) -> Bool { Lexer.isSpace(byte) || byte == 0 }
    if left { while from < to, isStripped(bytes[from]) { bytes.formIndex(after: &from) } }
    if right {
      while to > from {
        let before = bytes.index(before: to)
        guard isStripped(bytes[before]) else { break }
        to = before
      }
    }
    return String(text[from..<to])
  }

  enum Which { case all, first, last }

  /// Replaces in text, as it is without escaping: what is put in keeps its origin, and so does what stays.
  private static func replaced(
    _ input: Value, _ arguments: FilterArguments, _ context: FilterContext, _ which: Which
  ) throws(FilterError) -> Value {
    let bytes = Array(try context.text(input).utf8)
    let replacement = try context.text(arguments[1])
    let needle = Array(try context.text(arguments[0]).utf8)
    try context.charge(units: (bytes.count + needle.count) / 64)
    var search = Needle(which == .last ? [] : needle)
    var places: [Int] = []
    switch which {
    case .first: if let place = search.find(in: bytes) { places = [place] }
    case .last:
      let (place, compared) = Needle.findLast(needle, in: bytes)
      if let place { places = [place] }
      try context.charge(units: compared / 64)
    case .all:
      var from = 0
      while let place = search.find(in: bytes, from: from) {
        if needle.isEmpty, place < bytes.count, bytes[place] & 0xC0 == 0x80 {
          from = place + 1
          continue
        }
        places.append(place)
        if places.count % 1024 == 0 { try context.charge(bytes: 8192) }
        from = place + max(1, needle.count)
      }
    }
    try context.charge(units: max(0, search.compared - bytes.count - needle.count) / 64)
    let (grown, overflow) = places.count.multipliedReportingOverflow(by: replacement.utf8.count)
    try context.charge(units: places.count / 8, bytes: overflow ? Int.max : grown)
    try context.charge(bytes: bytes.count)
    var result = MixedTextBuilder()
    func keep(_ range: Range<Int>) {
      if case .mixed(let mixed) = input.storage {
        result.append(mixed, range)
      } else {
        result.append(bytes[range], input.trust.ofPart)
      }
    }
    var from = 0
    for place in places {
      keep(from..<place)
      result.append(arguments[1], text: replacement)
      from = place + needle.count
    }
    keep(from..<bytes.count)
    return context.value(of: result)
  }
}
