/// A problem in the source, before it has a line and a column.
struct SyntaxFault: Error {
  var message: String
  var place: Int
  var suggestion: String?
}

/// Reads a source once, left to right, and writes instructions as it goes: no tree is built, and nesting costs an entry
/// on a list of open blocks rather than a call, so that no source can exhaust the stack. A problem ends the tag it is in
/// and is noted; reading goes on, so that one run reports all.
struct Compiler {
  static let maximumNesting = 100
  /// Reading ends after as many problems: each one costs a line of excerpt, and nobody reads more.
  static let maximumFaults = 100

  let environment: Environment
  let name: String
  let source: [UInt8]
  var lexer: Lexer
  var tables = Tables()
  var analysis = Analysis()
  var rawBlocks: [String: String] = [:]
  var faults: [SyntaxFault] = []
  /// Blocks were nested deeper than any template needs, or there were too many tokens: reading ends, for every tag from there on
  /// would be one more fault.
  var isGivenUp = false
  /// The ends of tags that were not known: what closes a misspelt `if` is not one more fault.
  var forgivenEnds: Set<String> = []

  var instructions: [Instruction] = []
  var places: [Int] = []
  var literals: [UInt8] = []
  /// No text may be merged into one before this place: something jumps here.
  var barrier = 0
  var blocks: [Block] = []
  /// Texts that are printed though a block around them prints nothing else: what a `capture` keeps is one.
  var keptTexts: Set<Int> = []
  /// The begins of captures that print what they hold where they end.
  var changes: Set<Int> = []
  var scopes: [LoopScope] = []
  var nameNumbers: [String: Int] = [:]
  var pathNumbers: [PathIdentity: Int] = [:]
  var assigned: Set<String> = []
  var variableUses: [(path: String, root: String, place: Int)] = []
  var uses: [(kind: UseKind, name: String, place: Int)] = []
  var caseDepth = 0
  var expressionDepth = 0
  /// How many `{% liquid %}` were read: a block must end in the one it began in.
  var liquidTags = 0
  /// The place of the tag or output being read: where its instructions say they came from.
  var place = 0

  /// The template this one extends, and the names of its blocks.
  var extended: CallSpec?
  var extendsPlace = 0
  var blockNames: Set<String> = []
  /// The jumps of `break` and `continue` that end it: what it extends is printed all the same.
  var extendedLeaves: [Bool: [Int]] = [:]

  enum UseKind { case filter, tag, partial }

  /// What makes two paths of keys the same: they begin at the same variable or loop and name the same members.
  struct PathIdentity: Hashable {
    var isItem: Bool
    var number: Int
    var written: String
  }

  init(environment: Environment, name: String, source: [UInt8]) {
    self.environment = environment
    self.name = name
    self.source = source
    lexer = Lexer(source, tokens: environment.maximumTokens)
  }

  var escapes: Bool { environment.escaping == .auto }

  mutating func compile() throws(TemplateErrors) -> Template {
    if source.count <= environment.maximumSourceBytes {
      readSource()
    } else {
      fault(
        "a template of \(source.count) bytes is larger than \(environment.maximumSourceBytes)", at: 0,
        "move parts of it to partials, or what is not template to data")
    }
    for block in blocks.reversed() where !isGivenUp && faults.count < Self.maximumFaults {
      fault("'\(block.name)' is never closed", at: block.place, "add {% \(block.endName) %}")
    }
    finishTemplate()
    let enclosed = placeOutputs()
    guard faults.isEmpty else {
      let sorted = faults.sorted { $0.place < $1.place }
      throw TemplateErrors(
        errors: sorted.map {
          Excerpt.error(
            template: name, source: source, at: $0.place, message: $0.message, suggestion: $0.suggestion)
        })
    }
    let (packed, packedPlaces) = Assembly.pack(instructions, places, &tables.rescues, enclosed: enclosed)
    tables.caseDepth = max(tables.caseDepth, caseDepth)
    let program = Program(
      name: name, source: source, escapes: escapes, instructions: packed, places: packedPlaces, literals: literals,
      tables: tables)
    return Template(name: name, rawBlocks: rawBlocks, analysis: finishedAnalysis(), program: program)
  }

  // MARK: Text, outputs and tags

  mutating func readSource() {
    var at = 0
    var trimNext = false
    while at < source.count, faults.count < Self.maximumFaults, !isGivenUp {
      let open = nextOpening(from: at)
      var textEnd = open ?? source.count
      if trimNext { while at < textEnd, Lexer.isSpace(source[at]) { at += 1 } }
      guard let open else {
        text(at, textEnd)
        return
      }
      var inside = open + 2
      if inside < source.count, source[inside] == UInt8(ascii: "-") {
        inside += 1
        while textEnd > at, Lexer.isSpace(source[textEnd - 1]) { textEnd -= 1 }
      }
      text(at, textEnd)
      let isTag = source[open + 1] == UInt8(ascii: "%")
      guard let close = closing(isTag ? UInt8(ascii: "%") : UInt8(ascii: "}"), from: open + 2) else {
        fault(
          isTag ? "this tag is never closed" : "this output is never closed", at: open,
          isTag ? "end it with %}" : "end it with }}")
        return
      }
      trimNext = close > inside && source[close - 1] == UInt8(ascii: "-")
      let insideEnd = max(inside, trimNext ? close - 1 : close)
      at = close + 2
      place = open
      if isTag {
        at = tag(inside, insideEnd, after: at, trim: &trimNext)
      } else {
        lexer.countTag()
        lexer.start(at: inside, limit: insideEnd)
        attempt { (compiler: inout Compiler) throws(SyntaxFault) in try compiler.output() }
      }
    }
  }

