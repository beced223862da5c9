// From the core API's events to the change log. An event is acknowledged after its entry was appended, and not before: a relay that
// dies in between leaves it to another one, which appends it again, and a touch that stands there twice is one touch. So several
// relays may run, each on its own.
//
// After a gap in the source nobody can say what was lost. Then a new life of the log is begun: one entry, which makes
// everything of every tenant unknown to every follower, whoever they are. The design thought of an entry for each known tenant; that
// leaves out the tenants that this relay does not know, and ten thousand entries would push a third of what a starting worker
// reads back out of its reach.

import ChangeLog
import EventLoop
import Redis
import Tenancy

/// Runs until it is stopped, whatever happens to the two Redis servers.
@LoopActor package final class Relay {
  package struct Configuration: Sendable {
    package var source: RedisEndpoint
    package var log: RedisEndpoint
    package var sourceKey = "core:events"
    package var group = "storefront-relay"
    package var logKey = StreamChangeLog.defaultKey

    package init(source: RedisEndpoint, log: RedisEndpoint) {
      self.source = source
      self.log = log
    }
  }

  package enum Event: Sendable {
    /// The source is read.
    case following
    case sourceFailed(RedisError)
    case logFailed(RedisError)
    /// Logged, acknowledged, and of no other consequence unless its tenant could be read.
    case malformed(id: String, reason: String, tenant: TenantID?)
    /// Everything was touched.
    case gap(String)
  }

  package struct Counts: Hashable, Sendable {
    package var events = 0
    package var appends = 0
    package var malformed = 0
    package var claimed = 0
    package var gaps = 0
  }

  package private(set) var counts = Counts()
  private let source: EventSource
  private let log: StreamChangeLog
  private let clients: [RedisClient]
  private let note: @LoopActor (Event) -> Void
  private var isStopping = false
  private(set) var isFollowing = false
  private var sourceAnswered: MonotonicInstant?
  private var claimed = MonotonicInstant.now

  private static let claimEvery = Duration.seconds(1)
  private static let tick = Duration.milliseconds(500)

  /// - Parameter note: for an operator's log.
  package init(_ configuration: Configuration, note: @escaping @LoopActor (Event) -> Void = { _ in }) {
    let source = RedisClient(configuration.source, .init(deadline: .seconds(1), replyLimit: 256 << 20))
    let target = RedisClient(configuration.log, .init(deadline: .seconds(1)))
    self.source = EventSource(
      source, key: configuration.sourceKey, group: configuration.group, consumer: "relay-\(Stamp.random())")
    log = StreamChangeLog(on: target, key: configuration.logKey)
    clients = [source, target]
    self.note = note
  }

  /// Ends within half a second, when what it has taken is appended and acknowledged.
  package func stop() { isStopping = true }

  package func run() async {
    let beats = Loop.task { await self.beat() }
    while !isStopping {
      do throws(RedisError) {
        try await turn()
      } catch {
        if isFollowing { note(.sourceFailed(error)) }
        isFollowing = false
        await Loop.sleep(for: .milliseconds(.random(in: 50...150)))
      }
    }
    _ = await beats.result
    try? await source.leave()
    for client in clients { client.close() }
  }

  private func turn() async throws(RedisError) {
    var reading = try await source.read()
    if reading.gap == nil, claimed.duration(to: .now) >= Self.claimEvery {
      let left = try await source.claim()
      claimed = .now
      counts.claimed += left.entries.count
      reading.entries = left.entries + reading.entries
      reading.gap = left.gap
    }
    sourceAnswered = .now
    if !isFollowing, reading.gap == nil {
      isFollowing = true
      note(.following)
    }
    let isBehind = reading.entries.count >= EventSource.page
    try await append(reading.entries, isBehind: isBehind)
    if let gap = reading.gap { try await touchEverything(gap) }
  }

  /// Appends what the events ask for, and acknowledges them; goes on until the log has taken them all.
  private func append(_ entries: [EventSource.Entry], isBehind: Bool) async throws(RedisError) {
    var waiting: [(id: String, touch: CoreEvent.Touch)] = []
    var done: [String] = []
    for entry in entries {
      counts.events += 1
      let event = entry.event.map { CoreEvent($0) } ?? .malformed("it has no field 'event'", tenant: nil)
      if case .malformed(let reason, let tenant) = event {
        counts.malformed += 1
        note(.malformed(id: entry.id, reason: reason, tenant: tenant))
      }
      if let touch = event.touch { waiting.append((entry.id, touch)) } else { done.append(entry.id) }
    }
    var appends = Coalescing.appends(for: waiting, isBehind: isBehind)
    while !appends.isEmpty {
      let outcome = await attempt(appends)
      done += outcome.done
      appends = outcome.left
      guard let failure = outcome.failure else { break }
      note(.logFailed(failure))
      // What is left stays pending: this relay's next life or another relay claims it.
      if isStopping { break }
      await Loop.sleep(for: .milliseconds(.random(in: 50...150)))
    }
    try await source.acknowledge(done)
  }

  /// All at once: one write, one round trip.
  private func attempt(_ appends: [Append]) async -> (done: [String], left: [Append], failure: RedisError?) {
    let tasks = appends.map { append in
      Loop.task { () -> RedisError? in
        // What it throws is its result: nothing else fails this task.
        do throws(RedisError) {
          let touch = append.touch
          try await self.log.append(tenant: touch.tenant, tags: touch.tags, class: touch.class, mark: touch.mark)
          return nil
        } catch { return error }
      }
    }
    var (done, left, failure): ([String], [Append], RedisError?) = ([], [], nil)
    for (append, task) in zip(appends, tasks) {
      guard case .success(let error) = await task.result, let error else {
        counts.appends += 1
        done += append.events
        continue
      }
      failure = error
      left.append(append)
    }
    return (done, left, failure)
  }

  private func touchEverything(_ reason: String) async throws(RedisError) {
    // Another relay is at it: when it is done, there is no gap any more.
    guard try await source.takesGap() else { return await Loop.sleep(for: .milliseconds(5)) }
    while true {
      do throws(RedisError) {
        try await log.beginAnew()
        break
      } catch {
        note(.logFailed(error))
        if isStopping { return }
        await Loop.sleep(for: .milliseconds(.random(in: 50...150)))
      }
    }
    counts.gaps += 1
    note(.gap(reason))
    // Not before: who dies in between leaves the gap to be found again.
    try await source.closeGap()
  }

  /// Shows followers that the log is alive and that changes reach it: when nothing else was appended for a second, and only while
  /// the source answers. Twice the same end is a quiet log, and then every second look is an entry.
  private func beat() async {
    var last: String?
    var isQuiet = false
    while !isStopping {
      await Loop.sleep(for: Self.tick)
      guard let sourceAnswered, sourceAnswered.duration(to: .now) < Self.tick * 4 else { continue }
      let end = try? await log.heartbeat(after: isQuiet ? last : nil)
      isQuiet = end != nil && end == last
      last = end
    }
  }
}
