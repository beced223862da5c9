/// HTML escaping by runs. Eight bytes are looked at together: a word without any of the five characters is skipped.
enum Escaping {
  static func runs(of bytes: UnsafeBufferPointer<UInt8>, into sink: ByteSink) {
    let count = bytes.count
    var from = 0
    var at = 0
    while at < count {
      if count - at >= 8 {
        let word = UnsafeRawPointer(bytes.baseAddress! + at).loadUnaligned(as: UInt64.self)
        if isClean(word) {
          at += 8
          continue
        }
      }
      let end = min(count, at + 8)
      while at < end {
        if let entity = entity(of: bytes[at]) {
          if at > from { sink.write(UnsafeBufferPointer(rebasing: bytes[from..<at])) }
          sink.write(entity)
          from = at + 1
        }
        at += 1
      }
    }
    if count > from { sink.write(UnsafeBufferPointer(rebasing: bytes[from..<count])) }
  }

  /// True when no byte of the word is one of `" & ' < >`. A zero byte shows in the high bits of `(x - 1) & ~x`.
  @inline(__always)
  static func isClean(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    @inline(__always) func zeros(_ x: UInt64) -> UInt64 { (x &- ones) & ~x }
    // '&' 0x26 and ''' 0x27 differ in the last bit, '<' 0x3C and '>' 0x3E in the last but one.
    let found =
      zeros(word ^ (ones &* 0x22)) | zeros((word | ones) ^ (ones &* 0x27)) | zeros((word | (ones &* 2)) ^ (ones &* 0x3E))
    return found & 0x8080_8080_8080_8080 == 0
  }

  @inline(__always)
  static func entity(of byte: UInt8) -> StaticString? {
    switch byte {
    case UInt8(ascii: "&"): "&amp;"
    case UInt8(ascii: "<"): "&lt;"
    case UInt8(ascii: ">"): "&gt;"
    case UInt8(ascii: "\""): "&quot;"
    case UInt8(ascii: "'"): "&#39;"
    default: nil
    }
  }

  static func needsEscaping(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var at = 0
      while at + 8 <= bytes.count {
        if !isClean(UnsafeRawPointer(bytes.baseAddress! + at).loadUnaligned(as: UInt64.self)) { return true }
        at += 8
      }
      return bytes[at...].contains { entity(of: $0) != nil }
    }
  }

  /// The escaped text. With `once`, entities that are there already stay as they are.
  static func escaped(_ text: String, once: Bool = false) -> String {
    guard needsEscaping(text) else { return text }
    var text = text
    var result: [UInt8] = []
    text.withUTF8 { bytes in
      result.reserveCapacity(bytes.count + bytes.count / 4)
      for at in 0..<bytes.count {
        guard let entity = entity(of: bytes[at]), !(once && bytes[at] == UInt8(ascii: "&") && isEntity(bytes, at)) else {
          result.append(bytes[at])
          continue
        }
        entity.withUTF8Buffer { result += $0 }
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// `&name;` or `&#digits;` or `&#xhex;` from a place on.
  private static func isEntity(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
    var at = start + 1
    var digits = 0
    let numeric = at < bytes.count && bytes[at] == UInt8(ascii: "#")
    if numeric { at += 1 }
    while at < bytes.count, digits < 32 {
      let byte = bytes[at]
      if byte == UInt8(ascii: ";") { return digits > 0 }
      guard Lexer.isDigit(byte) || (byte | 32 >= 97 && byte | 32 <= 122) else { return false }
      digits += 1
      at += 1
    }
    return false
  }
}
