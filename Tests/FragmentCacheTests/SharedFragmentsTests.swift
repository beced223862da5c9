import ChangeLog
import EventLoop
import PrivateRedis
import Redis
import Tenancy
import Testing

@testable import FragmentCache

/// Two processes' second level on one real Redis: what one makes the other finds, one of them makes it, and nothing that is
/// outdated, broken or another's is taken.
@Suite(.enabled(if: PrivateRedis.isInstalled, "redis-server is not installed: scripts/setup test"))
@LoopActor struct SharedFragmentsTests {
  static let tenant = try! TenantID("tea")

  /// One Redis, one change log, two processes.
  @LoopActor final class Scene {
    let redis: PrivateRedis
    let log = MemoryChangeLog()
    let client: RedisClient
    let followers: [Follower]
    let shared: [SharedFragments]

    init(_ redis: PrivateRedis) throws {
      self.redis = redis
      let start = MonotonicInstant.now
      let endpoint = try RedisEndpoint(url: redis.url)
      // Longer than any pause of a busy machine: these tests are not about deadlines.
      let options = RedisClient.Options(deadline: .seconds(20))
      client = RedisClient(endpoint, options)
      let followers = [Follower(of: log) { start.duration(to: .now) }, Follower(of: log) { start.duration(to: .now) }]
      self.followers = followers
      shared = followers.map {
        SharedFragments(in: RedisClient(endpoint, options), following: $0, revision: "test", lease: .seconds(600))
      }
    }

    func make(_ text: String, tags: [String] = ["product:1"], by process: Int = 0) -> Fragment<[UInt8]> {
      let moment = followers[process].moment
      var basis = Basis(moment, ttl: .seconds(300), staleFor: .seconds(30))
      basis.read(tags.map { Tag(SharedFragmentsTests.tenant, $0) }, at: moment)
      return Fragment(Array(text.utf8), basis: basis, cost: 1)
    }

    func touch(_ tag: String) {
      log.append(tenant: SharedFragmentsTests.tenant, tags: [Tag(SharedFragmentsTests.tenant, tag)], class: .soft)
      for follower in followers { follower.catchUp(now: follower.now) }
    }

    func find(_ process: Int, _ names: String...) async -> [String] {
      await shared[process].find(names.map { FragmentKey(SharedFragmentsTests.tenant, $0) }).map { found in
        switch found {
        case .fragment(let fragment): String(decoding: fragment.content, as: UTF8.self)
        case .lead: "lead"
        case .busy: "busy"
        case .unreachable: "unreachable"
        }
      }
    }

    func store(_ fragment: Fragment<[UInt8]>, _ name: String, by process: Int = 0) async {
      shared[process].store(fragment, under: FragmentKey(SharedFragmentsTests.tenant, name))
      // Nobody waits for that but this test.
      while shared[process].counts.pending > 0 { await Loop.sleep(for: .milliseconds(1)) }
    }

    func calls(of command: String) async throws -> Int {
      let text = try await client.send(RedisCommand("INFO", "commandstats")).text ?? ""
      let line = text.split(separator: "\r\n").first { $0.hasPrefix("cmdstat_\(command):calls=") }
      return Int(line?.dropFirst("cmdstat_\(command):calls=".count).prefix { $0.isNumber } ?? "0") ?? 0
    }
  }

  let scene: Scene

  init() throws { scene = try Scene(PrivateRedis("--maxmemory", "6mb", "--maxmemory-policy", "noeviction")) }

  @Test func oneMakesAndTheOtherFinds() async throws {
    #expect(await scene.find(0, "page") == ["lead"])
    #expect(await scene.find(1, "page") == ["busy"])
    await scene.store(scene.make("<p>"), "page")
    #expect(await scene.find(1, "page") == ["<p>"])
    #expect(scene.shared[1].counts.hits == 1)
  }

  @Test func allOfAPageAreLookedForInOneCall() async throws {
    _ = await scene.find(0, "page", "a", "b")
    await scene.store(scene.make("a"), "a")
    let before = try await scene.calls(of: "evalsha")
    #expect(await scene.find(0, "page", "a", "b") == ["lead", "a", "lead"])
    #expect(try await scene.calls(of: "evalsha") == before + 1)
  }

  @Test func partsOfAPageThatIsThereAreNotLed() async throws {
    _ = await scene.find(0, "page")
    await scene.store(scene.make("page"), "page")
    #expect(await scene.find(1, "page", "part") == ["page", "unreachable"])
    #expect(await scene.find(0, "page", "part") == ["page", "unreachable"])
    #expect(try await scene.client.send(RedisCommand("KEYS", "*:l:*")) == .array([]))
  }

