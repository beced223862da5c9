// Rewrites `url(…)` in a style sheet to fingerprinted names. Only what is certainly a file of the same folder is
// touched: a plain name, quoted or not, that names a known asset. Comments and strings are stepped over, everything else
// (data:, https:, `/absolute`, `#fragment`, `../`) stays as it is, byte for byte.

enum StyleSheet {
  /// The names of other files of the folder it points at.
  static func references(in css: [UInt8]) -> [String] {
    var found: [String] = []
    _ = rewrite(css) {
      found.append($0)
      return nil
    }
    return found
  }

  /// The style sheet with each name that `newName` knows replaced.
  static func rewrite(_ css: [UInt8], newName: (String) -> String?) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(css.count + 256)
    var index = 0
    while index < css.count {
      if css[index...].starts(with: "/*".utf8) {
        let end = position(of: Array("*/".utf8), in: css, from: index + 2).map { $0 + 2 } ?? css.count
        output += css[index..<end]
        index = end
      } else if css[index] == UInt8(ascii: "\"") || css[index] == UInt8(ascii: "'") {
        let end = endOfString(in: css, from: index)
        output += css[index..<end]
        index = end
      } else if isURLFunction(css, at: index) {
        let open = index + 4
        guard let close = endOfURL(in: css, from: open) else { break }
        let inner = String(decoding: css[open..<close], as: UTF8.self)
        output += css[index..<open]
        output += Array(replaced(inner, newName: newName).utf8)
        index = close
      } else {
        output.append(css[index])
        index += 1
      }
    }
    return output + css[min(index, css.count)...]
  }

  private static func isURLFunction(_ css: [UInt8], at index: Int) -> Bool {
    guard index + 4 <= css.count, String(decoding: css[index..<index + 4], as: UTF8.self).lowercased() == "url(" else {
      return false
    }
    guard index > 0 else { return true }
    let before = css[index - 1]
    return !(before == UInt8(ascii: "-") || before == UInt8(ascii: "_") || Character(Unicode.Scalar(before)).isLetter)
  }

  private static func endOfURL(in css: [UInt8], from start: Int) -> Int? {
    var index = start
    while index < css.count, [0x20, 0x09, 0x0A, 0x0D].contains(css[index]) { index += 1 }
    if index < css.count, css[index] == UInt8(ascii: "\"") || css[index] == UInt8(ascii: "'") {
      index = endOfString(in: css, from: index)
    }
    while index < css.count, css[index] != UInt8(ascii: ")") { index += 1 }
    return index < css.count ? index : nil
  }

  private static func endOfString(in css: [UInt8], from start: Int) -> Int {
    var index = start + 1
    while index < css.count, css[index] != css[start], css[index] != 0x0A { index += css[index] == UInt8(ascii: "\\") ? 2 : 1 }
    return min(index + 1, css.count)
  }

  private static func position(of needle: [UInt8], in css: [UInt8], from start: Int) -> Int? {
    guard start <= css.count - needle.count else { return nil }
    return (start...(css.count - needle.count)).first { css[$0...].starts(with: needle) }
  }

  private static func replaced(_ inner: String, newName: (String) -> String?) -> String {
    let space: Set<Character> = [" ", "\t", "\n", "\r", "\"", "'"]
    var name = inner[...]
    while let first = name.first, space.contains(first) { name.removeFirst() }
    while let last = name.last, space.contains(last) { name.removeLast() }
    var path = name
    if path.hasPrefix("./") { path = path.dropFirst(2) }
    let end = path.firstIndex { $0 == "?" || $0 == "#" } ?? path.endIndex
    let file = String(path[..<end])
    guard Contents.isPlainName(file), let new = newName(file) else { return inner }
    return inner.replacing(String(name), with: new + path[end...], maxReplacements: 1)
  }
}
