/// A lexer of JavaScript, as far as it decides what a printed value may contain: strings, templates, regular expressions,
/// comments. JSON is a part of it.
struct ScriptState: Hashable, Sendable {
  enum Mode: UInt8, Sendable { case code, double, single, template, regex, regexClass, line, block }

  var mode = Mode.code
  /// The byte before was a `\`.
  var isEscaped = false
  /// The byte before was a `/` in code, a `$` in a template, a `*` in a comment: the next one decides what it is.
  var isPending = false
  /// A `/` here begins a regular expression; otherwise it divides.
  var allowsRegex = true
  /// The word being read in code: some words are followed by a regular expression.
  var word = HTMLName()
  /// `${` that are open, a byte each with the braces open in it; the innermost lowest.
  var braces: UInt64 = 0
  var templates: UInt8 = 0
  /// More `${` are open than are counted.
  var isLost = false

  static let wordsBeforeRegex: Set<HTMLName> = Set(
    [
      "break", "case", "continue", "delete", "do", "else", "finally", "in", "instanceof", "new", "return", "throw", "try",
      "typeof", "void", "yield", "await", "of",
    ].map { HTMLName($0) })

  mutating func read(_ byte: UInt8) {
    switch mode {
    case .code: code(byte)
    case .double: string(byte, UInt8(ascii: "\""))
    case .single: string(byte, UInt8(ascii: "'"))
    case .template: template(byte)
    case .regex, .regexClass: regex(byte)
    case .line: if byte == 10 || byte == 13 { mode = .code }
    case .block:
      if isPending, byte == UInt8(ascii: "/") {
        mode = .code
        isPending = false
      } else {
        isPending = byte == UInt8(ascii: "*")
      }
    }
  }

  private mutating func code(_ byte: UInt8) {
    if isPending {
      isPending = false
      if byte == UInt8(ascii: "/") { return mode = .line }
      if byte == UInt8(ascii: "*") { return mode = .block }
      if allowsRegex {
        mode = .regex
        return regex(byte)
      }
      allowsRegex = true
    }
    if Lexer.isNameStart(byte) || Lexer.isDigit(byte) || byte == UInt8(ascii: "$") || byte >= 128 {
      word.append(byte)
      allowsRegex = false
      return
    }
    if !word.isEmpty {
      allowsRegex = Self.wordsBeforeRegex.contains(word)
      word = HTMLName()
    }
    switch byte {
    case UInt8(ascii: "\""): mode = .double
    case UInt8(ascii: "'"): mode = .single
    case UInt8(ascii: "`"): mode = .template
    case UInt8(ascii: "/"): isPending = true
    case UInt8(ascii: "{"):
      allowsRegex = true
      if templates > 0, braces & 0xFF < 0xFF { braces += 1 }
    case UInt8(ascii: "}"):
      allowsRegex = true
      if templates > 0 {
        if braces & 0xFF == 0 {
          templates -= 1
          braces >>= 8
          mode = .template
        } else {
          braces -= 1
        }
      }
    case UInt8(ascii: ")"), UInt8(ascii: "]"): allowsRegex = false
    case 9, 10, 13, 32: break
    default: allowsRegex = true
    }
  }

  private mutating func string(_ byte: UInt8, _ end: UInt8) {
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == end || byte == 10 || byte == 13 {
      mode = .code
      allowsRegex = false
    }
  }

  private mutating func template(_ byte: UInt8) {
    if isEscaped {
      isEscaped = false
      return
    }
    let opens = isPending && byte == UInt8(ascii: "{")
    isPending = byte == UInt8(ascii: "$")
    if opens {
      if templates == 8 { isLost = true }
      templates = min(8, templates + 1)
      braces <<= 8
      mode = .code
      allowsRegex = true
      isPending = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "`") {
      mode = .code
      allowsRegex = false
    }
  }

  private mutating func regex(_ byte: UInt8) {
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == 10 || byte == 13 || (mode == .regex && byte == UInt8(ascii: "/")) {
      mode = .code
      allowsRegex = false
    } else if byte == UInt8(ascii: "[") {
      mode = .regexClass
    } else if byte == UInt8(ascii: "]") {
      mode = .regex
    }
  }

  /// Goes on behind a printed value.
  mutating func passValue() {
    isEscaped = false
    if mode == .code {
      if isPending, allowsRegex { mode = .regex }
      allowsRegex = false
      word = HTMLName()
    }
    isPending = false
  }
}
