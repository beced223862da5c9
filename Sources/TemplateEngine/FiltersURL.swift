/// URL and base64 filters. What they decode is data again, whatever it was before.
extension StandardFilters {
  static let url: Family = [
    (
      "url_encode",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        if input.isNull { return .null }
        let text = try context.text(input)
        try context.charge(units: text.utf8.count / 3, bytes: text.utf8.count * 3)
        var result: [UInt8] = []
        for byte in text.utf8 {
          if Lexer.isNameStart(byte) || Lexer.isDigit(byte) || [45, 46, 126].contains(byte) {
            result.append(byte)
          } else if byte == 32 {
            result.append(UInt8(ascii: "+"))
          } else {
            result += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
          }
        }
        return .string(String(decoding: result, as: UTF8.self))
      }
    ),
    (
      "url_decode",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        if input.isNull { return .null }
        let bytes = Array(try context.text(input).utf8)
        try context.charge(units: bytes.count / 4, bytes: bytes.count)
        var result: [UInt8] = []
        var at = 0
        while at < bytes.count {
          if bytes[at] == UInt8(ascii: "%"), at + 2 < bytes.count, let high = nibble(bytes[at + 1]),
            let low = nibble(bytes[at + 2])
          {
            result.append(high << 4 | low)
            at += 3
          } else {
            result.append(bytes[at] == UInt8(ascii: "+") ? 32 : bytes[at])
            at += 1
          }
        }
        guard let text = String(validating: result, as: UTF8.self) else {
          throw FilterError("invalid byte sequence in UTF-8", suggestion: "what is decoded has to be text")
        }
        return .string(text)
      }
    ),
    (
      "base64_encode",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try encoded(input, standard, context)
      }
    ),
    (
      "base64_url_safe_encode",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try encoded(input, urlSafe, context)
      }
    ),
    (
      "base64_decode",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try decoded(input, standard, context, "base64_decode")
      }
    ),
    (
      "base64_url_safe_decode",
      { input, arguments, context throws(FilterError) in
        try context.needArguments(arguments, 0...0)
        return try decoded(input, urlSafe, context, "base64_url_safe_decode")
      }
    ),
  ]

  private static let hex = Array("0123456789ABCDEF".utf8)
  private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
  private static let standard = Array((letters + "+/").utf8)
  private static let urlSafe = Array((letters + "-_").utf8)

  private static func nibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }

  private static func encoded(
    _ input: Value, _ alphabet: [UInt8], _ context: FilterContext
  ) throws(FilterError) -> Value {
    let bytes = Array(try context.text(input).utf8)
    try context.charge(units: bytes.count / 4, bytes: bytes.count / 3 * 4 + 4)
    var result: [UInt8] = []
    var at = 0
    while at < bytes.count {
      var word = UInt32(bytes[at]) << 16
      if at + 1 < bytes.count { word |= UInt32(bytes[at + 1]) << 8 }
      if at + 2 < bytes.count { word |= UInt32(bytes[at + 2]) }
      for part in 0..<4 {
        let isPadding = at + part > bytes.count
        result.append(isPadding ? UInt8(ascii: "=") : alphabet[Int(word >> (18 - 6 * UInt32(part))) & 63])
      }
      at += 3
    }
    return .string(String(decoding: result, as: UTF8.self))
  }

  private static func decoded(
    _ input: Value, _ alphabet: [UInt8], _ context: FilterContext, _ name: String
  ) throws(FilterError) -> Value {
    var bytes = Array(try context.text(input).utf8)
    try context.charge(units: 32 + bytes.count / 4, bytes: bytes.count)
    let wasPadded = bytes.last == UInt8(ascii: "=")
    while bytes.last == UInt8(ascii: "=") { bytes.removeLast() }
    let padded = bytes.count + (4 - bytes.count % 4) % 4
    let needsPadding = alphabet == standard
    guard bytes.count % 4 != 1, !(needsPadding && padded != bytes.count && !wasPadded) else {
      throw FilterError("invalid base64 provided to \(name)", suggestion: "only what base64_encode made can be decoded")
    }
    var values = [UInt8](repeating: 255, count: 256)
    for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
    var result: [UInt8] = []
    var word: UInt32 = 0
    var bits = 0
    for byte in bytes {
      let value = values[Int(byte)]
      guard value < 64 else {
        throw FilterError("invalid base64 provided to \(name)", suggestion: "only what base64_encode made can be decoded")
      }
      word = word << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        result.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
      }
    }
    // What is left of the last letter must be nothing: one text for one list of bytes.
    guard word & (1 << UInt32(bits) - 1) == 0 else {
      throw FilterError("invalid base64 provided to \(name)", suggestion: "only what base64_encode made can be decoded")
    }
    return .string(String(decoding: result, as: UTF8.self))
  }
}
