/// A lexer of CSS, as far as it decides what a printed value may contain: strings, comments, addresses.
struct StyleState: Hashable, Sendable {
  enum Mode: UInt8, Sendable { case code, double, single, address, comment }

  var mode = Mode.code
  var isEscaped = false
  /// The byte before was a `/` in code or a `*` in a comment.
  var isPending = false
  /// How much of `url(` is read, in code; 4 is all of it, with blanks behind it.
  var progress: UInt8 = 0
  /// Behind the `:` of a declaration.
  var isInValue = false
  /// The string or address is one of `url()`.
  var isAddress = false
  var address = AddressState.start
  var word = HTMLName()

  mutating func read(_ byte: UInt8) {
    switch mode {
    case .code: code(byte)
    case .double: string(byte, UInt8(ascii: "\""))
    case .single: string(byte, UInt8(ascii: "'"))
    case .address:
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: ")") {
        leave()
        return
      }
      address.read(byte, word: &word)
    case .comment:
      if isPending, byte == UInt8(ascii: "/") {
        mode = .code
        isPending = false
      } else {
        isPending = byte == UInt8(ascii: "*")
      }
    }
  }

  private mutating func code(_ byte: UInt8) {
    if isPending, byte == UInt8(ascii: "*") {
      isPending = false
      mode = .comment
      return
    }
    isPending = byte == UInt8(ascii: "/")
    if isEscaped {
      isEscaped = false
      return
    }
    let isBehindURL = progress == 4
    switch byte {
    case UInt8(ascii: "\\"):
      isEscaped = true
      progress = 0
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      mode = byte == UInt8(ascii: "'") ? .single : .double
      begin(isAddress: isBehindURL)
    case 9, 10, 12, 13, 32: if !isBehindURL { progress = 0 }
    case UInt8(ascii: ")") where isBehindURL: progress = 0
    case UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "{"), UInt8(ascii: "}"):
      isInValue = byte == UInt8(ascii: ":")
      progress = 0
    default:
      if isBehindURL {
        mode = .address
        begin(isAddress: true)
        address.read(byte, word: &word)
        return
      }
      let wanted: [UInt8] = [UInt8(ascii: "u"), UInt8(ascii: "r"), UInt8(ascii: "l"), UInt8(ascii: "(")]
      let lowered = byte >= 65 && byte <= 90 ? byte | 32 : byte
      progress = lowered == wanted[Int(progress)] ? progress + 1 : lowered == wanted[0] ? 1 : 0
    }
  }

  private mutating func begin(isAddress: Bool) {
    self.isAddress = isAddress
    progress = 0
    address = .start
    word = HTMLName()
  }

  private mutating func leave() {
    mode = .code
    begin(isAddress: false)
    isEscaped = false
  }

  private mutating func string(_ byte: UInt8, _ end: UInt8) {
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == end || byte == 10 || byte == 13 || byte == 12 {
      leave()
      return
    }
    if isAddress { address.read(byte, word: &word) }
  }

  /// Goes on behind a printed value.
  mutating func passValue() {
    isEscaped = false
    isPending = false
    if mode == .code, progress == 4 {
      mode = .address
      begin(isAddress: true)
    }
    progress = 0
    if isAddress, address == .start || address == .open { address = .printed }
  }
}
