/// Reading expressions: literals, variables, ranges, filters.
extension Compiler {
  static let maximumDepth = 60

  var token: Lexer.Token { lexer.token }

  func unexpected(_ wanted: String) -> SyntaxFault {
    let token = lexer.token
    switch token.kind {
    case .end: return SyntaxFault(message: "\(wanted) is missing", place: token.start, suggestion: hint(wanted: wanted))
    case .unterminated:
      return SyntaxFault(message: "this string is never closed", place: token.start, suggestion: "end it with the same quote")
    default:
      var text = lexer.text(token)
      if token.kind == .other {
        var end = token.end
        while end < lexer.limit, source[end] & 0xC0 == 0x80 { end += 1 }
        text = lexer.text(token.start, end)
      }
      return SyntaxFault(
        message: "expected \(wanted), found \(token.kind == .string ? text : "'\(text)'")", place: token.start,
        suggestion: hint(wanted: wanted))
    }
  }

  mutating func expectEnd() throws(SyntaxFault) {
    guard token.kind == .end else { throw unexpected(endOfTag) }
  }

  mutating func take(_ kind: Lexer.Kind) -> Bool {
    guard token.kind == kind else { return false }
    lexer.advance()
    return true
  }

  mutating func expect(_ kind: Lexer.Kind, _ wanted: String) throws(SyntaxFault) -> Lexer.Token {
    let found = token
    guard found.kind == kind else { throw unexpected(wanted) }
    lexer.advance()
    return found
  }

  func isName(_ text: StaticString) -> Bool {
    guard token.kind == .name, token.end - token.start == text.utf8CodeUnitCount else { return false }
    for at in 0..<text.utf8CodeUnitCount where source[token.start + at] != text.utf8Start[at] { return false }
    return true
  }

  mutating func constant(_ value: Value) -> Operand {
    tables.constants.append(value)
    return .constant(tables.constants.count - 1)
  }

  mutating func stringLiteral(_ token: Lexer.Token) -> Value {
    Value(.string(lexer.text(token.start + 1, token.end - 1), escapes ? .literal : .data))
  }

  // MARK: Operands

  mutating func operand() throws(SyntaxFault) -> Operand {
    expressionDepth += 1
    defer { expressionDepth -= 1 }
    guard expressionDepth < Self.maximumDepth else {
      throw SyntaxFault(
        message: "this expression is nested too deep", place: token.start, suggestion: "assign its inner parts to variables")
    }
    let first = token
    switch first.kind {
    case .string:
      lexer.advance()
      return constant(stringLiteral(first))
    case .number:
      lexer.advance()
      return constant(numberLiteral(first))
    case .openParen: return try isExtended ? parenthesized() : range()
    case .openBracket where isExtended && isList: return try list()
    case .openBracket: return try path()
    case .other where isExtended && isMap: return try map()
    case .name:
      if let word = reservedWord(first) {
        let before = lexer
        lexer.advance()
        if token.kind != .dot, token.kind != .openBracket { return constant(word) }
        // `empty.size`, `true.x`: with something behind it the word is a variable's name like any other.
        lexer = before
      }
      return try path()
    default: throw unexpected("a value")
    }
  }

  private func reservedWord(_ token: Lexer.Token) -> Value? {
    guard token.end - token.start <= 5 else { return nil }
    return switch lexer.text(token) {
    case "nil", "null": .null
    case "true": .bool(true)
    case "false": .bool(false)
    // Only comparisons ask what a value is like (`conditionOperand`); anywhere else the two are an empty text.
    case "blank", "empty": Value(.string("", escapes ? .literal : .data))
    default: nil
    }
  }

  /// A side of a comparison, or a value of `when`: `blank` and `empty` stand for what they say.
  mutating func conditionOperand() throws(SyntaxFault) -> Operand {
    let isBlank = isName("blank")
    guard isBlank || isName("empty") else { return try operand() }
    let before = lexer
    lexer.advance()
    if token.kind != .dot, token.kind != .openBracket { return constant(Value(isBlank ? .blank : .empty)) }
    lexer = before
    return try operand()
  }

  private func numberLiteral(_ token: Lexer.Token) -> Value {
    let text = lexer.text(token)
    if let whole = Int(text) { return .int(whole) }
    return .double(Double(text) ?? 0)
  }

