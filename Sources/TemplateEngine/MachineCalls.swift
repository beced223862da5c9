/// render and include: a partial is a frame on the machine's list.
extension Machine {
  func call(_ number: Int, _ frame: Frame) throws(FilterError) -> Bool {
    guard depth <= ledger.limits.depth else { throw FilterError(reason: .limit(.depth)) }
    let spec = frame.calls + number
    let target = try target(of: spec, number, frame)
    // A new frame is charged by its size, one that waits by the variables it forgets, each argument as an instruction.
    if target.pool.isEmpty { try ledger.chargeFrame(bytes: Frame.bytes(of: target.pool.program)) }
    try ledger.charge(units: 8 + target.pool.program.tables.names.count / 8 + 2 * spec.pointee.arguments.count, bytes: 0)
    if spec.pointee.isPlain { return try callPlain(spec, target, frame) }
    var arguments: [(place: Int, value: Value)] = []
    for (at, argument) in spec.pointee.arguments.enumerated() {
      let value = try evaluate(argument.value, frame)
      if let place = target.places[at] { arguments.append((place, value)) }
    }
    let isInclude = spec.pointee.isInclude
    var subject: Value?
    if let with = spec.pointee.with {
      subject = try evaluate(with, frame)
    } else if isInclude {
      subject = try ledger.resolved(lookUp(defaultName(target.name, isInclude: isInclude), frame))
      if spec.pointee.alias == nil, subject?.isList != true { subject = nil }
    }
    var repeats: Frame.Repetition?
    if let subject, let count = repetition(of: subject, spec) {
      guard count > 0 else {
        frame.at += 1
        return false
      }
      repeats = Frame.Repetition(loop: LoopState(over: subject, count: count), target: target, arguments: arguments)
      repeats?.loop.advance()
    }
    if isInclude {
      // Each of the caller's names is looked up by its text, now and when the partial has ended.
      try ledger.charge(units: 12 + 8 * frame.nameCount, bytes: 0)
      share(frame)
    }
    let inner = target.pool.frame(sharing: isInclude ? frame.scope : nil)
    if isInclude {
      inner.caller = frame
      inner.callerCall = number
    }
    inner.repeats = repeats
    if repeats == nil {
      for (place, value) in arguments { inner.set(place, value, .argument) }
      if let item = target.item, let subject, !(subject.isNull && !isInclude) { inner.set(item, subject, .argument) }
    } else {
      begin(inner)
    }
    frame.at += 1
    push(inner)
    return true
  }

  /// `render` with nothing but arguments: they go straight to where the partial finds them.
  private func callPlain(
    _ spec: UnsafePointer<CallSpec>, _ target: Frame.CallTarget, _ frame: Frame
  ) throws(FilterError) -> Bool {
    let inner = target.pool.frame(sharing: nil)
    do throws(FilterError) {
      for at in 0..<spec.pointee.arguments.count {
        let value = try evaluate(spec.pointee.arguments[at].value, frame)
        if let place = target.places[at] { inner.set(place, value, .argument) }
      }
    } catch {
      target.pool.keep(inner)
      throw error
    }
    frame.at += 1
    push(inner)
    return true
  }

  /// Sets up a repeated partial for its current element.
  func begin(_ frame: Frame) {
    guard let repeats = frame.repeats else { return }
    ledger.spend(4 + repeats.loop.turn + frame.nameCount / 8 + repeats.arguments.count)
    frame.reset()
    for (place, value) in repeats.arguments { frame.set(place, value, .argument) }
    if let number = repeats.target.item { frame.set(number, repeats.loop.item, .argument) }
    if let number = repeats.target.loop {
      ledger.spend(20)
      frame.set(number, repeats.loop.snapshot(name: "", parent: .null), .argument)
    }
    if frame.caller == nil { frame.scope.clear() }
  }

  private func repetition(of subject: Value, _ spec: UnsafePointer<CallSpec>) -> Int? {
    let (repeats, isInclude) = (spec.pointee.repeats, spec.pointee.isInclude)
    return switch subject.storage {
    case .array, .models: repeats || isInclude ? subject.count : nil
    case .range, .object, .bound: repeats && !isInclude ? subject.count : nil
    default: nil
    }
  }

  private func defaultName(_ name: String, isInclude: Bool) -> String {
    guard isInclude, let slash = name.utf8.lastIndex(of: UInt8(ascii: "/")) else { return name }
    return String(name[name.index(after: slash)...])
  }

  /// An include sees what its caller assigned: from here on by name.
  private func share(_ frame: Frame) {
    for number in 0..<frame.nameCount where frame.names[number].origin == .assigned {
      frame.scope.assigned[frame.program.tables.names[number]] = frame.names[number].value
    }
  }

  private func noPartial(_ name: String) -> FilterError {
    // Only problems that are kept get a suggestion; it compares the name with each letter by letter.
    let names = problems.count < Machine.mostProblems ? partials.names : []
    let length = min(64, name.utf8.count)
    ledger.spend(names.count * (8 + length * length / 8))
    let nearest = Suggestion.nearest(to: name, in: names)
    return FilterError("there is no partial '\(name)'", suggestion: nearest.map { "did you mean '\($0)'?" })
  }

  private func target(
    of spec: UnsafePointer<CallSpec>, _ number: Int, _ frame: Frame
  ) throws(FilterError) -> Frame.CallTarget {
    if case .constant = spec.pointee.template, let known = frame.targets[number] { return known }
    let value = try evaluate(spec.pointee.template, frame)
    if case .string(let text, _) = value.storage { try ledger.charge(units: 4 + text.utf8.count / 16, bytes: 0) }
    guard let name = value.string else {
      throw FilterError("Argument error in tag 'include' - Illegal template name", suggestion: "a partial's name is text")
    }
    if let known = frame.targets[number], known.name == name { return known }
    let found: Template?
    do throws(TemplateErrors) { found = try partials.template(named: name) } catch {
      throw FilterError(reason: .partial(error.errors[0]))
    }
    guard let template = found else { throw noPartial(name) }
    let program = template.program
    let isInclude = spec.pointee.isInclude
    let target = Frame.CallTarget(
      name: name, pool: pool(of: program), places: spec.pointee.arguments.map { program.nameIndex[$0.name] },
      item: program.nameIndex[spec.pointee.alias ?? defaultName(name, isInclude: isInclude)],
      loop: isInclude ? nil : program.nameIndex["forloop"])
    frame.targets[number] = target
    return target
  }

  private func pool(of program: Program) -> FramePool {
    if let pool = pools[ObjectIdentifier(program)] { return pool }
    let pool = FramePool(program)
    pools[ObjectIdentifier(program)] = pool
    return pool
  }
}