  @Test func whatWasTouchedIsMadeAnew() async throws {
    _ = await scene.find(0, "page")
    await scene.store(scene.make("old"), "page")
    scene.touch("product:2")
    #expect(await scene.find(1, "page") == ["old"])
    scene.touch("product:1")
    #expect(await scene.find(1, "page", "part") == ["lead", "lead"])
    #expect(await scene.find(0, "page", "part") == ["busy", "busy"])
    await scene.store(scene.make("new", by: 1), "page", by: 1)
    #expect(await scene.find(0, "page") == ["new"])
  }

  @Test func aLeaseIsWaitedFor() async throws {
    _ = await scene.find(0, "page")
    #expect(await scene.find(1, "page") == ["busy"])
    let other = scene.shared[1]
    let waiting = Loop.task { await other.awaited(FragmentKey(Self.tenant, "page"), atMost: .seconds(60)) }
    await scene.store(scene.make("made"), "page")
    #expect(try await waiting.value?.content == Array("made".utf8))
  }

  @Test func aLeaseThatIsGivenBackIsNotWaitedFor() async throws {
    _ = await scene.find(0, "page")
    _ = await scene.find(1, "page")
    let other = scene.shared[1]
    let waiting = Loop.task { await other.awaited(FragmentKey(Self.tenant, "page"), atMost: .seconds(60)) }
    scene.shared[0].release([FragmentKey(Self.tenant, "page")])
    #expect(try await waiting.value == nil)
    #expect(await scene.find(1, "page") == ["lead"])
  }

  @Test func aProcessDoesNotWaitForItself() async throws {
    #expect(await scene.find(0, "page", "header") == ["lead", "lead"])
    #expect(await scene.find(0, "other page", "header") == ["lead", "lead"])
  }

  /// Two pages of one process need a part: it is led until both have ended, in whatever order.
  @Test func aLeaseIsGivenBackByTheLastThatHasIt() async throws {
    let header = FragmentKey(Self.tenant, "header")
    #expect(await scene.find(0, "page", "header") == ["lead", "lead"])
    #expect(await scene.find(0, "other page", "header") == ["lead", "lead"])
    scene.shared[0].release([header])
    // Commands of one connection are answered in order: a lease that was given back is gone when this is.
    #expect(await scene.find(0, "third page") == ["lead"])
    #expect(await scene.find(1, "header") == ["busy"])
    scene.shared[0].release([header])
    #expect(await scene.find(0, "fourth page") == ["lead"])
    #expect(await scene.find(1, "header") == ["lead"])
  }

  /// What one of them stored, and another made again, is not the first lease's any more.
  @Test func whoComesLateGivesNobodysLeaseBack() async throws {
    let header = FragmentKey(Self.tenant, "header")
    #expect(await scene.find(0, "header") == ["lead"])
    #expect(await scene.find(0, "header") == ["lead"])
    await scene.store(scene.make("header"), "header")
    scene.touch("product:1")
    #expect(await scene.find(0, "header") == ["lead"])
    scene.shared[0].release([header])
    #expect(await scene.find(0, "page") == ["lead"])
    #expect(await scene.find(1, "header") == ["busy"])
  }

  @Test func olderNeverReplacesNewer() async throws {
    _ = await scene.find(0, "page")
    let old = scene.make("old")
    scene.touch("product:2")
    await scene.store(scene.make("new", by: 1), "page", by: 1)
    await scene.store(old, "page")
    #expect(await scene.find(0, "page") == ["new"])
  }

  @Test func anotherLifeOfTheLogIsNoReason() async throws {
    _ = await scene.find(0, "page")
    await scene.store(scene.make("before"), "page")
    let later = Follower(of: MemoryChangeLog()) { .zero }
    let other = SharedFragments(in: scene.client, following: later, revision: "test", lease: .seconds(600))
    guard case .lead = await other.find([FragmentKey(Self.tenant, "page")])[0] else {
      Issue.record("an entry of another life of the log was taken, or nobody may make it anew")
      return
    }
  }

