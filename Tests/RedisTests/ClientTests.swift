import EventLoop
import PrivateRedis
import Testing

@testable import Redis

/// Against a real Redis.
@Suite(.enabled(if: PrivateRedis.isInstalled, "there is no redis-server: scripts/setup test")) @LoopActor
struct ClientTests {
  static let patient = RedisClient.Options(deadline: .seconds(10))

  func connect(_ server: PrivateRedis, user: String = "", database: Int = 0) throws -> RedisClient {
    RedisClient(try RedisEndpoint(url: "unix://\(user)\(server.socket)?db=\(database)"), Self.patient)
  }

  @Test func everyKindOfReply() async throws {
    let server = try PrivateRedis()
    defer { server.stop() }
    let client = try connect(server)
    let bytes = (0...255).map { UInt8($0) }
    #expect(try await client.send(RedisCommand("SET", "k", .bytes(bytes))) == .status("OK"))
    #expect(try await client.send(RedisCommand("GET", "k")) == .bytes(bytes))
    #expect(try await client.send(RedisCommand("GET", "none")) == .null)
    #expect(try await client.send(RedisCommand("STRLEN", "k")) == .integer(256))
    #expect(try await client.send(RedisCommand("MGET", "k", "none")) == .array([.bytes(bytes), .null]))
    #expect(try await client.send(RedisCommand("SET", "", "")) == .status("OK"))
    #expect(try await client.send(RedisCommand("GET", "")) == .bytes([]))
    let error = await #expect(throws: RedisError.self) { try await client.send(RedisCommand("LPUSH", "k", "x")) }
    #expect(error?.serverWord == "WRONGTYPE")
    client.close()
  }

