/// Finding a tag's name and giving it to the reader of its family.
extension Compiler {
  static let tagNames = [
    "assign", "break", "capture", "case", "comment", "continue", "cycle", "decrement", "doc", "echo", "else", "elsif",
    "endcapture", "endcase", "endcomment", "enddoc", "endfor", "endif", "endifchanged", "endraw", "endtablerow",
    "endunless", "for", "if", "ifchanged", "include", "increment", "liquid", "raw", "render", "tablerow", "unless",
    "when",
  ]

  /// Reads one `{% … %}`; answers where the source goes on, which is behind the end tag for tags that keep text.
  mutating func tag(_ start: Int, _ end: Int, after: Int, trim: inout Bool) -> Int {
    var at = start
    while at < end, Lexer.isSpace(source[at]) { at += 1 }
    if at < end, source[at] == UInt8(ascii: "#") {
      inlineComment(at, end)
      return after
    }
    let nameEnd = tagNameEnd(at, end)
    let tagName = lexer.text(at, nameEnd)
    uses.append((.tag, tagName, at))
    switch tagName {
    case "comment": return comment(after: after, trim: &trim)
    case "raw":
      attempt { (compiler: inout Compiler) throws(SyntaxFault) in try compiler.expectNothing(nameEnd, end, after: "raw") }
      return verbatim("raw", after: after, trim: &trim) { compiler, body in
        if !body.isEmpty {
          compiler.markPrinting()
          compiler.literal(compiler.source[body])
        }
      }
    case "doc":
      attempt { (compiler: inout Compiler) throws(SyntaxFault) in try compiler.expectNothing(nameEnd, end, after: "doc") }
      return verbatim("doc", after: after, trim: &trim) { compiler, body in
        if let nested = compiler.findTag("doc", from: body.lowerBound, to: body.upperBound) {
          compiler.fault("a doc cannot be inside another", at: nested.open, "end the first with {% enddoc %}")
        }
      }
    case "liquid":
      liquid(nameEnd, end)
      return after
    default:
      if case .rawBlock? = environment.tags[tagName] {
        return verbatim(tagName, after: after, trim: &trim) { compiler, body in
          let text = compiler.lexer.text(body.lowerBound, body.upperBound)
          if let known = compiler.rawBlocks[tagName] {
            compiler.rawBlocks[tagName] = known + "\n" + text
          } else {
            compiler.rawBlocks[tagName] = text
          }
        }
      }
      statement(tagName, at, nameEnd, end, liquidDepth: 0)
      return after
    }
  }

  func tagNameEnd(_ start: Int, _ end: Int) -> Int {
    var at = start
    while at < end, Lexer.isNameStart(source[at]) || Lexer.isDigit(source[at]) { at += 1 }
    return at
  }

  func expectNothing(_ start: Int, _ end: Int, after name: String) throws(SyntaxFault) {
    for at in start..<max(start, end) where !Lexer.isSpace(source[at]) {
      throw SyntaxFault(
        message: "'\(name)' takes no arguments", place: at, suggestion: "end the tag here")
    }
  }

  /// One tag, from `{% %}` or a line of `{% liquid %}`.
  mutating func statement(_ name: String, _ start: Int, _ nameEnd: Int, _ end: Int, liquidDepth: Int) {
    place = start
    attempt { (compiler: inout Compiler) throws(SyntaxFault) in
      compiler.lexer.countTag()
      compiler.lexer.start(at: nameEnd, limit: end)
      try compiler.read(name, start, nameEnd, end, liquidDepth)
    }
  }

  private mutating func read(
    _ name: String, _ start: Int, _ nameEnd: Int, _ end: Int, _ depth: Int
  ) throws(SyntaxFault) {
    switch name {
    case "if", "unless": try condition(name, depth)
    case "elsif": try elsif(start)
    case "else": try otherwise(start, nameEnd, end)
    case "case": try choice(depth)
    case "when": try when(start)
    case "for": try loop(depth)
    case "tablerow": try table(depth)
    case "capture": try capture(nameEnd, end, depth)
    case "ifchanged":
      try open(Block(kind: .changed, name: name, place: start, start: instructions.count, liquidDepth: depth))
      changes.insert(instructions.count)
      emit(.captureBegin)
    case "assign": try assign(nameEnd, end)
    case "echo": try output()
    case "increment", "decrement": try counter(name == "increment" ? 1 : -1, nameEnd, end)
    case "cycle": try cycle()
    case "break", "continue":
      markPrinting()
      leaveLoop(byBreak: name == "break")
    case "render", "include": try call(isInclude: name == "include", start)
    case "embed" where isExtended: try embed(start, depth)
    case "fill" where isExtended: try fill(start, depth)
    case "extends" where isExtended: try extends(start)
    case "block" where isExtended: try templateBlock(start, depth)
    default:
      if name.hasPrefix("end"), try close(name, start, depth) { return }
      if case .request? = environment.tags[name] {
        try request(name)
        return
      }
      throw unknownTag(name, start)
    }
  }

