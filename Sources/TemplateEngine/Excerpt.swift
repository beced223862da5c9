/// Turns a place in a source (a byte offset) into what an author reads: line, column and the line itself.
struct Excerpt {
  private static let width = 100

  static func error(
    template: String, source: [UInt8], at offset: Int, message: String, suggestion: String?
  ) -> TemplateError {
    let offset = max(0, min(offset, source.count))
    var line = 1
    var start = 0
    for at in 0..<offset where source[at] == 10 {
      line += 1
      start = at + 1
    }
    var end = offset
    while end < source.count, end < offset + width * 4, source[end] != 10, source[end] != 13 { end += 1 }
    // Only what may be shown of a long line is read as text.
    let column = source[start..<offset].reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    let far = width * 4
    var near = max(start, offset - far)
    while near > start, near < offset, source[near] & 0xC0 == 0x80 { near += 1 }
    let before = characters(source[near..<offset])
    let after = characters(source[offset..<max(offset, min(end, offset + far))])
    var shown = Array((before + after).prefix(before.count + width))
    var caret = before.count
    if caret > width - 20 {
      let cut = caret - width / 2
      shown.removeFirst(cut)
      shown.insert("…", at: 0)
      caret = caret - cut + 1
    }
    if shown.count > width { shown = shown.prefix(width - 1) + ["…"] }
    return TemplateError(
      template: template, line: line, column: column, excerpt: String(String.UnicodeScalarView(shown)),
      caret: caret, message: message.utf8.count > 500 ? message.prefix(200) + "…" : message, suggestion: suggestion)
  }

  /// Tabs and other controls become one space, so that the caret stays below its character.
  private static func characters(_ bytes: ArraySlice<UInt8>) -> [Unicode.Scalar] {
    String(decoding: bytes, as: UTF8.self).unicodeScalars.map { $0.value < 32 ? " " : $0 }
  }
}
