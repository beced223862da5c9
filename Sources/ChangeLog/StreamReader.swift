// Reads the stream for one process and feeds its follower.
//
// Beginning: where the log ends is asked, and its last 32,768 entries are read into the follower's knowledge, so that what other
// processes put into the shared cache before this one started can be judged. Then plain XREAD from the last id, blocking for half
// a second. On each new connection, and whenever nothing came, the log's end is asked again: one that does not match (another
// replication id, another nonce, a number below ours) is another life of the log, and reading begins anew. The end that a reply shows
// is true of some moment after the question was sent, so the question's time is taken: an answer that lay unread for seconds
// does not make an old position look young. An answer without an entry shows no end at all: a master that was cut off
// from the others answers like that for ever.
//
// A log that is found empty has lost its life, and whoever appends first begins another. What is made before that would be made
// again after it: so nothing is forgotten yet, the position is lost, and the other life is waited for, a quarter of a second. The
// relay comes first where the same blow took the core API's events from it, for that gap needs a life of its own; if nobody
// comes, this reader begins one. Its entry is no sign of those who tell of changes: the position's age runs on.
// Somebody who has a miss to answer need not wait for the next look: `meetEnd` has it done now.

import EventLoop
import Redis

/// Follows the log on a connection of its own, until `stop()`.
@LoopActor package final class StreamReader {
  package enum Event: Sendable {
    /// The log cannot be read; it is tried again.
    case failed(RedisError)
    /// The log's end was reached, at the beginning or after a failure.
    case following(Position)
    /// Everything that was known is forgotten.
    case beginsAnew(String)
  }

  private let key: String
  private let client: RedisClient
  private let follower: Follower
  private let note: @LoopActor (Event) -> Void
  private var cursor = "0-0"
  private var connection = 0
  /// By which the server knows this connection; nil where it does not tell.
  private var clientID: Int64?
  private var page = StreamReader.largestPage
  /// Of the last entry that was read; nil if that was none, or the log was empty.
  private var newest: Stamp?
  /// How often the log's end was compared with what was read.
  private var meetings = 0
  private var asked = Duration.zero
  private var isReading = true
  private var isFailing = true
  /// Whether the log was read to its end once: before that the follower knows of no change.
  package private(set) var isCaughtUp = false
  /// The life that was followed is over, and the next one is waited for or being read.
  package private(set) var isBetweenLives = false

  // A thousand kept the loop for 5 ms.
  private static let largestPage = 200
  private static let readBack: UInt64 = 32_768
  private static let block = Duration.milliseconds(500)
  /// So long another life of an emptied log may take to be begun by those who have to.
  private static let grace = Duration.milliseconds(250)

  /// - Parameters:
  ///   - follower: one that awaits a log; it stays on the loop.
  ///   - note: for an operator's log; the first `.following` says that the first full read is done.
  package init(
    _ endpoint: RedisEndpoint, key: String = StreamChangeLog.defaultKey, feeding follower: Follower,
    note: @escaping @LoopActor (Event) -> Void = { _ in }
  ) {
    self.key = key
    self.follower = follower
    self.note = note
    client = RedisClient(endpoint, .init(deadline: .seconds(1), replyLimit: 64 << 20))
    _ = Loop.task { await self.follow() }
  }

  package func stop() {
    isReading = false
    client.close()
  }

  /// Of the reader's own connection.
  package var counts: RedisClient.Counts { client.counts }

  private func follow() async {
    while isReading {
      do throws(RedisError) {
        if !isCaughtUp || client.counts.connections != connection { try await meetTail() }
        try await read()
      } catch {
        guard isReading else { return }
        // A page may be larger than a reply may be; one entry never is.
        page = error.code == .malformed ? max(1, page / 4) : page
        if !isFailing { note(.failed(error)) }
        isFailing = true
        isBetweenLives = false
        connection = 0
        await Loop.sleep(for: .milliseconds(50))
      }
    }
  }

  /// Looks whether the log still is the one that was read.
  private func meetTail() async throws(RedisError) {
    var tail = try await askTail()
    if connection != client.counts.connections {
      clientID = try await client.send([RedisCommand("CLIENT", "ID")]).first?.integer
      connection = client.counts.connections
    }
    meetings += 1
    if isCaughtUp, let end = tail.position, follower.knowledge.position.epoch == end.epoch,
      follower.knowledge.position.number <= end.number
    {
      return recovered()
    }
    // Nobody else has a position in a log that is empty, or ends with no entry: reading is as far as it can be.
    if isCaughtUp, tail.position == nil, cursor == tail.id ?? "0-0" { return recovered() }
    if isCaughtUp, tail.id == nil { tail = try await anotherLife() }
    try await begin(at: tail)
  }

  private func askTail() async throws(RedisError) -> Tail {
    guard let tail = Tail(try await StreamScripts.tail.run(on: client, keys: [.text(key)])) else { throw unreadable }
    return tail
  }

  /// Where the life ends that another has begun in the emptied log, or this reader. Still none where it may not write.
  private func anotherLife() async throws(RedisError) -> Tail {
    isBetweenLives = true
    follower.loseSight()
    let end = follower.now + Self.grace
    var pause = Duration.milliseconds(1)
    while follower.now < end, isReading {
      await Loop.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(16))
      let tail = try await askTail()
      if tail.id != nil { return tail }
    }
    do throws(RedisError) { try await StreamChangeLog(on: client, key: key).open() } catch {
      guard error.code == .server else { throw error }
    }
    return try await askTail()
  }

  private func begin(at tail: Tail) async throws(RedisError) {
    if isCaughtUp { note(.beginsAnew("the log is another one than it was")) }
    isBetweenLives = isCaughtUp
    isCaughtUp = false
    newest = nil
    guard let end = tail.position else {
      cursor = tail.id ?? "0-0"
      follower.begin(at: .nowhere)
      return recovered()
    }
    let start = end.number - min(end.number, Self.readBack)
    cursor = "\(start)-0"
    follower.begin(at: Position(epoch: end.epoch, number: start))
    while try await readPage(blocking: nil) {}
    // After a restart or a fail-over the last entries are of the life before: what is newest in it may be lost.
    let position = follower.knowledge.position
    if position.epoch != end.epoch, position.number <= end.number { follower.begin(at: end) }
    recovered()
  }

  private func recovered() {
    isCaughtUp = true
    isBetweenLives = false
    guard isFailing else { return }
    isFailing = false
    note(.following(follower.knowledge.position))
  }

  private func read() async throws(RedisError) {
    let before = cursor
    let hasMore = try await readPage(blocking: Self.block)
    if !hasMore, cursor == before { try await meetTail() }
  }

  /// - Returns: whether there is more to read.
  private func readPage(blocking: Duration?) async throws(RedisError) -> Bool {
    let asked = follower.now
    let wait: [RedisCommand.Word] = blocking.map { ["BLOCK", .number(Int($0 / .milliseconds(1)))] } ?? []
    let reply = try await client.send(
      RedisCommand(["XREAD", "COUNT", .number(page)] + wait + ["STREAMS", .text(key), .text(cursor)]),
      within: .seconds(1) + (blocking ?? .zero))
    if reply == .null { return false }
    // [[key, entries]]
    guard let entries = reply.array?.first?.array?.last?.array, !entries.isEmpty else { throw unreadable }
    let hasMore = entries.count >= page
    try take(entries, asked: asked, isEnd: !hasMore)
    page = min(Self.largestPage, page * 2)
    return hasMore
  }

  private func take(_ entries: [RedisReply], asked: Duration, isEnd: Bool) throws(RedisError) {
    var changes: [Change] = []
    for entry in entries {
      guard let (id, change) = StreamEntry.read(entry) else { throw unreadable }
      cursor = id
      newest = change?.stamp
      if let change {
        changes.append(change)
      } else {
        note(.beginsAnew("entry \(id) of \(key) is none of the log's"))
        follower.receive(Batch(changes: changes, end: nil), asked: asked)
        follower.begin(at: .nowhere)
        changes = []
      }
    }
    follower.receive(Batch(changes: changes, end: isEnd ? changes.last?.position : nil), asked: asked)
  }

  // MARK: For those who cannot wait

  package var endpoint: RedisEndpoint { client.endpoint }

  /// The log's last entry, to be asked for wherever its server is reached; the answer is for `knows`.
  package var lastEntry: RedisCommand { RedisCommand("XREVRANGE", .text(key), "+", "-", "COUNT", "1") }

  /// Whether the log's last entry, as `lastEntry` brought it, is of the life that is followed.
  package func knows(_ last: RedisReply) -> Bool {
    guard !isBetweenLives, let entries = last.array else { return !isBetweenLives }
    return entries.first.flatMap { StreamEntry.read($0)?.change?.stamp } == newest
  }

  /// Returns when the log's end has been compared with what was read, and another life of it, if there is one, has been begun; or
  /// when that cannot be had now.
  /// - Parameter other: a connection to the same server: this reader's own waits for entries, and is called back by it.
  package func meetEnd(over other: RedisClient, atMost patience: Duration) async {
    let (end, met, epoch) = (follower.now + patience, meetings, follower.knowledge.position.epoch)
    var pause = Duration.milliseconds(1)
    while follower.now < end, isReading, !isFailing {
      if !isBetweenLives {
        // The first comparison may have been asked for before whatever the caller saw.
        if meetings >= met + 2 || isCaughtUp && follower.knowledge.position.epoch != epoch { return }
        await callBack(over: other)
      }
      await Loop.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(16))
    }
  }

  private func callBack(over other: RedisClient) async {
    guard let clientID, follower.now - asked >= .milliseconds(1) else { return }
    asked = follower.now
    _ = try? await other.send(RedisCommand("CLIENT", "UNBLOCK", .number(Int(clientID))))
  }

  private var unreadable: RedisError {
    RedisError(.malformed, "\(client.endpoint): what it answered about \(key) cannot be read")
  }
}

extension Position {
  /// In a log that nobody else knows.
  fileprivate static var nowhere: Position { Position(epoch: .random(), number: 0) }
}
