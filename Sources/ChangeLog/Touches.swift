/// The last touches of one tenant's tags.
struct Touches: Sendable {
  struct Touch: Sendable {
    /// Entry numbers begin at 1, so 0 is never.
    var last: UInt64 = 0
    var hard: UInt64 = 0

    mutating func add(_ number: UInt64, _ class: ChangeClass) {
      last = number
      if `class` == .hard { hard = number }
    }

    func verdict(_ asOf: UInt64) -> Verdict { hard > asOf ? .hard : last > asOf ? .soft : .valid }
  }

  private(set) var touches: [String: Touch] = [:]
  private(set) var everything = Touch()
  private(set) var floor: UInt64 = 0
  /// The greatest number in `touches`: an entry that is not older needs no look at its tags.
  private(set) var last: UInt64 = 0
  /// Touches in order, the oldest at `first`; one that was touched again stands there twice and counts at its last place.
  private(set) var order: [(number: UInt64, name: String)] = []
  private var first = 0

  /// - Returns: by how much the number of remembered touches changed.
  mutating func touch(_ tag: Tag, _ number: UInt64, _ class: ChangeClass, capacity: Int) -> Int {
    guard !tag.isEverything else {
      everything.add(number, `class`)
      return 0
    }
    let before = touches.count
    touches[tag.name, default: Touch()].add(number, `class`)
    last = number
    order.append((number, tag.name))
    while touches.count > capacity { forgetOldest() }
    if order.count > 64, order.count > 2 * (touches.count + 1) { tidy() }
    return touches.count - before
  }

  /// - Returns: how many were forgotten.
  mutating func forgetHalf() -> Int {
    let before = touches.count
    let target = before / 2
    while touches.count > target { forgetOldest() }
    tidy()
    return before - touches.count
  }

  private mutating func forgetOldest() {
    while first < order.count {
      let (number, name) = order[first]
      first += 1
      guard touches[name]?.last == number else { continue }
      touches[name] = nil
      floor = max(floor, number)
      return
    }
  }

  private mutating func tidy() {
    order = order[first...].filter { touches[$0.name]?.last == $0.number }
    first = 0
  }
}
