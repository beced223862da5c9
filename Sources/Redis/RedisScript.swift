import EventLoop

/// A Lua script, sent whole once and by its digest from then on.
@LoopActor package final class RedisScript {
  private let source: String
  // Redis's own name for the script, the same on every server.
  private var digest: String?

  nonisolated package init(_ source: String) {
    self.source = source
  }

  /// One round trip, but after a restart of the server, which has forgotten every script: then two.
  /// - Throws: a script's error as `.server`.
  package func run(
    on client: RedisClient, keys: [RedisCommand.Word], _ arguments: [RedisCommand.Word] = [], within deadline: Duration? = nil
  ) async throws(RedisError) -> RedisReply {
    let rest = [.number(keys.count)] + keys + arguments
    let whole = RedisCommand(["EVAL", .text(source)] + rest)
    guard let digest else {
      let replies = try await client.send([RedisCommand("SCRIPT", "LOAD", .text(source)), whole], within: deadline)
      // A server whose rules forbid LOAD gets the whole script each time.
      digest = replies[0].text
      return try replies[1].orThrow()
    }
    do throws(RedisError) {
      return try await client.send(RedisCommand(["EVALSHA", .text(digest)] + rest), within: deadline)
    } catch {
      guard error.serverWord == "NOSCRIPT" else { throw error }
      return try await client.send(whole, within: deadline)
    }
  }
}

extension RedisReply {
  package func orThrow() throws(RedisError) -> RedisReply {
    if case .error(let message) = self { throw RedisError(.server, message) }
    return self
  }
}
