import EventLoop
import PrivateRedis
import Redis
import Tenancy
import Testing

@testable import ChangeLog

/// The log on a real Redis.
@Suite(.enabled(if: PrivateRedis.isInstalled, "there is no redis-server: scripts/setup test"), .timeLimit(.minutes(2)))
@LoopActor struct StreamChangeLogTests {
  let server: PrivateRedis
  let endpoint: RedisEndpoint
  let client: RedisClient
  let log: StreamChangeLog
  let shop: TenantID

  init() throws {
    server = try PrivateRedis()
    endpoint = try RedisEndpoint(url: server.url)
    client = RedisClient(endpoint, .init(deadline: .seconds(10)))
    log = StreamChangeLog(on: client, keeping: 200)
    shop = try TenantID("shop")
  }

  func end() {
    client.close()
    server.stop()
  }

  func command(_ words: RedisCommand.Word...) async throws -> RedisReply { try await client.send(RedisCommand(words)) }

  @discardableResult func touch(_ name: String, hard: Bool = false) async throws -> Position {
    try await log.append(tenant: shop, tags: [Tag(shop, name)], class: hard ? .hard : .soft)
  }

  func follow() -> (Follower, StreamReader) {
    let start = MonotonicInstant.now
    let follower = Follower { start.duration(to: .now) }
    return (follower, StreamReader(endpoint, feeding: follower))
  }

  /// Until the follower stands there; the test's own time limit ends what never comes.
  func reach(_ position: Position, _ follower: Follower) async {
    while follower.knowledge.position != position { await Loop.sleep(for: .milliseconds(1)) }
  }

  func reachAnotherLife(_ follower: Follower, than stamp: Stamp) async {
    while follower.knowledge.position.epoch == stamp { await Loop.sleep(for: .milliseconds(1)) }
  }

  func verdict(_ follower: Follower, asOf: Position, _ name: String) -> Verdict {
    follower.knowledge.verdict(of: shop, asOf: asOf, tags: [Tag(shop, name)])
  }

