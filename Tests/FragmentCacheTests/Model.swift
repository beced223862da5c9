// The random-interleaving model: the real log, follower and stores, with a fake core API around them. Every await of a request
// is a pause that a later action ends, so that anything may come between. A run is a list of actions made from a seed; one that
// is not possible is skipped, so that a failing run can be shrunk by leaving actions out.
//
// The oracle never looks at tags: an answer carries, for each of its values, the commit at which it was read, and what the
// answer had to show is taken from the history of commits. So a rule that is wrong is found as a page that is wrong.
//
// What must hold for an answer that arrived at position p:
// * SAFE: fresh: every change with a number up to p to whatever it depends on; stale and last known good: every hard one.
// * AGE: stale: no change is missing that the process knew of before the stale time.
// * TIME: fresh and stale: no price or sale boundary lies between the read and the arrival. TTL: nor the lifetime.
// * OLDER: last known good: nothing newer was kept under the same key.
// * FOREIGN: nothing of another shop.
// * ERROR: only while the core API is down, or for the one who was cancelled. STUCK: everyone gets an answer. An error that says
//   that there is no such product is an answer: what holds for a value holds for it.
// * CONVERGE: when all is quiet, the second request for a page gets the truth.

import ChangeLog
import FragmentCache
import Tenancy

enum Action: Hashable {
  case request(shop: Int, page: Page)
  case advance(Int)
  case run(Int, turns: Int)
  case edit(Edit, shop: Int, product: Int, value: Int)
  case publish
  case read(limit: Int)
  case tick(Int)
  case restart(isNoticed: Bool)
  case reconnect
  case core
  case forget(Int)
  case cancel(Int)
  case sourceGap
}

enum Page: Hashable {
  case product(Int)
  case list(Int)
  static let all: [Page] = [.product(0), .product(1), .product(2), .list(0), .list(1)]
}

struct Scenario {
  var isFollowing = false
  var ttl = 1_000_000
  var staleParts = false
  var smallKnowledge = false
  /// What is not there is an error, and no empty value.
  var absenceFails = false
  var capacity = 1 << 20
  var actions: [Action] = []
}

enum Promise: String { case safe, age, time, ttl, foreign, older, error, stuck, converge }

/// One value in an answer: what was read, and the commit at which it was.
struct Reading: Hashable {
  let resource: Resource
  let value: [Int]
  let commit: Int
  let time: Int
}

struct UpstreamFailure: Error {}

struct Absence: Error {
  let reading: Reading
  let freshness: Freshness
}

