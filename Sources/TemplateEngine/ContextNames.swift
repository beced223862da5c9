/// Printing where names of tags and attributes stand.
extension ContextWriter {
  /// Names of tags whose content is HTML like any other's. With a begin that the author wrote only digits can be added,
  /// behind a dash anything.
  mutating func tagName(_ text: UnsafeBufferPointer<UInt8>) {
    guard state.phase != .tagName || (state.name.isEmpty && !state.nameIsPrinted) else {
      return nameRest(text)
    }
    var name = HTMLName()
    var kept: [UInt8] = []
    for byte in text where Lexer.isNamePart(byte) || byte == UInt8(ascii: ":") {
      kept.append(byte)
      name.append(byte)
    }
    let isFirstLetter = kept.first.map { $0 | 32 >= 97 && $0 | 32 <= 122 } ?? false
    let element = HTMLState.element(named: name)
    let isDangerous = element != .other && element != .media || Self.activeElements.contains(name)
    bytes += !isFirstLetter || isDangerous ? Array("span".utf8) : kept
  }

  private static let activeElements = Set(
    ["object", "embed", "applet", "base", "link", "frame", "frameset", "noscript", "template", "svg", "math"].map { HTMLName($0) }
  )

  private mutating func nameRest(_ text: UnsafeBufferPointer<UInt8>) {
    let isOpen = state.name.contains(UInt8(ascii: "-"))
    for byte in text {
      let isLetter = byte | 32 >= 97 && byte | 32 <= 122 || byte == UInt8(ascii: "_") || byte >= 128
      if Lexer.isDigit(byte) || byte == UInt8(ascii: "-") || (isOpen && isLetter) { bytes.append(byte) }
    }
  }

  /// Names of attributes that hold no code and no address; others become `data-` and the name. No values.
  mutating func attributeNames(_ text: UnsafeBufferPointer<UInt8>) {
    if state.phase == .name { return nameRest(text) }
    for word in text.split(whereSeparator: { $0 <= 32 }) {
      let kept = word.filter { Lexer.isNamePart($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
      guard !kept.isEmpty else { continue }
      if let last = bytes.last, last != 32 { bytes.append(32) }
      var name = HTMLName()
      for byte in kept { name.append(byte) }
      let onMedia = HTMLState.attribute(named: name, on: .animation)
      let isPlain = onMedia == .plain && name != HTMLName("type") && name != HTMLName("content")
      if !isPlain { bytes += "data-".utf8 }
      bytes += kept
    }
  }
}
