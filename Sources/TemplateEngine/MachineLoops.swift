/// Beginning loops: what they go over, from where, how far.
extension Machine {
  func beginLoop(_ number: Int, _ target: Int, _ frame: Frame, isTable: Bool) throws(FilterError) {
    let spec = frame.loopSpecs + number
    let source = try ledger.asText(try evaluate(spec.pointee.source, frame))
    var total: Int
    switch source.storage {
    case .array, .models, .object, .bound, .range: total = source.count ?? 0
    case .string(let text, _): total = text.utf8.isEmpty ? 0 : 1
    case .mixed: total = 1
    case .bool(false) where isTable:
      frame.at = target
      return
    case .null where isTable:
      frame.at = target
      return
    default: total = 0
    }
    var from = 0
    if spec.pointee.continues {
      from = frame.scope.continuations[spec.pointee.name] ?? 0
    } else if let offset = spec.pointee.offset {
      from = try bound(try evaluate(offset, frame), isTable: isTable) ?? 0
    }
    var end = total
    if let limit = spec.pointee.limit, let most = try bound(try evaluate(limit, frame), isTable: isTable) {
      // Counted from the offset, though that is before the first element.
      let (last, overflow) = from.addingReportingOverflow(most)
      end = overflow ? (most < 0 ? 0 : total) : max(0, min(total, last))
    }
    if source.string != nil {
      // Text is one element, whatever part of it is asked for.
      (from, end) = (0, total)
    }
    from = max(0, min(from, total))
    total = max(0, end - from)
    if !isTable, frame.program.tracksContinuations || frame.caller != nil {
      frame.scope.continuations[spec.pointee.name] = from + total
    }
    var columns = 0
    if isTable {
      columns =
        try spec.pointee.columns.map { operand throws(FilterError) in
          try self.bound(try self.evaluate(operand, frame), isTable: true) ?? 0
        } ?? total
      sink.write("<tr class=\"row1\">\n")
      if total == 0 { sink.write("</tr>\n") } else { sink.write("<td class=\"col1\">") }
      if sink.isOverflowing { throw overflow }
    }
    guard total > 0 else {
      frame.at = target
      return
    }
    let loop = frame.loops + spec.pointee.slot
    loop.pointee.begin(over: source, from: from, count: total, reversed: spec.pointee.reversed, spec: number)
    loop.pointee.columns = columns
    loop.pointee.isTable = isTable
    loop.pointee.advance()
    // Beginning a loop is a step more than a turn.
    ledger.spend(1 + loop.pointee.turn)
    frame.at += 1
  }

  /// A number of elements. A table takes for one what begins with one; a loop does not.
  private func bound(_ value: Value, isTable: Bool) throws(FilterError) -> Int? {
    let value = value.unmarked
    switch value.storage {
    case .null: return isTable ? 0 : nil
    case .double(let number) where isTable:
      return Int(exactly: number.rounded(.towardZero)) ?? (number < 0 ? .min : .max)
    case .string(let text, _) where isTable: return Value.leadingInteger(text) ?? 0
    default: return try StandardFilters.integer(value)
    }
  }

  func nextCell(_ slot: Int, _ body: Int, _ frame: Frame) throws(FilterError) {
    let loop = frame.loops + slot
    // A cell is written in five pieces.
    ledger.spend(3)
    sink.write("</td>")
    let state = loop.pointee
    let isLast = state.index >= state.count - 1
    if !isLast, state.columns > 0, state.index % state.columns == state.columns - 1 {
      sink.write("</tr>\n<tr class=\"row")
      sink.write((state.index + 1) / state.columns + 1)
      sink.write("\">")
    }
    if isLast {
      sink.write("</tr>\n")
      frame.at += 1
    } else {
      loop.pointee.index += 1
      loop.pointee.advance()
      ledger.spend(loop.pointee.turn)
      sink.write("<td class=\"col")
      sink.write(state.columns > 0 ? (state.index + 1) % state.columns + 1 : state.index + 2)
      sink.write("\">")
      frame.at = body
    }
    if sink.isOverflowing { throw overflow }
  }
}
