/// Printing outside of HTML text, and what captures remember of the data printed in them.
extension Machine {
  /// Data printed in a capture: where, counted from the capture's begin, and what it was.
  struct Printed {
    var start: Int
    var end: Int
    var value: Value
  }

  /// Notes a value that was printed from a place on in the innermost capture.
  @inline(never)
  func note(_ value: Value, from start: Int) throws(FilterError) {
    try ledger.charge(units: 1, bytes: 48)
    guard let mark = captures.last?.mark, sink.count > start else { return }
    printed.append(Printed(start: start - mark, end: sink.count - mark, value: try settled(value)))
  }

  /// A list with the data in it that came late, which is printed again as its new place has it. It was printed, so all is here.
  private func settled(_ value: Value, depth: Int = 0) throws(FilterError) -> Value {
    guard case .array(let elements) = value.storage, depth < 64 else { return value }
    try ledger.charge(units: 2 + elements.count, bytes: elements.count * MemoryLayout<Value>.stride)
    var settled: [Value] = []
    settled.reserveCapacity(elements.count)
    for element in elements { settled.append(try self.settled(try ledger.resolved(element), depth: depth + 1)) }
    return .array(settled)
  }

  /// Prints text and numbers of data where a place asks no more of them than text does; false where it asks more.
  @inline(__always)
  func printPlainly(_ place: Place, _ plain: HTMLState.Plain) throws(FilterError) -> Bool {
    guard plain != .never, !isCapturing else { return false }
    if let number = place.whole {
      sink.write(number)
    } else if let field = place.field {
      guard field.pointee.kind == .text else { return false }
      let text = place.pointer.assumingMemoryBound(to: String.self)
      guard plain == .always || Self.isPlainAddress(text.pointee), text.pointee.utf8.count < Self.longText else { return false }
      sink.writeEscaped(at: text)
    } else if case .string(let text, .data) = place.pointer.assumingMemoryBound(to: Value.self).pointee.storage {
      guard plain == .always || Self.isPlainAddress(text), text.utf8.count < Self.longText else { return false }
      sink.writeEscaped(text)
    } else {
      return false
    }
    if sink.isOverflowing { throw overflow }
    return true
  }

  /// Of the schemes that are harmless, those that most addresses have; and paths, which have none.
  private static func isPlainAddress(_ text: String) -> Bool {
    text.utf8.first == UInt8(ascii: "/") || text.hasPrefix("https://") || text.hasPrefix("http://")
  }

  /// Prints a value where HTML's text escaping is not enough.
  func print(_ value: Value, in context: Int, standsAlone: Bool, _ frame: Frame) throws(FilterError) {
    let state = frame.program.tables.contexts[context]
    if case .string(let text, .data) = value.storage, state.isQuotedValue, state.attribute == .plain {
      let start = sink.count
      try ledger.charge(units: text.utf8.count / 16, bytes: 0)
      sink.writeEscaped(text)
      if isCapturing { try note(value, from: start) }
      if sink.isOverflowing { throw overflow }
      return
    }
    let start = sink.count
    var writer = ContextWriter(state, into: sink)
    let isCode = writer.isInCode
    do throws(FilterError) {
      try write(value, by: &writer, isCode: isCode, frame)
    } catch {
      if case .needs = error.reason { sink.truncate(to: start) }
      throw error
    }
    writer.end(standsAlone: standsAlone)
    if isCapturing { try note(value, from: start) }
    if sink.isOverflowing { throw overflow }
  }

  private func write(
    _ value: Value, by writer: inout ContextWriter, isCode: Bool, depth: Int = 0, _ frame: Frame
  ) throws(FilterError) {
    switch value.storage {
    case .null, .empty, .blank, .deferred, .lookup: return
    case .string(let text, let trust):
      try ledger.charge(units: 8 + text.utf8.count / 2, bytes: 0)
      // Text that is empty is a literal too.
      if isCode, text.isEmpty, trust == .data || trust == .escaped {
        writer.write("\"\"", .json)
      } else {
        writer.write(text, trust)
      }
    case .mixed(let mixed):
      try ledger.charge(units: 8 + mixed.text.utf8.count / 2 + 2 * mixed.spans.count, bytes: 0)
      writer.write(mixed)
    case .html(let bytes):
      try ledger.charge(units: 8 + bytes.count / 2, bytes: 0)
      writer.write(String(decoding: bytes, as: UTF8.self), .markup)
    case .bool, .int, .double:
      try ledger.charge(units: 16, bytes: 0)
      writer.write(value.plainText, isCode ? .json : .literal)
    case .range: writer.write(value.plainText, .literal)
    case .array, .object, .models, .bound:
      if isCode {
        var json = JSONWriter(context: FilterContext(ledger: ledger, escapes: true))
        try json.write(value, depth: 0)
        try ledger.charge(units: json.bytes.count / 2, bytes: 0)
        writer.write(String(decoding: json.bytes, as: UTF8.self), .json)
      } else if case .array(let elements) = value.storage, depth < 64 {
        try ledger.charge(units: elements.count, bytes: 0)
        for element in elements { try write(try ledger.resolved(element), by: &writer, isCode: false, depth: depth + 1, frame) }
      } else if case .models(let models) = value.storage {
        try ledger.charge(units: models.count, bytes: 0)
        for number in 0..<models.count {
          try write(Value(.bound(models, number)), by: &writer, isCode: false, depth: depth + 1, frame)
        }
      } else {
        let text = try ledger.text(of: value)
        try ledger.charge(units: text.utf8.count / 2, bytes: 0)
        writer.write(text, .data)
      }
    }
  }

  /// A message has words of data in it, and stands wherever its instruction is.
  func writeProblem(_ text: String, _ frame: Frame) {
    let start = sink.count
    switch frame.program.instructions[frame.at] {
    case .printIn(let context, _), .printPipelineIn(let context, _):
      var writer = ContextWriter(frame.program.tables.contexts[context], into: sink)
      writer.write(text, .data)
    default: sink.writeEscaped(String(text.unicodeScalars.filter { !"`$\\{};\n\r\u{2028}\u{2029}".unicodeScalars.contains($0) }))
    }
    if isCapturing { try? note(.string(text), from: start) }
  }

  /// An output is followed by what ends a value without quotes: nothing else becomes a part of it.
  func standsAlone(_ frame: Frame) -> Bool {
    let instructions = frame.program.instructions
    var next = frame.at + 1
    for _ in 0..<4 where next < instructions.count {
      switch instructions[next] {
      case .propagate: next += 1
      case .jump(let target): next = target
      default: break
      }
    }
    guard next < instructions.count, case .text(let from, let count) = instructions[next], count > 0 else { return false }
    let byte = frame.program.literals[from]
    return byte <= 32 || byte == UInt8(ascii: ">")
  }

  /// The end of a capture: its text as one value, with the origin of each run.
  func captured(_ html: String, from first: Int) -> Value {
    defer { printed.removeSubrange(first...) }
    guard first < printed.count else { return Value(.string(html, .literal)) }
    var builder = MixedTextBuilder()
    var html = html
    html.withUTF8 { all in
      var at = 0
      for run in printed[first...] {
        builder.append(UnsafeBufferPointer(rebasing: all[at..<max(at, run.start)]), .literal)
        builder.append(run.value, text: run.value.textForFilters)
        at = run.end
      }
      builder.append(UnsafeBufferPointer(rebasing: all[at...]), .literal)
    }
    return builder.value(html: html)
  }
}
