// The reference's commits as events on a Redis Stream, from which relays bring them to the change log (docs/core-api.md).
//
// The catalogue appends each commit to a log in memory after it can be read; the publisher follows that log and sends what it
// finds, in order, each until Redis has said that it took it. So the log is the outbox: while Redis is away events wait
// there, an event is never out before its commit, and one whose answer was lost is sent again under the same id. The log is
// bounded; when it has dropped what was not sent yet, nobody can say any more what that was, and everything of every tenant is
// touched instead. The log begins with the loading of the catalogues, so a start touches everything too: what changed while
// nobody published is unknown.

import ChangeLog
import CoreAPIClient
import EventLoop
import FoundationEssentials
import Redis
import Tenancy

@LoopActor package final class EventPublisher {
  package enum Note: Sendable {
    /// Redis takes no events; so many wait.
    case waiting(Int, RedisError)
    /// It does again, or for the first time.
    case sending
    /// More waited than are kept: everything of every tenant is touched.
    case overflowed
  }

  /// The stream, and the field of its entries.
  package static let key = "core:events"
  static let keptEntries = 100_000
  private static let atOnce = 100
  private static let deadline = Duration.seconds(1)
  private static let pauses = (shortest: Duration.milliseconds(50), longest: Duration.seconds(1))

  private let client: RedisClient
  private let catalog: ReferenceCatalog
  private let changes: MemoryChangeLog
  private let note: @LoopActor (Note) -> Void
  private var sent: UInt64 = 0
  private var sleeper: UnsafeContinuation<Void, Never>?
  private var isStopped = false

  /// - Parameter changes: the catalogue's own log, from its first entry.
  package init(
    of catalog: ReferenceCatalog, _ changes: MemoryChangeLog, to client: RedisClient,
    note: @escaping @LoopActor (Note) -> Void = { _ in }
  ) {
    self.catalog = catalog
    self.changes = changes
    self.client = client
    self.note = note
  }

  /// Commits that Redis has not said to have taken.
  package var waiting: Int { Int(changes.end.number - sent) }

  /// The mark of the newest event on the stream, which a catalogue that starts anew must exceed; nil when there is none.
  package static func lastMark(in client: RedisClient) async throws(RedisError) -> UInt64? {
    let reply = try await client.send(
      RedisCommand("XREVRANGE", .text(key), "+", "-", "COUNT", "1"), within: deadline)
    // [[id, ["event", JSON]]]
    guard let json = reply.array?.first?.array?.last?.array?.last?.bytes else { return nil }
    return (try? JSONDecoder().decode(Marked.self, from: Data(json)))?.mark
  }

  /// Runs until it is stopped.
  package func run() async {
    var pause = Self.pauses.shortest
    var isSending = false
    while !isStopped {
      guard let batch = next() else {
        // Asked once more where it is acted on: a task may go through the loop's queue before it waits, and meanwhile it may be woken.
        await withUnsafeContinuation { if isStopped || waiting > 0 { $0.resume() } else { sleeper = $0 } }
        continue
      }
      if let error = await send(batch) {
        note(.waiting(waiting, error))
        isSending = false
        await Loop.sleep(for: pause)
        pause = min(pause * 2, Self.pauses.longest)
      } else {
        if !isSending { note(.sending) }
        isSending = true
        pause = Self.pauses.shortest
      }
    }
  }

  /// To be called after a commit.
  package func wake() {
    sleeper.take()?.resume()
  }

  /// Waits until all is sent, at most so long; then stops.
  /// - Returns: how many commits were not sent.
  package func drain(within patience: Duration) async -> Int {
    let end = MonotonicInstant.now.advanced(by: patience)
    while waiting > 0, MonotonicInstant.now < end { await Loop.sleep(for: .milliseconds(10)) }
    isStopped = true
    wake()
    return waiting
  }

  // MARK: Sending

  private struct Batch {
    /// Each with the number up to which all is sent when Redis has taken it.
    var events: [(event: Event, number: UInt64)]
  }

  /// What is to be sent now; nil when nothing waits.
  private func next() -> Batch? {
    let changes = changes.changes(after: sent, limit: Self.atOnce).changes
    guard let first = changes.first else { return nil }
    guard first.number == sent + 1 else {
      note(.overflowed)
      // What is committed after the mark is read has an entry of its own.
      return Batch(events: numbered(everything(upTo: first.number - 1, mark: catalog.mark), upTo: first.number - 1))
    }
    return Batch(events: changes.flatMap { numbered(events(for: $0), upTo: $0.number) })
  }

  private func events(for change: Change) -> [Event] {
    guard let tenant = change.tenant else { return everything(upTo: change.number, mark: change.mark) }
    let id = "\(changes.stamp)-\(change.number)"
    return [Event(id: id, tenant: tenant, tags: change.tags, class: change.class, mark: change.mark)]
  }

  /// One event for each tenant, which touches all of it.
  private func everything(upTo number: UInt64, mark: UInt64) -> [Event] {
    catalog.tenants.sorted { $0.value < $1.value }.map { tenant in
      let id = "\(changes.stamp)-\(number)-\(tenant)"
      return Event(id: id, tenant: tenant, tags: [.everything(of: tenant)], class: .hard, mark: mark)
    }
  }

  /// All is sent up to the number when the last of them is.
  private func numbered(_ events: [Event], upTo number: UInt64) -> [(event: Event, number: UInt64)] {
    events.enumerated().map { ($1, $0 == events.count - 1 ? number : number - 1) }
  }

  /// - Returns: what kept a part of it from being taken. That part comes again, with what is behind it.
  private func send(_ batch: Batch) async -> RedisError? {
    let commands = batch.events.map { item in
      RedisCommand(
        "XADD", .text(Self.key), "MAXLEN", "~", .number(Self.keptEntries), "*", "event", .bytes(item.event.json))
    }
    do throws(RedisError) {
      for (reply, item) in zip(try await client.send(commands, within: Self.deadline), batch.events) {
        if case .error(let message) = reply { return RedisError(.server, message) }
        sent = max(sent, item.number)
      }
      return nil
    } catch {
      return error
    }
  }

  private struct Marked: Decodable { let mark: UInt64 }

  /// One entry's `event`.
  private struct Event {
    let id: String
    let tenant: TenantID
    let tags: [Tag]
    let `class`: ChangeClass
    let mark: UInt64

    var json: [UInt8] {
      let document = Document(
        id: id, tenant: tenant.value, tags: tags.map(\.name), class: self.class == .hard ? "hard" : "soft", mark: mark)
      // Texts and numbers only: it can always be written.
      return (try? JSONEncoder().encode(document)).map { [UInt8]($0) } ?? []
    }

    private struct Document: Encodable {
      let id: String
      let tenant: String
      let tags: [String]
      let `class`: String
      let mark: UInt64
    }
  }
}
