// What a process knows of the log: its position, and for each tag the number of the last change that touched it and of the last
// hard one. An entry is valid if it is of this epoch and no tag of it was touched after its asOf.
//
// Memory is bounded. A touch that is forgotten raises its tenant's floor to the touch's number: an entry that is older than the
// floor may or may not have been touched, so nothing older is valid. Every tag's touches are kept, whether something here holds the
// tag or not: an entry that another flight or process is just making is not held yet. A hole in the numbers or another stamp
// means that touches were missed: all is forgotten and the floor is where the new knowledge begins.

import Tenancy

package struct Knowledge: Sendable {
  /// The last change applied.
  package private(set) var position: Position
  /// The greatest mark of the source's progress that was seen.
  package private(set) var mark: UInt64
  private var floor: UInt64
  private var tenants: [TenantID: Touches] = [:]
  private var count = 0
  private let capacity: Int
  private let capacityOfTenant: Int

  /// - Parameters:
  ///   - position: the log's end now; nothing is known of what is older.
  ///   - capacity: touches remembered in all; when there are more, the tenant that holds the most pays.
  ///   - capacityOfTenant: touches remembered of one tenant.
  package init(from position: Position, mark: UInt64 = 0, capacity: Int = 131_072, capacityOfTenant: Int = 8192) {
    self.position = position
    self.mark = mark
    self.floor = position.number
    self.capacity = max(1, capacity)
    self.capacityOfTenant = max(1, capacityOfTenant)
  }

  /// Whether something made at `asOf` from what `tags` name still shows every change known here.
  package func verdict(of tenant: TenantID, asOf: Position, tags: [Tag]) -> Verdict {
    guard asOf.epoch == position.epoch, asOf.number >= floor else { return .unknown }
    guard let own = tenants[tenant] else { return foreign(asOf: asOf.number, tags: tags, tenant: tenant, verdict: .valid) }
    guard asOf.number >= own.floor else { return .unknown }
    var verdict = own.everything.verdict(asOf.number)
    if own.last > asOf.number {
      for tag in tags where tag.tenant == tenant {
        guard let touch = own.touches[tag.name] else { continue }
        verdict = max(verdict, touch.verdict(asOf.number))
      }
    }
    return foreign(asOf: asOf.number, tags: tags, tenant: tenant, verdict: verdict)
  }

  /// Tags of another tenant than the entry's own: none today, and not wrongly valid if there is one some day.
  private func foreign(asOf: UInt64, tags: [Tag], tenant: TenantID, verdict: Verdict) -> Verdict {
    var verdict = verdict
    for tag in tags where tag.tenant != tenant {
      guard let other = tenants[tag.tenant] else { continue }
      guard asOf >= other.floor else { return .unknown }
      verdict = max(verdict, other.everything.verdict(asOf))
      if let touch = other.touches[tag.name] { verdict = max(verdict, touch.verdict(asOf)) }
    }
    return verdict
  }

  /// Touches first, then the position moves.
  package mutating func apply(_ change: Change) {
    if change.stamp != position.epoch || change.number != position.number + 1 {
      begin(at: Position(epoch: change.stamp, number: change.number - 1))
      mark = 0
    }
    touch(change)
    mark = max(mark, change.mark)
    position = change.position
  }

  /// Forgets everything: what was made before is not valid any more.
  package mutating func begin(at start: Position) {
    // Numbers that go back in one life of a log cannot be; if they do, what was made under the greater ones must not look new.
    let wentBack = start.epoch == position.epoch && start.number < position.number
    floor = wentBack ? position.number + 1 : start.number
    position = start
    tenants = [:]
    count = 0
  }

  private mutating func touch(_ change: Change) {
    for tag in change.tags { touch(tag, change.number, change.class) }
    if count > capacity { makeRoom() }
  }

  private mutating func touch(_ tag: Tag, _ number: UInt64, _ class: ChangeClass) {
    count += tenants[tag.tenant, default: Touches()].touch(tag, number, `class`, capacity: capacityOfTenant)
  }

  private mutating func makeRoom() {
    guard let (tenant, _) = tenants.max(by: { $0.value.touches.count < $1.value.touches.count }) else { return }
    count -= tenants[tenant]!.forgetHalf()
    guard tenants[tenant]!.touches.isEmpty else { return }
    floor = max(floor, tenants[tenant]!.floor, tenants[tenant]!.everything.last)
    tenants[tenant] = nil
  }
}

package enum Verdict: Int, Comparable, Sendable {
  case valid
  /// Touched, but never by a hard change.
  case soft
  /// Touched by a hard change.
  case hard
  /// Of another epoch, or older than what is remembered.
  case unknown

  package static func < (a: Verdict, b: Verdict) -> Bool { a.rawValue < b.rawValue }
}