  private mutating func range() throws(SyntaxFault) -> Operand {
    lexer.advance()
    let lowerToken = token
    let lower = try operand()
    guard take(.dots) else { throw unexpected("'..' of a range") }
    return try range(from: lower, lowerToken)
  }

  /// The rest of a range, behind its dots.
  mutating func range(from lower: Operand, _ lowerToken: Lexer.Token) throws(SyntaxFault) -> Operand {
    let upperToken = token
    let upper = try operand()
    _ = try expect(.closeParen, "')'")
    if case .constant(let a) = lower, case .constant(let b) = upper {
      return constant(.range(try literalBound(a, lowerToken), try literalBound(b, upperToken)))
    }
    tables.ranges.append(RangeLiteral(lower: lower, upper: upper))
    return .range(tables.ranges.count - 1)
  }

  /// The end of a range of literals: here a number may have a fraction, which is cut.
  private func literalBound(_ number: Int, _ token: Lexer.Token) throws(SyntaxFault) -> Int {
    let value = tables.constants[number]
    if case .double(let number) = value.storage {
      return Int(exactly: number.rounded(.towardZero)) ?? (number < 0 ? .min : .max)
    }
    guard let bound = value.rangeBound else {
      throw SyntaxFault(
        message: "a range cannot begin or end with '\(lexer.text(token))'", place: token.start,
        suggestion: "write a whole number or a variable")
    }
    return bound
  }

  // MARK: Paths

  private mutating func path() throws(SyntaxFault) -> Operand {
    let first = token
    if first.kind == .openBracket {
      lexer.advance()
      if token.kind == .string {
        let text = lexer.text(token.start + 1, token.end - 1)
        lexer.advance()
        _ = try expect(.closeBracket, "']'")
        return try variable(text, at: first.start)
      }
      let inner = try operand()
      _ = try expect(.closeBracket, "']'")
      analysis.hasDynamicNames = true
      // The computed name of a variable: looked up in all scopes.
      return try path(from: .computed(.path(computedName(inner))), named: "[]", at: first.start)
    }
    lexer.advance()
    return try variable(lexer.text(first), at: first.start)
  }

  private mutating func variable(_ name: String, at start: Int) throws(SyntaxFault) -> Operand {
    if let scope = scopes.last(where: { $0.item == name }) {
      return try path(from: .item(scope.slot), named: name, at: start)
    }
    if let operand = try loopPath(name, at: start) { return operand }
    return try path(from: .name(nameNumber(name)), named: name, at: start, root: name)
  }

  /// A path whose root is a variable named by a value. It is stored as a path of one computed segment without a root.
  private mutating func computedName(_ inner: Operand) -> Int {
    tables.segments.append(.computed(inner))
    let at = tables.segments.count - 1
    if !scopes.isEmpty { tables.visibleLoops[at] = visibleLoops }
    tables.paths.append(Path(root: .name(-1), first: at, end: at + 1))
    return tables.paths.count - 1
  }

  mutating func path(
    from root: Path.Root, named text: String, at start: Int, root rootName: String? = nil
  ) throws(SyntaxFault) -> Operand {
    var found: [Segment] = []
    var written = text
    while true {
      if take(.dot) {
        let key = try expect(.name, "a member's name")
        let text = lexer.text(key)
        written += "." + text
        tables.keys.append(Key(text))
        let number = tables.keys.count - 1
        switch text {
        case "size": found.append(.command(number, .size))
        case "first": found.append(.command(number, .first))
        case "last": found.append(.command(number, .last))
        default: found.append(.key(number))
        }
      } else if take(.openBracket) {
        if token.kind == .string {
          let text = lexer.text(token.start + 1, token.end - 1)
          lexer.advance()
          tables.keys.append(Key(text))
          found.append(.key(tables.keys.count - 1))
          written += "." + text
        } else {
          found.append(.computed(try operand()))
          written += "[]"
        }
        _ = try expect(.closeBracket, "']'")
      } else {
        break
      }
    }
    if let rootName { variableUses.append((written, rootName, start)) }
    return .path(pathNumber(root, found, written))
  }

