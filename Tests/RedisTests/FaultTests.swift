import EventLoop
import Glibc
import Synchronization
import Testing

@testable import Redis

/// Servers that do not do what they should: every call ends with an error, and the client is well again when they are.
@Suite @LoopActor struct FaultTests {
  nonisolated static let get = RedisCommand("GET", "k")

  func client(_ server: FakeServer, deadline: Duration = .seconds(10), replyLimit: Int = 8 << 20) throws -> RedisClient {
    RedisClient(try RedisEndpoint(url: server.url), .init(deadline: deadline, replyLimit: replyLimit))
  }

  func failure(
    _ client: RedisClient, _ command: RedisCommand = FaultTests.get, within deadline: Duration? = nil
  ) async -> RedisError? {
    do throws(RedisError) {
      _ = try await client.send(command, within: deadline)
      return nil
    } catch { return error }
  }

  /// Asks until there is an answer; the test's own time limit ends one that never comes.
  func answer(_ client: RedisClient) async -> RedisReply {
    while true {
      if let reply = try? await client.send(Self.get) { return reply }
      await Loop.sleep(for: .milliseconds(20))
    }
  }

  @Test func nobodyListens() async throws {
    let server = FakeServer { _ in }
    server.stop()
    let client = try client(server)
    #expect(await failure(client)?.code == .refused)
    var codes: Set<RedisError.Code?> = []
    while client.breakerState == .closed {
      codes.insert(await failure(client)?.code)
      await Loop.sleep(for: .milliseconds(1))
    }
    // Between two tries nobody waits for the next.
    #expect(codes.isSubset(of: [.refused, .unavailable]))
    #expect(await failure(client)?.code == .unavailable)
    #expect(client.lastFailure?.code == .refused)
    client.close()
    #expect(await failure(client)?.code == .closed)
  }

  @Test func noSuchNameIsARefusal() async throws {
    let client = RedisClient(try RedisEndpoint(url: "redis://nowhere.invalid"), .init(deadline: .seconds(10)))
    #expect(await failure(client)?.code == .refused)
    client.close()
  }

