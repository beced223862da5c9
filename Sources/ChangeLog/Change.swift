import Tenancy

/// Whether what a change touched may still be shown for a while.
package enum ChangeClass: Hashable, Sendable {
  /// What is cached may be served within its stale time while it is made again.
  case soft
  /// Stock, unpublishing, takedown: what is cached is not served again, not even as last known good.
  case hard
}

/// One entry of the log.
package struct Change: Hashable, Sendable {
  /// nil for a heartbeat, which touches nothing: that the log is alive shows by it.
  package let tenant: TenantID?
  /// Everything that the change touches, before and after it: a product that moves names both lists.
  package let tags: [Tag]
  package let `class`: ChangeClass
  /// Dense in the life of a log: the next entry has the next number, so that a hole shows.
  package let number: UInt64
  package let stamp: Stamp
  /// How far the source was when this was written; a read asks for at least the greatest mark it has seen.
  package let mark: UInt64
  /// Written by a follower, to begin an empty log: no sign of those who tell of changes.
  package let isOpening: Bool

  package init(
    tenant: TenantID?, tags: [Tag], class: ChangeClass, number: UInt64, stamp: Stamp, mark: UInt64 = 0, isOpening: Bool = false
  ) {
    self.tenant = tenant
    self.tags = tags
    self.class = `class`
    self.number = number
    self.stamp = stamp
    self.mark = mark
    self.isOpening = isOpening
  }

  package var position: Position { Position(epoch: stamp, number: number) }
}

/// What one reading of a log brought.
package struct Batch: Sendable {
  package let changes: [Change]
  /// Where the log ends, if this reading went to its end; nil when there is more to read.
  package let end: Position?

  package init(changes: [Change], end: Position?) {
    self.changes = changes
    self.end = end
  }
}