actor Model {
  static let staleTime = 8

  nonisolated let bench: Bench
  nonisolated var unownedExecutor: UnownedSerialExecutor { bench.asUnownedSerialExecutor() }

  private let scenario: Scenario
  private let tenants: [TenantID]
  private(set) var broken: Promise?
  private(set) var trace: [String] = []
  private let isTracing: Bool

  // The catalogue
  private var states = [[Shop(), Shop()]]
  private struct Commit {
    let tags: [String]
    let shop: Int
    let isHard: Bool
    var published: Place?
  }
  private var commits: [Commit?] = [nil]
  private var unpublished: [Int] = []
  private var isCoreUp = true
  private var downs = 0

  // The log
  private struct Place: Comparable {
    let life: Int
    let number: UInt64
    static func < (a: Place, b: Place) -> Bool { (a.life, a.number) < (b.life, b.number) }
  }
  private var log: MemoryChangeLog
  private var lives: [Stamp: Int]
  private var cursor: UInt64 = 0
  private var reached: [(place: Place, time: Int)] = []

  // The process
  private final class Clock { var now = 10 }
  private let clock: Clock
  private var now: Int { clock.now }
  private let follower: Follower
  private let pages: FragmentStore<[Reading]>
  private let parts: FragmentStore<[Reading]>
  private let reads: FragmentStore<[Reading]>
  private var keptKeys: [[FragmentKey]] = [[], [], []]
  private var newestKept: [FragmentKey: Position] = [:]

  // Whatever waits
  private var pauses: [CheckedContinuation<Void, Never>] = []
  private var isOver = false
  /// Pauses that are passed without waiting.
  private var driven = 0
  private var tasks: [Int: Task<Void, Never>] = [:]
  private var nextTask = 0
  private var answers: [Answer] = []

  private struct Arrival {
    let place: Place
    let time: Int
    let downs: Int
    let wasCoreUp: Bool
  }

  private struct Answer {
    let readings: [Reading]
    let freshness: Freshness
    /// A failure is kept by nobody and has no life.
    var isFailure = false
  }

  /// Who reads the same thing twice for one request reads it once.
  private final class Memo { var reads: [Resource: Served<[Reading]>] = [:] }

  init(_ scenario: Scenario, on bench: Bench, isTracing: Bool) {
    self.bench = bench
    self.scenario = scenario
    self.isTracing = isTracing
    tenants = ["one", "two"].map { try! TenantID($0) }
    let log = MemoryChangeLog(keeping: scenario.isFollowing ? 100 : 3, stamp: Stamp(high: 1, low: 1))
    self.log = log
    lives = [log.stamp: 1]
    let clock = Clock()
    self.clock = clock
    let time = { Duration.seconds(clock.now) }
    if scenario.isFollowing {
      follower = Follower(of: log, clock: time)
    } else {
      let knowledge =
        scenario.smallKnowledge
        ? Knowledge(from: log.end, capacity: 5, capacityOfTenant: 3) : Knowledge(from: log.end)
      follower = Follower(from: knowledge, clock: time)
    }
    pages = FragmentStore(capacity: scenario.capacity, following: follower)
    parts = FragmentStore(capacity: scenario.capacity, following: follower)
    reads = FragmentStore(capacity: scenario.capacity, following: follower)
  }

  /// Plays the scenario; what it found is in `broken` and `trace`.
  func play() async {
    sight()
    for action in scenario.actions where broken == nil {
      act(action)
      await bench.idle()
      sight()
    }
    if broken == nil { await settle() }
    isOver = true
    for continuation in pauses { continuation.resume() }
  }

  private func say(_ line: @autoclosure () -> String) {
    if isTracing { trace.append("t=\(now) \(line())") }
  }

  private func fail(_ promise: Promise, _ line: @autoclosure () -> String) {
    guard broken == nil else { return }
    broken = promise
    say("!! \(promise.rawValue.uppercased()): \(line())")
  }
}

// MARK: Actions

extension Model {
  private func act(_ action: Action) {
    switch action {
    case .request(let shop, let page):
      guard tasks.count < 7 else { return advance(shop, turns: 9) }
      request(page, of: shop)
    case .advance(let which): advance(which, turns: 1)
    case .run(let which, let turns): advance(which, turns: turns)
    case .edit(let edit, let shop, let product, let value): commit(edit, shop, product, value)
    case .publish: publish()
    case .read(let limit): read(limit: limit)
    case .tick(let seconds): clock.now += seconds
    case .restart(let isNoticed): restart(isNoticed: isNoticed)
    case .reconnect: reconnect()
    case .core:
      isCoreUp.toggle()
      if !isCoreUp { downs += 1 }
      say("core API up=\(isCoreUp)")
    case .forget(let which): forget(which)
    case .cancel(let which):
      guard !tasks.isEmpty else { return }
      let id = tasks.keys.sorted()[which % tasks.count]
      say("cancels #\(id)")
      tasks[id]?.cancel()
    case .sourceGap: loseEvents()
    }
  }

  private func advance(_ which: Int, turns: Int) {
    guard !pauses.isEmpty else { return }
    pauses.remove(at: which % pauses.count).resume()
    if turns > 1 { driven = turns - 1 }
  }

  private func commit(_ edit: Edit, _ shop: Int, _ product: Int, _ value: Int) {
    var state = states[states.count - 1]
    let (tags, isHard) = edit.apply(to: &state[shop], product: product, value: value, now: now)
    states.append(state)
    commits.append(Commit(tags: tags, shop: shop, isHard: isHard))
    unpublished.append(states.count - 1)
    say("commit \(states.count - 1) shop \(shop) \(edit) of \(product) to \(value) touches \(tags)\(isHard ? " hard" : "")")
    // The embedded core API appends as it commits; another one's events come later.
    if scenario.isFollowing { publish() }
  }