  /// A path that was read before is the same path: what its look-up sites learn at one place serves all.
  private mutating func pathNumber(_ root: Path.Root, _ segments: [Segment], _ written: String) -> Int {
    let isPlain = segments.allSatisfy { if case .key = $0 { true } else { false } }
    var identity: PathIdentity?
    switch root {
    case .name(let number) where isPlain && number >= 0: identity = PathIdentity(isItem: false, number: number, written: written)
    case .item(let slot) where isPlain: identity = PathIdentity(isItem: true, number: slot, written: written)
    default: break
    }
    if let identity, let known = pathNumbers[identity], hasKeys(known, segments) {
      tables.keys.removeLast(segments.count)
      return known
    }
    let first = tables.segments.count
    tables.segments += segments
    var path = Path(root: root, first: first, end: tables.segments.count)
    // A very long path is charged by its length, which is not done on the short way.
    if let identity, segments.count <= 4 {
      path.keys = Path.Keys(
        origin: identity.isItem ? .item : .name, number: Int32(identity.number),
        site: Int32(tables.keys.count - segments.count), count: Int32(segments.count))
    }
    tables.paths.append(path)
    if let identity { pathNumbers[identity] = tables.paths.count - 1 }
    return tables.paths.count - 1
  }

  /// Two paths may be written alike: `a.b.c` is not `a['b.c']`.
  private func hasKeys(_ path: Int, _ segments: [Segment]) -> Bool {
    let known = tables.paths[path].keys
    guard Int(known.count) == segments.count else { return false }
    for at in segments.indices {
      guard case .key(let number) = segments[at], tables.keys[number].name == tables.keys[Int(known.site) + at].name else {
        return false
      }
    }
    return true
  }

  /// `forloop…` and `tablerowloop…` of a loop in this template: fields are read from the machine's loop.
  private mutating func loopPath(_ text: String, at start: Int) throws(SyntaxFault) -> Operand? {
    guard text == "forloop" || text == "tablerowloop" else { return nil }
    let isTable = text == "tablerowloop"
    guard var index = scopes.lastIndex(where: { $0.isTable == isTable }) else { return nil }
    while token.kind == .dot {
      lexer.advance()
      let key = lexer.text(try expect(.name, "a member's name"))
      if key == "parentloop", !isTable {
        guard let outer = scopes[..<index].lastIndex(where: { !$0.isTable }) else {
          return try path(from: .computed(constant(.null)), named: text, at: start)
        }
        index = outer
        continue
      }
      let field = LoopField(key, isTable: isTable)
      return try path(from: .field(scopes[index].slot, field), named: text, at: start)
    }
    return try path(from: .loop(scopes[index].slot), named: text, at: start)
  }

  // MARK: Filters

  mutating func pipeline() throws(SyntaxFault) -> Pipeline {
    let input = try isExtended ? choiceExpression() : operand()
    var calls: [FilterCall] = []
    while take(.pipe) {
      let named = try expect(.name, "a filter's name")
      let name = lexer.text(named)
      uses.append((.filter, name, named.start))
      var positional: [Operand] = []
      var keyed: [(name: String, value: Operand)] = []
      if take(.colon) { try arguments(&positional, &keyed) }
      guard let filter = environment.filters[name] ?? StandardFilters.all[name] else {
        guard faults.count < Self.maximumFaults else { continue }
        let nearest = Suggestion.nearest(to: name, in: Array(environment.filters.keys) + Array(StandardFilters.all.keys))
        fault("unknown filter '\(name)'", at: named.start, nearest.map { "did you mean '\($0)'?" })
        continue
      }
      calls.append(
        FilterCall(name: name, filter: filter, positional: positional, named: keyed, place: named.start))
    }
    return Pipeline(input: input, calls: calls)
  }

  mutating func arguments(
    _ positional: inout [Operand], _ named: inout [(name: String, value: Operand)]
  ) throws(SyntaxFault) {
    repeat {
      if token.kind == .end || token.kind == .pipe { break }
      if let key = try argumentName() {
        named.append((key, try operand()))
      } else {
        positional.append(try operand())
      }
    } while take(.comma)
  }

  /// `name:` if that is what comes next. One token is not enough to tell, so the reader goes back when it is not.
  mutating func argumentName() throws(SyntaxFault) -> String? {
    guard token.kind == .name else { return nil }
    let before = lexer
    let name = lexer.text(token)
    lexer.advance()
    if take(.colon) { return name }
    lexer = before
    return nil
  }
}
