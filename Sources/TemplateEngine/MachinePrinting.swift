/// Printing, filters and conditions.
extension Machine {
  /// Prints what lies at a place, without copying it where it is text or a number.
  @inline(__always)
  func print(_ place: Place, escapes: Bool) throws(FilterError) {
    guard let field = place.field else {
      return try print(place.pointer.assumingMemoryBound(to: Value.self).pointee, escapes: escapes)
    }
    switch field.pointee.kind {
    case .text:
      let text = place.pointer.assumingMemoryBound(to: String.self)
      if escapes {
        let start = sink.count
        sink.writeEscaped(at: text)
        if !captures.isEmpty { note(.string(text.pointee), from: start) }
      } else {
        sink.write(at: text)
      }
    case .whole: sink.write(place.pointer.assumingMemoryBound(to: Int.self).pointee)
    default: return try print(try ledger.resolved(place.value), escapes: escapes)
    }
    if sink.isOverflowing { throw overflow }
  }

  @inline(__always)
  func print(_ value: Value, escapes: Bool) throws(FilterError) {
    switch value.storage {
    case .string(let text, let trust):
      if escapes {
        let start = sink.count
        if trust == .data { sink.writeEscaped(text) } else { sink.write(text) }
        if !captures.isEmpty, trust != .literal { note(value, from: start) }
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
    let start = sink.count
    switch value.storage {
    case .bool(let truth): sink.write(truth ? "true" : "false")
    case .mixed(let mixed):
      var writer = ContextWriter(HTMLState(), into: sink)
      writer.write(mixed)
      if !captures.isEmpty { note(value, from: start) }
    case .html(let bytes):
      bytes.withUnsafeBufferPointer { sink.write($0) }
      if escapes, !captures.isEmpty { note(value, from: start) }
    case .array(let elements): try printList(elements, escapes: escapes, depth: 0)
    default:
      let text = value.plainText
      if escapes { sink.writeEscaped(text) } else { sink.write(text) }
      if escapes, !captures.isEmpty { note(value, from: start) }
    }
  }

  private func printList(_ elements: [Value], escapes: Bool, depth: Int) throws(FilterError) {
    guard depth < 64 else { return }
    try ledger.charge(units: elements.count / 8, bytes: 0)
    let mark = sink.count
    let runs = printed.count
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
      if case .needs = error.reason {
        sink.truncate(to: mark)
        printed.removeSubrange(runs...)
      }
      throw error
    }
  }

  /// `{{ x | escape }}` without a string in between.
  func printEscaped(_ place: Place, escapes: Bool) throws(FilterError) {
    guard let field = place.field else {
      return try printEscaped(place.pointer.assumingMemoryBound(to: Value.self).pointee, escapes: escapes)
    }
    guard field.pointee.kind == .text, captures.isEmpty else {
      return try printEscaped(try ledger.resolved(place.value), escapes: escapes)
    }
    sink.writeEscaped(at: place.pointer.assumingMemoryBound(to: String.self))
    if sink.isOverflowing { throw overflow }
  }

  func printEscaped(_ value: Value, escapes: Bool) throws(FilterError) {
    let start = sink.count
    switch value.storage {
    case .string(let text, let trust):
      if escapes, trust.isMarkup { sink.write(Escaping.escaped(text, once: true)) } else { sink.writeEscaped(text) }
    case .null, .empty, .blank: return
    case .html, .mixed: sink.write(Escaping.escaped(value.flattened.plainText, once: escapes))
    default: sink.writeEscaped(value.textForFilters)
    }
    if escapes, !captures.isEmpty {
      let value = value.flattened
      let text = Escaping.escaped(value.textForFilters, once: value.trust.isMarkup)
      note(Value(.string(text, .escaped)), from: start)
    }
    if sink.isOverflowing { throw overflow }
  }

  func evaluate(_ pipeline: UnsafePointer<Pipeline>, _ frame: Frame) throws(FilterError) -> Value {
    var value = try evaluate(pipeline.pointee.input, frame)
    let count = pipeline.pointee.calls.count
    if count == 0 { return value }
    if case .html = value.storage { value = value.asText }
    for at in 0..<count {
      let call = pipeline.pointee.calls[at]
      runningCall = at
      let arguments = call.hasArguments ? try self.arguments(of: call, frame) : FilterArguments()
      if case .mixed = value.storage, !call.filter.takesMixedText { value = value.flattened }
      try ledger.charge(units: 1, bytes: 0)
      value = try call.filter.body(value, arguments, FilterContext(ledger: ledger, escapes: frame.program.escapes))
      switch value.storage {
      case .deferred: value = try ledger.resolved(value).asText
      case .html: value = value.asText
      default: break
      }
    }
    runningCall = -1
    return value
  }

  private func arguments(of call: FilterCall, _ frame: Frame) throws(FilterError) -> FilterArguments {
    var positional: [Value] = []
    var named: [(name: String, value: Value)] = []
    positional.reserveCapacity(call.positional.count)
    for operand in call.positional { positional.append(try argument(operand, call, frame)) }
    for argument in call.named { named.append((argument.name, try self.argument(argument.value, call, frame))) }
    return FilterArguments(positional: positional, named: named)
  }

  @inline(__always)
  private func argument(_ operand: Operand, _ call: FilterCall, _ frame: Frame) throws(FilterError) -> Value {
    let value = try evaluate(operand, frame)
    switch value.storage {
    case .html: return value.asText
    case .mixed: return call.filter.takesMixedText ? value : value.flattened
    default: return value
    }
  }

  @inline(__always)
  func holds(_ condition: UnsafePointer<Condition>, _ frame: Frame) throws(FilterError) -> Bool {
    let left = try place(of: condition.pointee.left, frame)
    let comparison = condition.pointee.comparison
    if comparison == .truth { return try isTruthy(left) }
    let right = try place(of: condition.pointee.right, frame, scratch: 1)
    if let b = right.whole {
      if let a = left.whole {
        switch comparison {
        case .equal: return a == b
        case .unequal: return a != b
        case .less: return a < b
        case .greater: return a > b
        case .lessOrEqual: return a <= b
        case .greaterOrEqual: return a >= b
        case .truth, .contains: break
        }
      } else if left.isAbsent {
        // A number that is not there, as the former price of most products: it equals none and has no order.
        return comparison == .unequal
      }
    }
    return try compare(try ledger.resolved(left.value).unmarked, comparison, try ledger.resolved(right.value).unmarked)
  }

  @inline(__always)
  private func isTruthy(_ place: Place) throws(FilterError) -> Bool {
    guard let field = place.field else { return place.pointer.assumingMemoryBound(to: Value.self).pointee.isTruthy }
    return switch field.pointee.kind {
    case .truth: place.pointer.assumingMemoryBound(to: Bool.self).pointee
    case .text, .html, .whole, .decimal, .model, .models: true
    default: try ledger.resolved(place.value).isTruthy
    }
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
