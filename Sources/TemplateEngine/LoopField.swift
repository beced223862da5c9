extension LoopField {
  init(_ name: String, isTable: Bool) {
    switch name {
    case "index": self = .index
    case "index0": self = .index0
    case "rindex": self = .rindex
    case "rindex0": self = .rindex0
    case "first": self = .first
    case "last": self = .last
    case "length": self = .length
    case "name" where !isTable: self = .name
    case "row" where isTable: self = .row
    case "col" where isTable: self = .col
    case "col0" where isTable: self = .col0
    case "col_first" where isTable: self = .colFirst
    case "col_last" where isTable: self = .colLast
    default: self = .none
    }
  }
}

/// A loop that runs: what it goes over and where it is.
struct LoopState {
  /// What the elements of a loop are.
  enum Kind { case values, models, numbers, pairs, whole }

  /// What the loop goes over; keeps the elements alive.
  private(set) var source = Value.null
  private var kind = Kind.whole
  /// The first element, of values and models.
  private var first = View.none.base
  private var stride = 0
  /// The current element where it is not one of the source's own: a number, a pair, the whole.
  var made = Value.null
  /// The current element, in the list.
  private(set) var element: UnsafePointer<Value>?
  private(set) var view = View.none
  /// Steps a turn takes beside its instruction: the pair of a map's member is made for it.
  private(set) var turn = 0
  /// The first element's number and how many follow.
  var from = 0
  var count = 0
  var index = 0
  var reversed = false
  var columns = 0
  var isTable = false
  var spec = 0

  private static let forTable = KeyTable([
    "name", "length", "index", "index0", "rindex", "rindex0", "first", "last", "parentloop",
  ])
  private static let forFields: [LoopField] = [.name, .length, .index, .index0, .rindex, .rindex0, .first, .last]
  private static let tableTable = KeyTable([
    "length", "row", "col", "col0", "col_first", "col_last", "index", "index0", "rindex", "rindex0", "first", "last",
  ])
  private static let tableFields: [LoopField] = [
    .length, .row, .col, .col0, .colFirst, .colLast, .index, .index0, .rindex, .rindex0, .first, .last,
  ]

  init() {}

  init(over source: Value, count: Int) { begin(over: source, count: count) }

  /// Starts over with another source; nothing of the loop before is left.
  mutating func begin(over source: Value, from: Int = 0, count: Int, reversed: Bool = false, spec: Int = 0) {
    self.source = source
    self.from = from
    self.count = count
    self.reversed = reversed
    self.spec = spec
    index = 0
    columns = 0
    isTable = false
    element = nil
    view = .none
    kind = .whole
    turn = 0
    switch source.storage {
    case .array(let elements):
      kind = .values
      first = Address(of: elements).pointer
    case .models(let models):
      kind = .models
      first = models.address(of: 0)
      stride = models.layout.stride
      view = View(models.layout.identity, first, .passUnretained(models))
    case .range: kind = .numbers
    case .object, .bound:
      kind = .pairs
      turn = 5
    default: break
    }
  }

  private var offset: Int { from + (reversed ? count - 1 - index : index) }

  /// Makes the element at `index` the current one.
  @inline(__always)
  mutating func advance() {
    switch kind {
    case .models: view.base = first + offset &* stride
    case .values:
      let current = first.assumingMemoryBound(to: Value.self) + offset
      element = current
      view = View(of: current)
    default: make()
    }
  }

  @inline(never)
  private mutating func make() {
    switch source.storage {
    case .range(let lower, _): made = .int(lower &+ offset)
    case .object, .bound: made = source.element(offset) ?? .null
    default: made = source
    }
  }

  var isMade: Bool { kind != .values && kind != .models }

  /// The current element, for whoever keeps it.
  var item: Value {
    if case .models(let models) = source.storage { return Value(.bound(models, offset)) }
    return element?.pointee ?? made
  }

  /// `forloop` or `tablerowloop` as a value: how it stands now.
  func snapshot(name: String, parent: Value) -> Value {
    let fields = isTable ? Self.tableFields : Self.forFields
    var values: [Value] = []
    values.reserveCapacity(fields.count + 1)
    for field in fields { values.append(self.field(field, name: name)) }
    if !isTable { values.append(parent) }
    return Value(.object(ObjectBox(table: isTable ? Self.tableTable : Self.forTable, values: values)))
  }

  func field(_ field: LoopField, name: String) -> Value {
    switch field {
    case .index: .int(index + 1)
    case .index0: .int(index)
    case .rindex: .int(count - index)
    case .rindex0: .int(count - index - 1)
    case .first: .bool(index == 0)
    case .last: .bool(index == count - 1)
    case .length: .int(count)
    case .name: .string(name)
    case .row: .int(columns > 0 ? index / columns + 1 : 1)
    case .col: .int(columns > 0 ? index % columns + 1 : index + 1)
    case .col0: .int(columns > 0 ? index % columns : index)
    case .colFirst: .bool(columns > 0 ? index % columns == 0 : index == 0)
    case .colLast: .bool(columns > 0 ? index % columns == columns - 1 : false)
    case .none: .null
    }
  }
}