  private func publish() {
    guard !unpublished.isEmpty else { return }
    let commit = unpublished.removeFirst()
    let entry = commits[commit]!
    let end = log.append(
      tenant: tenants[entry.shop], tags: entry.tags.map { Tag(tenants[entry.shop], $0) }, class: entry.isHard ? .hard : .soft)
    commits[commit]!.published = Place(life: lives[end.epoch]!, number: end.number)
    say("log entry \(end.number) for commit \(commit)")
  }

  private func loseEvents() {
    guard !unpublished.isEmpty else { return }
    for shop in tenants.indices {
      let lost = unpublished.filter { commits[$0]!.shop == shop }
      guard !lost.isEmpty else { continue }
      let end = log.append(tenant: tenants[shop], tags: [.everything(of: tenants[shop])], class: .hard)
      for commit in lost { commits[commit]!.published = Place(life: lives[end.epoch]!, number: end.number) }
      say("log entry \(end.number) for everything of shop \(shop), lost \(lost)")
    }
    unpublished = []
  }

  private func read(limit: Int) {
    guard !scenario.isFollowing else { return }
    let batch = log.changes(after: cursor, limit: limit)
    follower.receive(batch)
    if let last = batch.changes.last { cursor = last.number }
    if !batch.changes.isEmpty { say("follower reads \(batch.changes.map(\.number)), stands at \(follower.knowledge.position)") }
  }

  /// Another life of the log. Unnoticed, the reader goes on after the number it had.
  private func restart(isNoticed: Bool) {
    guard !scenario.isFollowing else { return }
    let life = lives.count + 1
    log = MemoryChangeLog(keeping: 3, stamp: Stamp(high: 1, low: UInt64(life)))
    lives[log.stamp] = life
    say("the log restarts")
    if isNoticed { reconnect() }
  }

  private func reconnect() {
    guard !scenario.isFollowing else { return }
    follower.reconnected(end: log.end)
    cursor = follower.knowledge.position.number
    say("follower reconnects, stands at \(follower.knowledge.position)")
  }

  private func forget(_ which: Int) {
    let store = which % 3
    guard !keptKeys[store].isEmpty else { return }
    let key = keptKeys[store].remove(at: which / 3 % keptKeys[store].count)
    [pages, parts, reads][store].forget(key)
    say("forgets \(["page", "part", "read"][store])")
    newestKept[key] = nil
  }

  private var place: Place {
    let position = follower.knowledge.position
    return Place(life: lives[position.epoch]!, number: position.number)
  }

  private func sight() {
    if reached.last.map({ $0.place < place }) ?? true { reached.append((place, now)) }
  }
}

// MARK: Requests

extension Model {
  private func pause() async {
    guard !isOver else { return }
    guard driven == 0 else { return driven -= 1 }
    await withCheckedContinuation { pauses.append($0) }
  }

  private func start(_ body: @escaping @Sendable (isolated Model, Int) async -> Void) {
    nextTask += 1
    let id = nextTask
    // Without the preference a task's continuations pass through the global pool, and no run would be like another.
    tasks[id] = Task(executorPreference: bench) { await self.perform(id, body) }
  }

  private func perform(_ id: Int, _ body: (isolated Model, Int) async -> Void) async {
    await body(self, id)
    tasks[id] = nil
  }

  private func request(_ page: Page, of shop: Int) {
    start { model, id in
      model.say("#\(id) asks for \(page) of shop \(shop)")
      await model.respond(id, page, shop)
    }
  }