  @Test func severalCommandsAreOneWriteAndAnErrorStandsInItsPlace() async throws {
    let server = try PrivateRedis()
    defer { server.stop() }
    let client = try connect(server)
    let replies = try await client.send([
      RedisCommand("SET", "k", "v"), RedisCommand("NO-SUCH-COMMAND"), RedisCommand("GET", "k"), RedisCommand("LPUSH", "k", "x"),
      RedisCommand("INCR", "n"),
    ])
    #expect(replies[0] == .status("OK"))
    #expect(replies[2] == .bytes([118]))
    #expect(replies[4] == .integer(1))
    for place in [1, 3] { #expect(throws: RedisError.self) { try replies[place].orThrow() } }
    #expect(try await client.send([RedisCommand]()) == [])
    client.close()
  }

  /// A thousand callers at once: everybody gets their own answer, on one connection.
  @Test func everyCallerGetsTheirOwn() async throws {
    let server = try PrivateRedis()
    defer { server.stop() }
    let client = try connect(server)
    for round in 1...3 {
      let calls = (0..<1000).map { number in
        Loop.task { try await client.send(RedisCommand("ECHO", "\(round):\(number)")) }
      }
      for (number, call) in calls.enumerated() { #expect(try await call.value.text == "\(round):\(number)") }
    }
    #expect(client.counts.connections == 1)
    let info = try await client.send(RedisCommand("INFO", "stats")).text ?? ""
    #expect(info.contains("total_connections_received:2\r\n"))  // the fixture's own look is the other
    client.close()
  }

  /// Far more than a socket takes at once, both ways.
  @Test func largeValues() async throws {
    let server = try PrivateRedis()
    defer { server.stop() }
    let client = try connect(server)
    let value = [UInt8](repeating: 1, count: 3_000_000) + [UInt8](repeating: 2, count: 3_000_001)
    let small = Loop.task { try await client.send(RedisCommand("ECHO", "small")) }
    #expect(try await client.send(RedisCommand("SET", "k", .bytes(value))) == .status("OK"))
    #expect(try await client.send(RedisCommand("GET", "k")) == .bytes(value))
    #expect(try await small.value.text == "small")
    client.close()
  }

  @Test func userPasswordAndDatabaseHoldOnEveryConnection() async throws {
    let server = try PrivateRedis("--user", "relay", "on", ">s%cret", "~*", "+@all", "--user", "default", "off")
    defer { server.stop() }
    let client = try RedisClient(
      RedisEndpoint(url: "unix://relay:s%25cret@\(server.socket)?db=3"), Self.patient)
    #expect(try await client.send(RedisCommand("SET", "k", "v")) == .status("OK"))
    // The server ends the connection; the next one logs in and selects anew.
    let number = try await client.send(RedisCommand("CLIENT", "ID")).integer ?? 0
    _ = try? await client.send(RedisCommand("CLIENT", "KILL", "ID", .number(number), "SKIPME", "no"))
    while client.counts.connections < 2 { await Loop.sleep(for: .milliseconds(5)) }
    #expect(try await client.send(RedisCommand("ACL", "WHOAMI")).text == "relay")
    #expect(try await client.send(RedisCommand("GET", "k")).text == "v")
    #expect(try await client.send(RedisCommand("CLIENT", "INFO")).text?.contains(" db=3 ") == true)
    client.close()
  }

  @Test func aWrongPasswordIsSaidAndNotShown() async throws {
    let server = try PrivateRedis("--requirepass", "right")
    defer { server.stop() }
    let client = try RedisClient(RedisEndpoint(url: "unix://:wrong@\(server.socket)"), Self.patient)
    let error = await #expect(throws: RedisError.self) { try await client.send(RedisCommand("GET", "k")) }
    #expect(error?.serverWord == "WRONGPASS")
    #expect(error?.description.contains("wrong@") == false)
    client.close()
    let none = try connect(server)
    let other = await #expect(throws: RedisError.self) { try await none.send(RedisCommand("GET", "k")) }
    #expect(other?.serverWord == "NOAUTH")
    none.close()
  }

  @Test(.timeLimit(.minutes(1))) func frozenAndResumed() async throws {
    let server = try PrivateRedis()
    defer { server.stop() }
    let client = RedisClient(try RedisEndpoint(url: server.url), .init(deadline: .milliseconds(50)))
    while (try? await client.send(RedisCommand("SET", "k", "v"))) == nil {}
    server.freeze()
    var timeouts = 0
    while client.breakerState == .closed {
      let error = await #expect(throws: RedisError.self) { try await client.send(RedisCommand("GET", "k")) }
      if error?.code == .timeout { timeouts += 1 }
    }
    #expect(timeouts <= 5)
    server.resume()
    while !client.isConnected { await Loop.sleep(for: .milliseconds(5)) }
    var reply: RedisReply?
    while reply == nil { reply = try? await client.send(RedisCommand("GET", "k")) }
    #expect(reply?.text == "v")
    client.close()
  }

  @Test(.timeLimit(.minutes(1))) func restartedServerIsFoundAgain() async throws {
    let server = try PrivateRedis()
    defer { server.stop() }
    let client = try connect(server)
    _ = try await client.send(RedisCommand("SET", "k", "v"))
    try server.restart()
    var reply: RedisReply?
    while reply == nil {
      reply = try? await client.send(RedisCommand("GET", "k"))
      await Loop.sleep(for: .milliseconds(5))
    }
    #expect(reply == .null)
    client.close()
  }

  @Test func aScriptIsSentWholeOnceAndAgainWhenItWasForgotten() async throws {
    let server = try PrivateRedis()
    defer { server.stop() }
    let client = try connect(server)
    let script = RedisScript("return {KEYS[1], ARGV[1], redis.call('INCR', KEYS[1])}")
    func run(_ argument: String) async throws -> RedisReply { try await script.run(on: client, keys: ["n"], [.text(argument)]) }
    for number in 1...3 {
      #expect(try await run("\(number)") == .array([.bytes([110]), .bytes(Array("\(number)".utf8)), .integer(Int64(number))]))
    }
    func evaluations() async throws -> [String] {
      let info = try await client.send(RedisCommand("INFO", "commandstats")).text ?? ""
      return info.split(separator: "\r\n").filter { $0.contains("_eval") }.map { String($0.prefix { $0 != "," }) }.sorted()
    }
    #expect(try await evaluations() == ["cmdstat_eval:calls=1", "cmdstat_evalsha:calls=2"])
    _ = try await client.send(RedisCommand("SCRIPT", "FLUSH"))
    #expect(try await run("4") == .array([.bytes([110]), .bytes([52]), .integer(4)]))
    #expect(try await run("5").array?.last == .integer(5))
    #expect(try await evaluations() == ["cmdstat_eval:calls=2", "cmdstat_evalsha:calls=4"])
    let broken = RedisScript("return redis.error_reply('ODD not so')")
    for _ in 1...2 {
      let error = await #expect(throws: RedisError.self) { try await broken.run(on: client, keys: []) }
      #expect(error?.serverWord == "ODD")
    }
    client.close()
  }
}
