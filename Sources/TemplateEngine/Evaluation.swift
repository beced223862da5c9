/// Looking values up: operands, paths, members. The caches of look-up sites live here.
extension Machine {
  /// Finds a value without copying it. What has to be made lies in one of two scratch places, for a condition has two sides.
  @inline(__always)
  func place(of operand: Operand, _ frame: Frame, scratch: Int = 0) throws(FilterError) -> Place {
    switch operand {
    case .constant(let number): return Place(frame.constants + number)
    case .path(let number):
      let path = frame.paths + number
      if let place = known(path, frame) { return place }
      if case .field(let slot, let field) = path.pointee.root, field != .name, path.pointee.first == path.pointee.end {
        ledger.spend(2)
        self.scratch[scratch] = frame.loops[slot].field(field, name: "")
        return Place(self.scratch + scratch)
      }
    case .range, .expression: break
    }
    self.scratch[scratch] = try evaluate(operand, frame)
    return Place(self.scratch + scratch)
  }

  /// The place of a path whose look-up sites know all they meet; nil where there is more to do.
  @inline(__always)
  private func known(_ path: UnsafePointer<Path>, _ frame: Frame) -> Place? {
    let keys = path.pointee.keys
    var left = keys.count
    var view: View
    switch keys.origin {
    case .item:
      let loop = frame.loops + Int(keys.number)
      if left == 0 {
        if loop.pointee.isMade { return withUnsafePointer(to: &loop.pointee.made, Self.present) }
        return loop.pointee.element.flatMap(Self.present)
      }
      view = loop.pointee.view
    case .name:
      let variable = frame.names + Int(keys.number)
      guard variable.pointee.origin != .unknown else { return nil }
      if left == 0 { return withUnsafePointer(to: &variable.pointee.value, Self.present) }
      view = variable.pointee.view
    case .none: return nil
    }
    var site = frame.sites + Int(keys.site)
    while let keys = view.keys {
      if keys != site.pointee.keys, !learn(view, site - frame.sites, frame) { return nil }
      left &-= 1
      if let box = view.box {
        guard let field = site.pointee.field else { return nil }
        let address = view.base + field.pointee.offset
        if left == 0 { return Place(address, field, box) }
        if field.pointee.kind == .first {
          guard let first = field.pointee.firstAddress(at: address) else { return nil }
          view = View(site.pointee.inner, first, box)
        } else {
          view = View(site.pointee.inner, address, box)
        }
      } else {
        let value = view.base.assumingMemoryBound(to: Value.self) + site.pointee.number
        if left == 0 { return Self.present(value) }
        view = View(of: value)
      }
      site += 1
    }
    return nil
  }

  /// Looks a member up by name and remembers it; false where there is none.
  @inline(never)
  private func learn(_ view: View, _ site: Int, _ frame: Frame) -> Bool {
    guard let keys = view.keys else { return false }
    if view.box != nil {
      return number(in: Unmanaged<Layout>.fromOpaque(keys).takeUnretainedValue(), site, frame) != nil
    }
    return number(in: Unmanaged<KeyTable>.fromOpaque(keys).takeUnretainedValue(), site, frame) != nil
  }

  /// A value that is there, not one that is fetched first.
  @inline(__always)
  private static func present(_ value: UnsafePointer<Value>) -> Place? {
    if case .deferred = value.pointee.storage { return nil }
    return Place(value)
  }

  @inline(__always)
  func evaluate(_ operand: Operand, _ frame: Frame) throws(FilterError) -> Value {
    switch operand {
    case .constant(let number): return frame.constants[number]
    case .path(let number):
      if let place = known(frame.paths + number, frame) { return try ledger.resolved(place.value) }
      return try evaluate(frame.paths[number], frame)
    case .range(let number): return try evaluateRange(number, frame)
    case .expression(let number): return try evaluateExpression(number, frame)
    }
  }

