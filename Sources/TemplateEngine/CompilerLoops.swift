/// for, tablerow, break, continue, cycle.
extension Compiler {
  mutating func loop(_ depth: Int) throws(SyntaxFault) {
    try open(Block(kind: .loop, name: "for", place: place, start: instructions.count, liquidDepth: depth))
    try loopHead(isTable: false)
  }

  mutating func table(_ depth: Int) throws(SyntaxFault) {
    try open(Block(kind: .table, name: "tablerow", place: place, start: instructions.count, liquidDepth: depth))
    try loopHead(isTable: true)
  }

  private mutating func loopHead(isTable: Bool) throws(SyntaxFault) {
    let last = blocks.count - 1
    let slot = scopes.count
    // A scope is there even when the head is wrong: the end tag takes it away.
    scopes.append(LoopScope(item: "", slot: slot, isTable: isTable, name: 0))
    tables.loopDepth = max(tables.loopDepth, slot + 1)
    blocks[last].slot = slot
    let item = lexer.text(try expect(.name, "a loop variable's name"))
    guard isName("in") else { throw unexpected("'in'") }
    lexer.advance()
    let from = token.start
    let source = try operand()
    var spec = LoopSpec(
      slot: slot, source: source, continues: false, reversed: false, name: "\(item)-\(tight(from, lexer.previousEnd))")
    try loopAttributes(&spec, isTable: isTable)
    tables.loops.append(spec)
    scopes[slot] = LoopScope(item: item, slot: slot, isTable: isTable, name: tables.loops.count - 1)
    blocks[last].heads = [instructions.count]
    emit(isTable ? .tableBegin(tables.loops.count - 1, 0) : .loopBegin(tables.loops.count - 1, 0))
    blocks[last].toNext = [instructions.count - 1]
    blocks[last].bodyStart = here()
  }

  /// What is gone over as loops are named by it: without white space but in quotes.
  private func tight(_ start: Int, _ end: Int) -> String {
    var result: [UInt8] = []
    var quote: UInt8?
    for byte in source[start..<end] {
      if quote == nil, Lexer.isSpace(byte) { continue }
      if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        if quote == byte { quote = nil } else if quote == nil { quote = byte }
      }
      result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
  }

  private mutating func loopAttributes(_ spec: inout LoopSpec, isTable: Bool) throws(SyntaxFault) {
    while token.kind != .end {
      if take(.comma) { continue }
      let attribute = try expect(.name, "'limit', 'offset' or 'reversed'")
      let name = lexer.text(attribute)
      if name == "reversed", !isTable {
        spec.reversed = true
        continue
      }
      guard name == "limit" || name == "offset" || (isTable && (name == "cols" || name == "range")) else {
        throw SyntaxFault(
          message: "unknown loop attribute '\(name)'", place: attribute.start,
          suggestion: Suggestion.nearest(to: name, in: ["limit", "offset", isTable ? "cols" : "reversed"])
            .map { "did you mean '\($0)'?" } ?? "there are limit, offset and \(isTable ? "cols" : "reversed")")
      }
      _ = try expect(.colon, "':'")
      if name == "offset", isName("continue"), !isTable {
        lexer.advance()
        spec.continues = true
        spec.offset = nil
        continue
      }
      let value = try operand()
      switch name {
      case "limit": spec.limit = value
      case "offset":
        spec.offset = value
        spec.continues = false
      case "cols": spec.columns = value
      default: break
      }
    }
  }

  mutating func loopElse() {
    let last = blocks.count - 1
    blocks[last].sawElse = true
    endLoopBody(last)
    // The loop's end jumps over the else; an empty loop comes to it.
    emit(.jump(0))
    blocks[last].toEnd.append(instructions.count - 1)
    patch(blocks[last].toNext, to: here())
    blocks[last].toNext = []
  }

  private mutating func endLoopBody(_ at: Int) {
    let block = blocks[at]
    patch(block.toContinue, to: here())
    blocks[at].toContinue = []
    emit(block.kind == .table ? .tableNext(block.slot, block.bodyStart) : .loopNext(block.slot, block.bodyStart))
    if scopes.count > block.slot { scopes.removeSubrange(block.slot...) }
  }

  mutating func finishLoop(_ block: inout Block) {
    blocks.append(block)
    let last = blocks.count - 1
    if !block.sawElse { endLoopBody(last) }
    let end = here()
    patch(blocks[last].toNext + blocks[last].toEnd, to: end)
    block = blocks.removeLast()
  }

  /// Leaves the innermost loop: captures in between end with what they have, as in Liquid.
  mutating func leaveLoop(byBreak: Bool) {
    for at in blocks.indices.reversed() {
      switch blocks[at].kind {
      case .capture, .embed: emit(.captureEnd(blocks[at].slot))
      case .block where blocks[at].isCaptured: emit(.captureEnd(blocks[at].slot))
      case .changed: emit(.changedEnd)
      case .loop where !blocks[at].sawElse, .table:
        if byBreak {
          if blocks[at].kind == .table { emit(.tableBreak) }
          emit(.jump(0))
          blocks[at].toEnd.append(instructions.count - 1)
        } else {
          emit(.jump(0))
          blocks[at].toContinue.append(instructions.count - 1)
        }
        return
      default: break
      }
    }
    guard extended != nil else {
      emit(.interrupt(byBreak))
      return
    }
    emit(.jump(0))
    extendedLeaves[byBreak, default: []].append(instructions.count - 1)
  }

  mutating func cycle() throws(SyntaxFault) {
    markPrinting()
    var first: Operand? = try operand()
    var group: Operand?
    if take(.colon) {
      group = first
      first = nil
    }
    var items = first.map { [$0] } ?? []
    if first == nil { items.append(try operand()) }
    while take(.comma) {
      if token.kind == .end { break }
      items.append(try operand())
    }
    try expectEnd()
    tables.cycles.append(CycleSpec(group: group, key: cycleKey(items), items: items))
    emit(.cycle(tables.cycles.count - 1))
  }

  /// Cycles of the same literals take turns together; one with a variable in it goes by itself.
  private func cycleKey(_ items: [Operand]) -> String {
    var literals: [Value] = []
    for item in items {
      guard case .constant(let number) = item else { return "\(place):\(name)" }
      literals.append(tables.constants[number])
    }
    return Value.array(literals).inspected()
  }
}
