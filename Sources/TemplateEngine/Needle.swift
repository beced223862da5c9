/// Searching in bytes, in time linear in text and needle together whatever they are made of: templates choose both. A needle
/// of a few bytes is compared at each place its first byte stands; a longer one is searched as Knuth, Morris and Pratt do
/// (its borders say how much of a failed match may be kept), with the same scan for the first byte where nothing is kept.
struct Needle {
  private static let fewBytes = 8

  let bytes: [UInt8]
  /// For each length of a matched beginning, the longest shorter beginning that it also ends with; empty for few bytes.
  private let borders: [Int32]
  /// Bytes looked at so far: what a search is charged by.
  private(set) var compared = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    guard bytes.count > Self.fewBytes else {
      borders = []
      return
    }
    var borders = [Int32](repeating: 0, count: bytes.count)
    var kept = 0
    for at in 1..<bytes.count {
      while kept > 0, bytes[at] != bytes[kept] { kept = Int(borders[kept - 1]) }
      if bytes[at] == bytes[kept] { kept += 1 }
      borders[at] = Int32(truncatingIfNeeded: kept)
    }
    self.borders = borders
    compared = bytes.count
  }

  /// The first place at or after `start`; an empty needle is found at once.
  mutating func find(in text: [UInt8], from start: Int = 0) -> Int? {
    guard !bytes.isEmpty else { return start <= text.count ? start : nil }
    guard text.count - start >= bytes.count else { return nil }
    let (place, looked) = text.withUnsafeBufferPointer { text in
      bytes.withUnsafeBufferPointer { needle in
        borders.isEmpty ? Self.scan(needle, text, start) : Self.search(needle, borders, text, start)
      }
    }
    compared += looked
    return place
  }

  /// The last place: the first one seen from the other end.
  static func findLast(_ bytes: [UInt8], in text: [UInt8]) -> (place: Int?, compared: Int) {
    var backwards = Needle(bytes.reversed())
    let place = backwards.find(in: text.reversed()).map { text.count - $0 - bytes.count }
    return (place, backwards.compared)
  }

  private static func scan(
    _ needle: UnsafeBufferPointer<UInt8>, _ text: UnsafeBufferPointer<UInt8>, _ start: Int
  ) -> (place: Int?, compared: Int) {
    let first = needle[0]
    let last = text.count - needle.count
    var extra = 0
    var at = start
    while at <= last {
      if text[at] == first {
        var matched = 1
        while matched < needle.count, text[at + matched] == needle[matched] { matched += 1 }
        if matched == needle.count { return (at, at - start + extra + matched) }
        extra += matched
      }
      at += 1
    }
    return (nil, at - start + extra)
  }

  private static func search(
    _ needle: UnsafeBufferPointer<UInt8>, _ borders: [Int32], _ text: UnsafeBufferPointer<UInt8>, _ start: Int
  ) -> (place: Int?, compared: Int) {
    borders.withUnsafeBufferPointer { borders in
      let first = needle[0]
      var fallbacks = 0
      var matched = 0
      var at = start
      while at < text.count {
        if matched == 0 {
          // No match can begin where too little is left.
          let last = text.count - needle.count
          while at <= last, text[at] != first { at += 1 }
          guard at <= last else { break }
        }
        while matched > 0, text[at] != needle[matched] {
          matched = Int(borders[matched - 1])
          fallbacks += 1
        }
        if text[at] == needle[matched] { matched += 1 }
        at += 1
        if matched == needle.count { return (at - needle.count, at - start + fallbacks) }
      }
      return (nil, at - start + fallbacks)
    }
  }
}
