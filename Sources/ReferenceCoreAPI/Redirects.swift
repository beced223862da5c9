import CoreAPIClient
import HTTP

/// What became of a shop's addresses, by canonical path. What moved twice is led to where it is now at once.
struct Redirects: Sendable {
  private var table: [String: Redirect] = [:]

  init(_ file: CatalogFile) {
    for moved in file.redirects { table[Self.canonical(moved.path)] = .moved(to: Self.canonical(moved.target)) }
    for path in file.gone { table[Self.canonical(path)] = .gone }
    for path in table.keys { table[path] = last(path) }
  }

  subscript(path: String) -> Redirect? { table[Self.canonical(path)] }

  /// Where a way of redirects ends.
  private func last(_ path: String) -> Redirect? {
    var end = table[path]
    var steps = 0
    while case .moved(let target) = end, let next = table[target], steps < table.count { (end, steps) = (next, steps + 1) }
    return end
  }

  mutating func move(from old: String, to new: String) {
    let (old, new) = (Self.canonical(old), Self.canonical(new))
    table[new] = nil
    for (path, redirect) in table where redirect == .moved(to: old) { table[path] = .moved(to: new) }
    table[old] = .moved(to: new)
  }

  /// Something is there again.
  /// - Returns: whether the address led elsewhere until now.
  mutating func settle(at path: String) -> Bool { table.removeValue(forKey: Self.canonical(path)) != nil }

  /// One form for all ways to write a path: each part percent-encoded, no slash at the end. What follows `?` or `#` stays.
  static func canonical(_ path: String) -> String {
    let end = path.firstIndex { $0 == "?" || $0 == "#" } ?? path.endIndex
    let parts = path[..<end].split(separator: "/").map { part in
      PercentEncoding.decodeSegment(part).map(PercentEncoding.segment) ?? PercentEncoding.segment(String(part))
    }
    return "/" + parts.joined(separator: "/") + path[end...]
  }

  static func isPath(_ text: String) -> Bool {
    guard text.hasPrefix("/"), !text.hasPrefix("//") else { return false }
    // Handles may be of any script; a query is percent-encoded, as nobody can tell what of it is to be.
    let end = text.firstIndex { $0 == "?" || $0 == "#" } ?? text.endIndex
    return text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != 0x5c } && text[end...].utf8.allSatisfy { $0 < 0x7f }
  }

  /// The position of one that leads back to where it begins.
  static func loop(in redirects: [CatalogFile.Moved]) -> Int? {
    let table = Dictionary(redirects.map { (canonical($0.path), canonical($0.target)) }) { first, _ in first }
    return redirects.firstIndex { moved in
      let start = canonical(moved.path)
      var path = start
      for _ in redirects {
        guard let next = table[path] else { return false }
        if next == start { return true }
        path = next
      }
      // Of a way that joins a loop, those in the loop are named.
      return false
    }
  }
}
