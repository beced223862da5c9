/// How much of a URL is read: whether a scheme can still follow, and whose it is.
enum AddressState: UInt8, Hashable, Sendable {
  /// Nothing yet but what browsers skip.
  case start
  /// A scheme may still end in `:`; all of it was written in the template.
  case open
  /// The same, with a part that was printed.
  case printed
  /// There is no scheme, or a harmless one: what follows is path, query, fragment.
  case rest
  /// Behind `javascript:`, written in the template.
  case script
  /// Behind `data:`, or behind a `:` that makes a scheme of what was printed.
  case opaque

  static let schemes: Set<HTMLName> = Set(["http", "https", "mailto", "tel", "sms", "ftp"].map { HTMLName($0) })
  private static let escapes = Set(["amp", "lt", "gt", "quot", "#39"].map { HTMLName($0) })
  /// What comes out instead of an address that is not allowed.
  static let blocked = "about:invalid#blocked"

  /// Goes on by a byte of the address, without what browsers remove from one.
  mutating func read(_ byte: UInt8, word: inout HTMLName) {
    switch self {
    case .rest, .script, .opaque: return
    case .start, .open, .printed: break
    }
    switch byte {
    case 9, 10, 13: return
    case 0...32 where self == .start: return
    case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "\\"): self = .rest
    case UInt8(ascii: ":"):
      if self == .printed || word == HTMLName("data") {
        self = .opaque
      } else {
        self = word == HTMLName("javascript") || word == HTMLName("vbscript") ? .script : .rest
      }
      word = HTMLName()
    default:
      if self == .start {
        self = .open
        word = HTMLName()
      }
      word.append(byte)
    }
  }

  /// True when an address, printed where a scheme may stand, has none or one that is allowed. Browsers skip leading control
  /// characters and blanks, and every tab and line end: so does this. `entities` says that the text is HTML, where the colon
  /// may be hidden in an entity.
  static func isHarmless(_ address: some Sequence<UInt8>, allowsMedia: Bool, entities: Bool) -> Bool {
    var scheme = HTMLName()
    var isStarted = false
    var rest = address.makeIterator()
    while let byte = rest.next() {
      switch byte {
      case 9, 10, 13: continue
      case 0...32 where !isStarted: continue
      case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "\\"): return true
      case UInt8(ascii: "&") where entities:
        var name = HTMLName()
        while let next = rest.next(), next != UInt8(ascii: ";") { name.append(next) }
        // Those of `escape` stand for no character of a scheme; another one may stand for the colon.
        guard escapes.contains(name) else { return false }
        isStarted = true
        scheme.append(byte)
      case UInt8(ascii: ":"):
        if schemes.contains(scheme) { return true }
        guard allowsMedia, scheme == HTMLName("data") else { return false }
        var kind = HTMLName()
        while let next = rest.next() {
          if next == UInt8(ascii: "/") { return ["image", "video", "audio"].contains { kind == HTMLName($0) } }
          kind.append(next)
        }
        return false
      default:
        isStarted = true
        scheme.append(byte)
      }
    }
    return true
  }
}
