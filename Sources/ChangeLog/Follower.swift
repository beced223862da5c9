// Follows one log on behalf of one process: holds the knowledge, and remembers when it stood at the log's end. The second is what
// lets a soft-touched entry be served: it missed no change that is older than its stale time if its asOf is not before the
// place where the log ended that long ago.

/// Lives on its owner's actor. An embedded log is read in passing, whenever the position is asked for; any other log's reader
/// hands over what it read.
package final class Follower {
  package private(set) var knowledge: Knowledge
  /// Grows whenever what is known changes: what was checked at this turn needs no second look.
  package private(set) var turn: UInt64 = 1
  private var sightings = EndSightings()
  private let log: MemoryChangeLog?
  private let clock: () -> Duration
  /// When those who tell of changes were last heard of; another life of the log changes nothing about that.
  private var endSeen: Duration?
  /// False while another life of the log is looked for, or read.
  private var isAtEnd = false
  private let lostAfter: Duration

  /// - Parameter clock: monotonic time since any fixed start; the loop's own time will do.
  package init(of log: MemoryChangeLog, clock: @escaping () -> Duration) {
    self.log = log
    self.clock = clock
    lostAfter = .seconds(1)
    knowledge = Knowledge(from: log.end)
    sightings.saw(knowledge.position.number, at: clock())
  }

  /// For a log that is read elsewhere, from its end on; what is read goes to `receive`.
  /// - Parameter lostAfter: the age at which a position is of no use any more; see `isLost`.
  package init(from knowledge: Knowledge, lostAfter: Duration = .seconds(3), clock: @escaping () -> Duration) {
    self.log = nil
    self.clock = clock
    self.lostAfter = lostAfter
    self.knowledge = knowledge
    endSeen = clock()
    isAtEnd = true
    sightings.saw(knowledge.position.number, at: clock())
  }

  /// For a log that a `StreamReader` will read: until then it is lost, and what is made is valid in this process alone.
  package init(
    awaiting knowledge: Knowledge = Knowledge(from: Position(epoch: .random(), number: 0)),
    lostAfter: Duration = .seconds(3), clock: @escaping () -> Duration
  ) {
    self.log = nil
    self.clock = clock
    self.lostAfter = lostAfter
    self.knowledge = knowledge
  }

  package var now: Duration { clock() }

  /// Take it before a read is issued: it is what the read's answer may claim.
  package var moment: Moment {
    let now = clock()
    catchUp(now: now)
    return Moment(position: knowledge.position, time: now)
  }

  /// Reads the embedded log to its end; costs one atomic load when there is nothing new.
  package func catchUp(now: Duration) {
    guard let log else { return }
    if log.end.number != knowledge.position.number { receive(log.changes(after: knowledge.position.number), now: now) }
    sightings.saw(knowledge.position.number, at: now)
  }

  /// - Parameter asked: when the reading was asked for, on this follower's clock: what it brought was the log's end then or later.
  package func receive(_ batch: Batch, asked: Duration? = nil) { receive(batch, now: asked ?? clock()) }

  private func receive(_ batch: Batch, now: Duration) {
    for change in batch.changes {
      let epoch = knowledge.position.epoch
      knowledge.apply(change)
      if knowledge.position.epoch != epoch { sightings = EndSightings() }
    }
    if !batch.changes.isEmpty { turn += 1 }
    if let end = batch.end, end == knowledge.position {
      sightings.saw(end.number, at: now)
      guard !batch.changes.isEmpty else { return }
      isAtEnd = true
      if batch.changes.contains(where: { !$0.isOpening }) { endSeen = now }
    }
  }

  /// Forgets everything, and expects the entries after `start`. The position is lost until the log's end is seen.
  package func begin(at start: Position) {
    knowledge.begin(at: start)
    sightings = EndSightings()
    isAtEnd = false
    turn += 1
  }

  /// The log's end cannot be seen: its life is over, and another has not begun. Until `receive` brings one, the position is lost.
  package func loseSight() { isAtEnd = false }

  /// Whether the log's end was last seen too long ago: then touches may be missed that everybody else knows, and nothing but its
  /// life says whether something kept is still true. Only new entries show the end, which is why an idle log has heartbeats: an
  /// answer without any may come from a server that nobody else speaks to any more.
  package func isLost(now: Duration) -> Bool {
    guard log == nil else { return false }
    guard isAtEnd, let endSeen else { return true }
    return now - endSeen > lostAfter
  }

  /// To be called with the log's end whenever the connection to a log is new: a tail that does not match is another life of it.
  package func reconnected(end: Position, mark: UInt64 = 0) {
    guard end.epoch != knowledge.position.epoch || end.number < knowledge.position.number else { return }
    begin(at: end)
    endSeen = clock()
    isAtEnd = true
    sightings.saw(end.number, at: clock())
  }

  /// Whether something whose asOf is this missed nothing that was in the log more than `age` ago.
  package func isKnown(_ asOf: Position, within age: Duration, now: Duration) -> Bool {
    guard asOf.epoch == knowledge.position.epoch, let end = sightings.end(notBefore: now - age) else { return false }
    return asOf.number >= end
  }

  /// How long ago the first change after `asOf` was seen at the latest.
  package func timeBehind(_ asOf: Position, now: Duration) -> Duration {
    guard let passed = sightings.passed(asOf.number) else { return .zero }
    return now - passed
  }
}
