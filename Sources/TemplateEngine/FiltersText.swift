/// Filters that change or join text.
extension StandardFilters {
  static let text: Family = [
    (
      "append",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        let (texts, trust) = try context.joinable([input, arguments[0]])
        try context.charge(bytes: texts[0].utf8.count + texts[1].utf8.count)
        return Value(.string(texts[0] + texts[1], trust))
      }
    ),
    (
      "prepend",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 1...1)
        let (texts, trust) = try context.joinable([arguments[0], input])
        try context.charge(bytes: texts[0].utf8.count + texts[1].utf8.count)
        return Value(.string(texts[0] + texts[1], trust))
      }
    ),
    (
      "upcase",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try context.make(try context.text(input).uppercased(), like: input)
      }
    ),
    (
      "downcase",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try context.make(try context.text(input).lowercased(), like: input)
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
        return try context.make(trimmed(try context.text(input), left: true, right: true), like: input)
      }
    ),
    (
      "lstrip",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try context.make(trimmed(try context.text(input), left: true, right: false), like: input)
      }
    ),
    (
      "rstrip",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try context.make(trimmed(try context.text(input), left: false, right: true), like: input)
      }
    ),
    (
      "strip_newlines",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        let bytes = Array(try context.text(input).utf8)
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        for (at, byte) in bytes.enumerated() where byte != 10 {
          if byte == 13, at + 1 < bytes.count, bytes[at + 1] == 10 { continue }
          kept.append(byte)
        }
        return try context.make(String(decoding: kept, as: UTF8.self), like: input)
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

  /// Replaces in text. Under automatic escaping the three texts are made alike first: what is searched in text that was
  /// written in a template is searched as it was written.
  private static func replaced(
    _ input: Value, _ arguments: FilterArguments, _ context: FilterContext, _ which: Which
  ) throws(FilterError) -> Value {
    let (texts, trust) = try context.joinable([input, arguments[1]])
    var needle = Array(try context.text(arguments[0]).utf8)
    if trust == .markup, input.trust == .data || (input.trust == .markup && arguments[0].trust == .data) {
      needle = Array(Escaping.escaped(String(decoding: needle, as: UTF8.self)).utf8)
    }
    let bytes = Array(texts[0].utf8)
    let replacement = Array(texts[1].utf8)
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
    let (grown, overflow) = places.count.multipliedReportingOverflow(by: replacement.count)
    try context.charge(units: places.count / 8, bytes: overflow ? Int.max : grown)
    try context.charge(bytes: bytes.count)
    var result: [UInt8] = []
    var from = 0
    for place in places {
      result += bytes[from..<place]
      result += replacement
      from = place + needle.count
    }
    result += bytes[from...]
    return Value(.string(String(decoding: result, as: UTF8.self), trust))
  }
}
