/// Printing, filters and conditions.
extension Machine {
  @inline(__always)
  func print(_ value: Value, escapes: Bool) throws(FilterError) {
    switch value.storage {
    case .string(let text, let trust):
      if escapes {
        if trust == .data { sink.writeEscaped(text) } else { sink.write(text) }
        if trust != .literal { isPure = false }
      } else {
        sink.write(text)
      }
    case .int(let number): sink.write(number)
    case .null, .empty, .blank: return
    default: try printOther(value, escapes: escapes)
    }
    if sink.isOverflowing { throw overflow }
  }

  @inline(never)
  private func printOther(_ value: Value, escapes: Bool) throws(FilterError) {
    switch value.storage {
    case .bool(let truth): sink.write(truth ? "true" : "false")
    case .html(let bytes):
      bytes.withUnsafeBufferPointer { sink.write($0) }
      isPure = false
    case .array(let elements): try printList(elements, escapes: escapes, depth: 0)
    default:
      let text = value.plainText
      if escapes { sink.writeEscaped(text) } else { sink.write(text) }
      isPure = false
    }
  }

  private func printList(_ elements: [Value], escapes: Bool, depth: Int) throws(FilterError) {
    guard depth < 64 else { return }
    try ledger.charge(units: elements.count / 8, bytes: 0)
    let mark = sink.count
    do throws(FilterError) {
      for element in elements {
        let element = try ledger.resolved(element)
        if case .array(let inner) = element.storage {
          try printList(inner, escapes: escapes, depth: depth + 1)
        } else {
          try print(element, escapes: escapes)
        }
      }
    } catch {
      // Printed once the data is there, not half of it now.
      if case .needs = error.reason { sink.truncate(to: mark) }
      throw error
    }
  }

  /// `{{ x | escape }}` without a string in between.
  func printEscaped(_ value: Value, escapes: Bool) throws(FilterError) {
    switch value.storage {
    case .string(let text, let trust):
      if escapes, trust == .markup { sink.write(Escaping.escaped(text, once: true)) } else { sink.writeEscaped(text) }
      isPure = false
    case .null, .empty, .blank: return
    case .html:
      sink.write(Escaping.escaped(value.plainText, once: escapes))
      isPure = false
    default:
      sink.writeEscaped(value.textForFilters)
      isPure = false
    }
    if sink.isOverflowing { throw overflow }
  }

  func evaluate(_ pipeline: Pipeline, _ frame: Frame) throws(FilterError) -> Value {
    var value = try evaluate(pipeline.input, frame)
    if pipeline.calls.isEmpty { return value }
    value = value.asText
    let context = FilterContext(ledger: ledger, host: host, escaping: frame.program.escapes ? .auto : .manual, now: now)
    for call in pipeline.calls {
      var positional: [Value] = []
      var named: [(name: String, value: Value)] = []
      if !call.positional.isEmpty {
        positional.reserveCapacity(call.positional.count)
        for operand in call.positional { positional.append(try evaluate(operand, frame).asText) }
      }
      for argument in call.named { named.append((argument.name, try evaluate(argument.value, frame).asText)) }
      try ledger.charge(units: 1, bytes: 0)
      value = try call.filter.body(value, FilterArguments(positional: positional, named: named), context)
      value = try ledger.resolved(value).asText
    }
    return value
  }

  @inline(__always)
  func holds(_ condition: Condition, _ frame: Frame) throws(FilterError) -> Bool {
    let left = try evaluate(condition.left, frame)
    if condition.comparison == .truth { return left.isTruthy }
    return try compare(left.asText, condition.comparison, try evaluate(condition.right, frame).asText)
  }

  private func compare(
    _ left: Value, _ comparison: Condition.Comparison, _ right: Value
  ) throws(FilterError) -> Bool {
    switch comparison {
    case .truth: return left.isTruthy
    case .equal: return try Comparison.equal(left, right, ledger)
    case .unequal: return try !Comparison.equal(left, right, ledger)
    case .less: return try Comparison.order(left, right, ledger).map { $0 < 0 } ?? false
    case .greater: return try Comparison.order(left, right, ledger).map { $0 > 0 } ?? false
    case .lessOrEqual: return try Comparison.order(left, right, ledger).map { $0 <= 0 } ?? false
    case .greaterOrEqual: return try Comparison.order(left, right, ledger).map { $0 >= 0 } ?? false
    case .contains: return try Comparison.contains(left, right, ledger)
    }
  }
}
