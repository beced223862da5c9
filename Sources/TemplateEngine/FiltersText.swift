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
        try chargeCasing(try context.text(input), context)
        return try context.make(from: input) { $0.uppercased() }
      }
    ),
    (
      "downcase",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        try chargeCasing(try context.text(input), context)
        return try context.make(from: input) { $0.lowercased() }
      }
    ),
    (
      "capitalize",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        let text = try context.text(input)
        guard let first = text.unicodeScalars.first else { return try context.make("", like: input) }
        try chargeCasing(text, context)
        let rest = String(decoding: text.utf8.dropFirst(UTF8.width(first)), as: UTF8.self).lowercased()
        return try context.make(first.properties.titlecaseMapping + rest, like: input)
      }
    ),
    (
      "strip",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        try context.charge(units: try context.text(input).utf8.count / 16)
        return try strip(input, context, left: true, right: true)
      }
    ),
    (
      "lstrip",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        try context.charge(units: try context.text(input).utf8.count / 16)
        return try strip(input, context, left: true, right: false)
      }
    ),
    (
      "rstrip",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        try context.charge(units: try context.text(input).utf8.count / 16)
        return try strip(input, context, left: false, right: true)
      }
    ),
    (
      "strip_newlines",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        try context.charge(units: try context.text(input).utf8.count / 8)
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
        let text = try context.text(input)
        try context.charge(units: text.utf8.count / 8)
        var kept: [UInt8] = []
        for byte in text.utf8 where byte > 32 || kept.last != 32 && !kept.isEmpty { kept.append(max(byte, 32)) }
        if kept.last == 32 { kept.removeLast() }
        return try context.make(String(decoding: kept, as: UTF8.self), like: input)
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
    // Ruby takes NUL for white space here.
    func isStripped(_ byte: UInt8) -> Bool { Lexer.isSpace(byte) || byte == 0 }
    var text = text
    return text.withUTF8 { bytes in
      var from = 0
      var to = bytes.count
      if left { while from < to, isStripped(bytes[from]) { from += 1 } }
      if right { while to > from, isStripped(bytes[to - 1]) { to -= 1 } }
      return String(decoding: bytes[from..<to], as: UTF8.self)
    }
  }

  /// Letters that are not ASCII are looked up one by one.
  private static func chargeCasing(_ text: String, _ context: FilterContext) throws(FilterError) {
    try context.charge(units: 4 + text.utf8.count / 32)
    let isPlain = text.utf8.withContiguousStorageIfAvailable { bytes in !bytes.contains { $0 >= 0x80 } } ?? false
    if !isPlain { try context.charge(units: 2 * text.utf8.count) }
  }

  enum Which { case all, first, last }

  /// Replaces in text, as it is without escaping: what is put in keeps its origin, and so does what stays.
  private static func replaced(
    _ input: Value, _ arguments: FilterArguments, _ context: FilterContext, _ which: Which
  ) throws(FilterError) -> Value {
    let bytes = Array(try context.text(input).utf8)
    let replacement = try context.text(arguments[1])
    let needle = Array(try context.text(arguments[0]).utf8)
    try context.charge(units: 8 + (bytes.count + needle.count) / 16)
    var search = Needle(which == .last ? [] : needle)
    var places: [Int] = []
    switch which {
    case .first: if let place = search.find(in: bytes) { places = [place] }
    case .last:
      let (place, compared) = Needle.findLast(needle, in: bytes)
      if let place { places = [place] }
      try context.charge(units: compared / 8)
    case .all:
      var from = 0
      while let place = search.find(in: bytes, from: from) {
        if needle.isEmpty, place < bytes.count, bytes[place] & 0xC0 == 0x80 {
          from = place + 1
          continue
        }
        places.append(place)
        if places.count % 1024 == 0 { try context.charge(units: 1024, bytes: 8192) }
        from = place + max(1, needle.count)
      }
    }
    try context.charge(units: max(0, search.compared - bytes.count - needle.count) / 16)
    let (grown, overflow) = places.count.multipliedReportingOverflow(by: replacement.utf8.count + 16 * arguments[1].runs)
    try context.charge(units: places.count * 4, bytes: overflow ? Int.max : grown)
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
