enum Address {
  /// Bytes that no address may hold (blanks, quotes, brackets, all beyond ASCII) as `%XX`; what is encoded already stays.
  static func encoded(_ address: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var encoded: [UInt8] = []
    for byte in address.utf8 {
      if byte <= 0x20 || byte >= 0x7f || "\"<>\\^`{|}".utf8.contains(byte) {
        encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      } else {
        encoded.append(byte)
      }
    }
    return String(decoding: encoded, as: UTF8.self)
  }

  /// nil for what is neither an http address nor a path from the root.
  static func absolute(_ address: String, on origin: String) -> String? {
    if address.hasPrefix("/"), !address.hasPrefix("//") { return encoded(origin + address) }
    return address.hasPrefix("https://") || address.hasPrefix("http://") ? encoded(address) : nil
  }
}
