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
      if text.pointee.utf8.count >= Self.longText { try chargePrinting(text.pointee, escapes) }
      if escapes {
        let start = sink.count
        sink.writeEscaped(at: text)
        if isCapturing { try note(.string(text.pointee), from: start) }
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
      if text.utf8.count >= Self.longText { try chargePrinting(text, escapes && trust == .data) }
      if escapes {
        let start = sink.count
        if trust == .data { sink.writeEscaped(text) } else { sink.write(text) }
        if isCapturing, trust != .literal { try note(value, from: start) }
      } else {
        sink.write(text)
      }
    case .int(let number): sink.write(number)
    case .null, .empty, .blank: return
    default: try printOther(value, escapes: escapes)
    }
    if sink.isOverflowing { throw overflow }
  }

  /// Shorter text is printed by the step that prints it.
  static var longText: Int { 256 }

  /// Escaped text is looked through and grows.
  @inline(never)
  private func chargePrinting(_ text: String, _ escapes: Bool) throws(FilterError) {
    try ledger.charge(units: text.utf8.count / (escapes ? 8 : 64), bytes: 0)
  }

  @inline(never)
  private func printOther(_ value: Value, escapes: Bool) throws(FilterError) {
    let start = sink.count
    switch value.storage {
    case .bool(let truth): sink.write(truth ? "true" : "false")
    case .mixed(let mixed):
      try ledger.charge(units: 16 + mixed.text.utf8.count / 4 + 2 * mixed.spans.count, bytes: 0)
      var writer = ContextWriter(HTMLState(), into: sink)
      writer.write(mixed)
      if isCapturing { try note(value, from: start) }
    case .html(let bytes):
      if bytes.count >= Self.longText { try ledger.charge(units: bytes.count / 64, bytes: 0) }
      bytes.withUnsafeBufferPointer { sink.write($0) }
      if escapes, isCapturing { try note(value, from: start) }
    case .array(let elements): try printList(elements, escapes: escapes, depth: 0)
    case .models(let models):
      try ledger.charge(units: models.count, bytes: 0)
      try printList((0..<models.count).map { Value(.bound(models, $0)) }, escapes: escapes, depth: 0)
    default:
      let text = try ledger.text(of: value)
      try ledger.charge(units: 16 + text.utf8.count / 16, bytes: 0)
      if escapes { sink.writeEscaped(text) } else { sink.write(text) }
      if escapes, isCapturing { try note(value, from: start) }
    }
  }

  private func printList(_ elements: [Value], escapes: Bool, depth: Int) throws(FilterError) {
    guard depth < 64 else { return }
    try ledger.charge(units: 4 + 2 * elements.count, bytes: 0)
    let mark = sink.count
    let runs = printed.count
    do throws(FilterError) {
      for element in elements {
        let element = try ledger.resolved(element)
        if case .array(let inner) = element.storage {
          try printList(inner, escapes: escapes, depth: depth + 1)
        } else if case .models = element.storage {
          try printOther(element, escapes: escapes)
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
    guard field.pointee.kind == .text, !(escapes && isCapturing) else {
      return try printEscaped(try ledger.resolved(place.value), escapes: escapes)
    }
    let text = place.pointer.assumingMemoryBound(to: String.self)
    if text.pointee.utf8.count >= Self.longText { try chargePrinting(text.pointee, true) }
    sink.writeEscaped(at: text)
    if sink.isOverflowing { throw overflow }
  }

  func printEscaped(_ value: Value, escapes: Bool) throws(FilterError) {
    let start = sink.count
    switch value.storage {
    case .string(let text, let trust):
      if text.utf8.count >= Self.longText { try chargePrinting(text, true) }
      if escapes, trust.isMarkup { sink.write(Escaping.escaped(text, once: true)) } else { sink.writeEscaped(text) }
    case .null, .empty, .blank: return
    case .html, .mixed:
      let text = try ledger.asText(value.flattened).plainText
      try chargePrinting(text, true)
      sink.write(Escaping.escaped(text, once: escapes))
    default:
      let text = try FilterContext(ledger: ledger, escapes: escapes).text(value)
      try chargePrinting(text, true)
      sink.writeEscaped(text)
    }
    if escapes, isCapturing {
      let value = try ledger.asText(value.flattened)
      let text = Escaping.escaped(try FilterContext(ledger: ledger, escapes: true).text(value), once: value.trust.isMarkup)
      try ledger.charge(units: text.utf8.count / 8, bytes: text.utf8.count)
      try note(Value(.string(text, .escaped)), from: start)
    }
    if sink.isOverflowing { throw overflow }
  }

  func evaluate(_ pipeline: UnsafePointer<Pipeline>, _ frame: Frame) throws(FilterError) -> Value {
    var value = try evaluate(pipeline.pointee.input, frame)
    let count = pipeline.pointee.calls.count
    if count == 0 { return value }
    if case .html = value.storage { value = try ledger.asText(value) }
    for at in 0..<count {
      let call = pipeline.pointee.calls[at]
      runningCall = at
      let arguments = call.hasArguments ? try self.arguments(of: call, frame) : FilterArguments()
      if case .mixed = value.storage, !call.filter.takesMixedText { value = try ledger.flattened(value) }
      try ledger.charge(units: 20 + 3 * (arguments.count + arguments.named.count), bytes: 0)
      value = try call.filter.body(value, arguments, FilterContext(ledger: ledger, escapes: frame.program.escapes))
      switch value.storage {
      case .deferred: value = try ledger.asText(try ledger.resolved(value))
      case .html: value = try ledger.asText(value)
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
    case .html: return try ledger.asText(value)
    case .mixed: return call.filter.takesMixedText ? value : try ledger.flattened(value)
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
    return try compare(
      try ledger.asText(try ledger.resolved(left.value)).unmarked, comparison,
      try ledger.asText(try ledger.resolved(right.value)).unmarked)
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
