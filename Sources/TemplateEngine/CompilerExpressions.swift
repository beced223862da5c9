/// What ``Environment/Grammar/extended`` adds to expressions: `not`, parentheses, comparisons and `and`/`or` as values, `a if b else c`,
/// and lists and maps written in the template. Without a parenthesis everything means what it means in Liquid; `and` and `or` group
/// to the right there and here.
extension Compiler {
  var isExtended: Bool { environment.grammar == .extended }

  /// `value if test else other`; without an else, null.
  mutating func choiceExpression() throws(SyntaxFault) -> Operand {
    let value = try boolean()
    guard isName("if") else { return value }
    lexer.advance()
    let test = try boolean()
    var other = constant(.null)
    if isName("else") {
      lexer.advance()
      other = try boolean()
    }
    return expression(.choice(test: test, value: value, other: other))
  }

  /// Terms joined by `and` and `or`: a list, not a tree, for there may be any number of them.
  mutating func boolean() throws(SyntaxFault) -> Operand {
    let first = try term()
    guard isName("and") || isName("or") else { return first }
    var terms = [first]
    var joins: [Expression.Join] = []
    while isName("and") || isName("or") {
      joins.append(isName("or") ? .or : .and)
      lexer.advance()
      terms.append(try term())
    }
    return expression(.joined(terms, joins))
  }

  /// A comparison, or what stands alone, with any number of `not` before it.
  private mutating func term() throws(SyntaxFault) -> Operand {
    var isNegated = false
    var hasNot = false
    while isName("not") {
      lexer.advance()
      isNegated.toggle()
      hasNot = true
    }
    let condition = try comparison()
    var operand = condition.left
    if condition.comparison != .truth {
      tables.conditions.append(condition)
      operand = expression(.comparison(tables.conditions.count - 1))
    }
    return hasNot ? expression(.truth(operand, isNegated: isNegated)) : operand
  }

  /// What stands in parentheses: a range, or an expression.
  mutating func parenthesized() throws(SyntaxFault) -> Operand {
    lexer.advance()
    let first = token
    let inner = try choiceExpression()
    if take(.dots) { return try range(from: inner, first) }
    _ = try expect(.closeParen, "')'")
    return inner
  }

  /// True when the bracket here opens a list and not the name of a variable: it is empty or has a comma of its own.
  var isList: Bool {
    var ahead = lexer
    var depth = 0
    while ahead.token.kind != .end {
      switch ahead.token.kind {
      case .openBracket, .openParen:
        depth += 1
        // Refused where it is read: looking on from each bracket would cost more than reading.
        if depth > Self.maximumDepth { return false }
      case .closeBracket, .closeParen:
        depth -= 1
        if depth == 0 { return false }
      case .comma where depth == 1: return true
      default: break
      }
      let isFirst = ahead.token.start == lexer.token.start
      ahead.advance()
      if isFirst, ahead.token.kind == .closeBracket { return true }
    }
    return false
  }

  /// `[a, b]`; one element is written `[a,]`, for `[a]` is the variable of that name.
  mutating func list() throws(SyntaxFault) -> Operand {
    lexer.advance()
    var elements: [Operand] = []
    while token.kind != .closeBracket {
      elements.append(try operand())
      guard take(.comma) else { break }
    }
    _ = try expect(.closeBracket, "']'")
    return expression(.list(elements))
  }

  var isMap: Bool { token.kind == .other && token.start < lexer.limit && source[token.start] == UInt8(ascii: "{") }

  private var isMapEnd: Bool { token.kind == .other && token.start < lexer.limit && source[token.start] == UInt8(ascii: "}") }

  /// `{name: a, "other name": b}`. A repeated name takes its last value.
  mutating func map() throws(SyntaxFault) -> Operand {
    lexer.advance()
    var keys: [String] = []
    var values: [Operand] = []
    var places: [String: Int] = [:]
    while !isMapEnd {
      let key: String
      switch token.kind {
      case .name: key = lexer.text(token)
      case .string: key = lexer.text(token.start + 1, token.end - 1)
      default: throw unexpected("a member's name or '}'")
      }
      lexer.advance()
      _ = try expect(.colon, "':'")
      let value = try operand()
      if let place = places[key] {
        values[place] = value
      } else {
        places[key] = keys.count
        keys.append(key)
        values.append(value)
      }
      guard take(.comma) else { break }
    }
    guard isMapEnd else { throw unexpected("'}'") }
    lexer.advance()
    return expression(.map(KeyTable(keys), values))
  }

  private mutating func expression(_ expression: Expression) -> Operand {
    tables.expressions.append(expression)
    return .expression(tables.expressions.count - 1)
  }
}
