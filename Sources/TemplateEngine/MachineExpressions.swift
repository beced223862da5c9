/// Expressions of the extended grammar. Each costs a step, lists and maps one more for each element. Nesting is bounded where they are
/// read.
extension Machine {
  func evaluateExpression(_ number: Int, _ frame: Frame) throws(FilterError) -> Value {
    try ledger.charge(units: 1, bytes: 0)
    switch frame.program.tables.expressions[number] {
    case .truth(let operand, let isNegated): return .bool(try evaluate(operand, frame).isTruthy != isNegated)
    case .comparison(let condition):
      // The comparison around this one may keep its left side where this one puts its own.
      let left = scratch[0]
      defer { scratch[0] = left }
      return .bool(try holds(frame.conditions + condition, frame))
    case .joined(let terms, let joins):
      var isTrue = try evaluate(terms[0], frame).isTruthy
      for (at, join) in joins.enumerated() {
        // What follows groups to the right: it is looked at only where it decides.
        if isTrue == (join == .or) { return .bool(isTrue) }
        try ledger.charge(units: 1, bytes: 0)
        isTrue = try evaluate(terms[at + 1], frame).isTruthy
      }
      return .bool(isTrue)
    case .choice(let test, let value, let other):
      return try evaluate(try evaluate(test, frame).isTruthy ? value : other, frame)
    case .list(let elements): return .array(try values(of: elements, frame))
    case .map(let table, let members):
      return Value(.object(ObjectBox(table: table, values: try values(of: members, frame))))
    }
  }

  private func values(of operands: [Operand], _ frame: Frame) throws(FilterError) -> [Value] {
    try ledger.charge(units: operands.count, bytes: operands.count * MemoryLayout<Value>.stride)
    var values: [Value] = []
    values.reserveCapacity(operands.count)
    for operand in operands { values.append(try evaluate(operand, frame)) }
    return values
  }
}
