/// The extended grammar's tags that put templates together, each written in what Liquid has: a capture, a condition, a partial.
///
///     {% embed 'card', title: t %} text {% fill footer %} more {% endfill %}{% endembed %}
///
/// is `render 'card'` with the captures `children` and `footer` as arguments besides `title`.
///
///     {% extends 'base' %}{% block main %} … {% endblock %}
///
/// prints the partial `base`, in which `{% block main %} … {% endblock %}` is replaced by the block of the template that extends it. What
/// stands outside of blocks is run and not printed. The templates share their variables, as `include` does.
extension Compiler {
  static let compositionTags = ["block", "embed", "endblock", "endembed", "endfill", "extends", "fill"]

  /// A variable no template can name.
  private mutating func hidden(_ name: String) -> (operand: Operand, number: Int) {
    let number = nameNumber("\u{0}" + name)
    var path = Path(root: .name(number), first: tables.segments.count, end: tables.segments.count)
    path.keys = Path.Keys(origin: .name, number: Int32(number), site: 0, count: 0)
    tables.paths.append(path)
    return (.path(tables.paths.count - 1), number)
  }

  private mutating func nameInTag(_ wanted: String) throws(SyntaxFault) -> String {
    let token = token
    switch token.kind {
    case .name:
      lexer.advance()
      return lexer.text(token)
    case .string:
      lexer.advance()
      return lexer.text(token.start + 1, token.end - 1)
    default: throw unexpected(wanted)
    }
  }

  // MARK: embed and fill

  mutating func embed(_ start: Int, _ depth: Int) throws(SyntaxFault) {
    markPrinting()
    var block = Block(kind: .embed, name: "embed", place: place, start: instructions.count, liquidDepth: depth)
    block.isBlank = false
    try open(block)
    blocks[blocks.count - 1].slot = hidden("children \(start)").number
    emit(.captureBegin)
    blocks[blocks.count - 1].call = try callSpec(isInclude: false)
  }

  mutating func fill(_ start: Int, _ depth: Int) throws(SyntaxFault) {
    let embed = blocks.count - 1
    let isInside = blocks.last?.kind == .embed
    try open(Block(kind: .capture, name: "fill", place: place, start: instructions.count, liquidDepth: depth))
    guard isInside else {
      throw SyntaxFault(
        message: "'fill' is not directly inside an 'embed'", place: start,
        suggestion: "put a condition or a loop inside the fill, not around it")
    }
    let name = try nameInTag("the name of what is filled")
    try expectEnd()
    let (operand, number) = hidden("fill \(start)")
    blocks[embed].call?.arguments.append((name, operand))
    blocks[blocks.count - 1].slot = number
    emit(.captureBegin)
  }

  mutating func finishEmbed(_ block: Block) {
    emit(.captureEnd(block.slot))
    guard var spec = block.call else { return }
    var path = Path(root: .name(block.slot), first: tables.segments.count, end: tables.segments.count)
    path.keys = Path.Keys(origin: .name, number: Int32(block.slot), site: 0, count: 0)
    tables.paths.append(path)
    spec.arguments.append(("children", .path(tables.paths.count - 1)))
    tables.calls.append(spec)
    place = block.place
    emit(.call(tables.calls.count - 1))
  }

  // MARK: extends and block

  mutating func extends(_ start: Int) throws(SyntaxFault) {
    guard blocks.isEmpty, extended == nil, blockNames.isEmpty else {
      throw SyntaxFault(
        message: "'extends' stands once, before all blocks and in none", place: start,
        suggestion: "make it the first tag of the file")
    }
    let spec = try callSpec(isInclude: true)
    guard spec.arguments.isEmpty, spec.with == nil else {
      throw SyntaxFault(
        message: "'extends' takes the name of a template", place: start,
        suggestion: "assign what the template needs before: it sees the variables of this one")
    }
    extended = spec
    extendsPlace = start
    emit(.captureBegin)
  }

  mutating func templateBlock(_ start: Int, _ depth: Int) throws(SyntaxFault) {
    markPrinting()
    let isOutermost = !blocks.contains { $0.kind == .block }
    try open(Block(kind: .block, name: "block", place: place, start: instructions.count, liquidDepth: depth))
    let last = blocks.count - 1
    blocks[last].isBlank = false
    let name = try nameInTag("a block's name")
    try expectEnd()
    if blockNames.contains(name) {
      throw SyntaxFault(
        message: "there is a block '\(name)' already", place: start, suggestion: "give each block a name of its own")
    }
    blockNames.insert(name)
    let (operand, number) = hidden("block " + name)
    tables.conditions.append(Condition(left: operand, comparison: .truth, right: operand))
    emit(.branch(tables.conditions.count - 1, 0, false))
    let toBody = instructions.count - 1
    if extended != nil, isOutermost {
      // A template that extends this one has its own: then this is not even run.
      blocks[last].isCaptured = true
      blocks[last].slot = number
    } else {
      emit(.print(operand))
    }
    emit(.jump(0))
    blocks[last].toEnd = [instructions.count - 1]
    patch([toBody], to: here())
    if blocks[last].isCaptured { emit(.captureBegin) }
  }

  mutating func finishTemplateBlock(_ block: Block) {
    if block.isCaptured { emit(.captureEnd(block.slot)) }
    patch(block.toEnd, to: here())
  }

  /// The end, once for each way to it: a template may have any number of `break`.
  mutating func finishTemplate() {
    printExtended()
    emit(.finish)
    for byBreak in [true, false] {
      guard let leaves = extendedLeaves[byBreak] else { continue }
      patch(leaves, to: here())
      printExtended()
      emit(.interrupt(byBreak))
    }
  }

  /// The template that is extended, behind everything else; the blocks are forgotten then, for another that extends it.
  private mutating func printExtended() {
    guard let spec = extended else { return }
    place = extendsPlace
    emit(.captureEnd(hidden("outside").number))
    tables.calls.append(spec)
    emit(.call(tables.calls.count - 1))
    emit(.propagate(-1, -1))
    for name in blockNames.sorted() {
      tables.pipelines.append(Pipeline(input: constant(.null), calls: []))
      emit(.assign(hidden("block " + name).number, tables.pipelines.count - 1))
    }
  }
}