  @Test func aChangeReachesAFollowerAsItWasAppended() async throws {
    defer { end() }
    let (follower, reader) = follow()
    let before = try await touch("other")
    await reach(before, follower)
    #expect(reader.isCaughtUp)
    let tags = ["product:42", "list:shoes\n", "ţ 靴", "*"].map { Tag(shop, $0) }
    let position = try await log.append(tenant: shop, tags: tags, class: .hard, mark: 77)
    #expect(position == Position(epoch: before.epoch, number: before.number + 1))
    await reach(position, follower)
    for tag in tags { #expect(verdict(follower, asOf: before, tag.name) == .hard) }
    #expect(verdict(follower, asOf: position, "product:42") == .valid)
    #expect(follower.knowledge.mark == 77)
    reader.stop()
  }

  @Test func tooManyTagsTouchEverything() async throws {
    defer { end() }
    let (follower, reader) = follow()
    let before = try await touch("x")
    let many = try await log.append(tenant: shop, tags: (1...20_000).map { Tag(shop, "p:\($0)") }, class: .soft)
    await reach(many, follower)
    #expect(verdict(follower, asOf: before, "p:1") == .soft)
    #expect(verdict(follower, asOf: before, "another") == .soft)
    let most = try await log.append(
      tenant: shop, tags: (1...StreamChangeLog.mostTags).map { Tag(shop, "p:\($0)") }, class: .soft)
    await reach(most, follower)
    #expect(verdict(follower, asOf: many, "p:1000") == .soft)
    #expect(verdict(follower, asOf: many, "another") == .valid)
    reader.stop()
  }

  /// Several processes append at once: every number once, one XADD each, and two followers see the same.
  @Test func numbersAreDenseWithSeveralAppenders() async throws {
    defer { end() }
    let big = StreamChangeLog(on: client)
    let readers = [follow(), follow()]
    let clients = try (1...4).map { _ in RedisClient(try RedisEndpoint(url: server.url), .init(deadline: .seconds(30))) }
    let appenders = clients.map { client in
      Loop.task {
        let log = StreamChangeLog(on: client)
        var positions: [Position] = []
        for number in 1...100 {
          let tag = Tag(self.shop, "\(number)")
          positions.append(try await log.append(tenant: self.shop, tags: [tag], class: .soft))
        }
        return positions
      }
    }
    var positions: [Position] = []
    for appender in appenders { positions += try await appender.value }
    #expect(positions.map(\.number).sorted() == Array(1...400))
    #expect(Set(positions.map(\.epoch)).count == 1)
    let info = try await command("INFO", "commandstats").text ?? ""
    #expect(info.contains("cmdstat_xadd:calls=400,"))
    // Whoever evaluates the script for the first time sends it whole, all others by its digest: one call each.
    // A digest that another test's server knows may be unknown to this one: such a call fails and does nothing.
    let calls = info.split(separator: "\r\n").filter { $0.hasPrefix("cmdstat_eval") }.map { line in
      let figures = line.split(separator: ",")
      func figure(_ at: Int) -> Int { figures[at].split(separator: "=").last.flatMap { Int($0) } ?? 0 }
      return figure(0) - figure(figures.count - 1)
    }
    let tails = info.split(separator: "\r\n").first { $0.hasPrefix("cmdstat_xrevrange") }
      .flatMap { $0.split(separator: ",")[0].split(separator: "=").last.flatMap { Int($0) } }
    #expect(calls.reduce(0, +) == tails)
    let end = try await big.append(tenant: shop, tags: [], class: .soft)
    for (follower, reader) in readers {
      await reach(end, follower)
      #expect(follower.knowledge.position.number == 401)
      for number in 1...100 {
        #expect(verdict(follower, asOf: Position(epoch: end.epoch, number: 0), "\(number)") == .soft)
      }
      reader.stop()
    }
    clients.forEach { $0.close() }
  }

  /// Who starts late judges what others made before, as far back as the stream goes.
  @Test func whoStartsLateKnowsWhatTheStreamKnows() async throws {
    defer { end() }
    let first = try await touch("early")
    for number in 1...1500 { try await touch("\(number)") }
    let last = try await touch("late", hard: true)
    let (follower, reader) = follow()
    await reach(last, follower)
    while !reader.isCaughtUp { await Loop.sleep(for: .milliseconds(1)) }
    #expect(verdict(follower, asOf: first, "early") == .unknown)  // trimmed
    #expect(verdict(follower, asOf: Position(epoch: last.epoch, number: last.number - 100), "late") == .hard)
    #expect(verdict(follower, asOf: Position(epoch: last.epoch, number: last.number - 100), "1450") == .soft)
    #expect(verdict(follower, asOf: Position(epoch: last.epoch, number: last.number - 10), "1450") == .valid)
    #expect(!follower.isLost(now: follower.now))
    reader.stop()
  }

  /// A reader that the trimming has overtaken finds a hole, and everything older is unknown to it.
  @Test func whatWasTrimmedIsAHole() async throws {
    defer { end() }
    let (follower, reader) = follow()
    let before = try await touch("x")
    await reach(before, follower)
    // One step of the server: the reader, blocked meanwhile, finds what is left of it.
    _ = try await command(
      "EVAL",
      """
      local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
      for i = 2, 5000 do redis.call('XADD', KEYS[1], 'MAXLEN', '=', 100, i .. '-0', unpack(last[2])) end
      """, "1", .text(log.key))
    let after = Position(epoch: before.epoch, number: 5000)
    await reach(after, follower)
    #expect(verdict(follower, asOf: before, "y") == .unknown)
    #expect(verdict(follower, asOf: Position(epoch: before.epoch, number: 4899), "y") == .unknown)
    #expect(verdict(follower, asOf: Position(epoch: before.epoch, number: 4900), "y") == .valid)
    #expect(verdict(follower, asOf: Position(epoch: before.epoch, number: 4900), "x") == .soft)
    reader.stop()
  }

  @Test(arguments: [["FLUSHALL"], ["DEL", StreamChangeLog.defaultKey], ["XTRIM", StreamChangeLog.defaultKey, "MAXLEN", "0"]])
  func anEmptiedLogIsAnotherLife(words: [String]) async throws {
    defer { end() }
    let (follower, reader) = follow()
    for _ in 1...5 { try await touch("x") }
    let before = try await touch("x")
    await reach(before, follower)
    _ = try await client.send(RedisCommand(words.map { .text($0) }))
    // Nothing is appended: the reader finds out by itself, and begins what others go on with.
    await reachAnotherLife(follower, than: before.epoch)
    #expect(verdict(follower, asOf: before, "y") == .unknown)
    while reader.isBetweenLives { await Loop.sleep(for: .milliseconds(1)) }
    let made = follower.knowledge.position
    #expect(made.number == 1)
    #expect(!follower.isLost(now: follower.now))
    let after = try await touch("x")
    #expect(after == Position(epoch: made.epoch, number: 2))
    await reach(after, follower)
    #expect(verdict(follower, asOf: made, "y") == .valid)
    reader.stop()
  }

  /// Of many that find it empty one begins it, and all come to the same life.
  @Test func anEmptiedLogIsBegunOnce() async throws {
    defer { end() }
    let before = try await touch("x")
    let all = (1...4).map { _ in follow() }
    for (follower, _) in all { await reach(before, follower) }
    _ = try await command("FLUSHALL")
    for (follower, reader) in all {
      await reachAnotherLife(follower, than: before.epoch)
      while reader.isBetweenLives { await Loop.sleep(for: .milliseconds(1)) }
    }
    #expect(Set(all.map(\.0.knowledge.position)).count == 1)
    #expect(try await command("XLEN", .text(log.key)) == .integer(1))
    for (_, reader) in all { reader.stop() }
  }

  /// Emptied and filled up beyond where the reader stands, before it looks: the numbers fit, the nonce does not.
  @Test func anotherLifeOfTheSameLengthIsSeen() async throws {
    defer { end() }
    let (follower, reader) = follow()
    let before = try await touch("x")
    await reach(before, follower)
    let replies = try await client.send(
      [RedisCommand("MULTI"), RedisCommand("DEL", .text(log.key))]
        + (1...3).map {
          RedisCommand(
            "XADD", .text(log.key), "\($0)-0", "nonce", "\(String(repeating: "7", count: 32))", "replid",
            "\(String(repeating: "a", count: 40))", "tenant", "shop", "tag", "y", "class", "soft")
        } + [RedisCommand("EXEC")])
    #expect(replies.last?.array?.count == 4)
    await reachAnotherLife(follower, than: before.epoch)
    #expect(verdict(follower, asOf: before, "z") == .unknown)
    let after = try await touch("x")
    await reach(after, follower)
    #expect(after.number == 4)
    reader.stop()
  }

  /// The same entries, another replication id: what is newest may be lost, so that nothing older counts.
  @Test func aRestartedServerIsAnotherLife() async throws {
    defer { end() }
    let (follower, reader) = follow()
    for _ in 1...3 { try await touch("x") }
    let before = try await touch("x")
    await reach(before, follower)
    let dump = try await command("DUMP", .text(log.key)).bytes ?? []
    try server.restart()
    while (try? await command("RESTORE", .text(log.key), "0", .bytes(dump))) == nil { await Loop.sleep(for: .milliseconds(5)) }
    await reachAnotherLife(follower, than: before.epoch)
    #expect(verdict(follower, asOf: before, "y") == .unknown)
    while !reader.isCaughtUp { await Loop.sleep(for: .milliseconds(1)) }
    let after = try await touch("x")
    await reach(after, follower)
    #expect(after.epoch != before.epoch)
    // Who starts now comes to the same.
    let (late, lateReader) = follow()
    await reach(after, late)
    #expect(verdict(late, asOf: before, "y") == .unknown)
    reader.stop()
    lateReader.stop()
  }

  /// What others wrote into the stream is a new life of the log, however it looks; reading and appending go on.
  @Test(arguments: [
    ["*", "foo", "bar"], ["7-3", "nonce", "x"], ["7-0", "tenant", "shop"], ["1-1", "a", "b"],
    [
      "7-0", "nonce", "00000000000000000000000000000000", "replid", "0000000000000000000000000000000000000000", "tenant",
      "NO TENANT",
    ],
    ["7-0", "nonce", "00000000000000000000000000000000", "replid", "0000000000000000000000000000000000000000", "class", "odd"],
    ["7-0", "nonce", "00000000000000000000000000000000", "replid", "0000000000000000000000000000000000000000", "mark", "-1"],
    ["7-0", "nonce", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", "replid", "0000000000000000000000000000000000000000"],
    ["9007199254740993-0", "a", "b"], ["18446744073709551615-18446744073709551615", "a", "b"],
    [
      "18446744073709551615-0", "nonce", "00000000000000000000000000000000", "replid",
      "0000000000000000000000000000000000000000",
    ],
  ])
  func garbageIsAnotherLife(entry: [String]) async throws {
    defer { end() }
    let (follower, reader) = follow()
    let before = try await touch("x")
    await reach(before, follower)
    _ = try await client.send(RedisCommand(["XADD", .text(log.key)] + entry.map { .text($0) }))
    await reachAnotherLife(follower, than: before.epoch)
    #expect(verdict(follower, asOf: before, "y") == .unknown)
    let after = try await touch("x")
    #expect(after.epoch != before.epoch)
    await reach(after, follower)
    let next = try await touch("x")
    #expect(next == Position(epoch: after.epoch, number: after.number + 1))
    await reach(next, follower)
    #expect(verdict(follower, asOf: after, "x") == .soft)
    let (late, lateReader) = follow()
    await reach(next, late)
    reader.stop()
    lateReader.stop()
  }

  @Test func aKeyOfAnotherKindIsAnErrorAndWhatFollowsIsFollowed() async throws {
    defer { end() }
    _ = try await command("SET", .text(log.key), "x")
    let error = await #expect(throws: RedisError.self) { try await touch("x") }
    #expect(error?.serverWord == "WRONGTYPE")
    let (follower, reader) = follow()
    #expect(follower.isLost(now: follower.now))
    _ = try await command("DEL", .text(log.key))
    await reach(try await touch("x"), follower)
    #expect(!follower.isLost(now: follower.now))
    reader.stop()
  }

  /// Of several relays that wait for the same, one writes.
  @Test func aHeartbeatIsWrittenOnceAndTouchesNothing() async throws {
    defer { end() }
    #expect(try await log.heartbeat(after: nil) == "none")
    let first = try await log.heartbeat(after: "none")
    #expect(first == "1-0")
    #expect(try await log.heartbeat(after: "none") == "1-0")
    #expect(try await log.heartbeat(after: first) == "2-0")
    #expect(try await log.heartbeat(after: first) == "2-0")
    let position = try await touch("x")
    #expect(position.number == 3)
    let (follower, reader) = follow()
    await reach(position, follower)
    #expect(verdict(follower, asOf: Position(epoch: position.epoch, number: 2), "y") == .valid)
    reader.stop()
  }

  @Test func aNewLifeMakesEverythingUnknownToAll() async throws {
    defer { end() }
    let (follower, reader) = follow()
    let before = try await touch("x")
    await reach(before, follower)
    try await log.beginAnew()
    await reachAnotherLife(follower, than: before.epoch)
    #expect(verdict(follower, asOf: before, "y") == .unknown)
    let after = try await touch("x")
    #expect(after.number == before.number + 2)
    await reach(after, follower)
    #expect(verdict(follower, asOf: Position(epoch: after.epoch, number: after.number - 1), "y") == .valid)
    let (late, lateReader) = follow()
    await reach(after, late)
    #expect(verdict(late, asOf: before, "y") == .unknown)
    reader.stop()
    lateReader.stop()
  }
}