  private mutating func unknownTag(_ name: String, _ start: Int) -> SyntaxFault {
    if name.isEmpty {
      return SyntaxFault(
        message: "a tag's name is missing", place: start, suggestion: "write {% name … %}, or {{ … }} to print a value")
    }
    let nearest = Suggestion.nearest(to: name, in: ownTags + Array(environment.tags.keys))
    if let nearest { forgivenEnds.insert("end" + nearest) }
    return SyntaxFault(
      message: "unknown tag '\(name)'", place: start,
      suggestion: Self.compositionTags.contains(name)
        ? "it belongs to the extended grammar" : nearest.map { "did you mean '\($0)'?" })
  }

  private var ownTags: [String] { Self.tagNames + (isExtended ? Self.compositionTags : []) }

  // MARK: Open and close

  mutating func open(_ block: Block) throws(SyntaxFault) {
    blocks.append(block)
    if blocks.count > Self.maximumNesting {
      blocks.removeLast()
      isGivenUp = true
      throw SyntaxFault(
        message: "blocks are nested deeper than \(Self.maximumNesting)", place: block.place,
        suggestion: "move the inner ones to a partial")
    }
  }

  private mutating func close(_ name: String, _ start: Int, _ depth: Int) throws(SyntaxFault) -> Bool {
    guard let block = blocks.last else {
      guard ownTags.contains(name) else { return false }
      if forgivenEnds.contains(name) { return true }
      throw SyntaxFault(
        message: "'\(name)' has no opening tag", place: start,
        suggestion: "remove it, or add {% \(name.dropFirst(3)) … %} before it")
    }
    guard block.endName == name else {
      guard ownTags.contains(name) else { return false }
      if let known = blocks.lastIndex(where: { $0.endName == name }) {
        // The author forgot the inner end: take the blocks in between as closed, so that each is reported once.
        for inner in blocks[(known + 1)...].reversed() {
          fault("'\(inner.name)' is never closed", at: inner.place, "add {% \(inner.endName) %} before this {% \(name) %}")
        }
        while blocks.count > known + 1 { finish(blocks.removeLast()) }
        finish(blocks.removeLast())
        return true
      }
      if forgivenEnds.contains(name) { return true }
      throw SyntaxFault(
        message: "'\(name)' does not close '\(block.name)'", place: start,
        suggestion: "the '\(block.name)' of line \(LineIndex(source).position(of: block.place).line) needs {% \(block.endName) %}"
      )
    }
    guard block.liquidDepth == depth else {
      throw SyntaxFault(
        message: "'\(name)' must be in the same {% liquid %} as its '\(block.name)'", place: start,
        suggestion: "close it where it was opened")
    }
    blocks.removeLast()
    finish(block)
    return true
  }

  private mutating func finish(_ block: Block) {
    var block = block
    switch block.kind {
    case .condition: patch(block.toNext + block.toEnd, to: here())
    case .choice: finishChoice(&block)
    case .loop, .table: finishLoop(&block)
    case .capture: emit(.captureEnd(block.slot))
    case .changed: emit(.changedEnd)
    case .embed: finishEmbed(block)
    case .block: finishTemplateBlock(block)
    }
    for at in block.heads { tables.rescues[at] = Rescue(target: here(), isSilent: block.isBlank) }
    switch block.kind {
    case .capture, .changed, .table, .embed, .block:
      for at in block.start..<instructions.count {
        if case .text = instructions[at] { keptTexts.insert(at) }
      }
      barrier = instructions.count
    case .condition, .choice, .loop:
      guard block.isBlank else { break }
      for at in block.start..<instructions.count where !keptTexts.contains(at) {
        if case .text(let from, _) = instructions[at] { instructions[at] = .text(from, 0) }
      }
      barrier = instructions.count
    }
    if !block.isBlank, block.kind != .capture { markPrinting() }
  }
}
