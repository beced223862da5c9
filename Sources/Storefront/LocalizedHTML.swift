import CoreAPIClient
import Tenancy

extension SanitizedHTML {
  /// The HTML with the catalogue's own links as they read in a market. What was sanitised writes each link as `href="…"`.
  func html(in routes: Routes) -> String {
    guard routes != .canonical, html.contains("href=\"/") else { return html }
    var result = ""
    result.reserveCapacity(html.utf8.count + 64)
    var rest = html[...]
    while let found = rest.firstRange(of: "href=\"/") {
      let start = rest.index(before: found.upperBound)
      let end = rest[start...].firstIndex(of: "\"") ?? rest.endIndex
      result += rest[..<start]
      result += localized(rest[start..<end], in: routes)
      rest = rest[end...]
    }
    return result + rest
  }

  /// A link as it is written in HTML. Its path is read without entities, and has none once it is a market's; the rest stays.
  private func localized(_ link: Substring, in routes: Routes) -> String {
    let bytes = link.utf8
    let end =
      bytes.indices.first { at in
        bytes[at] == UInt8(ascii: "?") || bytes[at] == UInt8(ascii: "#") && bytes[..<at].last != UInt8(ascii: "&")
      } ?? bytes.endIndex
    // What is not one of a shop's addresses is written as it was.
    let path = Self.read(bytes[..<end])
    guard !path.utf8.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) else { return String(link) }
    let localized = routes.localized(path)
    return localized == path ? String(link) : localized + link[end...]
  }

  /// Byte by byte: as a character, an entity's last one may have a combining mark behind it and be another.
  private static func read(_ written: Substring.UTF8View.SubSequence) -> String {
    var bytes: [UInt8] = []
    var rest = written
    while let byte = rest.first {
      let entity = byte == UInt8(ascii: "&") ? entities.first { rest.starts(with: $0.name.utf8) } : nil
      bytes.append(entity?.byte ?? byte)
      rest = rest.dropFirst(entity?.name.utf8.count ?? 1)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Those that sanitised HTML is written with.
  private static let entities: [(name: String, byte: UInt8)] = [
    ("&amp;", UInt8(ascii: "&")), ("&lt;", UInt8(ascii: "<")), ("&gt;", UInt8(ascii: ">")), ("&quot;", UInt8(ascii: "\"")),
    ("&#39;", UInt8(ascii: "'")),
  ]
}
