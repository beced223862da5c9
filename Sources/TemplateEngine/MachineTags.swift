/// The instructions that are run now and then: assignments, captures, the begin of loops, case, cycle, counters, requests.
extension Machine {
  /// Runs an instruction; true when another frame runs now.
  func runSlow(_ instruction: Instruction, _ frame: Frame) throws(FilterError) -> Bool {
    switch instruction {
    case .assign(let number, let pipeline):
      let value = try evaluate(frame.pipelines + pipeline, frame)
      try ledger.charge(units: 0, bytes: value.shallowBytes)
      assign(value, to: number, frame)
      frame.at += 1
    case .printPipelineIn(let context, let number):
      let value = try evaluate(frame.pipelines + number, frame)
      if try !withUnsafePointer(
        to: value,
        { value throws(FilterError) in
          try self.printPlainly(Place(value), frame.plainPlaces[context])
        })
      {
        try print(value, in: context, standsAlone: standsAlone(frame), frame)
      }
      frame.at += 1
    case .captureEndIn(let context):
      try print(try endCapture(frame), in: context, standsAlone: standsAlone(frame), frame)
      frame.at += 1
    case .captureBegin:
      captures.append(Capture(mark: sink.count, printed: printed.count, ceiling: sink.ceiling))
      sink.ceiling = min(Int.max - 1, sink.count + ledger.captureRoom)
      frame.at += 1
    case .captureEnd(let number):
      assign(try endCapture(frame), to: number, frame)
      frame.at += 1
    case .changedEnd:
      let first = captures.last?.printed ?? 0
      let text = try cutCapture()
      try ledger.charge(units: text.utf8.count / 32, bytes: 0)
      let value = frame.program.escapes ? captured(text, from: first) : .string(text)
      if frame.scope.lastChange.map({ !Comparison.same($0, text) }) ?? !text.isEmpty {
        frame.scope.lastChange = text
        let start = sink.count
        sink.write(text)
        if isCapturing { try note(value, from: start) }
        if sink.isOverflowing { throw overflow }
      }
      frame.at += 1
    case .loopBegin(let number, let target): try beginLoop(number, target, frame, isTable: false)
    case .tableBegin(let number, let target): try beginLoop(number, target, frame, isTable: true)
    case .tableNext(let slot, let body): try nextCell(slot, body, frame)
    case .tableBreak:
      sink.write("</td></tr>\n")
      if sink.isOverflowing { throw overflow }
      frame.at += 1
    case .caseBegin(let slot, let operand):
      frame.cases[slot] = Frame.CaseState(value: try evaluate(operand, frame))
      frame.at += 1
    case .caseWhen(let number, let target):
      let spec = frame.program.tables.cases[number]
      try ledger.charge(units: 2 * spec.values.count, bytes: 0)
      var matches = 0
      for operand in spec.values {
        let value = try evaluate(operand, frame)
        if try Comparison.equal(frame.cases[spec.slot].value, value, ledger) { matches += 1 }
      }
      if matches > 0 {
        frame.cases[spec.slot].matched = true
        frame.cases[spec.slot].left = matches
      }
      frame.at = matches > 0 ? frame.at + 1 : target
    case .caseRepeat(let slot, let body):
      frame.cases[slot].left -= 1
      frame.at = frame.cases[slot].left > 0 ? body : frame.at + 1
    case .caseElse(let slot, let target): frame.at = frame.cases[slot].matched ? target : frame.at + 1
    case .call(let number): return try call(number, frame)
    case .propagate(let onBreak, let onContinue): return propagate(onBreak, onContinue, frame)
    case .interrupt(let leaves):
      interrupt = leaves ? .leave : .next
      return leave(frame)
    case .request(let number):
      try request(frame.program.tables.requests[number], frame)
      frame.at += 1
    case .cycle(let number):
      try cycle(frame.program.tables.cycles[number], frame)
      frame.at += 1
    case .count(let number, let step):
      try ledger.charge(units: 4, bytes: 0)
      count(number, step, frame)
      if sink.isOverflowing { throw overflow }
      frame.at += 1
    default: frame.at += 1
    }
    return false
  }

