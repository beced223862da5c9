// Finds, in the source of a template, texts that are piped into a filter (`'cart.title' | t`) and texts that follow a
// tag's name (`{% slot 'header' %}`), with their places: what a check needs to look up literal names. Not a parser: it
// knows delimiters, strings and the tags whose bodies are not Liquid, and leaves everything else to the engine.

struct LiquidScan {
  struct Use: Hashable {
    /// The filter's or the tag's name.
    let name: String
    /// The literal text.
    let text: String
    let place: Place
  }

  /// A snippet that is rendered, and the names of what is passed to it.
  struct Call: Hashable {
    let snippet: String
    var arguments: Set<String> = []
  }

  private(set) var filtered: [Use] = []
  private(set) var tagged: [Use] = []
  private(set) var calls: [Call] = []
  /// The text of `{% schema %}` and where it starts.
  private(set) var schemas: [(text: ArraySlice<UInt8>, place: Place)] = []

  private static let opaqueTags: Set<String> = ["comment", "raw", "schema", "javascript", "stylesheet", "doc"]
  private let bytes: [UInt8]
  private var index = 0
  private var place = Place.start

  init(_ source: String) {
    bytes = Array(source.utf8)
    while index < bytes.count {
      if at("{{") {
        advance(2)
        scanMarkup(until: "}}", isTag: false)
      } else if at("{%") {
        advance(2)
        scanMarkup(until: "%}", isTag: true)
      } else {
        advance(1)
      }
    }
  }

  private func at(_ text: String) -> Bool { bytes[index...].starts(with: text.utf8) }

  private mutating func advance(_ count: Int) {
    for _ in 0..<count where index < bytes.count {
      if bytes[index] == 0x0A {
        place.line += 1
        place.column = 1
      } else if bytes[index] & 0xC0 != 0x80 {
        place.column += 1
      }
      index += 1
    }
  }

  private mutating func skipSpace() {
    while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { advance(1) }
  }

  private mutating func word() -> String {
    let start = index
    while index < bytes.count {
      let byte = bytes[index]
      guard
        byte == UInt8(ascii: "_")
          || (byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber))
      else { break }
      advance(1)
    }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private mutating func scanMarkup(until close: String, isTag: Bool) {
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") { advance(1) }
    skipSpace()
    var tag = isTag ? word() : ""
    let isLiquid = tag == "liquid"
    if isLiquid { tag = "" }
    let body = Self.opaqueTags.contains(tag) ? tag : nil
    var isCall = false
    while index < bytes.count {
      if at(close) {
        advance(2)
        if let body { skipBody(of: body) }
        return
      }
      let byte = bytes[index]
      if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        let start = place
        guard let text = string() else { return }
        if !tag.isEmpty {
          tagged.append(.init(name: tag, text: text, place: start))
          isCall = tag == "render" || tag == "include"
          if isCall { calls.append(.init(snippet: text)) }
          tag = ""
        }
        skipSpace()
        if index < bytes.count, bytes[index] == UInt8(ascii: "|") {
          advance(1)
          skipSpace()
          filtered.append(.init(name: word(), text: text, place: start))
        }
      } else if byte == 0x0A, isLiquid {
        // A new line of `{% liquid %}` may start with a tag's name; elsewhere a word before a text is no tag of ours.
        advance(1)
        skipSpace()
        isCall = false
        let line = word()
        if ["slot", "section", "sections", "render", "include"].contains(line) { tag = line }
      } else {
        if byte != 0x20 { tag = "" }
        if !isCall || !argument() { advance(1) }
      }
    }
  }

  /// Notes `name:` and `as name` of the call at this place. Says whether a word stood here, and is past it then.
  private mutating func argument() -> Bool {
    var name = word()
    guard !name.isEmpty else { return false }
    let isAlias = name == "as"
    if isAlias {
      skipSpace()
      name = word()
    } else {
      skipSpace()
    }
    if isAlias || index < bytes.count && bytes[index] == UInt8(ascii: ":") { calls[calls.count - 1].arguments.insert(name) }
    return true
  }

  private mutating func string() -> String? {
    let quote = bytes[index]
    guard let end = bytes[(index + 1)...].firstIndex(of: quote) else {
      index = bytes.count
      return nil
    }
    let text = String(decoding: bytes[(index + 1)..<end], as: UTF8.self)
    advance(end + 1 - index)
    return text
  }

  private mutating func skipBody(of tag: String) {
    let start = index
    let startPlace = place
    while index < bytes.count {
      if at("{%") {
        let open = index
        advance(2)
        if index < bytes.count, bytes[index] == UInt8(ascii: "-") { advance(1) }
        skipSpace()
        if word() == "end" + tag {
          if tag == "schema" { schemas.append((bytes[start..<open], startPlace)) }
          while index < bytes.count, !at("%}") { advance(1) }
          advance(2)
          return
        }
      } else {
        advance(1)
      }
    }
  }
}
