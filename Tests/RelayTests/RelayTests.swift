import EventLoop
import PrivateRedis
import Redis
import Tenancy
import Testing

@testable import ChangeLog
@testable import Relay

/// Between two real Redis servers, one with the events and one with the log.
@Suite(.enabled(if: PrivateRedis.isInstalled, "there is no redis-server: scripts/setup test"), .timeLimit(.minutes(2)))
@LoopActor struct RelayTests {
  let source: PrivateRedis
  let target: PrivateRedis
  let core: RedisClient
  let client: RedisClient
  let shop: TenantID
  let configuration: Relay.Configuration
  let notes = Notes()

  @LoopActor final class Notes {
    var events: [Relay.Event] = []
    nonisolated init() {}
  }

  init() throws {
    source = try PrivateRedis()
    target = try PrivateRedis()
    let patient = RedisClient.Options(deadline: .seconds(10))
    core = RedisClient(try RedisEndpoint(url: source.url), patient)
    client = RedisClient(try RedisEndpoint(url: target.url), patient)
    configuration = Relay.Configuration(source: core.endpoint, log: client.endpoint)
    shop = try TenantID("shop")
  }

  func end() {
    core.close()
    client.close()
    source.stop()
    target.stop()
  }

  func start() -> (Relay, Task<Void, any Error>) {
    let relay = Relay(configuration) { [notes] in notes.events.append($0) }
    return (relay, Loop.task { await relay.run() })
  }

  func stop(_ running: (relay: Relay, task: Task<Void, any Error>)...) async throws {
    for (relay, task) in running {
      relay.stop()
      try await task.value
    }
  }

  @discardableResult func publish(_ event: String) async throws -> RedisReply {
    try await core.send(RedisCommand("XADD", "core:events", "*", "event", .text(event)))
  }

