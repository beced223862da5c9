import ChangeLog
import CoreAPIClient
import EventLoop
import FoundationEssentials
import PrivateRedis
import Redis
import Tenancy
import Testing

@testable import ReferenceCoreAPI

@Suite(.serialized, .enabled(if: PrivateRedis.isInstalled)) struct EventPublisherTests {
  private struct Event: Decodable, Hashable {
    let id: String
    let tenant: String
    let tags: [String]
    let `class`: String
    let mark: UInt64
  }

  @LoopActor private final class Tally {
    private(set) var overflows = 0
    private(set) var failures = 0

    nonisolated init() {}

    func take(_ note: EventPublisher.Note) {
      switch note {
      case .overflowed: overflows += 1
      case .waiting: failures += 1
      case .sending: break
      }
    }
  }

  /// A catalogue of two shops that publishes to a Redis of its own.
  @LoopActor private final class Scene {
    let redis: PrivateRedis
    let client: RedisClient
    let catalog: ReferenceCatalog
    let changes: MemoryChangeLog
    let publisher: EventPublisher
    let acme: TenantID
    private let tally = Tally()
    var overflows: Int { tally.overflows }
    var failures: Int { tally.failures }

    init(keeping capacity: Int = 1000, isRunning: Bool = true) throws {
      redis = try PrivateRedis()
      client = RedisClient(try RedisEndpoint(url: redis.url))
      changes = MemoryChangeLog(keeping: capacity)
      catalog = ReferenceCatalog(changes: changes, after: 1_700_000_000_000)
      acme = try TenantID("acme")
      publisher = EventPublisher(of: catalog, changes, to: client) { [tally] in tally.take($0) }
      if !isRunning { redis.stop() }
      catalog.load(tenant: acme, from: try CatalogFile(json: Data(Fixture.json.utf8), file: ""))
      catalog.load(tenant: try TenantID("other"), from: try CatalogFile(json: Data(Fixture.otherJSON.utf8), file: ""))
      let publisher = publisher
      _ = Loop.task { await publisher.run() }
    }

    func edit(_ handle: String, _ edits: ProductEdit...) throws {
      try catalog.edit(handle, of: acme, edits)
      publisher.wake()
    }

    /// Gives up after a while, so that what is never sent fails the test instead of stopping it.
    func sent() async throws -> [Event] {
      for _ in 0..<3000 where publisher.waiting > 0 { await Loop.sleep(for: .milliseconds(5)) }
      #expect(publisher.waiting == 0)
      return try await events()
    }

    func events() async throws -> [Event] {
      let entries = try await client.send(RedisCommand("XRANGE", "core:events", "-", "+"), within: .seconds(5)).array ?? []
      return try entries.map { entry in
        let fields = try #require(entry.array?.last?.array)
        #expect(fields.count == 2 && fields[0].text == "event")
        return try JSONDecoder().decode(Event.self, from: Data(try #require(fields[1].bytes)))
      }
    }

    func end() async {
      _ = await publisher.drain(within: .zero)
      client.close()
    }
  }

  @Test @LoopActor func `A start touches everything, and each edit is one event after its commit`() async throws {
    let scene = try Scene()
    try scene.edit("shirt", .price(Money(30, "EUR"), variant: nil))
    try scene.edit("boots", .stock(0, variant: nil), .collections(["clothes"]))
    let events = try await scene.sent()
    #expect(events.map(\.tenant) == ["acme", "other", "acme", "acme"])
    #expect(events.prefix(2).allSatisfy { $0.tags == ["*"] && $0.class == "hard" })
    #expect(events[2].class == "soft" && events[2].tags == ["list:all", "list:clothes", "product:1", "search"])
    #expect(
      events[3].class == "hard"
        && events[3].tags == [
          "collection:clothes", "collection:shoes", "collections", "list:all", "list:clothes", "list:shoes", "product:2",
          "search",
        ])
    #expect(events.map(\.mark) == (1...4).map { 1_700_000_000_000 + $0 } && scene.catalog.mark == events[3].mark)
    #expect(Set(events.map(\.id)).count == 4)
    #expect(try await EventPublisher.lastMark(in: scene.client) == events[3].mark)
    await scene.end()
  }

  @Test @LoopActor func `While Redis is away events wait, in their order`() async throws {
    let scene = try Scene(isRunning: false)
    for price in 1...150 { try scene.edit("shirt", .price(Money(.init(price), "EUR"), variant: nil)) }
    while scene.failures < 2 { await Loop.sleep(for: .milliseconds(5)) }
    #expect(scene.publisher.waiting == 152)
    try scene.redis.restart()
    let events = try await scene.sent()
    #expect(events.map(\.mark) == (1...152).map { 1_700_000_000_000 + $0 })
    #expect(scene.overflows == 0)
    await scene.end()
  }

  @Test @LoopActor func `An event whose answer was lost comes again under the same id`() async throws {
    let scene = try Scene()
    _ = try await scene.sent()
    scene.redis.freeze()
    try scene.edit("shirt", .title("Blouse"))
    while scene.failures < 1 { await Loop.sleep(for: .milliseconds(5)) }
    scene.redis.resume()
    let events = try await scene.sent()
    #expect(Set(events).count == 3 && events.last?.tags.contains("product:1") == true)
    #expect(Set(events.map(\.id)).count == 3)
    await scene.end()
  }

  @Test @LoopActor func `More than can be kept is everything of every shop, and then what came after`() async throws {
    let scene = try Scene(keeping: 20, isRunning: false)
    for price in 1...100 { try scene.edit("shirt", .price(Money(.init(price), "EUR"), variant: nil)) }
    while scene.failures < 1 { await Loop.sleep(for: .milliseconds(5)) }
    try scene.redis.restart()
    let events = try await scene.sent()
    #expect(events.count == 22 && scene.overflows > 0)
    let all = events.prefix(2)
    #expect(all.map(\.tenant) == ["acme", "other"] && all.allSatisfy { $0.tags == ["*"] && $0.class == "hard" })
    // Made after everything was committed, they say so.
    #expect(all.allSatisfy { $0.mark == scene.catalog.mark })
    #expect(events.suffix(20).map(\.mark) == (83...102).map { 1_700_000_000_000 + $0 })
    await scene.end()
  }

  @Test @LoopActor func `A server that refuses is asked until it takes them`() async throws {
    let scene = try Scene()
    _ = try await scene.sent()
    // Not a stream any more.
    _ = try await scene.client.send(RedisCommand("SET", "core:events", "x"))
    for price in 1...3 { try scene.edit("shirt", .price(Money(.init(price), "EUR"), variant: nil)) }
    while scene.failures < 2 { await Loop.sleep(for: .milliseconds(5)) }
    #expect(scene.publisher.waiting == 3)
    _ = try await scene.client.send(RedisCommand("DEL", "core:events"))
    #expect(try await scene.sent().map(\.mark) == (3...5).map { 1_700_000_000_000 + $0 })
    await scene.end()
  }

  @Test @LoopActor func `The stream is bounded`() async throws {
    let scene = try Scene()
    _ = try await scene.sent()
    let fill = "for i = 1, 101000 do redis.call('XADD', KEYS[1], '*', 'event', '{}') end return redis.call('XLEN', KEYS[1])"
    let filled = try await scene.client.send(RedisCommand("EVAL", .text(fill), "1", "core:events"), within: .seconds(20))
    #expect(filled == .integer(101_002))
    try scene.edit("shirt", .title("Blouse"))
    for _ in 0..<3000 where scene.publisher.waiting > 0 { await Loop.sleep(for: .milliseconds(5)) }
    let length = try #require(try await scene.client.send(RedisCommand("XLEN", "core:events")).integer)
    // "~" leaves at most one node of a hundred entries more.
    #expect((100_000...100_100).contains(length))
    await scene.end()
  }

  @Test @LoopActor func `A drain sends what waits, and says what it could not`() async throws {
    let scene = try Scene()
    for price in 1...30 { try scene.edit("shirt", .price(Money(.init(price), "EUR"), variant: nil)) }
    #expect(await scene.publisher.drain(within: .seconds(10)) == 0)
    #expect(try await scene.events().count == 32)
    let without = try Scene(isRunning: false)
    #expect(await without.publisher.drain(within: .milliseconds(50)) == 2)
    scene.client.close()
    without.client.close()
  }

  @Test @LoopActor func `A stream that is not there, or holds what is no event, has no last mark`() async throws {
    let redis = try PrivateRedis()
    let client = RedisClient(try RedisEndpoint(url: redis.url))
    #expect(try await EventPublisher.lastMark(in: client) == nil)
    _ = try await client.send(RedisCommand("XADD", "core:events", "*", "event", "no JSON"))
    #expect(try await EventPublisher.lastMark(in: client) == nil)
    client.close()
  }
}