  /// Accepts, and never says a word: at most five calls wait for their deadline, then none does.
  @Test(.timeLimit(.minutes(1))) func blackHole() async throws {
    let server = FakeServer { $0.wait() }
    let client = try client(server, deadline: .milliseconds(50))
    var codes: [RedisError.Code: Int] = [:]
    while client.breakerState == .closed { codes[await failure(client)?.code ?? .server, default: 0] += 1 }
    #expect(Set(codes.keys).isSubset(of: [.timeout, .unavailable]))
    #expect((1...5).contains(codes[.timeout] ?? 0))
    for _ in 1...20 { #expect(await failure(client)?.code == .unavailable) }
    #expect(client.counts.timeouts == codes[.timeout])
    #expect(client.counts.refusals == 20 + (codes[.unavailable] ?? 0))
    #expect(client.counts.failures == client.counts.calls)
    client.close()
    server.stop()
  }

  /// Takes the log-in, answers three calls, then nothing more: calls in flight end at their deadline, whoever comes later does not wait.
  @Test(.timeLimit(.minutes(1))) func fallsSilentLater() async throws {
    let isSilent = Atomic<Bool>(false)
    let server = FakeServer { peer in
      peer.greet()
      while peer.receive() {
        if !isSilent.load(ordering: .relaxed) { peer.send("$1\r\na\r\n") }
      }
    }
    let client = try client(server, deadline: .milliseconds(50))
    for _ in 1...3 { #expect(await answer(client) == .bytes([97])) }
    isSilent.store(true, ordering: .relaxed)
    let before = client.counts.timeouts
    while client.breakerState == .closed { #expect(await failure(client) != nil) }
    #expect((1...5).contains(client.counts.timeouts - before))
    // It takes every log-in, and that alone ends no row of failures: one call more for each of them, and not five.
    let (calls, connections) = (client.counts.timeouts, client.counts.connections)
    while client.counts.connections < connections + 3 {
      _ = await failure(client)
      await Loop.sleep(for: .milliseconds(1))
    }
    #expect(client.counts.timeouts <= calls + client.counts.connections - connections)
    client.close()
    server.stop()
  }

  /// One that is back is used again without anybody's doing, and no page pays for finding out.
  @Test(.timeLimit(.minutes(1))) func healsByItself() async throws {
    let isWell = Atomic<Bool>(false)
    let server = FakeServer { peer in
      guard isWell.load(ordering: .relaxed) else { return peer.reset() }
      peer.greet()
      while peer.receive() { peer.send("$1\r\na\r\n") }
    }
    let client = try client(server)
    while client.breakerState == .closed { _ = await failure(client) }
    let calls = client.counts.calls
    isWell.store(true, ordering: .relaxed)
    while !client.isConnected { await Loop.sleep(for: .milliseconds(5)) }
    #expect(client.breakerState == .closed)
    #expect(client.counts.calls == calls)
    #expect(await answer(client) == .bytes([97]))
    client.close()
    server.stop()
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "\u{0}\u{1}\u{2}\u{3}", "$12x\r\n", "*2\r\n$3\r\nab"])
  func garbageEndsTheConnection(text: String) async throws {
    let server = FakeServer { peer in
      peer.greet()
      peer.receive()
      if peer.number > 0 { return peer.send("$1\r\na\r\n") }
      peer.send(text)
      if text.hasSuffix("ab") { return }
      peer.wait()
    }
    let client = try client(server)
    client.open()
    let error = await failure(client)
    #expect(error?.code == (text.hasSuffix("ab") ? .closed : .malformed))
    #expect(await answer(client) == .bytes([97]))
    client.close()
    server.stop()
  }

  /// A reply cut at every byte, by an end and by a reset: never half a reply, never another call's.
  @Test(.timeLimit(.minutes(1)), arguments: [false, true]) func replyCutAnywhere(isReset: Bool) async throws {
    let reply = Array("*2\r\n$3\r\nabc\r\n*1\r\n:12\r\n".utf8)
    for cut in 0..<reply.count {
      let server = FakeServer { peer in
        peer.greet()
        peer.receive()
        guard peer.number == 0 else { return peer.send("$4\r\nnext\r\n") }
        peer.send(reply[..<cut])
        if isReset { peer.reset() }
      }
      let client = try client(server)
      #expect(await failure(client)?.code == .closed)
      #expect(await answer(client) == .bytes(Array("next".utf8)))
      client.close()
      server.stop()
    }
  }

  /// A reply cut at every byte, and then nothing.
  @Test(.timeLimit(.minutes(1))) func replyThatStopsAnywhere() async throws {
    let reply = Array("*2\r\n$3\r\nabc\r\n:1\r\n".utf8)
    for cut in 0..<reply.count {
      let server = FakeServer { peer in
        peer.greet()
        peer.receive()
        peer.send(reply[..<cut])
        peer.wait()
      }
      let client = try client(server, deadline: .milliseconds(40))
      #expect(await failure(client)?.code == .timeout)
      client.close()
      server.stop()
    }
  }

  /// What comes too late is not taken for the answer to the next call.
  @Test(.timeLimit(.minutes(1))) func aLateReplyIsNobodyElses() async throws {
    let mayAnswer = Atomic<Bool>(false)
    let server = FakeServer { peer in
      peer.greet()
      peer.receive()
      while !mayAnswer.load(ordering: .relaxed) { usleep(1000) }
      peer.send("$4\r\nlate\r\n")
      while peer.receive() { peer.send("$4\r\ntrue\r\n") }
    }
    let client = try client(server, deadline: .seconds(30))
    client.open()
    while !client.isConnected { await Loop.sleep(for: .milliseconds(2)) }
    #expect(await failure(client, within: .milliseconds(30))?.code == .timeout)
    mayAnswer.store(true, ordering: .relaxed)
    #expect(try await client.send(Self.get) == .bytes(Array("true".utf8)))
    #expect(client.counts.lateReplies == 1)
    #expect(client.counts.connections == 1)
    client.close()
    server.stop()
  }

  @Test(.timeLimit(.minutes(1))) func aReplyNobodyAskedForEndsTheConnection() async throws {
    let server = FakeServer { peer in
      peer.greet()
      if peer.number == 0 { peer.send("$3\r\nfoo\r\n") }
      while peer.receive() { peer.send("$4\r\ntrue\r\n") }
    }
    let client = try client(server)
    client.open()
    while client.counts.connections < 2 { await Loop.sleep(for: .milliseconds(2)) }
    #expect(await answer(client) == .bytes(Array("true".utf8)))
    client.close()
    server.stop()
  }

  @Test(.timeLimit(.minutes(1))) func aReplyWithoutEndHasItsLimit() async throws {
    let server = FakeServer { peer in
      peer.greet()
      peer.receive()
      peer.send("$2000000000\r\n")
      let chunk = [UInt8](repeating: 120, count: 1 << 16)
      for _ in 1...100 { peer.send(chunk) }
      peer.wait()
    }
    let client = try client(server, deadline: .seconds(20), replyLimit: 1 << 20)
    #expect(await failure(client)?.code == .malformed)
    client.close()
    server.stop()
  }

  /// A server that reads nothing: what is written has its limit, and those that wait go when the client is closed.
  @Test(.timeLimit(.minutes(1))) func whatWaitsHasItsLimit() async throws {
    let server = FakeServer { peer in
      peer.greet()
      while true { usleep(1_000_000) }
    }
    let client = RedisClient(
      try RedisEndpoint(url: server.url), .init(deadline: .seconds(30), queueLimit: 10, unsentLimit: 8 << 20))
    client.open()
    while !client.isConnected { await Loop.sleep(for: .milliseconds(2)) }
    let large = RedisCommand("SET", "k", .bytes([UInt8](repeating: 1, count: 5 << 20)))
    let calls = (1...4).map { _ in Loop.task { await failure(client, large)?.code } }
    await Loop.sleep(for: .milliseconds(50))
    #expect(client.counts.refusals >= 1)
    let small = (1...10).map { _ in Loop.task { await failure(client)?.code } }
    await Loop.sleep(for: .milliseconds(50))
    client.close()
    var codes: [RedisError.Code?] = []
    for call in calls + small { codes.append(try await call.value) }
    #expect(Set(codes) == [.full, .closed])
    server.stop()
  }
}
