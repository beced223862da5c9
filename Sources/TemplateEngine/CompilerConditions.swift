/// if, unless, elsif, else, case, when.
extension Compiler {
  mutating func condition(_ name: String, _ depth: Int) throws(SyntaxFault) {
    try open(Block(kind: .condition, name: name, place: place, start: instructions.count, liquidDepth: depth))
    blocks[blocks.count - 1].toNext = try test(negated: name == "unless")
  }

  mutating func elsif(_ start: Int) throws(SyntaxFault) {
    guard let block = blocks.last, block.kind == .condition else {
      throw SyntaxFault(
        message: "'elsif' is outside of 'if' and 'unless'", place: start, suggestion: "put it before their {% endif %}")
    }
    nextBranch()
    // After an else nothing comes here: the branch before has jumped to the end.
    blocks[blocks.count - 1].toNext = try test(negated: false)
  }

  private mutating func nextBranch() {
    let last = blocks.count - 1
    emit(.jump(0))
    blocks[last].toEnd.append(instructions.count - 1)
    patch(blocks[last].toNext, to: here())
    blocks[last].toNext = []
    if blocks[last].sawElse {
      // A branch behind an else is never taken.
      emit(.jump(0))
      blocks[last].toEnd.append(instructions.count - 1)
    }
  }

  mutating func otherwise(_ start: Int, _ nameEnd: Int, _ end: Int) throws(SyntaxFault) {
    guard let block = blocks.last else {
      throw SyntaxFault(
        message: "'else' is outside of a block", place: start, suggestion: "put it inside an if, unless, case or for")
    }
    switch block.kind {
    case .condition:
      nextBranch()
      blocks[blocks.count - 1].sawElse = true
    case .choice:
      try expectNothing(nameEnd, end, after: "else")
      endChoiceBody()
      emit(.caseElse(block.slot, 0))
      blocks[blocks.count - 1].toNext = [instructions.count - 1]
      blocks[blocks.count - 1].bodyStart = here()
    case .loop:
      guard !block.sawElse else {
        throw SyntaxFault(message: "'for' has an 'else' already", place: start, suggestion: "a loop has one: merge the two")
      }
      loopElse()
    default:
      throw SyntaxFault(
        message: "'else' does not belong to '\(block.name)'", place: start, suggestion: "add {% \(block.endName) %} before it")
    }
  }

  /// Reads `a op b and c or d …`; answers the jumps taken when it is false. `and` and `or` group to the right.
  mutating func test(negated: Bool) throws(SyntaxFault) -> [Int] {
    var whenFalse: [Int] = []
    var whenTrue: [Int] = []
    while true {
      let condition = try isExtended ? truth(of: boolean()) : comparison()
      tables.conditions.append(condition)
      let number = tables.conditions.count - 1
      let joinsByOr = isName("or")
      if joinsByOr || isName("and") {
        lexer.advance()
        blocks[blocks.count - 1].heads.append(instructions.count)
        emit(.branch(number, 0, joinsByOr))
        if joinsByOr { whenTrue.append(instructions.count - 1) } else { whenFalse.append(instructions.count - 1) }
        continue
      }
      try expectEnd()
      // The last one falls through into the body.
      blocks[blocks.count - 1].heads.append(instructions.count)
      emit(.branch(number, 0, negated))
      if negated {
        whenTrue.append(instructions.count - 1)
        patch(whenFalse, to: here())
        return whenTrue
      }
      whenFalse.append(instructions.count - 1)
      patch(whenTrue, to: here())
      return whenFalse
    }
  }

  private func truth(of operand: Operand) -> Condition { Condition(left: operand, comparison: .truth, right: operand) }

  mutating func comparison() throws(SyntaxFault) -> Condition {
    let left = try conditionOperand()
    if token.kind == .comparison {
      let sign = lexer.text(token)
      lexer.advance()
      let kinds: [String: Condition.Comparison] = [
        "==": .equal, "!=": .unequal, "<>": .unequal, "<": .less, ">": .greater, "<=": .lessOrEqual,
        ">=": .greaterOrEqual,
      ]
      return Condition(left: left, comparison: kinds[sign] ?? .equal, right: try conditionOperand())
    }
    if isName("contains") {
      lexer.advance()
      return Condition(left: left, comparison: .contains, right: try conditionOperand())
    }
    if token.kind == .equals {
      throw SyntaxFault(message: "'=' is not a comparison", place: token.start, suggestion: "did you mean '=='?")
    }
    return Condition(left: left, comparison: .truth, right: left)
  }

  // MARK: case

  mutating func choice(_ depth: Int) throws(SyntaxFault) {
    var block = Block(kind: .choice, name: "case", place: place, start: instructions.count, liquidDepth: depth)
    block.slot = blocks.reduce(0) { $1.kind == .choice ? $0 + 1 : $0 }
    block.dropsFrom = instructions.count
    try open(block)
    tables.caseDepth = max(tables.caseDepth, block.slot + 1)
    let value = try operand()
    try expectEnd()
    blocks[blocks.count - 1].heads = [instructions.count]
    emit(.caseBegin(block.slot, value))
    blocks[blocks.count - 1].dropsFrom = here()
  }

  mutating func when(_ start: Int) throws(SyntaxFault) {
    guard let block = blocks.last, block.kind == .choice else {
      throw SyntaxFault(
        message: "'when' is outside of 'case'", place: start,
        suggestion: blocks.last.map { "add {% \($0.endName) %} before it" } ?? "put it behind a {% case value %}")
    }
    endChoiceBody()
    var values = [try conditionOperand()]
    while true {
      if take(.comma) {
        values.append(try conditionOperand())
      } else if isName("or") {
        lexer.advance()
        values.append(try conditionOperand())
      } else {
        break
      }
    }
    try expectEnd()
    tables.cases.append(CaseSpec(slot: block.slot, values: values))
    let last = blocks.count - 1
    blocks[last].heads.append(instructions.count)
    emit(.caseWhen(tables.cases.count - 1, 0))
    blocks[last].toNext = [instructions.count - 1]
    blocks[last].bodyStart = here()
    blocks[last].hasBody = values.count > 1
  }

  private mutating func endChoiceBody() {
    let last = blocks.count - 1
    if let from = blocks[last].dropsFrom {
      // What is between the case and its first branch is never printed.
      // The instructions stay as nothings, for jumps of `break` in them are noted elsewhere.
      for at in from..<instructions.count { instructions[at] = .text(0, 0) }
      barrier = instructions.count
      blocks[last].dropsFrom = nil
    }
    if blocks[last].hasBody { emit(.caseRepeat(blocks[last].slot, blocks[last].bodyStart)) }
    blocks[last].hasBody = false
    patch(blocks[last].toNext, to: here())
    blocks[last].toNext = []
  }

  mutating func finishChoice(_ block: inout Block) {
    blocks.append(block)
    endChoiceBody()
    block = blocks.removeLast()
  }
}
