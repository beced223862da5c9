/// Splits the inside of a tag or an output into tokens, one at a time and without allocating: a token is a kind and a
/// place in the source. Names are ASCII as Liquid has them; anything else outside a string is refused.
struct Lexer {
  enum Kind: UInt8 {
    case name, number, string, dot, dots, comma, colon, pipe, openBracket, closeBracket, openParen, closeParen
    case comparison, equals, other, unterminated, end
  }

  struct Token {
    var kind: Kind
    var start: Int
    var end: Int
  }

  let source: [UInt8]
  private(set) var token = Token(kind: .end, start: 0, end: 0)
  private(set) var limit = 0
  /// Where the token before the current one ended: the end of what has been read.
  private(set) var previousEnd = 0
  /// How many tokens may still be read. A tag counts as two by itself.
  private var tokensLeft: Int
  /// There were more tokens than may be read: what follows looks like the end of the tag.
  private(set) var isExhausted = false

  init(_ source: [UInt8], tokens: Int = .max) {
    self.source = source
    tokensLeft = tokens
  }

  /// Counts a tag or an output.
  mutating func countTag() {
    tokensLeft -= 2
    if tokensLeft < 0 { isExhausted = true }
  }

  mutating func start(at place: Int, limit: Int) {
    self.limit = limit
    token = Token(kind: .end, start: place, end: place)
    advance()
    previousEnd = place
  }

  mutating func advance() {
    previousEnd = token.end
    var at = token.end
    while at < limit, Self.isSpace(source[at]) { at += 1 }
    guard at < limit, tokensLeft > 0 else {
      if at < limit { isExhausted = true }
      token = Token(kind: .end, start: limit, end: limit)
      return
    }
    tokensLeft -= 1
    let byte = source[at]
    let next = at + 1 < limit ? source[at + 1] : 0
    if Self.isNameStart(byte) {
      var end = at + 1
      while end < limit, Self.isNamePart(source[end]) { end += 1 }
      if end < limit, source[end] == UInt8(ascii: "?") { end += 1 }
      token = Token(kind: .name, start: at, end: end)
      return
    }
    if Self.isDigit(byte) || (byte == UInt8(ascii: "-") && Self.isDigit(next)) {
      token = Token(kind: .number, start: at, end: number(from: at))
      return
    }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      var end = at + 1
      while end < limit, source[end] != byte { end += 1 }
      token =
        end < limit
        ? Token(kind: .string, start: at, end: end + 1) : Token(kind: .unterminated, start: at, end: limit)
    case UInt8(ascii: "."):
      token = next == byte ? Token(kind: .dots, start: at, end: at + 2) : single(.dot, at)
    case UInt8(ascii: ","): token = single(.comma, at)
    case UInt8(ascii: ":"): token = single(.colon, at)
    case UInt8(ascii: "|"): token = single(.pipe, at)
    case UInt8(ascii: "["): token = single(.openBracket, at)
    case UInt8(ascii: "]"): token = single(.closeBracket, at)
    case UInt8(ascii: "("): token = single(.openParen, at)
    case UInt8(ascii: ")"): token = single(.closeParen, at)
    case UInt8(ascii: "="):
      token = next == byte ? Token(kind: .comparison, start: at, end: at + 2) : single(.equals, at)
    case UInt8(ascii: "<"):
      let two = next == UInt8(ascii: "=") || next == UInt8(ascii: ">")
      token = Token(kind: .comparison, start: at, end: at + (two ? 2 : 1))
    case UInt8(ascii: ">"):
      token = Token(kind: .comparison, start: at, end: at + (next == UInt8(ascii: "=") ? 2 : 1))
    case UInt8(ascii: "!") where next == UInt8(ascii: "="):
      token = Token(kind: .comparison, start: at, end: at + 2)
    default: token = single(.other, at)
    }
  }

  private func single(_ kind: Kind, _ at: Int) -> Token { Token(kind: kind, start: at, end: at + 1) }

  private func number(from start: Int) -> Int {
    var end = start + 1
    while end < limit, Self.isDigit(source[end]) { end += 1 }
    if end + 1 < limit, source[end] == UInt8(ascii: "."), Self.isDigit(source[end + 1]) {
      end += 1
      while end < limit, Self.isDigit(source[end]) { end += 1 }
    }
    return end
  }

  func text(_ token: Token) -> String { text(token.start, token.end) }

  func text(_ start: Int, _ end: Int) -> String {
    source.withUnsafeBufferPointer { String(decoding: $0[start..<max(start, end)], as: UTF8.self) }
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }
  static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
  static func isNameStart(_ byte: UInt8) -> Bool {
    (byte | 32 >= 97 && byte | 32 <= 122) || byte == UInt8(ascii: "_")
  }
  static func isNamePart(_ byte: UInt8) -> Bool {
    isNameStart(byte) || isDigit(byte) || byte == UInt8(ascii: "-")
  }
}
