/// render and include: a partial is a frame on the machine's list.
extension Machine {
  func call(_ number: Int, _ frame: Frame) throws(FilterError) -> Bool {
    guard frames.count <= ledger.limits.depth else { throw FilterError(reason: .limit(.depth)) }
    let spec = frame.program.tables.calls[number]
    let target = try target(of: spec, number, frame)
    var arguments: [(place: Int, value: Value)] = []
    for (at, argument) in spec.arguments.enumerated() {
      let value = try evaluate(argument.value, frame)
      if let place = target.places[at] { arguments.append((place, value)) }
    }
    let itemName = target.item
    var subject: Value?
    if let with = spec.with {
      subject = try evaluate(with, frame)
    } else if spec.isInclude {
      subject = try ledger.resolved(lookUp(defaultName(target.name, spec), frame))
      if subject?.array == nil { subject = nil }
    }
    let scope = spec.isInclude ? frame.scope : Scope()
    var repeats: Frame.Repetition?
    if let subject, let count = repetition(of: subject, spec) {
      guard count > 0 else {
        frame.at += 1
        return false
      }
      var loop = LoopState(over: subject, count: count)
      loop.advance()
      repeats = Frame.Repetition(
        loop: loop, itemName: itemName, loopName: target.loop, arguments: arguments)
    }
    if spec.isInclude { share(frame) }
    let inner = self.frame(for: target.program, scope: scope)
    if spec.isInclude {
      inner.caller = frame
      inner.callerCall = number
    }
    inner.repeats = repeats
    if repeats == nil {
      for (place, value) in arguments { inner.set(place, value, .argument) }
      if let itemName, let subject, !(subject.isNull && !spec.isInclude) { inner.set(itemName, subject, .argument) }
    } else {
      begin(inner)
    }
    frame.at += 1
    frames.append(inner)
    return true
  }

  /// Sets up a repeated partial for its current element.
  func begin(_ frame: Frame) {
    guard let repeats = frame.repeats else { return }
    frame.reset()
    for (place, value) in repeats.arguments { frame.set(place, value, .argument) }
    if let number = repeats.itemName { frame.set(number, repeats.loop.item, .argument) }
    if let number = repeats.loopName {
      let members = LoopState.forNames.filter { $0 != "parentloop" }.map { name in
        (name, repeats.loop.field(LoopField(name, isTable: false), name: ""))
      }
      frame.set(number, .object(members), .argument)
    }
    if frame.caller == nil { frame.scope = Scope() }
  }

  private func repetition(of subject: Value, _ spec: CallSpec) -> Int? {
    switch subject.storage {
    case .array, .models: spec.repeats || spec.isInclude ? subject.count : nil
    case .range, .object, .bound: spec.repeats && !spec.isInclude ? subject.count : nil
    default: nil
    }
  }

  private func defaultName(_ name: String, _ spec: CallSpec) -> String {
    guard spec.isInclude, let slash = name.utf8.lastIndex(of: UInt8(ascii: "/")) else { return name }
    return String(name[name.index(after: slash)...])
  }

  /// An include sees what its caller assigned: from here on by name.
  private func share(_ frame: Frame) {
    for number in 0..<frame.nameCount where frame.names[number].origin == .assigned {
      frame.scope.assigned[frame.program.tables.names[number]] = frame.names[number].value
    }
  }

  private func target(of spec: CallSpec, _ number: Int, _ frame: Frame) throws(FilterError) -> Frame.CallTarget {
    let value = try evaluate(spec.template, frame)
    guard let name = value.string else { throw FilterError("a partial's name must be text, not \(value.typeName)") }
    if let known = frame.targets[number], known.name == name { return known }
    let found: Template?
    do throws(TemplateErrors) { found = try partials.template(named: name) } catch {
      throw FilterError(reason: .partial(error.errors[0]))
    }
    guard let template = found else { throw FilterError("there is no partial '\(name)'") }
    let program = template.program
    let target = Frame.CallTarget(
      name: name, program: program, places: spec.arguments.map { program.nameIndex[$0.name] },
      item: program.nameIndex[spec.alias ?? defaultName(name, spec)],
      loop: spec.isInclude ? nil : program.nameIndex["forloop"])
    frame.targets[number] = target
    return target
  }
}
