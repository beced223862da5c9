/// Printing in scripts and styles: as a literal of the language, or as text of one.
extension ContextWriter {
  // MARK: Scripts

  /// The lexer of the script that is printed in, if it is one.
  var scriptMode: ScriptState.Mode? {
    switch state.phase {
    case .raw where state.element == .script && state.scriptKind == .script: break
    case .value where state.attribute == .handler: break
    case .value where (state.attribute == .url || state.attribute == .media) && state.address == .script: break
    default: return nil
    }
    let script = state.script
    if script.isLost { return .line }
    return script.mode == .code && script.isPending && script.allowsRegex ? .regex : script.mode
  }

  /// Bare code of a script: numbers and lists are themselves there.
  var isInCode: Bool { scriptMode == .code }

  mutating func script(_ text: UnsafeBufferPointer<UInt8>, _ trust: Value.Trust) {
    switch scriptMode ?? .line {
    case .code:
      if trust == .json {
        for byte in text { put(byte) }
      } else {
        put("\"")
        scriptText(text, .double)
        put("\"")
      }
    case .line, .block: harmless(text)
    case let mode: scriptText(text, mode)
    }
  }

  mutating func scriptText(_ text: UnsafeBufferPointer<UInt8>, _ mode: ScriptState.Mode) {
    var at = 0
    while at < text.count {
      let byte = text[at]
      if byte >= 128 {
        // The two line separators end a line of a script like a line feed.
        if byte == 0xE2, at + 2 < text.count, text[at + 1] == 0x80, text[at + 2] & 0xFE == 0xA8 {
          unicode(text[at + 2] == 0xA8 ? 0x2028 : 0x2029)
          at += 3
          continue
        }
        put(byte)
      } else if Lexer.isDigit(byte) || Lexer.isNameStart(byte) || byte == 32 {
        put(byte)
      } else {
        let special: String
        switch mode {
        case .regex, .regexClass: special = ""
        case .template: special = "!#%()*+,-./:;=?@[]^|}~"
        default: special = "!#$%()*+,-./:;=?@[]^{|}~"
        }
        let isPlain = special.utf8.contains(byte) && !(byte == UInt8(ascii: "%") && state.address == .script)
        if byte == UInt8(ascii: "\n"), mode != .regex, mode != .regexClass {
          put("\\n")
        } else if isPlain {
          put(byte)
        } else {
          unicode(UInt32(byte))
        }
      }
      at += 1
    }
  }

  mutating func unicode(_ code: UInt32) {
    put("\\u")
    for shift: UInt32 in [12, 8, 4, 0] { put(Self.lowerDigits[Int(code >> shift & 15)]) }
  }

  // MARK: Styles

  var styleMode: StyleState.Mode? {
    switch state.phase {
    case .raw where state.element == .style: break
    case .value where state.attribute == .style: break
    default: return nil
    }
    return state.style.mode == .code && state.style.progress == 4 ? .address : state.style.mode
  }

  mutating func style(_ text: UnsafeBufferPointer<UInt8>) {
    let mode = styleMode ?? .comment
    switch mode {
    case .comment: harmless(text)
    case .code:
      let allowsDeclarations = state.phase == .value && !state.style.isInValue
      if StyleValue.isHarmless(text, allowsDeclarations: allowsDeclarations) {
        for byte in text { put(byte) }
      } else {
        put(StyleValue.blocked)
      }
    case .double, .single, .address:
      let isAddress = mode == .address || state.style.isAddress
      if isAddress, state.style.address != .rest || state.style.mode == .code,
        !AddressState.isHarmless(text, allowsMedia: true, entities: false)
      {
        return put(AddressState.blocked)
      }
      for byte in text {
        let isSpecial = byte < 32 || byte == 127 || "\"'\\<>&".utf8.contains(byte) || (isAddress && " ()".utf8.contains(byte))
        if isSpecial { hex(byte) } else { put(byte) }
      }
    }
  }

  /// A character of a style by its number; the blank ends it.
  mutating func hex(_ byte: UInt8) {
    if byte == 0 { return put("\u{FFFD}") }
    put("\\")
    if byte >= 16 { put(Self.lowerDigits[Int(byte >> 4)]) }
    put(Self.lowerDigits[Int(byte & 15)])
    put(UInt8(ascii: " "))
  }
}