  @inline(never)
  private func evaluate(_ path: Path, _ frame: Frame) throws(FilterError) -> Value {
    var value: Value
    switch path.root {
    case .item(let slot): value = try ledger.resolved(frame.loops[slot].item)
    case .name(let number):
      if number < 0 { return try computedName(path, frame) }
      value = try variable(number, frame)
    case .field(let slot, let field):
      ledger.spend(2)
      let loop = frame.loops + slot
      value = loop.pointee.field(
        field, name: field == .name ? frame.program.tables.loops[loop.pointee.spec].name : "")
    case .loop(let slot): value = loopObject(slot, frame)
    case .computed(let operand): value = try evaluate(operand, frame)
    }
    var at = path.first
    if path.end - at > 4 { try ledger.charge(units: path.end - at, bytes: 0) }
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

  /// A variable's value. What a deferred one turned out to be is kept in its place.
  private func variable(_ number: Int, _ frame: Frame) throws(FilterError) -> Value {
    let variable = frame.names + number
    if variable.pointee.origin == .unknown { _ = find(number, frame) }
    guard case .deferred = variable.pointee.value.storage else { return variable.pointee.value }
    frame.set(number, try ledger.resolved(variable.pointee.value), variable.pointee.origin)
    return variable.pointee.value
  }

  private func member(of value: Value, _ site: Int, _ frame: Frame) throws(FilterError) -> Value {
    switch value.storage {
    case .bound(let models, let element):
      guard let number = number(in: models.layout, site, frame) else { return missing }
      return models.member(number, of: element)
    case .object(let object):
      guard let number = number(in: object.table, site, frame) else { return missing }
      return object.values[number]
    case .lookup(let kind): return try ledger.look(up: kind, frame.keys[site].name)
    default: return .null
    }
  }

  /// What a member is that is not there. It is looked for twice, in place and here; a value that came late is looked at only
  /// here, and costs the same, so that a limit ends both renders at one place.
  private var missing: Value {
    ledger.spend(Ledger.missingMember)
    return .null
  }

  private func number(in layout: Layout, _ site: Int, _ frame: Frame) -> Int? {
    if frame.sites[site].keys == layout.identity { return frame.sites[site].number }
    guard let number = layout.keys.place(of: frame.keys[site]) else { return nil }
    frame.sites[site].remember(layout, number: number)
    return number
  }

  private func number(in table: KeyTable, _ site: Int, _ frame: Frame) -> Int? {
    if frame.sites[site].keys == table.identity { return frame.sites[site].number }
    guard let number = table.place(of: frame.keys[site]) else { return nil }
    frame.sites[site].remember(table, number: number)
    return number
  }

  private func command(
    _ command: Segment.Command, of value: Value, _ site: Int, _ frame: Frame
  ) throws(FilterError) -> Value {
    switch value.storage {
    case .object(let object):
      if let number = number(in: object.table, site, frame) { return object.values[number] }
      ledger.spend(Ledger.missingMember)
    case .bound(let models, let element):
      if let number = number(in: models.layout, site, frame) { return models.member(number, of: element) }
      ledger.spend(Ledger.missingMember)
    case .lookup: return try member(of: value, site, frame)
    default: break
    }
    let value = try ledger.asText(value)
    switch command {
    case .size:
      if case .string(let text, _) = value.storage { try ledger.charge(units: text.utf8.count / 64, bytes: 0) }
      return value.size.map { .int($0) } ?? .null
    case .first: return try ledger.end(of: value, .first)
    case .last: return try ledger.end(of: value, .last)
    }
  }

  private func evaluateRange(_ number: Int, _ frame: Frame) throws(FilterError) -> Value {
    let literal = frame.program.tables.ranges[number]
    let lower = try evaluate(literal.lower, frame)
    let upper = try evaluate(literal.upper, frame)
    guard let lower = lower.rangeBound, let upper = upper.rangeBound else {
      throw FilterError("invalid integer", suggestion: "both ends of a range are whole numbers")
    }
    return .range(lower, upper)
  }

  // MARK: Variables

  /// Looks a variable up by its name and keeps what was found.
  @inline(never)
  func find(_ number: Int, _ frame: Frame) -> Value {
    let before = ledger.spent
    let value = lookUpAround(frame.program.tables.names[number], frame)
    // What was found stays when the instruction is run again, and so does its cost.
    ledger.begun += ledger.spent - before
    frame.set(number, value, .found)
    return value
  }

  /// A variable by name, as a frame sees it: what was assigned, what the caller of an include has, globals.
  func lookUp(_ name: String, _ frame: Frame) -> Value {
    if let number = frame.program.nameIndex[name], frame.names[number].origin.rawValue >= Frame.Origin.assigned.rawValue {
      return frame.names[number].value
    }
    return lookUpAround(name, frame)
  }

  /// The same, but for what the frame itself assigned.
  private func lookUpAround(_ name: String, _ frame: Frame) -> Value {
    if let caller = frame.caller {
      return loopVariable(name, caller.program.tables.calls[frame.callerCall].loops, caller) ?? lookUp(name, caller)
    }
    if !frame.scope.isClean {
      if let value = frame.scope.assigned[name] { return value }
      if let count = frame.scope.counters[name] { return .int(count) }
    }
    return globals.values[name] ?? .null
  }

  /// A variable of the loops around a place.
  private func loopVariable(_ name: String, _ loops: [VisibleLoop], _ frame: Frame) -> Value? {
    ledger.spend(4 + loops.count)
    for loop in loops.reversed() {
      if loop.item == name { return frame.loops[loop.slot].item }
      if name == (loop.isTable ? "tablerowloop" : "forloop") { return loopObject(loop.slot, frame) }
    }
    return nil
  }

  private func computedName(_ path: Path, _ frame: Frame) throws(FilterError) -> Value {
    guard case .computed(let operand) = frame.program.tables.segments[path.first] else { return .null }
    let name = try evaluate(operand, frame)
    guard case .string(let text, _) = name.unmarked.storage else { return .null }
    try ledger.charge(units: 4 + text.utf8.count / 16, bytes: 0)
    if let loops = frame.program.tables.visibleLoops[path.first], let value = loopVariable(text, loops, frame) {
      return try ledger.resolved(value)
    }
    return try ledger.resolved(lookUp(text, frame))
  }

  /// `forloop` as a value: a snapshot.
  func loopObject(_ slot: Int, _ frame: Frame) -> Value {
    let loop = frame.loops[slot]
    let spec = frame.program.tables.loops[loop.spec]
    ledger.spend(20)
    let hasParent = slot > 0 && !frame.loops[slot - 1].isTable
    return loop.snapshot(name: spec.name, parent: loop.isTable || !hasParent ? .null : loopObject(slot - 1, frame))
  }
}

extension Ledger {
  /// `value[key]`.
  func element(of value: Value, at key: Value) throws(FilterError) -> Value {
    let key = try resolved(key).unmarked
    if case .string(let text, _) = key.storage { try charge(units: 12 + text.utf8.count / 16, bytes: 0) }
    switch value.storage {
    case .array, .models:
      guard case .int(let index) = key.storage else { return .null }
      let count = value.count ?? 0
      let at = index < 0 ? count &+ index : index
      return try resolved(value.element(at) ?? .null)
    case .object(let object):
      guard case .string(let name, _) = key.storage else { return .null }
      return try resolved(object[name] ?? .null)
    case .bound(let models, let element):
      guard case .string(let name, _) = key.storage, let place = models.layout.keys.place(of: name) else { return .null }
      return try resolved(models.member(place, of: element))
    case .lookup(let kind):
      if case .null = key.storage { return .null }
      return try look(up: kind, text(of: key))
    default: return .null
    }
  }

  /// The member of a name, or null; what filters such as `map` and `where` use.
  func member(of value: Value, _ name: String) throws(FilterError) -> Value {
    switch value.storage {
    case .object(let object): return try resolved(object[name] ?? .null)
    case .bound(let models, let element):
      guard let place = models.layout.keys.place(of: name) else { return .null }
      return try resolved(models.member(place, of: element))
    case .lookup(let kind): return try look(up: kind, name)
    default: return .null
    }
  }
}
