import Synchronization
import Tenancy

/// The change log of a process that has no other: appended to by the embedded core API, read by followers in their own turn.
///
/// Append only **after** a commit is visible to readers: an entry that is there before its change would let a follower take
/// the old value for a new one.
package final class MemoryChangeLog: Sendable {
  package let stamp: Stamp
  private let capacity: Int
  private let entries = Mutex(Entries())
  private let last = Atomic<UInt64>(0)

  private struct Entries {
    var kept: [Change] = []
    var first = 0
    var mark: UInt64 = 0
  }

  /// - Parameter capacity: entries kept for followers that are behind; one that is further behind finds a gap and starts anew.
  package init(keeping capacity: Int = 4096, stamp: Stamp = .random()) {
    self.capacity = max(1, capacity)
    self.stamp = stamp
  }

  /// One atomic load, so that a follower may ask before every answer.
  package var end: Position { Position(epoch: stamp, number: last.load(ordering: .acquiring)) }

  @discardableResult
  package func append(tenant: TenantID, tags: [Tag], class: ChangeClass, mark: UInt64 = 0) -> Position {
    entries.withLock { entries in
      entries.mark = max(entries.mark, mark)
      let number = last.load(ordering: .relaxed) + 1
      entries.kept.append(
        Change(tenant: tenant, tags: tags, class: `class`, number: number, stamp: stamp, mark: entries.mark))
      if entries.kept.count - entries.first > capacity { entries.first += 1 }
      if entries.first > capacity {
        entries.kept.removeFirst(entries.first)
        entries.first = 0
      }
      last.store(number, ordering: .releasing)
      return Position(epoch: stamp, number: number)
    }
  }

  /// The entries after `number`, at most `limit`. If entries were dropped in between, the first one's number shows it.
  package func changes(after number: UInt64, limit: Int = .max) -> Batch {
    entries.withLock { entries in
      let kept = entries.kept[entries.first...]
      guard let first = kept.first, let final = kept.last else { return Batch(changes: [], end: end) }
      let skipped = number < first.number ? 0 : Int(min(number - first.number + 1, UInt64(kept.count)))
      let wanted = kept.dropFirst(skipped).prefix(limit)
      let reachesEnd = wanted.isEmpty || wanted.last?.number == final.number
      return Batch(changes: Array(wanted), end: reachesEnd ? final.position : nil)
    }
  }
}
