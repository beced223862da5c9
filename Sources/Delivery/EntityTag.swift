import CXxhash

/// Strong validators (RFC 9110 §8.8.3): one hash of the body, told apart by coding, since two codings of one page are two
/// representations.
package struct EntityTag: Sendable, Hashable {
  /// The hash without quotes: 24 hex digits of XXH3. It need not withstand people: who could write two pages of one tag
  /// could as well have left the page as it was.
  package let digest: String

  package init(of body: [UInt8]) {
    let hash = XXH3_128bits(body, body.count)
    digest = Self.hex(hash.high64, digits: 16) + Self.hex(hash.low64 >> 32, digits: 8)
  }

  private static func hex(_ number: UInt64, digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: digits - text.utf8.count) + text
  }

  /// The field value for a coding, quotes included.
  package func value(for coding: Coding) -> String {
    switch coding {
    case .identity: "\"\(digest)\""
    case .gzip: "\"\(digest)-gz\""
    case .brotli: "\"\(digest)-br\""
    }
  }

  /// The coding whose tag `If-None-Match` names; any of them means the client holds this very page. `*` matches anything.
  package func match(_ ifNoneMatch: String) -> Coding? {
    guard ifNoneMatch.utf8.count <= 4096 else { return nil }
    for item in ifNoneMatch.utf8.split(separator: UInt8(ascii: ",")) {
      var tag = Substring(item)
      while let first = tag.utf8.first, first == 0x20 || first == 0x09 { tag.removeFirst() }
      while let last = tag.utf8.last, last == 0x20 || last == 0x09 { tag.removeLast() }
      if tag == "*" { return .identity }
      if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }  // If-None-Match compares weakly (§13.1.2).
      guard tag.utf8.count >= digest.utf8.count + 2, tag.dropFirst().hasPrefix(digest) else { continue }
      for coding in Coding.allCases where tag == value(for: coding) { return coding }
    }
    return nil
  }
}
