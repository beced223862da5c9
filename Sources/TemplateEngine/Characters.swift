/// Counting and cutting text by characters (Unicode scalars, as Ruby counts them) on its bytes: each byte that does not go on
/// with a character begins one, so that nothing is decoded.
enum Characters {
  static func count(_ text: String) -> Int {
    text.utf8.withContiguousStorageIfAvailable { count($0[...]) } ?? text.unicodeScalars.count
  }

  /// The text of some characters; the range must be inside.
  static func cut(_ text: String, _ range: Range<Int>) -> String {
    let bytes = Array(text.utf8)
    let start = place(of: range.lowerBound, in: bytes, from: 0)
    let end = place(of: range.count, in: bytes, from: start)
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  private static func count(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
    var count = 0
    for byte in bytes { count &+= byte & 0xC0 == 0x80 ? 0 : 1 }
    return count
  }

  /// Where the character begins that has `number` others between it and `start`.
  private static func place(of number: Int, in bytes: [UInt8], from start: Int) -> Int {
    var at = start
    var left = number
    while at < bytes.count {
      if bytes[at] & 0xC0 != 0x80 {
        if left == 0 { return at }
        left -= 1
      }
      at += 1
    }
    return at
  }
}
