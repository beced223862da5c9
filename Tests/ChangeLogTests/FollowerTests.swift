import Tenancy
import Testing

@testable import ChangeLog

@Suite struct FollowerTests {
  final class Clock { var now = Duration.zero }

  let shop: TenantID
  let clock: Clock
  let log: MemoryChangeLog
  let follower: Follower

  init() throws {
    shop = try TenantID("shop")
    let clock = Clock()
    self.clock = clock
    log = MemoryChangeLog(keeping: 3)
    follower = Follower(of: log) { clock.now }
  }

  func append(_ name: String) { log.append(tenant: shop, tags: [Tag(shop, name)], class: .soft) }

  @Test func numbersAreDenseAndReadFromAnyPlace() {
    for name in ["a", "b"] { append(name) }
    #expect(log.changes(after: 0).changes.map(\.number) == [1, 2])
    #expect(log.changes(after: 1).changes.map(\.number) == [2])
    #expect(log.changes(after: 2).changes.isEmpty)
    #expect(log.changes(after: 9).changes.isEmpty)
    #expect(log.changes(after: 0).end == log.end)
    #expect(log.changes(after: 0, limit: 1).end == nil)
  }

  @Test func theLogKeepsNoMoreThanItShould() {
    for number in 1...50 { append("\(number)") }
    #expect(log.changes(after: 0).changes.map(\.number) == [48, 49, 50])
  }

  @Test func anEmbeddedLogIsReadInPassing() {
    append("a")
    #expect(follower.knowledge.position.number == 0)
    #expect(follower.moment.position == log.end)
    let before = Position(epoch: log.stamp, number: 0)
    #expect(follower.knowledge.verdict(of: shop, asOf: before, tags: [Tag(shop, "a")]) == .soft)
  }

  @Test func whoIsTooFarBehindStartsAnew() {
    for number in 1...9 { append("\(number)") }
    #expect(follower.moment.position.number == 9)
    #expect(follower.knowledge.verdict(of: shop, asOf: Position(epoch: log.stamp, number: 5), tags: []) == .unknown)
  }

  @Test func onlyWhatChangesStartsATurn() {
    let turn = follower.turn
    _ = follower.moment
    #expect(follower.turn == turn)
    append("a")
    _ = follower.moment
    #expect(follower.turn == turn + 1)
  }

  @Test func aTailThatDoesNotMatchIsAnotherLife() {
    append("a")
    let before = follower.moment.position
    follower.reconnected(end: before)
    #expect(follower.knowledge.verdict(of: shop, asOf: before, tags: []) == .valid)
    follower.reconnected(end: Position(epoch: .random(), number: before.number))
    #expect(follower.knowledge.verdict(of: shop, asOf: before, tags: []) == .unknown)
  }

  @Test func theAgeOfWhatIsMissedIsCountedFromTheFirstMissedChange() {
    let asOf = follower.moment.position
    clock.now = .seconds(10)
    _ = follower.moment
    append("a")
    clock.now = .seconds(11)
    _ = follower.moment
    clock.now = .seconds(15)
    append("b")
    _ = follower.moment
    #expect(follower.isKnown(asOf, within: .seconds(5), now: clock.now))
    #expect(!follower.isKnown(asOf, within: .seconds(3), now: clock.now))
    #expect(follower.timeBehind(asOf, now: clock.now) == .seconds(4))
  }

  @Test func sightingsThatAreThinnedOutAreOnlyMoreCareful() {
    var sightings = EndSightings()
    for number in 1...10_000 { sightings.saw(UInt64(number), at: .milliseconds(number * 10)) }
    for seconds in stride(from: 1, through: 90, by: 7) {
      guard let end = sightings.end(notBefore: .seconds(100 - seconds)) else { continue }
      #expect(end >= UInt64((100 - seconds) * 100))
    }
    #expect(sightings.end(notBefore: .milliseconds(99_990)) != nil)
  }
}

/// A log that is read elsewhere.
@Suite struct LostLogTests {
  let clock = FollowerTests.Clock()
  let stamp = Stamp(high: 1, low: 1)

  func heartbeat(_ number: UInt64) -> Batch {
    let change = Change(tenant: nil, tags: [], class: .soft, number: number, stamp: stamp)
    return Batch(changes: [change], end: change.position)
  }

  func isLost(_ follower: Follower) -> Bool { follower.isLost(now: clock.now) }

  @Test func aLogIsLostUntilItsEndIsSeen() {
    let follower = Follower { [clock] in clock.now }
    #expect(isLost(follower))
    follower.begin(at: Position(epoch: stamp, number: 5))
    follower.receive(Batch(changes: heartbeat(6).changes, end: nil))
    #expect(isLost(follower))
    follower.receive(heartbeat(7))
    #expect(!isLost(follower))
  }

  @Test func onlyNewEntriesRenewAPositionsAge() {
    let follower = Follower { [clock] in clock.now }
    follower.receive(heartbeat(1))
    clock.now = .seconds(3)
    #expect(!isLost(follower))
    clock.now = .seconds(4)
    #expect(isLost(follower))
    // Any other answer: nothing new, or an end that is not where this follower is.
    follower.receive(Batch(changes: [], end: Position(epoch: stamp, number: 1)))
    follower.reconnected(end: Position(epoch: stamp, number: 1))
    #expect(isLost(follower))
    follower.receive(heartbeat(2))
    #expect(!isLost(follower))
  }

  /// Whoever begins an emptied log says nothing of those who tell of changes: the age runs on.
  @Test func anOpeningRenewsNoPositionsAge() {
    func opening(_ low: UInt64) -> Batch {
      let change = Change(tenant: nil, tags: [], class: .soft, number: 1, stamp: Stamp(high: 2, low: low), isOpening: true)
      return Batch(changes: [change], end: change.position)
    }
    let follower = Follower { [clock] in clock.now }
    follower.receive(opening(1))
    #expect(isLost(follower))
    follower.receive(heartbeat(1))
    clock.now = .seconds(2)
    follower.loseSight()
    #expect(isLost(follower))
    follower.receive(opening(2))
    #expect(!isLost(follower))
    clock.now = .seconds(4)
    #expect(isLost(follower))
  }

  /// An answer that lay unread shows where the log ended when it was asked for, and no later.
  @Test func anAnswersAgeIsThatOfItsQuestion() {
    let follower = Follower { [clock] in clock.now }
    clock.now = .seconds(10)
    follower.receive(heartbeat(1), asked: .seconds(2))
    #expect(isLost(follower))
    #expect(!follower.isKnown(Position(epoch: stamp, number: 1), within: .seconds(5), now: clock.now))
    #expect(follower.isKnown(Position(epoch: stamp, number: 1), within: .seconds(8), now: clock.now))
  }

  @Test func anEmbeddedLogIsNeverLost() {
    let follower = Follower(of: MemoryChangeLog()) { [clock] in clock.now }
    clock.now = .seconds(1000)
    #expect(!isLost(follower))
  }
}
