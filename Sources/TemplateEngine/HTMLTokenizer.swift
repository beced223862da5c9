/// The tokenizer: HTML's states as the standard has them, over text that may come in any pieces. It makes no tokens; only the
/// state behind the text is of interest. Text and quoted values without a lexer, which are nearly all of a page, are passed
/// by looking for the byte that ends them.
extension HTMLState {
  mutating func read(_ bytes: some Collection<UInt8>) {
    let result: Void? = bytes.withContiguousStorageIfAvailable { read($0) }
    if result == nil { Array(bytes).withUnsafeBufferPointer { read($0) } }
  }

  mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) {
    var at = 0
    while at < bytes.count {
      switch phase {
      case .text:
        while at < bytes.count, bytes[at] != UInt8(ascii: "<") { at += 1 }
        guard at < bytes.count else { return }
        phase = .tagOpen
        at += 1
      case .value where quote != .none && !hasLexer:
        let end = quote == .double ? UInt8(ascii: "\"") : UInt8(ascii: "'")
        while at < bytes.count, bytes[at] != end { at += 1 }
        guard at < bytes.count else { return }
        phase = .afterValue
        at += 1
      case .unknown: return
      default:
        step(bytes[at])
        at += 1
      }
    }
  }

  /// The value's own text matters for what may be printed in it.
  var hasLexer: Bool {
    switch attribute {
    case .plain, .printed, .document, .candidates: false
    default: true
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 32 || byte == 9 || byte == 10 || byte == 12 || byte == 13
  }
  private static func isLetter(_ byte: UInt8) -> Bool { byte | 32 >= 97 && byte | 32 <= 122 }

  private mutating func step(_ byte: UInt8) {
    switch phase {
    case .text, .unknown: break
    case .tagOpen: tagOpen(byte)
    case .endTagOpen:
      if Self.isLetter(byte) {
        beginTag(isEnd: true)
        step(byte)
      } else if byte == UInt8(ascii: ">") {
        phase = .text
      } else {
        phase = .bogus
      }
    case .tagName: tagName(byte)
    case .beforeName, .afterValue:
      if byte == UInt8(ascii: ">") { return endTag() }
      phase = .beforeName
      if !Self.isBlank(byte), byte != UInt8(ascii: "/") {
        beginName()
        name.append(byte)
      }
    case .name, .afterName: attributeName(byte)
    case .beforeValue:
      if Self.isBlank(byte) { return }
      if byte == UInt8(ascii: ">") { return endTag() }
      let isQuoted = byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
      beginValue(!isQuoted ? .none : byte == UInt8(ascii: "'") ? .single : .double)
      if !isQuoted { step(byte) }
    case .value: value(byte)
    case .declaration: declaration(byte)
    case .comment: comment(byte)
    case .bogus: if byte == UInt8(ascii: ">") { phase = .text }
    case .raw: raw(byte)
    }
  }

  private mutating func tagOpen(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "/"): phase = .endTagOpen
    case UInt8(ascii: "!"):
      phase = .declaration
      progress = 0
    case UInt8(ascii: "?"): phase = .bogus
    case UInt8(ascii: "<"): break
    case _ where Self.isLetter(byte):
      beginTag(isEnd: false)
      step(byte)
    default: phase = .text
    }
  }

  private mutating func tagName(_ byte: UInt8) {
    guard Self.isBlank(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ">") else { return name.append(byte) }
    element = nameIsPrinted ? .printed : Self.element(named: name)
    name = HTMLName()
    nameIsPrinted = false
    if byte == UInt8(ascii: ">") { endTag() } else { phase = .beforeName }
  }

  private mutating func attributeName(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "="):
      attribute =
        nameIsPrinted && !name.hasPrefix("on") ? .printed : isEnd ? .plain : Self.attribute(named: name, on: element)
      name = HTMLName()
      nameIsPrinted = false
      phase = .beforeValue
    case UInt8(ascii: ">"): endTag()
    case UInt8(ascii: "/"): phase = .beforeName
    case _ where Self.isBlank(byte): phase = .afterName
    case _ where phase == .afterName:
      beginName()
      name.append(byte)
    default: name.append(byte)
    }
  }

  private mutating func declaration(_ byte: UInt8) {
    if byte == UInt8(ascii: "-") {
      progress += 1
      if progress == 2 {
        phase = .comment
        // As if both dashes of an end were there: `<!-->` is a whole comment.
        dashes = 2
        progress = 0
      }
    } else {
      progress = 0
      phase = byte == UInt8(ascii: ">") ? .text : .bogus
    }
  }

  private mutating func comment(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "-"): dashes = dashes == 3 ? 1 : min(2, dashes + 1)
    case UInt8(ascii: "!") where dashes == 2: dashes = 3
    case UInt8(ascii: ">") where dashes >= 2:
      phase = .text
      dashes = 0
    default: dashes = 0
    }
  }

  // MARK: Tags

  mutating func beginTag(isEnd: Bool) {
    phase = .tagName
    self.isEnd = isEnd
    element = .other
    name = HTMLName()
    nameIsPrinted = false
    scriptKind = .script
    isRefresh = false
  }

  mutating func beginName() {
    phase = .name
    name = HTMLName()
    nameIsPrinted = false
  }

  mutating func beginValue(_ quote: Quote) {
    phase = .value
    self.quote = quote
    name = HTMLName()
    word = HTMLName()
    isInEntity = false
    dashes = 0
    address = .start
    script = ScriptState()
    style = StyleState()
  }

  private mutating func endTag() {
    let opensRaw = !isEnd && Self.isRaw(element)
    self = HTMLState(
      phase: opensRaw ? .raw : .text, element: opensRaw ? element : .other, scriptKind: opensRaw ? scriptKind : .script)
  }

  private init(phase: Phase, element: Element, scriptKind: ScriptKind) {
    self.phase = phase
    self.element = element
    self.scriptKind = scriptKind
  }

  // MARK: Values

  private mutating func value(_ byte: UInt8) {
    let ends =
      switch quote {
      case .double: byte == UInt8(ascii: "\"")
      case .single: byte == UInt8(ascii: "'")
      case .none: Self.isBlank(byte) || byte == UInt8(ascii: ">")
      }
    guard ends else {
      if hasLexer { readEntity(byte) }
      return
    }
    endEntity()
    switch attribute {
    case .type: scriptKind = Self.kind(ofType: word)
    case .equivalent: isRefresh = word == HTMLName("refresh")
    default: break
    }
    let isTagEnd = byte == UInt8(ascii: ">") && quote == .none
    phase = quote == .none ? .beforeName : .afterValue
    attribute = .plain
    quote = .none
    word = HTMLName()
    address = .start
    script = ScriptState()
    style = StyleState()
    if isTagEnd { endTag() }
  }

  /// What browsers run, or read as JSON; `text/…` and `x-…` of other kinds they leave alone. What is not known is a script.
  private static func kind(ofType type: HTMLName) -> ScriptKind {
    guard type.hasPrefix("text/") || type.hasPrefix("x-") else { return .script }
    let scripts: [StaticString] = [
      "text/javascript", "text/ecmascript", "text/jscript", "text/livescript", "text/x-javascrip", "text/x-ecmascrip",
    ]
    return scripts.contains { type.hasPrefix($0) } ? .script : .inert
  }

  private mutating func readEntity(_ byte: UInt8) {
    if isInEntity {
      if byte == UInt8(ascii: ";") {
        let decoded = HTMLEntities.byte(of: name)
        isInEntity = false
        name = HTMLName()
        readValue(decoded)
        return
      }
      if belongsToEntity(byte) { return name.append(byte) }
      endEntity()
    }
    if byte == UInt8(ascii: "&") { isInEntity = true } else { readValue(byte) }
  }

  private func belongsToEntity(_ byte: UInt8) -> Bool {
    guard name.hasPrefix("#") else {
      return Self.isLetter(byte) || Lexer.isDigit(byte) || (name.isEmpty && byte == UInt8(ascii: "#"))
    }
    if Lexer.isDigit(byte) || (name.count == 1 && byte | 32 == UInt8(ascii: "x")) { return true }
    return name.hasPrefix("#x") && byte | 32 >= 97 && byte | 32 <= 102
  }

  /// An `&` that begins no entity is itself, and so is what follows it.
  private mutating func endEntity() {
    guard isInEntity else { return }
    isInEntity = false
    let text = name
    name = HTMLName()
    // A few names, and numbers, need no `;`.
    if text.hasPrefix("#") || ["quot", "amp", "lt", "gt"].contains(where: { text == HTMLName($0) }) {
      return readValue(HTMLEntities.byte(of: text))
    }
    readValue(UInt8(ascii: "&"))
    for at in 0..<min(Int(text.count), HTMLName.capacity) where !text.isLong { readValue(text[at]) }
  }

  private mutating func readValue(_ byte: UInt8) {
    switch attribute {
    case .url, .media:
      if address == .script { script.read(byte) } else { address.read(byte, word: &word) }
    case .handler: script.read(byte)
    case .style: style.read(byte)
    // What is cut off tells nothing more.
    case .type, .equivalent:
      if !Self.isBlank(byte), word.count < HTMLName.capacity || !word.hasPrefix("text/x-") { word.append(byte) }
    case .content: readContent(byte)
    case .plain, .candidates, .document, .printed: break
    }
  }

  /// A refresh: a number, `;`, `url=`, an address. The last is entered at the `=`.
  private mutating func readContent(_ byte: UInt8) {
    if dashes == 1 { return address.read(byte, word: &word) }
    if Self.isBlank(byte) || byte == UInt8(ascii: ";") || byte == UInt8(ascii: ",") {
      word = HTMLName()
    } else if byte == UInt8(ascii: "="), word == HTMLName("url") {
      dashes = 1
      word = HTMLName()
    } else {
      word.append(byte)
    }
  }

  // MARK: Raw content

  private mutating func raw(_ byte: UInt8) {
    if element == .plaintext { return }
    switch progress {
    case 1 where byte == UInt8(ascii: "/"): progress = 2
    case 1 where byte == UInt8(ascii: "!") && element == .script: progress = 4
    case 1 where Self.isLetter(byte) && hidden == 1:
      progress = 3
      name = HTMLName()
      name.append(byte)
    case 2 where Self.isLetter(byte), 3 where Self.isLetter(byte): name.append(byte)
    case 2, 3:
      if Self.isBlank(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ">"), name == rawName, endRaw(byte) { return }
      progress = 0
      name = HTMLName()
    case 4 where byte == UInt8(ascii: "-"): progress = 5
    case 5 where byte == UInt8(ascii: "-"):
      progress = 0
      hidden = max(1, hidden)
      dashes = 2
      // To a script that is a comment up to the end of the line.
      if script.mode == .code { script.mode = .line }
      return
    default: progress = 0
    }
    if byte == UInt8(ascii: "<") {
      progress = 1
      name = HTMLName()
    }
    if element == .script {
      if byte == UInt8(ascii: "-") {
        dashes = min(2, dashes + 1)
      } else {
        if byte == UInt8(ascii: ">"), dashes == 2, hidden > 0 { hidden = 0 }
        dashes = 0
      }
      if scriptKind == .script { script.read(byte) }
    } else if element == .style {
      style.read(byte)
    }
  }

  /// An end tag's name, or a script's begin in a hidden part, is complete; true when the raw content ends by it.
  private mutating func endRaw(_ byte: UInt8) -> Bool {
    if progress == 3 {
      hidden = 2
      return false
    }
    if hidden == 2 {
      hidden = 1
      return false
    }
    let element = element
    self = HTMLState(phase: .beforeName, element: element, scriptKind: .script)
    isEnd = true
    if byte == UInt8(ascii: ">") { endTag() }
    return true
  }
}

