/// The names of an object's members and their places. Objects made from one JSON document share tables, so that a
/// look-up site that has seen one of them finds the member of the next by its place.
final class KeyTable: Sendable {
  let names: [String]
  private let places: [String: Int]

  init(_ names: [String]) {
    self.names = names
    places = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { $1 })
  }

  func place(of name: String) -> Int? { places[name] }

  /// What look-up sites remember it by.
  @inline(__always)
  var identity: UnsafeRawPointer { UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()) }
}

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
