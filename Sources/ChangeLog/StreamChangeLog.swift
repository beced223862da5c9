import EventLoop
import Redis
import Tenancy

/// The change log that many processes share: a Redis Stream. `StreamReader` follows it.
@LoopActor package final class StreamChangeLog {
  /// The name in braces keeps everything of the log in one slot of a Redis Cluster.
  nonisolated package static let defaultKey = "{storefront}:changes"
  /// A change of more tags than this is written as one of everything of its tenant.
  nonisolated package static let mostTags = 1000

  package let key: String
  private let client: RedisClient
  private let kept: Int

  /// - Parameters:
  ///   - client: with a deadline that suits its caller: nobody's page waits for an append.
  ///   - kept: about how many entries stay for followers that are behind; Redis trims in blocks of a hundred.
  package init(on client: RedisClient, key: String = StreamChangeLog.defaultKey, keeping kept: Int = 100_000) {
    self.client = client
    self.key = key
    self.kept = kept
  }

  /// Appends one entry: one script call, one XADD. Append only **after** the change can be read.
  ///
  /// An error says that it may have been appended: append again, for a change that stands there twice does no harm.
  /// - Parameter tags: all that it touches, before and after it, of this tenant.
  /// - Returns: where it stands.
  @discardableResult
  package func append(tenant: TenantID, tags: [Tag], class: ChangeClass, mark: UInt64 = 0) async throws(RedisError) -> Position {
    precondition(tags.allSatisfy { $0.tenant == tenant }, "a change is of one tenant")
    let tags = tags.count > Self.mostTags ? [.everything(of: tenant)] : tags
    let reply = try await run("", StreamEntry.words(tenant: tenant, tags: tags, class: `class`, mark: mark))
    guard let position = Self.position(reply) else { throw unreadable(reply) }
    return position
  }

  /// Begins another life of the log, with one entry: everything of every tenant is unknown to every follower. For when changes were
  /// lost and nobody can say which.
  package func beginAnew() async throws(RedisError) {
    _ = try await run("anew", [])
  }

  /// Appends an entry that touches nothing, if the log still ends where it did: of several relays one writes.
  /// - Parameter seen: what this returned before; nil the first time, when nothing is written.
  /// - Returns: the last entry's id now, or `none`.
  package func heartbeat(after seen: String?) async throws(RedisError) -> String {
    let reply = try await run(seen ?? "?", [])
    guard let id = reply.array?.first?.text else { throw unreadable(reply) }
    return id
  }

  /// Begins an empty log with an entry that touches nothing; one that is not empty stays as it is.
  func open() async throws(RedisError) {
    _ = try await run("none", ["opening", "1"])
  }

  private func run(_ expected: String, _ words: [RedisCommand.Word]) async throws(RedisError) -> RedisReply {
    let nonce = Stamp.random()
    let digits = hexadecimal(nonce.high) + hexadecimal(nonce.low)
    return try await StreamScripts.append.run(
      on: client, keys: [.text(key)], [.text(digits), .number(kept), .text(expected)] + words)
  }

  private func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func position(_ reply: RedisReply) -> Position? {
    guard let parts = reply.array, parts.count == 3, let id = parts[0].text, let number = StreamEntry.number(of: id),
      let nonce = parts[1].text, let replication = parts[2].text,
      let stamp = Stamp(replication: replication, nonce: nonce)
    else { return nil }
    return Position(epoch: stamp, number: number)
  }

  private func unreadable(_ reply: RedisReply) -> RedisError {
    RedisError(.malformed, "\(client.endpoint): what the change log's script answered cannot be read: \(reply)")
  }
}

/// Where the log ends, and in which life of it.
struct Tail {
  /// The last entry's id; nil for a log that is empty.
  let id: String?
  /// nil where nobody else can have a position: the log is empty, or its last entry is none.
  let position: Position?

  init?(_ reply: RedisReply) {
    guard let parts = reply.array, let replication = parts.first?.text else { return nil }
    id = parts.count > 1 ? parts[1].text : nil
    if parts.count > 2, let number = id.flatMap(StreamEntry.number), let nonce = parts[2].text,
      let stamp = Stamp(replication: replication, nonce: nonce)
    {
      position = Position(epoch: stamp, number: number)
    } else {
      position = nil
    }
  }
}