  @Test func flippedBitsAndOthersBytesAreNotTaken() async throws {
    for name in ["mine", "theirs"] {
      _ = await scene.find(0, name)
      await scene.store(scene.make(name), name)
    }
    guard case .array(let keys)? = try? await scene.client.send(RedisCommand("KEYS", "*:f:*")), keys.count == 2 else {
      Issue.record("two entries were stored")
      return
    }
    let names = keys.compactMap(\.bytes)
    let mine = try #require(names.first { String(decoding: $0, as: UTF8.self).hasSuffix("mine") })
    let theirs = try #require(names.first { $0 != mine })
    let bytes = try #require(try await scene.client.send(RedisCommand("GET", .bytes(theirs))).bytes)
    _ = try await scene.client.send(RedisCommand("SET", .bytes(mine), .bytes(bytes), "PX", "60000"))
    #expect(await scene.find(1, "mine") == ["lead"])
    scene.shared[1].release([FragmentKey(Self.tenant, "mine")])
    for place in [0, 5, 8, 40, 61, 70, bytes.count - 1] {
      var flipped = bytes
      flipped[place] ^= 4
      _ = try await scene.client.send(RedisCommand("SET", .bytes(theirs), .bytes(flipped), "PX", "60000"))
      #expect(await scene.find(1, "theirs") == ["lead"])
    }
    _ = try await scene.client.send(RedisCommand("SET", .bytes(theirs), .bytes(bytes), "PX", "60000"))
    #expect(await scene.find(0, "theirs") == ["theirs"])
    #expect(scene.shared[1].counts.corrupt == 8)
  }

  @Test func whatHasNoRoomIsNotStoredAndNotTriedAgain() async throws {
    #expect(await scene.find(0, "page") == ["lead"])
    let large = scene.make(String(repeating: "x", count: 3 << 20))
    // Fills what is left.
    for number in 0..<4 { await scene.store(large, "filling \(number)") }
    let before = try await scene.calls(of: "evalsha")
    await scene.store(scene.make("small"), "page")
    #expect(try await scene.calls(of: "evalsha") == before + 1)
    // Its lease was given back all the same.
    let found = await scene.find(1, "page")
    #expect(found == ["small"] || found == ["lead"] || found == ["unreachable"])
  }

  @Test func aFlushIsOneMaking() async throws {
    _ = await scene.find(0, "page")
    await scene.store(scene.make("page"), "page")
    _ = try await scene.client.send(RedisCommand("FLUSHALL"))
    #expect(await scene.find(0, "page") == ["lead"])
    #expect(await scene.find(1, "page") == ["busy"])
  }

  /// The log is on the same server: what is made after a flush is made in the log's next life, whoever begins that, and stands.
  @Test(arguments: [true, false]) func whatIsMadeAfterAFlushIsMadeOnce(another: Bool) async throws {
    let start = MonotonicInstant.now
    let follower = Follower { start.duration(to: .now) }
    let log = StreamChangeLog(on: scene.client)
    _ = try await log.append(tenant: Self.tenant, tags: [], class: .soft)
    let reader = StreamReader(scene.client.endpoint, feeding: follower)
    defer { reader.stop() }
    while follower.isLost(now: follower.now) { await Loop.sleep(for: .milliseconds(1)) }
    let shared = SharedFragments(
      in: RedisClient(scene.client.endpoint, .init(deadline: .seconds(20))), following: follower, readBy: reader,
      revision: "test", lease: .seconds(600), patience: .seconds(60))
    let page = FragmentKey(Self.tenant, "page")
    for _ in 1...5 {
      let life = follower.knowledge.position.epoch
      _ = try await scene.client.send(RedisCommand("FLUSHALL"))
      if another { try await log.beginAnew() }
      guard case .lead = await shared.find([page])[0] else {
        Issue.record("nothing is there, and nobody may make it")
        return
      }
      let moment = follower.moment
      #expect(moment.position.epoch != life)
      // Time enough for a reader that had not looked to find out.
      _ = try await log.append(tenant: Self.tenant, tags: [Tag(Self.tenant, "other")], class: .soft)
      while follower.knowledge.position.number < 2 { await Loop.sleep(for: .milliseconds(1)) }
      #expect(follower.knowledge.verdict(of: Self.tenant, asOf: moment.position, tags: [Tag(Self.tenant, "product:1")]) == .valid)
      shared.release([page])
    }
  }

  @Test func noRedisIsNoWaiting() async throws {
    scene.redis.stop()
    #expect(await scene.find(0, "page", "part") == ["unreachable", "unreachable"])
    scene.shared[0].store(scene.make("page"), under: FragmentKey(Self.tenant, "page"))
  }
}
