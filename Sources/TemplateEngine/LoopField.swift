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
  var values: Value = .null
  var item: Value = .null
  /// The first element's number and how many follow.
  var from = 0
  var count = 0
  var index = 0
  var reversed = false
  var columns = 0
  var isTable = false
  var spec = 0

  static let forNames = ["name", "length", "index", "index0", "rindex", "rindex0", "first", "last", "parentloop"]
  static let tableNames = [
    "length", "row", "col", "col0", "col_first", "col_last", "index", "index0", "rindex", "rindex0", "first", "last",
  ]

  mutating func advance() {
    let offset = from + (reversed ? count - 1 - index : index)
    switch values.storage {
    case .array(let elements): item = elements[offset]
    case .models(let models): item = Value(.bound(models, offset))
    case .range(let lower, _): item = .int(lower &+ offset)
    case .object(let object):
      item = .array([.string(object.table.names[offset]), object.values[offset]])
    case .bound(let models, let element):
      item = .array([.string(models.table.names[offset]), models.member(offset, of: element)])
    default: item = values
    }
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
