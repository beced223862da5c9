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
    while end < source.count, source[end] != 10, source[end] != 13 { end += 1 }
    let before = characters(source[start..<offset])
    let after = characters(source[offset..<max(offset, end)])
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
      template: template, line: line, column: before.count + 1, excerpt: String(String.UnicodeScalarView(shown)),
      caret: caret, message: message, suggestion: suggestion)
  }

  /// Tabs and other controls become one space, so that the caret stays below its character.
  private static func characters(_ bytes: ArraySlice<UInt8>) -> [Unicode.Scalar] {
    String(decoding: bytes, as: UTF8.self).unicodeScalars.map { $0.value < 32 ? " " : $0 }
  }
}
