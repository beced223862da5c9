/// The first and last of a value: elements of a list, characters of text, the bounds of a range, the first pair of a map.
extension Ledger {
  func end(of value: Value, _ end: Segment.Command) throws(FilterError) -> Value {
    switch value.storage {
    case .string(let text, let trust):
      let scalars = text.unicodeScalars
      guard let scalar = end == .first ? scalars.first : scalars.last else { return Value(.string("", trust.ofPart)) }
      return Value(.string(String(Character(scalar)), trust.ofPart))
    case .mixed: return try self.end(of: value.unmarked, end)
    // An empty range has ends all the same.
    case .range(let lower, let upper): return .int(end == .first ? lower : upper)
    case .models:
      // Reading one model makes a box for it, which costs more than the look-up.
      try charge(units: 10, bytes: 0)
      return value.count.flatMap { value.element(end == .first ? 0 : $0 - 1) } ?? .null
    case .array: return value.count.flatMap { value.element(end == .first ? 0 : $0 - 1) } ?? .null
    case .object, .bound: return end == .first ? value.element(0) ?? .null : .null
    default: return .null
    }
  }
}