  private func respond(_ id: Int, _ page: Page, _ shop: Int) async {
    _ = follower.moment
    sight()
    let arrival = Arrival(place: place, time: now, downs: downs, wasCoreUp: isCoreUp)
    let memo = Memo()
    do {
      let settings = try await read(Resource(shop: shop, kind: .settings), memo)
      let key = FragmentKey(tenants[shop], "page", "\(settings.content[0].value)", "\(page)")
      let served = try await pages.fragment(key) { try await render(page, shop, settings, memo, $0) }
      if served.wantsRefresh { refresh(page, shop, key) }
      note(served, key, store: 0)
      if case .lastKnownGood = served.provenance, let newest = newestKept[key], scenario.capacity > 1 << 16,
        newest.epoch == served.fragment.asOf.epoch, newest.number > served.fragment.asOf.number
      {
        fail(.older, "#\(id) gets \(served.fragment.asOf), but \(newest) was kept")
      }
      let answer = Answer(
        readings: served.content + settings.content, freshness: max(served.freshness, settings.freshness))
      answers.append(answer)
      judge(answer, id, shop, arrival)
    } catch let absence as Absence {
      let answer = Answer(readings: [absence.reading], freshness: absence.freshness, isFailure: true)
      answers.append(answer)
      judge(answer, id, shop, arrival)
    } catch {
      let hadReason = downs != arrival.downs || !arrival.wasCoreUp || Task.isCancelled
      say("#\(id) fails")
      if !hadReason { fail(.error, "#\(id) failed without a reason: \(error)") }
    }
  }

  private func refresh(_ page: Page, _ shop: Int, _ key: FragmentKey) {
    start { model, id in
      model.say("#\(id) refreshes \(page) of shop \(shop)")
      let memo = Memo()
      guard let settings = try? await model.read(Resource(shop: shop, kind: .settings), memo) else { return }
      _ = try? await model.pages.refresh(key) { try await model.render(page, shop, settings, memo, $0, isRefresh: true) }
    }
  }

  private func note(_ served: Served<[Reading]>, _ key: FragmentKey, store: Int) {
    guard case .made(_, stored: true) = served.provenance else { return }
    if !keptKeys[store].contains(key) { keptKeys[store].append(key) }
    guard store == 0 else { return }
    if newestKept[key].map({ $0.epoch != served.fragment.asOf.epoch || $0.number < served.fragment.asOf.number }) ?? true {
      newestKept[key] = served.fragment.asOf
    }
  }

  private func render(
    _ page: Page, _ shop: Int, _ settings: Served<[Reading]>, _ memo: Memo, _ moment: Moment,
    isRefresh: Bool = false
  ) async throws -> Fragment<[Reading]> {
    await pause()
    var basis = Basis(moment, ttl: .seconds(scenario.ttl), staleFor: .seconds(Model.staleTime))
    var readings: [Reading] = []
    let revision = "\(settings.content[0].value)"
    // Two parts show the same product, so that the second is made from what was read for the first.
    for (name, kind) in [("menu", Resource.Kind.menu), ("main", main(of: page)), ("crumb", main(of: page))] {
      let key = FragmentKey(tenants[shop], "part", revision, name, "\(kind)")
      // What is made to replace something stale is made of nothing stale.
      let served =
        isRefresh
        ? try await parts.refresh(key) { try await renderPart(kind, shop, memo, $0) }
        : try await parts.fragment(key) { try await renderPart(kind, shop, memo, $0) }
      if served.wantsRefresh {
        start { model, _ in
          let memo = Memo()
          _ = try? await model.parts.refresh(key) { try await model.renderPart(kind, shop, memo, $0) }
        }
      }
      note(served, key, store: 1)
      basis.add(served)
      readings += served.content
    }
    return Fragment(readings, basis: basis, cost: 100)
  }

  private func main(of page: Page) -> Resource.Kind {
    switch page {
    case .product(let number): .product(number)
    case .list(let number): .list(number)
    }
  }

  private func renderPart(
    _ kind: Resource.Kind, _ shop: Int, _ memo: Memo, _ moment: Moment
  ) async throws -> Fragment<[Reading]> {
    let isMenu = kind == .menu
    let staleFor = isMenu || scenario.staleParts ? Model.staleTime : 0
    var basis = Basis(moment, ttl: .seconds(scenario.ttl), staleFor: .seconds(staleFor))
    let served = try await read(Resource(shop: shop, kind: kind), memo)
    basis.add(served)
    var readings = served.content
    if case .list = kind, let shown = served.content[0].value.last {
      let product = try await read(Resource(shop: shop, kind: .product(shown)), memo)
      basis.add(product)
      readings += product.content
    }
    await pause()
    if scenario.absenceFails, case .product = kind, readings[0].value.isEmpty {
      throw Absence(reading: readings[0], freshness: served.freshness)
    }
    return Fragment(readings, basis: basis, cost: 100)
  }