/// Entities that mean something to the lexers of values.
enum HTMLEntities {
  private static let named: [HTMLName: UInt8] = Dictionary(
    [
      ("quot", 34), ("apos", 39), ("amp", 38), ("lt", 60), ("gt", 62), ("colon", 58), ("tab", 9), ("newline", 10), ("sol", 47),
      ("bsol", 92), ("lpar", 40), ("rpar", 41), ("lbrace", 123), ("lcub", 123), ("rbrace", 125), ("rcub", 125), ("grave", 96),
      ("diacriticalgrave", 96), ("dollar", 36), ("lsqb", 91), ("lbrack", 91), ("rsqb", 93), ("rbrack", 93), ("ast", 42),
      ("semi", 59),
      ("num", 35), ("quest", 63), ("equals", 61), ("nbsp", 32),
    ].map { (HTMLName($0), $1) }, uniquingKeysWith: { first, _ in first })

  /// The ASCII character of an entity; for any other one a letter, which no lexer minds.
  static func byte(of name: HTMLName) -> UInt8 {
    guard name.hasPrefix("#") else { return named[name] ?? UInt8(ascii: "x") }
    guard !name.isLong else { return UInt8(ascii: "x") }
    let isHex = name.count > 1 && name[1] == UInt8(ascii: "x")
    var code = 0
    for at in (isHex ? 2 : 1)..<max(isHex ? 2 : 1, Int(name.count)) {
      let digit = name[at]
      guard let value = digit <= 57 ? Int(digit) - 48 : isHex && digit >= 97 && digit <= 102 ? Int(digit) - 87 : nil else {
        return UInt8(ascii: "x")
      }
      code = min(0x11_0000, code * (isHex ? 16 : 10) + value)
    }
    return code > 0 && code < 128 ? UInt8(code) : UInt8(ascii: "x")
  }
}
