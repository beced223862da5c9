/// Prints values where HTML text's escaping is not enough. Each run of bytes is written as its origin and the tokenizer's
/// state ask for: data so that it cannot leave its place nor mean anything there but itself; what the author wrote as it is,
/// though not out of a quoted value it is printed in. Text of both (``MixedText``) is read on by the tokenizer run by run,
/// so that data is escaped for the place the text around it makes.
struct ContextWriter {
  /// What is closed by a quote, a `<` or the like around the whole value, and stays so.
  private enum Container { case none, value, element, comment }

  private let sink: ByteSink?
  private(set) var state: HTMLState
  private var container = Container.none
  /// The value of an attribute begins, without a quote.
  private var beginsValue = false
  /// In a string of a script or style: the byte that ends it.
  private var stringEnd: UInt8?
  /// Bytes that were not handed on yet.
  var bytes: [UInt8] = []
  /// Something was printed.
  private(set) var isEmpty = true

  init(_ state: HTMLState, into sink: ByteSink?) {
    self.sink = sink
    self.state = state
    if self.state.phase == .beforeValue {
      self.state.beginValue(.none)
      beginsValue = true
    }
    switch self.state.phase {
    case .value: container = .value
    case .comment, .bogus, .declaration: container = .comment
    case .raw where self.state.isPlainRaw: container = .element
    default: break
    }
    if let mode = scriptMode {
      stringEnd =
        mode == .double ? UInt8(ascii: "\"") : mode == .single ? UInt8(ascii: "'") : mode == .template ? UInt8(ascii: "`") : nil
    } else if let mode = styleMode {
      stringEnd =
        mode == .double ? UInt8(ascii: "\"") : mode == .single ? UInt8(ascii: "'") : mode == .address ? UInt8(ascii: ")") : nil
    }
  }

