/// Which data may stand as it is in a style, outside of strings: words, numbers, colours, lists of them, quoted names and
/// calls of functions that only compute. Nothing that ends a declaration or block, fetches, or begins a comment.
enum StyleValue {
  /// What comes out instead: a word no property knows, so that the declaration is left out.
  static let blocked = "blocked"

  private static let functions = Set(
    [
      "rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "color", "color-mix", "var", "calc", "min", "max",
      "clamp", "minmax", "repeat", "fit-content", "cubic-bezier", "steps", "linear-gradient", "radial-gradient", "conic-gradient",
      "translate", "translatex", "translatey", "scale", "rotate", "skew", "blur", "brightness", "contrast", "opacity", "",
    ].map { HTMLName($0) })

  /// - Parameter allowsDeclarations: `name: value; name: value` as well, where declarations stand.
  static func isHarmless(_ text: UnsafeBufferPointer<UInt8>, allowsDeclarations: Bool) -> Bool {
    var word = HTMLName()
    var depth = 0
    var quote: UInt8 = 0
    var isName = allowsDeclarations
    var before: UInt8 = 0
    for byte in text {
      defer { before = byte }
      if quote != 0 {
        if byte == quote { quote = 0 } else if !isPlain(byte) { return false }
        continue
      }
      switch byte {
      case UInt8(ascii: "("):
        guard functions.contains(word) else { return false }
        depth += 1
      case UInt8(ascii: ")"):
        guard depth > 0 else { return false }
        depth -= 1
      case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = byte
      case UInt8(ascii: ":"):
        guard isName, word != HTMLName("behavior"), word != HTMLName("-moz-binding") else { return false }
        isName = false
      case UInt8(ascii: ";"):
        guard allowsDeclarations, depth == 0 else { return false }
        isName = true
      case UInt8(ascii: "*"), UInt8(ascii: "/"):
        if before == UInt8(ascii: "*") || before == UInt8(ascii: "/") { return false }
      case UInt8(ascii: "#"), UInt8(ascii: "%"), UInt8(ascii: "+"), UInt8(ascii: "!"), 9, 10, 13: break
      default: guard isPlain(byte) else { return false }
      }
      if isPlain(byte), byte != 32, byte != UInt8(ascii: ","), byte != UInt8(ascii: ".") {
        word.append(byte)
      } else {
        word = HTMLName()
      }
    }
    return depth == 0 && quote == 0 && before != UInt8(ascii: "/")
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    Lexer.isDigit(byte) || Lexer.isNameStart(byte) || byte >= 128 || [32, 44, 45, 46].contains(byte)
  }
}
