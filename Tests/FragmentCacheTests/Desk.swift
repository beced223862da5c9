import ChangeLog
import Tenancy

@testable import FragmentCache

/// A store, its log and a clock on a bench: requests are made as tasks, and each making waits until the test lets it end.
actor Desk {
  enum Upstream: Error, Hashable { case down }

  nonisolated let bench: Bench
  nonisolated var unownedExecutor: UnownedSerialExecutor { bench.asUnownedSerialExecutor() }

  private final class Clock { var now = Duration.zero }
  private let clock: Clock
  let shop: TenantID
  let log = MemoryChangeLog()
  let follower: Follower
  let store: FragmentStore<String>
  /// What each request got, by its name.
  var got: [String: Served<String>] = [:]
  var failed: [String: any Error] = [:]
  private(set) var makings = 0
  private var gates: [CheckedContinuation<Result<String, any Error>, Never>] = []
  private var tasks: [String: Task<Void, Never>] = [:]

  init(on bench: Bench, capacity: Int = 1 << 20) throws {
    self.bench = bench
    shop = try TenantID("shop")
    let clock = Clock()
    self.clock = clock
    follower = Follower(of: log) { clock.now }
    store = FragmentStore(capacity: capacity, following: follower)
  }

  func wait(_ time: Duration) { clock.now += time }
  func key(_ name: String = "page") -> FragmentKey { FragmentKey(shop, name) }
  func touch(_ name: String, hard: Bool = false) {
    log.append(tenant: shop, tags: [Tag(shop, name)], class: hard ? .hard : .soft)
  }
  func cancel(_ request: String) { tasks[request]?.cancel() }
  var waiting: Int { gates.count }

  /// A request for the page, which depends on `tag`.
  func ask(
    _ name: String, key: String = "page", tag: String = "a", ttl: Duration = .seconds(100), staleFor: Duration = .zero,
    isRefresh: Bool = false, shares: Bool = true
  ) async {
    tasks[name] = Task(executorPreference: bench) {
      await self.answer(name, self.key(key), tag, ttl, staleFor, isRefresh, shares)
    }
    await bench.idle()
  }

  private func answer(
    _ name: String, _ key: FragmentKey, _ tag: String, _ ttl: Duration, _ staleFor: Duration, _ isRefresh: Bool, _ shares: Bool
  ) async {
    let make: (Moment) async throws -> Fragment<String> = { moment in
      self.makings += 1
      let result = await withCheckedContinuation { self.gates.append($0) }
      try Task.checkCancellation()
      var basis = Basis(moment, ttl: ttl, staleFor: staleFor)
      basis.read([Tag(self.shop, tag)], at: moment)
      if !shares { basis.forbidSharing() }
      return Fragment(try result.get(), basis: basis, cost: 100)
    }
    do {
      got[name] = isRefresh ? try await store.refresh(key, make: make) : try await store.fragment(key, make: make)
    } catch {
      failed[name] = error
    }
  }

  /// Lets the oldest making end.
  func end(_ result: Result<String, any Error>) async {
    gates.removeFirst().resume(returning: result)
    await bench.idle()
  }

  /// Keeps the page at once.
  func keep(_ content: String, staleFor: Duration = .zero, ttl: Duration = .seconds(100)) async {
    await ask("keeper", ttl: ttl, staleFor: staleFor, isRefresh: true)
    await end(.success(content))
  }

  static func run(capacity: Int = 1 << 20, _ body: @escaping @Sendable (isolated Desk) async -> Void) throws {
    let bench = Bench()
    let desk = try Desk(on: bench, capacity: capacity)
    Task(executorPreference: bench) { await desk.perform(body) }
    bench.run()
  }

  private func perform(_ body: (isolated Desk) async -> Void) async { await body(self) }
}