  func assign(_ value: Value, to number: Int, _ frame: Frame) {
    let name = frame.program.tables.names[number]
    if frame.caller != nil {
      frame.scope.assigned[name] = value
      if frame.names[number].origin == .argument { return }
    }
    frame.set(number, value, .assigned)
  }

  private func endCapture(_ frame: Frame) throws(FilterError) -> Value {
    let first = captures.last?.printed ?? 0
    let text = try cutCapture()
    return frame.program.escapes ? captured(text, from: first) : .string(text)
  }

  private func cutCapture() throws(FilterError) -> String {
    guard let capture = captures.last else { return "" }
    // Copied out, and looked through for what is not UTF-8; put together anew from what was printed.
    let runs = printed.count - capture.printed
    try ledger.charge(
      units: 5 + (sink.count - capture.mark) / (runs == 0 ? 64 : 16) + 4 * runs, bytes: sink.count - capture.mark)
    captures.removeLast()
    sink.ceiling = capture.ceiling
    return sink.cut(from: capture.mark)
  }

  private func propagate(_ onBreak: Int, _ onContinue: Int, _ frame: Frame) -> Bool {
    switch interrupt {
    case .none: frame.at += 1
    case .leave:
      guard onBreak >= 0 else { return leave(frame) }
      interrupt = .none
      frame.at = onBreak
    case .next:
      guard onContinue >= 0 else { return leave(frame) }
      interrupt = .none
      frame.at = onContinue
    }
    return false
  }

  private func request(_ spec: RequestSpec, _ frame: Frame) throws(FilterError) {
    var arguments: [String] = []
    try ledger.charge(units: 20 + 4 * (spec.positional.count + spec.named.count), bytes: 0)
    for operand in spec.positional { arguments.append(try ledger.text(of: try evaluate(operand, frame))) }
    for (name, operand) in spec.named { arguments.append("\(name)=\(try ledger.text(of: try evaluate(operand, frame)))") }
    let value = try ledger.look(up: DataRequest(kind: spec.kind, arguments: arguments))
    if let context = spec.context {
      try print(value, in: context, standsAlone: standsAlone(frame), frame)
    } else {
      try print(value, escapes: frame.program.escapes)
    }
  }

  private func cycle(_ spec: CycleSpec, _ frame: Frame) throws(FilterError) {
    let group = try spec.group.map { operand throws(FilterError) in
      "=" + (try self.ledger.inspected(try self.evaluate(operand, frame)))
    }
    let key = group ?? "#" + spec.key
    // Written, read, and kept when it is new.
    try ledger.charge(units: 10 + key.utf8.count / 16, bytes: 0)
    let known = frame.scope.cycles[key]
    // A table of groups that grows is copied at once: it is kept small.
    if known == nil { try ledger.charge(units: 10, bytes: 2048 + key.utf8.count) }
    let turn = known ?? 0
    if turn < spec.items.count {
      let value = try evaluate(spec.items[turn], frame)
      if let context = spec.context {
        try print(value, in: context, standsAlone: standsAlone(frame), frame)
      } else {
        try print(value, escapes: frame.program.escapes)
      }
    }
    frame.scope.cycles[key] = turn + 1 >= spec.items.count ? 0 : turn + 1
  }

  private func count(_ number: Int, _ step: Int, _ frame: Frame) {
    let name = frame.program.tables.names[number]
    let start = frame.scope.counters[name] ?? globals.values[name]?.wholeNumber ?? 0
    if step > 0 {
      sink.write(start)
      frame.scope.counters[name] = start &+ 1
    } else {
      sink.write(start &- 1)
      frame.scope.counters[name] = start &- 1
    }
    if frame.names[number].origin == .found { frame.names[number].origin = .unknown }
  }
}

extension Value {
  /// Bytes an assigned value keeps for itself: text is counted where it is made, so that an alias costs a little.
  var shallowBytes: Int { 16 }
}
