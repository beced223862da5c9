// Random interleavings of several processes on one shared cache, against a real Redis. Products are edited, the log is told later, and
// each process reads the log at its own pace; pages are looked for, made from reads that lie apart, stored, given up, flushed and
// touched by hand. The oracle compares the versions a served page shows with the catalogue's history and never looks at tags:
// at position p a page shows every change with a number up to p.

import ChangeLog
import EventLoop
import PrivateRedis
import Redis
import Tenancy
import Testing

@testable import FragmentCache

@Suite(.enabled(if: PrivateRedis.isInstalled, "there is no redis-server: scripts/setup test")) @LoopActor
struct SharedModelTests {
  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8]) func whatIsServedShowsEveryChangeUpToThePosition(_ seed: UInt64) async throws {
    let redis = try PrivateRedis()
    defer { redis.stop() }
    let model = try SharedModel(redis, seed: seed)
    for _ in 0..<5000 { try await model.act() }
    #expect(model.served > 100, "the run shows little: only \(model.served) pages came from the shared cache")
  }
}

@LoopActor private final class SharedModel {
  /// A page that a process is making: what it has read so far.
  private struct Making {
    let process: Int
    let page: Int
    let moment: Moment
    var versions: [Int: Int] = [:]
  }

  private static let tenant = try! TenantID("tea")
  private static let products = 4
  /// What each page shows.
  private static let pages = [[0], [0, 1], [1, 2, 3], [3]]

  private var random: Generator
  private let log = MemoryChangeLog()
  private let control: RedisClient
  private let followers: [Follower]
  private let shared: [SharedFragments]
  private var versions = [Int](repeating: 0, count: products)
  /// Of each product, the versions that the log has been told of, by the number of the entry.
  private var told: [[(number: UInt64, version: Int)]] = .init(repeating: [], count: products)
  private var untold: [(product: Int, version: Int)] = []
  private var makings: [Making] = []
  private(set) var served = 0

  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  init(_ redis: PrivateRedis, seed: UInt64) throws {
    random = Generator(state: seed)
    let endpoint = try RedisEndpoint(url: redis.url)
    let options = RedisClient.Options(deadline: .seconds(20))
    control = RedisClient(endpoint, options)
    let start = MonotonicInstant.now
    let first = Knowledge(from: log.end)
    let followers = (0..<3).map { _ in
      Follower(from: first, lostAfter: .seconds(1_000_000)) { start.duration(to: .now) }
    }
    self.followers = followers
    // Leases that end soon, so that processes overtake one another.
    shared = followers.map {
      SharedFragments(in: RedisClient(endpoint, options), following: $0, revision: "model", lease: .milliseconds(2))
    }
  }

  func act() async throws {
    let process = Int.random(in: 0..<followers.count, using: &random)
    switch Int.random(in: 0..<1000, using: &random) {
    case 0..<50:
      let product = Int.random(in: 0..<Self.products, using: &random)
      versions[product] += 1
      untold.append((product, versions[product]))
    case 50..<110: tell()
    case 110..<300: followers[process].receive(log.changes(after: followers[process].knowledge.position.number, limit: 2))
    case 300..<640: try await request(Int.random(in: 0..<Self.pages.count, using: &random), by: process)
    case 640..<980: await goOn()
    case 980..<990: makings.removeAll { $0.process == process }
    case 990: _ = try await control.send(RedisCommand("FLUSHALL"))
    default: try await swapEntries()
    }
  }

  /// The log is told after the change can be read.
  private func tell() {
    guard !untold.isEmpty else { return }
    let (product, version) = untold.removeFirst()
    let position = log.append(tenant: Self.tenant, tags: [Tag(Self.tenant, "product:\(product)")], class: .soft)
    told[product].append((position.number, version))
  }

  private func key(_ page: Int) -> FragmentKey { FragmentKey(Self.tenant, "page", "\(page)") }

  private func request(_ page: Int, by process: Int) async throws {
    let found = await shared[process].find([key(page)])[0]
    guard case .fragment(let fragment) = found else {
      makings.append(Making(process: process, page: page, moment: followers[process].moment))
      return
    }
    served += 1
    let position = followers[process].knowledge.position.number
    let shown = String(decoding: fragment.content, as: UTF8.self).split(separator: ",").compactMap { Int($0) }
    for (product, version) in zip(Self.pages[page], shown) {
      let due = told[product].last { $0.number <= position }?.version ?? 0
      #expect(version >= due, "page \(page) shows version \(version) of product \(product); at position \(position) it is \(due)")
    }
    #expect(shown.count == Self.pages[page].count)
  }

  /// One step of a making: a read, or the end.
  private func goOn() async {
    guard let at = makings.indices.randomElement(using: &random) else { return }
    let making = makings[at]
    let wanted = Self.pages[making.page].filter { making.versions[$0] == nil }
    if let product = wanted.randomElement(using: &random) {
      makings[at].versions[product] = versions[product]
      return
    }
    makings.remove(at: at)
    var basis = Basis(making.moment, ttl: .seconds(1000), staleFor: .seconds(30))
    basis.read(Self.pages[making.page].map { Tag(Self.tenant, "product:\($0)") }, at: making.moment)
    let content = Self.pages[making.page].map { "\(making.versions[$0] ?? 0)" }.joined(separator: ",")
    shared[making.process].store(Fragment(Array(content.utf8), basis: basis, cost: 1), under: key(making.page))
    while shared[making.process].counts.pending > 0 { await Loop.sleep(for: .zero) }
  }

  /// Somebody's hand: the entry of one page stands under another's key.
  private func swapEntries() async throws {
    guard let names = try await control.send(RedisCommand("KEYS", "*:f:*")).array?.compactMap(\.bytes), names.count > 1,
      let from = names.randomElement(using: &random), let to = names.randomElement(using: &random),
      let entry = try await control.send(RedisCommand("GET", .bytes(from))).bytes
    else { return }
    _ = try await control.send(RedisCommand("SET", .bytes(to), .bytes(entry), "PX", "100000"))
  }
}
