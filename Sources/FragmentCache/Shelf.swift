// What is kept, bounded by cost. Eviction is SIEVE (Zhang et al., NSDI 2024): entries stand in the order they came; a hit only
// sets a mark; a hand goes from the oldest to the newest, takes marks away and evicts the first entry without one. A hit moves
// nothing, and pages that are asked for once (a crawler's) leave before those that are asked for again.
//
// Entries live in one array and are linked by index: nothing is allocated or reference counted for a hit, and freeing a long
// list cannot overflow the stack.

struct Shelf<Element> {
  private struct Slot {
    let key: FragmentKey
    var element: Element
    var cost: Int
    var isMarked = false
    /// Towards newer entries; -1 ends the list.
    var newer: Int
    var older: Int
  }

  let capacity: Int
  private(set) var cost = 0
  private var slots: ContiguousArray<Slot?> = []
  private var free: [Int] = []
  private var places: [FragmentKey: Int] = [:]
  private var newest = -1
  private var oldest = -1
  private var hand = -1

  init(capacity: Int) { self.capacity = max(0, capacity) }

  var count: Int { places.count }

  /// Where the key's element is, until anything is inserted or removed.
  func place(of key: FragmentKey) -> Int? { places[key] }

  /// The element at a place that `place` returned.
  subscript(place: Int) -> Element {
    _read { yield slots[place]!.element }
    _modify { yield &slots[place]!.element }
  }

  mutating func mark(_ place: Int) { slots[place]!.isMarked = true }

  /// - Returns: whether it is kept; what would push out an eighth of everything is not.
  mutating func insert(_ element: Element, for key: FragmentKey, cost elementCost: Int) -> Bool {
    let wasMarked = remove(key)
    guard elementCost <= capacity / 8 else { return false }
    while cost + elementCost > capacity { evict() }
    let slot = Slot(key: key, element: element, cost: elementCost, isMarked: wasMarked, newer: -1, older: newest)
    let place: Int
    if let unused = free.popLast() {
      slots[unused] = slot
      place = unused
    } else {
      slots.append(slot)
      place = slots.count - 1
    }
    if newest >= 0 { slots[newest]!.newer = place } else { oldest = place }
    newest = place
    places[key] = place
    cost += elementCost
    return true
  }

  /// - Returns: whether it was marked, so that an entry which is replaced keeps its standing.
  @discardableResult
  mutating func remove(_ key: FragmentKey) -> Bool {
    guard let place = places.removeValue(forKey: key), let slot = slots[place] else { return false }
    unlink(place, slot)
    return slot.isMarked
  }

  private mutating func evict() {
    var place = hand >= 0 ? hand : oldest
    while let slot = slots[place], slot.isMarked {
      slots[place]!.isMarked = false
      place = slot.newer >= 0 ? slot.newer : oldest
    }
    guard let slot = slots[place] else { return }
    hand = slot.newer
    places[slot.key] = nil
    unlink(place, slot)
  }

  private mutating func unlink(_ place: Int, _ slot: Slot) {
    if hand == place { hand = slot.newer }
    if slot.newer >= 0 { slots[slot.newer]!.older = slot.older } else { newest = slot.older }
    if slot.older >= 0 { slots[slot.older]!.newer = slot.newer } else { oldest = slot.newer }
    slots[place] = nil
    free.append(place)
    cost -= slot.cost
  }
}
