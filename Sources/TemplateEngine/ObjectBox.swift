/// A map: a table of names and the values in the same order.
final class ObjectBox: Sendable {
  let table: KeyTable
  let values: [Value]
  /// Where the values lie.
  let first: Address
  /// The table, as look-up sites know it.
  let identity: Address

  init(table: KeyTable, values: [Value]) {
    self.table = table
    self.values = values
    first = Address(of: values)
    identity = Address(table.identity)
  }

  convenience init(_ members: [(String, Value)]) {
    var names: [String] = []
    var values: [Value] = []
    var seen: [String: Int] = [:]
    names.reserveCapacity(members.count)
    values.reserveCapacity(members.count)
    for (name, value) in members {
      if let place = seen[name] {
        values[place] = value
      } else {
        seen[name] = names.count
        names.append(name)
        values.append(value)
      }
    }
    self.init(table: KeyTable(names), values: values)
  }

  subscript(name: String) -> Value? { table.place(of: name).map { values[$0] } }
}