  private func nextOpening(from start: Int) -> Int? {
    source.withUnsafeBufferPointer { bytes in
      var at = start
      let last = bytes.count - 1
      while at < last {
        if bytes[at] == UInt8(ascii: "{"), bytes[at + 1] == UInt8(ascii: "{") || bytes[at + 1] == UInt8(ascii: "%") {
          return at
        }
        at += 1
      }
      return nil
    }
  }

  private func closing(_ first: UInt8, from start: Int) -> Int? {
    source.withUnsafeBufferPointer { bytes in
      var at = start
      let last = bytes.count - 1
      while at < last {
        if bytes[at] == first, bytes[at + 1] == UInt8(ascii: "}") { return at }
        at += 1
      }
      return nil
    }
  }

  /// What is printed: the lexer has begun with it.
  mutating func output() throws(SyntaxFault) {
    markPrinting()
    if lexer.token.kind == .end { return }
    let pipeline = try self.pipeline()
    try expectEnd()
    printPipeline(pipeline)
  }

  mutating func printPipeline(_ pipeline: Pipeline) {
    if pipeline.calls.isEmpty {
      emit(.print(pipeline.input))
    } else if pipeline.calls.count == 1, pipeline.calls[0].name == "escape", environment.filters["escape"] == nil,
      pipeline.calls[0].positional.isEmpty, pipeline.calls[0].named.isEmpty
    {
      emit(.printEscaped(pipeline.input))
    } else {
      tables.pipelines.append(pipeline)
      emit(.printPipeline(tables.pipelines.count - 1))
    }
  }

  mutating func text(_ start: Int, _ end: Int) {
    guard end > start else { return }
    if !blocks.isEmpty, blocks[blocks.count - 1].isBlank,
      !source[start..<end].allSatisfy(Lexer.isSpace)
    {
      markPrinting()
    }
    place = start
    literal(source[start..<end])
  }

  mutating func literal(_ bytes: ArraySlice<UInt8>) {
    guard !bytes.isEmpty else { return }
    let from = literals.count
    literals += bytes
    if instructions.count > barrier, case .text(let first, let count)? = instructions.last, first + count == from {
      instructions[instructions.count - 1] = .text(first, count + bytes.count)
    } else {
      emit(.text(from, bytes.count))
    }
  }

  // MARK: Instructions and faults

  mutating func emit(_ instruction: Instruction) {
    instructions.append(instruction)
    places.append(place)
  }

  /// The next place, as something jumps to.
  mutating func here() -> Int {
    barrier = instructions.count
    return instructions.count
  }

  mutating func patch(_ list: [Int], to target: Int) {
    for at in list { instructions[at] = instructions[at].aimed(at: target) }
  }

  /// A block that prints something is kept; one that only assigns loses its white space, as in Liquid.
  mutating func markPrinting() {
    if !blocks.isEmpty { blocks[blocks.count - 1].isBlank = false }
  }

  mutating func fault(_ message: String, at place: Int, _ suggestion: String? = nil) {
    if faults.count < Self.maximumFaults {
      faults.append(SyntaxFault(message: message, place: place, suggestion: suggestion))
    }
  }

  mutating func attempt(_ body: (inout Compiler) throws(SyntaxFault) -> Void) {
    do throws(SyntaxFault) {
      try body(&self)
      if lexer.isExhausted { giveUp() }
    } catch {
      // A tag that was cut short is not wrong.
      if lexer.isExhausted { giveUp() } else { fault(error.message, at: error.place, error.suggestion) }
    }
    expressionDepth = 0
  }

  private mutating func giveUp() {
    guard !isGivenUp else { return }
    isGivenUp = true
    fault("a template has at most \(environment.maximumTokens) tokens", at: place, "move parts of it to partials")
  }

  func number(_ text: String) -> Int? { nameNumbers[text] }

  mutating func nameNumber(_ text: String) -> Int {
    if let known = nameNumbers[text] { return known }
    tables.names.append(text)
    nameNumbers[text] = tables.names.count - 1
    return tables.names.count - 1
  }

  private func finishedAnalysis() -> Analysis {
    var result = analysis
    let lines = LineIndex(source)
    func use(_ name: String, _ place: Int) -> Analysis.Use {
      let (line, column) = lines.position(of: place)
      return Analysis.Use(name: name, line: line, column: column)
    }
    result.variables = variableUses.filter { !assigned.contains($0.root) }.map { use($0.path, $0.place) }
    result.filters = uses.filter { $0.kind == .filter }.map { use($0.name, $0.place) }
    result.tags = uses.filter { $0.kind == .tag }.map { use($0.name, $0.place) }
    result.partials = uses.filter { $0.kind == .partial }.map { use($0.name, $0.place) }
    return result
  }
}