  func edit(_ name: String, hard: Bool = false) async throws {
    try await publish(#"{"id":"x","tenant":"shop","tags":["\#(name)"],"class":"\#(hard ? "hard" : "soft")","mark":5}"#)
  }

  func follow() -> (Follower, StreamReader) {
    let start = MonotonicInstant.now
    let follower = Follower { start.duration(to: .now) }
    return (follower, StreamReader(client.endpoint, feeding: follower))
  }

  func until(_ condition: @LoopActor () async throws -> Bool) async throws {
    while try await !condition() { await Loop.sleep(for: .milliseconds(2)) }
  }

  /// The first gap of all: nobody has read the stream before.
  func untilFollowing(_ relay: Relay) async throws { try await until { relay.counts.gaps >= 1 && notes.isFollowing } }

  func verdict(_ follower: Follower, asOf: Position, _ name: String) -> Verdict {
    follower.knowledge.verdict(of: shop, asOf: asOf, tags: [Tag(shop, name)])
  }

  func pending() async throws -> Int64? {
    try await core.send(RedisCommand("XPENDING", "core:events", "storefront-relay")).array?.first?.integer
  }

  @Test func eachEditIsOneEntryAndIsAcknowledged() async throws {
    defer { end() }
    let running = start()
    let (follower, reader) = follow()
    try await untilFollowing(running.0)
    try await until { reader.isCaughtUp && !follower.isLost(now: follower.now) }
    for number in 1...50 {
      let before = follower.knowledge.position
      try await edit("product:\(number)", hard: number % 2 == 0)
      try await until { verdict(follower, asOf: before, "product:\(number)") == (number % 2 == 0 ? .hard : .soft) }
    }
    #expect(follower.knowledge.mark == 5)
    #expect(running.0.counts.appends == 50)
    let entries = try await client.send(RedisCommand("XRANGE", .text(StreamChangeLog.defaultKey), "-", "+")).array ?? []
    #expect(entries.count { StreamEntry.read($0)?.change?.tenant == shop } == 50)
    try await until { try await pending() == 0 }
    reader.stop()
    try await stop(running)
    // It leaves nothing of itself in the group.
    #expect(try await core.send(RedisCommand("XINFO", "CONSUMERS", "core:events", "storefront-relay")) == .array([]))
  }

  @Test func whatCannotBeReadStopsNothing() async throws {
    defer { end() }
    let running = start()
    let (follower, reader) = follow()
    try await untilFollowing(running.0)
    try await until { reader.isCaughtUp }
    let before = follower.knowledge.position
    for text in ["", "{", #"{"tenant":"shop"}"#, "\u{0}\u{1}"] { try await publish(text) }
    _ = try await core.send(RedisCommand("XADD", "core:events", "*", "other", "field"))
    _ = try await core.send(RedisCommand("XADD", "core:events", "*", "event", .bytes([0xff, 0xfe, 0x7b])))
    try await edit("last")
    try await until { verdict(follower, asOf: before, "last") == .hard }  // everything of the shop was touched
    try await until { running.0.counts.events == 7 && running.0.counts.appends >= 2 }
    #expect(running.0.counts.malformed == 6)
    #expect(running.0.counts.appends == 2)
    try await until { try await pending() == 0 }
    reader.stop()
    try await stop(running)
  }

  /// What a relay took and did not acknowledge is taken over.
  @Test func anotherRelayTakesOverWhatWasLeft() async throws {
    defer { end() }
    let first = start()
    try await untilFollowing(first.0)
    try await stop(first)
    for number in 1...20 { try await edit("p:\(number)") }
    _ = try await core.send(
      RedisCommand("XREADGROUP", "GROUP", "storefront-relay", "dead", "COUNT", "20", "STREAMS", "core:events", ">"))
    #expect(try await pending() == 20)
    let running = [start(), start()]
    let (follower, reader) = follow()
    try await until { try await pending() == 0 }
    try await until { reader.isCaughtUp }
    #expect(running.reduce(0) { $0 + $1.0.counts.claimed } >= 20)
    let start = Position(epoch: follower.knowledge.position.epoch, number: 1)
    for number in 1...20 { try await until { verdict(follower, asOf: start, "p:\(number)") == .soft } }
    #expect(running.allSatisfy { $0.0.counts.gaps == 0 })
    reader.stop()
    for relay in running { try await stop(relay) }
  }

  /// A relay that is behind reads in pages and appends one entry a tenant for each.
  @Test func whoIsBehindCoalesces() async throws {
    defer { end() }
    for number in 1...1000 {
      try await publish(#"{"tenant":"shop-\#(number % 3)","tags":["p:\#(number)"],"class":"soft","mark":\#(number)}"#)
    }
    let running = start()
    let (follower, reader) = follow()
    try await until { running.0.counts.events >= 1000 }
    try await until { try await pending() == 0 }
    #expect(running.0.counts.appends <= 33)
    try await until { follower.knowledge.mark == 1000 }
    for number in 1...1000 {
      let tenant = try TenantID("shop-\(number % 3)")
      let start = Position(epoch: follower.knowledge.position.epoch, number: 1)
      #expect(follower.knowledge.verdict(of: tenant, asOf: start, tags: [Tag(tenant, "p:\(number)")]) == .soft)
    }
    reader.stop()
    try await stop(running)
  }

  /// Events that nobody read may be lost: everything is touched, once, and reading goes on.
  @Test(arguments: [
    [["FLUSHALL"]], [["DEL", "core:events"]], [["XGROUP", "DESTROY", "core:events", "storefront-relay"]],
    [
      ["MULTI"], ["XADD", "core:events", "*", "event", "a"], ["XADD", "core:events", "*", "event", "b"],
      ["XADD", "core:events", "*", "event", "c"], ["XTRIM", "core:events", "MAXLEN", "1"], ["EXEC"],
    ],
  ])
  func aGapTouchesEverything(commands: [[String]]) async throws {
    defer { end() }
    let running = start()
    let (follower, reader) = follow()
    try await untilFollowing(running.0)
    try await edit("x")
    try await until { reader.isCaughtUp && running.0.counts.events == 1 }
    try await until { follower.knowledge.mark == 5 }
    let before = follower.knowledge.position
    _ = try await core.send(commands.map { RedisCommand($0.map { .text($0) }) })
    try await until { running.0.counts.gaps == 2 }
    try await until { follower.knowledge.position.epoch != before.epoch }
    #expect(verdict(follower, asOf: before, "y") == .unknown)
    let after = follower.knowledge.position
    try await edit("again")
    try await until { verdict(follower, asOf: after, "again") == .soft }
    #expect(running.0.counts.gaps == 2)
    reader.stop()
    try await stop(running)
  }

  /// Each gap closed is a life of the log in which everything is made anew: of several relays that find it at once, one closes it.
  @Test func ofSeveralRelaysOneClosesAGap() async throws {
    defer { end() }
    let running = [start(), start(), start()]
    for (relay, _) in running { try await until { relay.isFollowing } }
    // Whoever waits longest gets the next event, and is a consumer from then on.
    func consumers() async throws -> Int {
      try await edit("x")
      return (try? await core.send(RedisCommand("XINFO", "CONSUMERS", "core:events", "storefront-relay")))?.array?.count ?? 0
    }
    try await until { try await consumers() == running.count }
    let before = running.reduce(0) { $0 + $1.0.counts.gaps }
    for round in 1...5 {
      _ = try await core.send(RedisCommand("FLUSHALL"))
      // All read again, and so have found no gap.
      try await until { try await consumers() == running.count }
      #expect(running.reduce(0) { $0 + $1.0.counts.gaps } == before + round)
    }
    for relay in running { try await stop(relay) }
  }

  @Test func aRestartedSourceIsAGap() async throws {
    defer { end() }
    let running = start()
    try await untilFollowing(running.0)
    try source.restart()
    try await until { running.0.counts.gaps == 2 && running.0.isFollowing }
    // A relay that starts later finds none.
    let late = start()
    try await until { late.0.isFollowing }
    try await edit("x")
    try await until { running.0.counts.events + late.0.counts.events == 1 }
    #expect(late.0.counts.gaps == 0)
    try await stop(running, late)
  }

  /// Without the log nothing is acknowledged; when it is back, everything arrives.
  @Test func nothingIsLostWhileTheLogIsAway() async throws {
    defer { end() }
    let running = start()
    try await untilFollowing(running.0)
    target.stop()
    for number in 1...10 { try await edit("p:\(number)", hard: true) }
    try await until { notes.logFailures > 0 }
    #expect(running.0.counts.appends == 0)
    try target.start()
    let (follower, reader) = follow()
    try await until { try await pending() == 0 }
    try await until { reader.isCaughtUp && follower.knowledge.mark == 5 }
    let start = Position(epoch: follower.knowledge.position.epoch, number: 0)
    for number in 1...10 { try await until { verdict(follower, asOf: start, "p:\(number)") == .hard } }
    reader.stop()
    try await stop(running)
  }

  /// An idle log has heartbeats, as long as the source answers.
  @Test func heartbeatsShowThatChangesWouldArrive() async throws {
    defer { end() }
    let running = start()
    let (follower, reader) = follow()
    try await untilFollowing(running.0)
    try await until { reader.isCaughtUp }
    let number = follower.knowledge.position.number
    try await until { follower.knowledge.position.number >= number + 2 }
    #expect(!follower.isLost(now: follower.now))
    source.freeze()
    try await until { follower.isLost(now: follower.now) }
    source.resume()
    try await until { !follower.isLost(now: follower.now) }
    #expect(running.0.counts.appends == 0)
    reader.stop()
    try await stop(running)
  }

  @Test func itStopsWhileNothingCanBeReached() async throws {
    defer { end() }
    source.stop()
    target.stop()
    let running = start()
    await Loop.sleep(for: .milliseconds(50))
    try await stop(running)
  }
}

extension RelayTests.Notes {
  var isFollowing: Bool { events.contains { if case .following = $0 { true } else { false } } }
  var logFailures: Int { events.count { if case .logFailed = $0 { true } else { false } } }
}
