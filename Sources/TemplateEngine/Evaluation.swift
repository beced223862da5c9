/// Looking values up: operands, paths, members. The caches of look-up sites live here.
extension Machine {
  @inline(__always)
  func evaluate(_ operand: Operand, _ frame: Frame) throws(FilterError) -> Value {
    switch operand {
    case .constant(let number): frame.program.tables.constants[number]
    case .path(let number): try evaluate(frame.program.tables.paths[number], frame)
    case .range(let number): try evaluateRange(number, frame)
    }
  }

  func evaluate(_ path: Path, _ frame: Frame) throws(FilterError) -> Value {
    var value: Value
    switch path.root {
    case .item(let slot): value = frame.loops[slot].item
    case .name(let number):
      if number < 0 { return try computedName(path, frame) }
      value = frame.origins[number] == .unknown ? find(number, frame) : frame.names[number]
    case .field(let slot, let field):
      let loop = frame.loops + slot
      value = loop.pointee.field(
        field, name: field == .name ? frame.program.tables.loops[loop.pointee.spec].name : "")
    case .loop(let slot): value = loopObject(slot, frame)
    case .computed(let operand): value = try evaluate(operand, frame)
    }
    value = try ledger.resolved(value)
    var at = path.first
    while at < path.end {
      switch frame.program.tables.segments[at] {
      case .key(let site): value = try member(of: value, site, frame)
      case .command(let site, let command): value = try self.command(command, of: value, site, frame)
      case .computed(let operand):
        value = try ledger.element(of: value, at: try evaluate(operand, frame))
      }
      value = try ledger.resolved(value)
      at += 1
    }
    return value
  }

  @inline(__always)
  private func member(of value: Value, _ site: Int, _ frame: Frame) throws(FilterError) -> Value {
    switch value.storage {
    case .bound(let models, let element):
      let known = frame.sites[site]
      if known.table == ObjectIdentifier(models.table) { return models.member(known.place, of: element) }
      guard let place = place(in: models.table, site, frame) else { return .null }
      return models.member(place, of: element)
    case .object(let object):
      let known = frame.sites[site]
      if known.table == ObjectIdentifier(object.table) { return object.values[known.place] }
      guard let place = place(in: object.table, site, frame) else { return .null }
      return object.values[place]
    case .lookup(let kind): return try ledger.look(up: kind, frame.program.tables.keys[site])
    default: return .null
    }
  }

  @inline(never)
  private func place(in table: KeyTable, _ site: Int, _ frame: Frame) -> Int? {
    guard let place = table.place(of: frame.program.tables.keys[site]) else { return nil }
    frame.sites[site] = Frame.Site(table: ObjectIdentifier(table), place: place)
    return place
  }

  private func command(
    _ command: Segment.Command, of value: Value, _ site: Int, _ frame: Frame
  ) throws(FilterError) -> Value {
    switch value.storage {
    case .object(let object):
      if let place = place(in: object.table, site, frame) { return object.values[place] }
    case .bound(let models, let element):
      if let place = place(in: models.table, site, frame) { return models.member(place, of: element) }
    case .lookup: return try member(of: value, site, frame)
    default: break
    }
    let value = value.asText
    switch command {
    case .size:
      if case .string(let text, _) = value.storage { try ledger.charge(units: text.utf8.count / 64, bytes: 0) }
      return value.size.map { .int($0) } ?? .null
    case .first: return value.element(0) ?? .null
    case .last:
      if case .object = value.storage { return .null }
      if case .bound = value.storage { return .null }
      return value.count.flatMap { value.element($0 - 1) } ?? .null
    }
  }

  private func evaluateRange(_ number: Int, _ frame: Frame) throws(FilterError) -> Value {
    let literal = frame.program.tables.ranges[number]
    let lower = try evaluate(literal.lower, frame)
    let upper = try evaluate(literal.upper, frame)
    return .range(lower.rangeBound ?? 0, upper.rangeBound ?? 0)
  }

  // MARK: Variables

  /// Looks a variable up by its name and keeps what was found.
  @inline(never)
  func find(_ number: Int, _ frame: Frame) -> Value {
    let value = lookUp(frame.program.tables.names[number], frame)
    frame.set(number, value, .found)
    return value
  }

  /// A variable by name, as a frame sees it: what was assigned, what the caller of an include has, globals.
  func lookUp(_ name: String, _ frame: Frame) -> Value {
    if let number = frame.program.nameIndex[name], frame.origins[number].rawValue >= Frame.Origin.assigned.rawValue {
      return frame.names[number]
    }
    if let caller = frame.caller {
      let spec = caller.program.tables.calls[frame.callerCall]
      for loop in spec.loops.reversed() {
        if loop.item == name { return caller.loops[loop.slot].item }
        if name == (loop.isTable ? "tablerowloop" : "forloop") { return loopObject(loop.slot, caller) }
      }
      return lookUp(name, caller)
    }
    if let value = frame.scope.assigned[name] { return value }
    if let count = frame.scope.counters[name] { return .int(count) }
    return globals.values[name] ?? .null
  }

  private func computedName(_ path: Path, _ frame: Frame) throws(FilterError) -> Value {
    guard case .computed(let operand) = frame.program.tables.segments[path.first] else { return .null }
    let name = try evaluate(operand, frame)
    guard case .string(let text, _) = name.storage else { return .null }
    return try ledger.resolved(lookUp(text, frame))
  }

  /// `forloop` as a value: a snapshot.
  func loopObject(_ slot: Int, _ frame: Frame) -> Value {
    let loop = frame.loops[slot]
    let spec = frame.program.tables.loops[loop.spec]
    var members: [(String, Value)] = []
    for name in loop.isTable ? LoopState.tableNames : LoopState.forNames {
      if name == "parentloop" {
        members.append((name, slot > 0 && !frame.loops[slot - 1].isTable ? loopObject(slot - 1, frame) : .null))
      } else {
        members.append((name, loop.field(LoopField(name, isTable: loop.isTable), name: spec.name)))
      }
    }
    return .object(members)
  }
}

extension Ledger {
  /// `value[key]`.
  func element(of value: Value, at key: Value) throws(FilterError) -> Value {
    let key = try resolved(key)
    switch value.storage {
    case .array, .models, .range:
      guard let index = key.wholeNumber else { return .null }
      let count = value.count ?? 0
      let at = index < 0 ? count &+ index : index
      return try resolved(value.element(at) ?? .null)
    case .object(let object): return try resolved(object[key.plainText] ?? .null)
    case .bound(let models, let element):
      guard let place = models.table.place(of: key.plainText) else { return .null }
      return try resolved(models.member(place, of: element))
    case .lookup(let kind):
      if case .null = key.storage { return .null }
      return try look(up: kind, key.plainText)
    default: return .null
    }
  }

  /// The member of a name, or null; what filters such as `map` and `where` use.
  func member(of value: Value, _ name: String) throws(FilterError) -> Value {
    switch value.storage {
    case .object(let object): return try resolved(object[name] ?? .null)
    case .bound(let models, let element):
      guard let place = models.table.place(of: name) else { return .null }
      return try resolved(models.member(place, of: element))
    case .lookup(let kind): return try look(up: kind, name)
    default: return .null
    }
  }
}
