/// Searching in bytes.
enum Bytes {
  /// The first place of `needle` at or after `start`; an empty needle is found at once.
  static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard let first = needle.first else { return start <= bytes.count ? start : nil }
    return bytes.withUnsafeBufferPointer { bytes in
      needle.withUnsafeBufferPointer { needle in
        var at = start
        let last = bytes.count - needle.count
        while at <= last {
          if bytes[at] == first {
            var matched = 1
            while matched < needle.count, bytes[at + matched] == needle[matched] { matched += 1 }
            if matched == needle.count { return at }
          }
          at += 1
        }
        return nil
      }
    }
  }

  static func findLast(_ needle: [UInt8], in bytes: [UInt8]) -> Int? {
    guard needle.count <= bytes.count else { return nil }
    var at = bytes.count - needle.count
    while at >= 0 {
      if bytes[at..<(at + needle.count)].elementsEqual(needle) { return at }
      at -= 1
    }
    return nil
  }
}