  private func read(_ resource: Resource, _ memo: Memo) async throws -> Served<[Reading]> {
    if let read = memo.reads[resource] { return read }
    let tenant = tenants[resource.shop]
    let key = FragmentKey(tenant, "read", resource.name)
    // Never a stale one: pages may be stale, what they are made from anew is not.
    let served = try await reads.refresh(key) { moment in
      await pause()
      try Task.checkCancellation()
      guard isCoreUp else { throw UpstreamFailure() }
      let state = states[states.count - 1]
      let reading = Reading(
        resource: resource, value: resource.value(in: state, at: now), commit: states.count - 1, time: now)
      let validFor = resource.boundary(in: state, after: now).map { Duration.seconds($0 - now) }
      say("reads \(reading) since \(moment.position)")
      await pause()
      try Task.checkCancellation()
      guard isCoreUp else { throw UpstreamFailure() }
      var basis = Basis(moment, ttl: .seconds(scenario.ttl), staleFor: .seconds(1000))
      basis.read([Tag(tenant, resource.name)], at: moment, validFor: validFor)
      return Fragment([reading], basis: basis, cost: 100)
    }
    note(served, key, store: 2)
    memo.reads[resource] = served
    return served
  }
}

// MARK: The oracle

extension Model {
  private func judge(_ answer: Answer, _ id: Int, _ shop: Int, _ arrival: Arrival) {
    say("#\(id) gets \(answer.freshness) at \(arrival.place): \(answer.readings)")
    for reading in answer.readings {
      if reading.resource.shop != shop { fail(.foreign, "#\(id) of shop \(shop) gets \(reading)") }
      var needed = 0
      var known = 0
      for commit in states.indices where commit > reading.commit {
        let entry = commits[commit]!
        guard let published = entry.published else { continue }
        guard reading.resource.dependency(in: states[commit]) != reading.resource.dependency(in: states[commit - 1])
        else { continue }
        if published <= arrival.place, entry.isHard || answer.freshness == .fresh { needed = commit }
        if answer.freshness == .stale, let seen = reached.first(where: { $0.place >= published })?.time,
          seen < arrival.time - Model.staleTime
        {
          known = commit
        }
      }
      let time = max(reading.time, arrival.time)
      func shows(_ commit: Int) -> Bool {
        commit == 0 || (commit..<states.count).contains { reading.resource.value(in: states[$0], at: time) == reading.value }
      }
      if !shows(needed) { fail(.safe, "#\(id) misses commit \(needed): \(reading)") }
      if !shows(known) { fail(.age, "#\(id) misses commit \(known): \(reading)") }
      guard answer.freshness != .lastKnownGood else { continue }
      if !answer.isFailure, arrival.time - reading.time > scenario.ttl { fail(.ttl, "#\(id) is too old: \(reading)") }
      let state = states[reading.commit]
      if arrival.time > reading.time,
        reading.resource.value(in: state, at: reading.time) != reading.resource.value(in: state, at: arrival.time)
      {
        fail(.time, "#\(id) is beyond a boundary: \(reading)")
      }
    }
  }

  private func drain() async {
    for _ in 0..<400 where !pauses.isEmpty {
      pauses.removeFirst().resume()
      await bench.idle()
      sight()
    }
    await bench.idle()
    if broken == nil, !tasks.isEmpty { fail(.stuck, "\(tasks.count) tasks wait for ever") }
  }

  /// Everything delivered, then each page twice; the second answer must be the truth.
  private func settle() async {
    say("-- settle")
    isCoreUp = true
    while !unpublished.isEmpty { publish() }
    reconnect()
    read(limit: .max)
    await drain()
    // A caller that was asked to refresh and was ended since has had its time.
    clock.now += 2
    for turn in 0...1 where broken == nil {
      for shop in tenants.indices {
        for page in Page.all where broken == nil {
          answers = []
          request(page, of: shop)
          await bench.idle()
          await drain()
          guard turn == 1, broken == nil else { continue }
          guard let answer = answers.first else { return fail(.stuck, "\(page) has no answer") }
          for reading in answer.readings
          where reading.value != reading.resource.value(in: states[states.count - 1], at: now) {
            fail(.converge, "\(page) shows \(reading)")
          }
        }
      }
    }
  }
}
