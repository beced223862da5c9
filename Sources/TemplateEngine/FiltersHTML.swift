/// Filters about HTML: escaping, stripping, line breaks.
extension StandardFilters {
  static let html: Family = [
    (
      "escape",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        if input.isNull { return .null }
        let text = try context.text(input)
        try context.charge(units: text.utf8.count / 4)
        let auto = context.escaping == .auto
        let result = Escaping.escaped(text, once: auto && input.trust.isMarkup)
        try context.charge(bytes: result.utf8.count)
        return Value(.string(result, auto ? .escaped : .data))
      }
    ),
    (
      "h",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        if input.isNull { return .null }
        let text = try context.text(input)
        try context.charge(units: text.utf8.count / 4)
        let result = Escaping.escaped(text, once: context.escaping == .auto && input.trust.isMarkup)
        try context.charge(bytes: result.utf8.count)
        return Value(.string(result, context.escaping == .auto ? .escaped : .data))
      }
    ),
    (
      "escape_once",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        if input.isNull { return .null }
        let text = try context.text(input)
        try context.charge(units: text.utf8.count / 4)
        let result = Escaping.escaped(text, once: true)
        try context.charge(bytes: result.utf8.count)
        return Value(.string(result, context.escaping == .auto ? .escaped : .data))
      }
    ),
    // The author's word that the text is HTML already: the one way to print data unescaped.
    (
      "raw",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        if input.isNull { return .null }
        return Value(.string(try context.text(input), context.escaping == .auto ? .raw : .data))
      }
    ),
    (
      "strip_html",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        let text = try context.text(input)
        let bytes = Array(text.utf8)
        // Gone through twice, and at each bracket the four beginnings are compared.
        let brackets = bytes.reduce(0) { $1 == UInt8(ascii: "<") ? $0 + 1 : $0 }
        try context.charge(units: 24 + bytes.count / 4 + brackets * 8)
        return try context.make(String(decoding: withoutTags(bytes), as: UTF8.self), like: input)
      }
    ),
    (
      "newline_to_br",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        var text = try context.text(input)
        let auto = context.escaping == .auto
        try context.charge(units: text.utf8.count / 4)
        if auto, input.trust == .data { text = Escaping.escaped(text) }
        var result: [UInt8] = []
        let bytes = Array(text.utf8)
        let breaks = bytes.reduce(0) { $1 == 10 ? $0 + 1 : $0 }
        try context.charge(units: bytes.count / 4, bytes: bytes.count + breaks * 6)
        for (at, byte) in bytes.enumerated() {
          if byte == 13, at + 1 < bytes.count, bytes[at + 1] == 10 { continue }
          if byte == 10 { result += "<br />\n".utf8 } else { result.append(byte) }
        }
        let trust: Value.Trust = !auto ? .data : input.trust == .data ? .escaped : input.trust
        return Value(.string(String(decoding: result, as: UTF8.self), trust))
      }
    ),
  ]

  /// Scripts, styles and comments with what is in them, then all other tags.
  private static func withoutTags(_ bytes: [UInt8]) -> [UInt8] {
    let first = removing([("<script", "</script>"), ("<!--", "-->"), ("<style", "</style>")], from: bytes)
    return removing([("<", ">")], from: first)
  }

  private static func removing(_ pairs: [(String, String)], from bytes: [UInt8]) -> [UInt8] {
    var pairs = pairs.map { (Array($0.0.utf8), Needle(Array($0.1.utf8))) }
    var missing = pairs.map { _ in false }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var at = 0
    scan: while at < bytes.count {
      if bytes[at] == UInt8(ascii: "<") {
        for number in pairs.indices where !missing[number] && bytes[at...].starts(with: pairs[number].0) {
          if let end = pairs[number].1.find(in: bytes, from: at + pairs[number].0.count) {
            at = end + pairs[number].1.bytes.count
            continue scan
          }
          // Not closed from here, so neither from any later place.
          missing[number] = true
        }
      }
      result.append(bytes[at])
      at += 1
    }
    return result
  }
}