  /// The text so far, for one that is not written to a sink.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  mutating func write(_ text: String, _ trust: Value.Trust) {
    var text = text
    text.withUTF8 { write($0, trust) }
    flush()
  }

  mutating func write(_ mixed: MixedText) {
    if state.phase == .text, let html = mixed.html { return write(html, .raw) }
    var text = mixed.text
    text.withUTF8 { all in
      var from = 0
      for span in mixed.spans {
        write(UnsafeBufferPointer(rebasing: all[from..<span.end]), span.trust)
        from = span.end
      }
    }
    flush()
  }

  /// Ends a value: what stands for an empty one where nothing at all would let what follows take its place.
  mutating func end(standsAlone: Bool) {
    guard isEmpty else { return }
    if beginsValue, standsAlone { bytes += "\"\"".utf8 }
    if scriptMode == .regex { bytes += "(?:)".utf8 }
    flush()
  }

  mutating func flush() {
    guard let sink, !bytes.isEmpty else { return }
    bytes.withUnsafeBufferPointer { sink.write($0) }
    bytes.removeAll(keepingCapacity: true)
  }

  mutating func write(_ text: UnsafeBufferPointer<UInt8>, _ trust: Value.Trust) {
    guard !text.isEmpty else { return }
    isEmpty = false
    switch trust {
    case .raw: bytes += text
    case .literal: literal(text)
    case .data, .escaped, .markup, .json:
      if state.phase == .beforeValue { state.beginValue(.none) }
      data(text, trust)
      state.passValue()
    }
    if bytes.count > 4096 { flush() }
  }

  // MARK: What the author wrote

  mutating func literal(_ text: UnsafeBufferPointer<UInt8>) {
    let from = bytes.count
    switch container {
    case .value: contain(text)
    case .element: escape(text, only: UInt8(ascii: "<"))
    case .comment: comment(text, keepsAngles: true)
    case .none:
      if let stringEnd { contain(text, in: stringEnd) } else { bytes += text }
    }
    let written = Array(bytes[from...])
    state.read(written)
  }

  /// The quote around a value is written as an entity, and so are the ends of a string in it; without a quote whatever ends it.
  mutating func contain(_ text: UnsafeBufferPointer<UInt8>) {
    for byte in text {
      if byte == stringEnd, attributeQuote != byte { put("\\") }
      if byte == attributeQuote || (state.quote == .none && Self.endsUnquoted(byte)) { entity(byte) } else { bytes.append(byte) }
    }
  }

  mutating func contain(_ text: UnsafeBufferPointer<UInt8>, in end: UInt8) {
    var isEscaped = false
    for byte in text {
      if byte == end || byte == 10 || byte == 13 || byte == UInt8(ascii: "<"), !isEscaped {
        if styleMode != nil { hex(byte) } else { unicode(UInt32(byte)) }
      } else {
        bytes.append(byte)
      }
      isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
    }
  }

  // MARK: Data

  mutating func data(_ text: UnsafeBufferPointer<UInt8>, _ trust: Value.Trust) {
    switch state.phase {
    case .text: html(text, trust)
    case .tagOpen, .endTagOpen, .tagName: tagName(text)
    case .beforeName, .name, .afterName, .afterValue:
      if trust == .markup { bytes += text } else { attributeNames(text) }
    case .beforeValue, .value: value(text, trust)
    case .declaration, .comment, .bogus: comment(text, keepsAngles: false)
    case .raw:
      if scriptMode != nil {
        script(text, trust)
      } else if styleMode != nil {
        style(text)
      } else if trust == .data {
        html(text, trust)
      } else {
        escape(text, only: UInt8(ascii: "<"))
      }
    case .unknown: harmless(text)
    }
  }

  mutating func html(_ text: UnsafeBufferPointer<UInt8>, _ trust: Value.Trust) {
    guard trust == .data else { return bytes += text }
    for byte in text { if Escaping.entity(of: byte) != nil { entity(byte) } else { bytes.append(byte) } }
  }

  mutating func escape(_ text: UnsafeBufferPointer<UInt8>, only wanted: UInt8) {
    for byte in text { if byte == wanted { entity(byte) } else { bytes.append(byte) } }
  }

  /// Dashes that could be part of an end are entities, which a comment shows as they are.
  mutating func comment(_ text: UnsafeBufferPointer<UInt8>, keepsAngles: Bool) {
    for (at, byte) in text.enumerated() {
      let isEdge = at == 0 || at == text.count - 1
      if byte == UInt8(ascii: "-"), isEdge || text[at - 1] == byte || text[at + 1] == byte {
        entity(byte)
      } else if byte == UInt8(ascii: ">"), at == 0 || state.phase != .comment || !keepsAngles {
        entity(byte)
      } else if !keepsAngles, Escaping.entity(of: byte) != nil {
        entity(byte)
      } else {
        bytes.append(byte)
      }
    }
  }

  /// Letters, digits and little else: where branches disagree on what the place is, and in comments of scripts and styles.
  mutating func harmless(_ text: UnsafeBufferPointer<UInt8>) {
    for byte in text where Lexer.isNamePart(byte) || byte >= 128 || [32, 44, 46].contains(byte) {
      bytes.append(byte)
    }
  }

  // MARK: Values of attributes

  mutating func value(_ text: UnsafeBufferPointer<UInt8>, _ trust: Value.Trust) {
    switch state.attribute {
    case .plain, .printed, .type, .equivalent: valueText(text, trust)
    case .document:
      if trust == .data {
        for byte in text { if let entity = Escaping.entity(of: byte) { put(entity) } else { put(byte) } }
      } else {
        for byte in text { put(byte) }
      }
    case .url, .media: address(text, trust)
    case .candidates:
      let parts = text.split(separator: UInt8(ascii: ","))
      let isHarmless = parts.allSatisfy { AddressState.isHarmless($0, allowsMedia: true, entities: trust != .data) }
      if isHarmless { valueText(text, trust) } else { put(AddressState.blocked) }
    case .content:
      if state.dashes == 1 {
        address(text, trust)
      } else if !state.isRefresh || text.allSatisfy({ Lexer.isDigit($0) || [32, 46, 59].contains($0) }) {
        valueText(text, trust)
      }
    case .handler: script(text, trust)
    case .style: style(text)
    }
  }

  mutating func valueText(_ text: UnsafeBufferPointer<UInt8>, _ trust: Value.Trust) {
    guard state.phase == .value else { return bytes += text }
    let quote = attributeQuote
    let endsAtBlank = state.quote == .none
    let isData = trust == .data
    // By runs, as most values are one.
    var from = text.startIndex
    for at in text.indices {
      let byte = text[at]
      guard byte == quote || (isData && Escaping.entity(of: byte) != nil) || (endsAtBlank && Self.endsUnquoted(byte)) else {
        continue
      }
      bytes += text[from..<at]
      entity(byte)
      from = at + 1
    }
    bytes += text[from...]
  }

  mutating func address(_ text: UnsafeBufferPointer<UInt8>, _ trust: Value.Trust) {
    switch state.address {
    case .start, .open, .printed:
      if AddressState.isHarmless(text, allowsMedia: state.attribute == .media, entities: trust != .data) {
        valueText(text, trust)
      } else {
        put(AddressState.blocked)
      }
    case .rest: valueText(text, trust)
    case .script: script(text, trust)
    case .opaque: percent(text)
    }
  }

  mutating func percent(_ text: UnsafeBufferPointer<UInt8>) {
    for byte in text {
      if Lexer.isNamePart(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/") {
        bytes.append(byte)
      } else {
        bytes += [UInt8(ascii: "%"), Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
      }
    }
  }

  // MARK: The layer around

  static let digits = Array("0123456789ABCDEF".utf8)
  static let lowerDigits = Array("0123456789abcdef".utf8)

  var attributeQuote: UInt8? {
    guard state.phase == .value else { return nil }
    switch state.quote {
    case .double: return UInt8(ascii: "\"")
    case .single: return UInt8(ascii: "'")
    case .none: return nil
    }
  }

  static func endsUnquoted(_ byte: UInt8) -> Bool {
    byte <= 32 || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "`")
      || (Escaping.entity(of: byte) != nil && byte != UInt8(ascii: "&"))
  }

  /// One byte of content: in a value escaped for it, in raw content as it is.
  mutating func put(_ byte: UInt8) {
    guard state.phase == .value else { return bytes.append(byte) }
    if Escaping.entity(of: byte) != nil || (state.quote == .none && Self.endsUnquoted(byte)) {
      entity(byte)
    } else {
      bytes.append(byte)
    }
  }

  mutating func put(_ text: String) { for byte in text.utf8 { put(byte) } }

  mutating func put(_ text: StaticString) { text.withUTF8Buffer { for byte in $0 { put(byte) } } }

  mutating func entity(_ byte: UInt8) {
    if let entity = Escaping.entity(of: byte) {
      entity.withUTF8Buffer { bytes += $0 }
    } else if byte == 0 {
      bytes += "\u{FFFD}".utf8
    } else {
      bytes += "&#\(byte);".utf8
    }
  }
}
