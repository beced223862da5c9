/// assign, capture, increment, decrement, and the tags that bring in other text: render, include, a host's requests.
extension Compiler {
  mutating func assign(_ start: Int, _ end: Int) throws(SyntaxFault) {
    let target = try targetName(start, end)
    lexer.start(at: target.end, limit: end)
    guard take(.equals) else { throw unexpected("'='") }
    // Nothing behind the sign is nil, as an output of nothing prints nothing.
    let pipeline = token.kind == .end ? Pipeline(input: constant(.null), calls: []) : try self.pipeline()
    try expectEnd()
    tables.pipelines.append(pipeline)
    assigned.insert(target.name)
    emit(.assign(nameNumber(target.name), tables.pipelines.count - 1))
  }

  private func targetName(_ start: Int, _ end: Int) throws(SyntaxFault) -> (name: String, end: Int) {
    var at = start
    while at < end, Lexer.isSpace(source[at]) { at += 1 }
    let from = at
    while at < end, Lexer.isNamePart(source[at]) || [46, 91, 93, 40, 41].contains(source[at]) { at += 1 }
    guard at > from else {
      throw SyntaxFault(
        message: "a variable's name is missing", place: from, suggestion: "write one, of letters, digits and '_'")
    }
    return (lexer.text(from, at), at)
  }

  mutating func capture(_ start: Int, _ end: Int, _ depth: Int) throws(SyntaxFault) {
    try open(Block(kind: .capture, name: "capture", place: place, start: instructions.count, liquidDepth: depth))
    var from = start
    var to = end
    while from < to, Lexer.isSpace(source[from]) { from += 1 }
    while to > from, Lexer.isSpace(source[to - 1]) { to -= 1 }
    if to - from > 1, source[from] == source[to - 1], source[from] == 34 || source[from] == 39 {
      from += 1
      to -= 1
    }
    let target = try targetName(from, to)
    guard target.end == to else {
      throw SyntaxFault(
        message: "expected the end of the tag after '\(target.name)'", place: target.end,
        suggestion: "a capture's name stands alone")
    }
    assigned.insert(target.name)
    blocks[blocks.count - 1].slot = nameNumber(target.name)
    emit(.captureBegin)
  }

  mutating func counter(_ step: Int, _ start: Int, _ end: Int) throws(SyntaxFault) {
    markPrinting()
    let target = try targetName(start, end)
    try expectNothing(target.end, end, after: step > 0 ? "increment" : "decrement")
    assigned.insert(target.name)
    emit(.count(nameNumber(target.name), step))
  }

  mutating func call(isInclude: Bool, _ start: Int) throws(SyntaxFault) {
    markPrinting()
    tables.calls.append(try callSpec(isInclude: isInclude))
    emit(.call(tables.calls.count - 1))
    if isInclude { propagation() }
  }

  /// A partial's name and what it is given.
  mutating func callSpec(isInclude: Bool) throws(SyntaxFault) -> CallSpec {
    let nameToken = token
    if !isInclude, nameToken.kind != .string { throw unexpected("a partial's name in quotes") }
    var spec = CallSpec(
      template: try operand(), isInclude: isInclude, with: nil, repeats: false, alias: nil, arguments: [], loops: [])
    if nameToken.kind == .string {
      uses.append((.partial, lexer.text(nameToken.start + 1, nameToken.end - 1), nameToken.start))
    } else {
      analysis.hasDynamicNames = true
    }
    let isFor = isName("for")
    if isFor || isName("with") {
      lexer.advance()
      spec.with = try operand()
      spec.repeats = isFor
    }
    if isName("as") {
      lexer.advance()
      spec.alias = lexer.text(try expect(.name, "a name"))
    }
    _ = take(.comma)
    while let name = try argumentName() {
      spec.arguments.append((name, try operand()))
      _ = take(.comma)
    }
    guard token.kind == .end else { throw unexpected("an argument 'name: value'") }
    if isInclude {
      spec.loops = visibleLoops
    }
    return spec
  }

  /// The loops around this place, innermost last.
  var visibleLoops: [VisibleLoop] { scopes.map { VisibleLoop(item: $0.item, slot: $0.slot, isTable: $0.isTable) } }

  /// An include can end in `break` or `continue` of a loop around it.
  private mutating func propagation() {
    guard
      extended != nil
        || blocks.contains(where: {
          ($0.kind == .loop && !$0.sawElse) || $0.kind == .table || $0.isCapture
        })
    else {
      emit(.propagate(-1, -1))
      return
    }
    emit(.propagate(0, 0))
    let at = instructions.count - 1
    emit(.jump(0))
    let skip = instructions.count - 1
    let onBreak = here()
    leaveLoop(byBreak: true)
    let onContinue = here()
    leaveLoop(byBreak: false)
    instructions[at] = .propagate(onBreak, onContinue)
    patch([skip], to: here())
  }

  mutating func request(_ name: String) throws(SyntaxFault) {
    markPrinting()
    var spec = RequestSpec(kind: name, positional: [], named: [])
    if token.kind != .end { try arguments(&spec.positional, &spec.named) }
    try expectEnd()
    tables.requests.append(spec)
    emit(.request(tables.requests.count - 1))
    noteRequest(spec)
  }

  private mutating func noteRequest(_ spec: RequestSpec) {
    var arguments: [String] = []
    for (key, operand) in spec.positional.map({ ("", $0) }) + spec.named.map({ ($0.name, $0.value) }) {
      guard case .constant(let number) = operand else {
        analysis.hasDynamicNames = true
        return
      }
      let text = tables.constants[number].plainText
      arguments.append(key.isEmpty ? text : "\(key)=\(text)")
    }
    analysis.requests.append(DataRequest(kind: spec.kind, arguments: arguments))
  }
}
