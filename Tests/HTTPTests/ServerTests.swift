import EventLoop
import Glibc
import Testing

@testable import HTTP

/// Over loopback. The clients block their own thread; the server is on the loop's.
@Suite(.serialized) struct ServerTests {
  @LoopActor private final class Service {
    let server: HTTPServer
    let port: UInt16
    private(set) var exchanges: [Exchange] = []
    /// Lets what waits in `/held` go on.
    let release: @LoopActor () -> Void

    /// - Parameter sendBuffer: of each connection; small, the kernel holds little of an answer.
    init(limits: ServerLimits = ServerLimits(), sendBuffer: Int32 = 0) throws {
      let descriptor = try listeningSocket(address: "127.0.0.1", port: 0)
      var size = sendBuffer
      if size > 0 { setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size)) }
      port = localPort(of: descriptor)
      var observed: (@LoopActor (Exchange) -> Void)?
      var isReleased = false
      release = { isReleased = true }
      server = HTTPServer(listeningOn: descriptor, limits: limits) { request in
        switch request.path {
        case "/slow":
          await Loop.sleep(for: .milliseconds(50))
        case "/held":
          while !isReleased { await Loop.sleep(for: .milliseconds(5)) }
        case "/work":
          let sum = await Loop.offLoop { (1...100).reduce(0, +) }
          return HTTPResponse(body: Array("\(sum)".utf8))
        case "/big":
          return HTTPResponse(body: [UInt8](repeating: 0x62, count: 8 << 20))
        case "/close":
          return HTTPResponse(body: Array("bye".utf8), closes: true)
        default:
          break
        }
        return HTTPResponse(body: Array("\(request.path) \(request.body.count)".utf8))
      } observe: {
        observed?($0)
      }
      observed = { [weak self] in self?.exchanges.append($0) }
    }

    func untilEmpty() async {
      while server.connectionCount > 0 { await Loop.sleep(for: .milliseconds(5)) }
    }

    /// Gives up after a while, so that a wrong count fails instead of hanging.
    func untilHeld(_ bytes: Int) async {
      for _ in 0..<600 where server.bodyBytes != bytes { await Loop.sleep(for: .milliseconds(5)) }
      #expect(server.bodyBytes == bytes)
    }

    func untilConnected(_ count: Int) async {
      while server.connectionCount < count { await Loop.sleep(for: .milliseconds(5)) }
    }
  }

  private func get(_ path: String, _ more: String = "") -> String { "GET \(path) HTTP/1.1\r\nHost: a\r\n\(more)\r\n" }

  @Test func keepsTheConnection() async throws {
    let service = try await Service()
    let client = try Client(port: service.port)
    for path in ["/one", "/slow", "/work", "/two"] {
      client.send(get(path))
      let answer = client.receiveResponses(1)
      #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\nDate: "))
      #expect(answer.hasSuffix(path == "/work" ? "5050" : "\(path) 0"))
    }
    let exchanges = await service.exchanges
    #expect(exchanges.map(\.status) == [200, 200, 200, 200])
    #expect(exchanges.allSatisfy { $0.remoteAddress == "127.0.0.1" && $0.bytesSent > 60 })
    #expect(exchanges[1].microseconds >= 50_000)
  }

  @Test func answersInOrder() async throws {
    let service = try await Service()
    let client = try Client(port: service.port)
    let paths = (0..<200).map { $0 % 20 == 7 ? "/slow" : "/\($0)" }
    client.send(paths.map { get($0) }.joined() + get("/last", "Connection: close\r\n"))
    let (text, ending) = client.receiveAll()
    let bodies = text.split(separator: "HTTP/1.1 200 OK").map { $0.split(separator: "\r\n\r\n").last ?? "" }
    #expect(bodies == (paths + ["/last"]).map { "\($0) 0" })
    #expect(ending == .end)
  }

  @Test func refusalEndsTheConnection() async throws {
    let service = try await Service()
    let client = try Client(port: service.port)
    client.send(get("/one") + "GET / HTTP/1.1\r\n\r\n" + get("/never"))
    let (text, ending) = client.receiveAll()
    #expect(text.contains("/one 0"))
    #expect(text.contains("HTTP/1.1 400 Bad Request"))
    #expect(!text.contains("/never"))
    #expect(ending == .end)
    let statuses = await service.exchanges.map { $0.request == nil ? -$0.status : $0.status }
    #expect(statuses == [200, -400])
    #expect(await service.exchanges.map(\.rule) == [nil, "no Host"])
    #expect(await service.exchanges.map(\.remoteAddress) == ["127.0.0.1", "127.0.0.1"])
  }

  /// Closed with unread input, the kernel would reset the connection and the client might lose the 413.
  @Test func refusalIsSeenThoughInputIsUnread() async throws {
    let service = try await Service()
    for _ in 0..<20 {
      let client = try Client(port: service.port)
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n")
      client.send([UInt8](repeating: 0x61, count: 100_000))
      client.endSending()
      let (text, ending) = client.receiveAll()
      #expect(text.hasPrefix("HTTP/1.1 413 "))
      #expect(ending == .end)
    }
  }

  @Test func lastAnswerIsSeenThoughInputIsUnread() async throws {
    let service = try await Service()
    let client = try Client(port: service.port)
    client.send(get("/close") + String(repeating: get("/never"), count: 2000))
    client.endSending()
    let (text, ending) = client.receiveAll()
    #expect(text.hasSuffix("bye"))
    #expect(ending == .end)
  }

  @Test func halfClosedClientGetsItsAnswers() async throws {
    let service = try await Service()
    let client = try Client(port: service.port)
    client.send(get("/slow") + get("/two"))
    client.endSending()
    let (text, ending) = client.receiveAll()
    #expect(text.contains("/slow 0"))
    #expect(text.hasSuffix("/two 0"))
    #expect(ending == .end)
  }

  @Test func halfARequestIsNotAnswered() async throws {
    let service = try await Service()
    let client = try Client(port: service.port)
    client.send("GET / HTTP/1.1\r\nHost:")
    client.endSending()
    let (text, ending) = client.receiveAll()
    #expect(text.isEmpty)
    #expect(ending == .end)
  }

  @Test func continues() async throws {
    let service = try await Service()
    let client = try Client(port: service.port)
    client.send("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
    let interim = client.receiveResponses(1)
    #expect(interim == "HTTP/1.1 100 Continue\r\n\r\n")
    client.send("hello")
    #expect(client.receiveAll().text.hasSuffix("/p 5"))
  }

  @Test func bigAnswerReachesASlowReaderWhole() async throws {
    let service = try await Service()
    let client = try Client(port: service.port, receiveBuffer: 4096)
    client.send(get("/big") + get("/next", "Connection: close\r\n"))
    let (text, ending) = client.receiveAll()
    #expect(text.utf8.count > 8 << 20)
    #expect(text.hasSuffix("/next 0"))
    #expect(ending == .end)
  }

  /// Takes longer than `writeSeconds` as a whole, and never stands still for as long: the deadline is for standing still.
  @Test func bigAnswerReachesAReaderThatGoesOn() async throws {
    var limits = ServerLimits()
    limits.writeSeconds = 1
    let service = try await Service(limits: limits, sendBuffer: 64 << 10)
    let client = try Client(port: service.port, receiveBuffer: 4096)
    client.send(get("/big", "Connection: close\r\n"))
    let (text, ending) = client.receiveAll(pausingEvery: 512 << 10, microseconds: 120_000)
    #expect(text.utf8.count > 8 << 20)
    #expect(ending == .end)
  }

  @Test func bigAnswerWithoutAReaderIsCut() async throws {
    var limits = ServerLimits()
    limits.writeSeconds = 0.05
    let service = try await Service(limits: limits)
    let client = try Client(port: service.port, receiveBuffer: 4096)
    client.send(get("/big"))
    await service.untilConnected(1)
    await service.untilEmpty()
    #expect(client.receiveAll().text.utf8.count < 8 << 20)
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\nHost:", "408"), ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel", "408"),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", "408"), ("", ""), ("\r\n", ""),
    ("GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "200"),
  ])
  func slowClients(_ sent: String, _ status: String) async throws {
    var limits = ServerLimits()
    limits.headSeconds = 0.05
    limits.bodySeconds = 0.05
    limits.idleSeconds = 0.05
    let service = try await Service(limits: limits)
    let client = try Client(port: service.port)
    client.send(sent)
    let (text, ending) = client.receiveAll()
    let statuses = text.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
    #expect(statuses == (status.isEmpty ? [] : [Substring(status)]))
    #expect(text.contains("Connection: close") == (status == "408"))
    let rules = await service.exchanges.map(\.rule)
    #expect(rules == (status.isEmpty ? [] : status == "200" ? [nil] : [sent.hasPrefix("G") ? "head too slow" : "body too slow"]))
    #expect(ending == .end)
  }

  @Test func drainFinishesWhatIsInFlight() async throws {
    var limits = ServerLimits()
    limits.drainSeconds = 0.05
    let service = try await Service(limits: limits)
    let busy = try Client(port: service.port)
    let idle = try Client(port: service.port)
    idle.send(get("/one"))
    _ = idle.receiveResponses(1)
    busy.send(get("/slow"))
    await service.untilConnected(2)
    while await service.exchanges.count < 1 { await Task.yield() }
    await service.server.drain()
    let (text, ending) = busy.receiveAll()
    #expect(text.contains("\r\nConnection: close\r\n"))
    #expect(text.hasSuffix("/slow 0"))
    #expect(ending == .end)
    #expect(idle.receiveAll().text.isEmpty)
    #expect(await service.server.connectionCount == 0)
    let port = service.port
    #expect(throws: Client.Failure.self) { _ = try Client(port: port) }
  }

  @Test func accepterStopsAloneAndOnce() async throws {
    let service = try await Service()
    let client = try Client(port: service.port)
    client.send(get("/one"))
    _ = client.receiveResponses(1)
    await service.server.stopAccepting()
    await service.server.stopAccepting()
    let port = service.port
    #expect(throws: Client.Failure.self) { _ = try Client(port: port) }
    client.send(get("/two"))
    let answer = client.receiveResponses(1)
    #expect(answer.hasSuffix("/two 0"))
    #expect(!answer.contains("Connection: close"))
    #expect(await !service.server.isDraining)
    client.endSending()
    await service.server.drain()
    #expect(await service.server.connectionCount == 0)
  }

  private func post(_ count: Int, _ body: Int) -> String {
    "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n" + String(repeating: "b", count: body)
  }

  @Test func bodiesTogetherAreBounded() async throws {
    var limits = ServerLimits()
    limits.bodyBytes = 1000
    limits.bodyBytesTotal = 1000
    let service = try await Service(limits: limits)
    let first = try Client(port: service.port)
    first.send(post(900, 600))
    await service.untilHeld(600)
    let second = try Client(port: service.port)
    second.send(post(900, 400))
    await service.untilHeld(1000)
    second.send("b")
    let (refusal, ending) = second.receiveAll()
    #expect(refusal.hasPrefix("HTTP/1.1 503 "))
    #expect(refusal.contains("\r\nConnection: close\r\n"))
    #expect(ending == .end)
    #expect(await service.exchanges.map(\.rule) == ["too many bodies at once"])
    #expect(await service.server.bodyBytes == 600)
    // Neither the one that was there before nor one that is whole at once pays for it.
    let third = try Client(port: service.port)
    third.send(post(900, 900))
    #expect(third.receiveResponses(1).hasSuffix("/p 900"))
    first.send(String(repeating: "b", count: 300))
    #expect(first.receiveResponses(1).hasSuffix("/p 900"))
    #expect(await service.server.bodyBytes == 0)
  }

  @Test func bodiesGivenUpAreNotCounted() async throws {
    let service = try await Service()
    do {
      let leaving = try Client(port: service.port)
      leaving.send(post(900, 600))
      await service.untilHeld(600)
    }
    await service.untilHeld(0)
    let broken = try Client(port: service.port)
    broken.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    await service.untilHeld(5)
    broken.send("x\r\n")
    #expect(broken.receiveAll().text.hasPrefix("HTTP/1.1 400 "))
    #expect(await service.server.bodyBytes == 0)
    var limits = ServerLimits()
    limits.bodySeconds = 0.05
    let impatient = try await Service(limits: limits)
    let slow = try Client(port: impatient.port)
    slow.send(post(900, 600))
    #expect(slow.receiveAll().text.hasPrefix("HTTP/1.1 408 "))
    #expect(await impatient.server.bodyBytes == 0)
  }

  /// A handler has the body even when its client has left: it is counted until the handler is done.
  @Test func bodiesBeingAnsweredAreCounted() async throws {
    let service = try await Service()
    do {
      let client = try Client(port: service.port)
      client.send("POST /held HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\nseven b")
      await service.untilHeld(7)
      client.resetAtEnd()
    }
    await service.untilEmpty()
    #expect(await service.server.bodyBytes == 7)
    await service.release()
    await service.untilHeld(0)
  }

  @Test func connectionsBeyondTheLimitWait() async throws {
    var limits = ServerLimits()
    limits.connections = 1
    let service = try await Service(limits: limits)
    do {
      let first = try Client(port: service.port)
      first.send(get("/one"))
      #expect(first.receiveResponses(1).hasSuffix("/one 0"))
      #expect(await service.server.connectionCount == 1)
    }
    let second = try Client(port: service.port)
    second.send(get("/two"))
    #expect(second.receiveResponses(1).hasSuffix("/two 0"))
  }

  @Test func clientsThatLeaveAreForgotten() async throws {
    let service = try await Service()
    for index in 0..<100 {
      let client = try Client(port: service.port)
      client.send(get(index % 2 == 0 ? "/slow" : "/big"))
    }
    await service.untilEmpty()
    #expect(await service.server.connectionCount == 0)
  }

  @Test(arguments: ["localhost", "1.2.3", ""]) func addressesAreNumeric(_ address: String) {
    #expect(throws: HTTPError.self) { try listeningSocket(address: address, port: 0) }
  }

  @Test func takenPortSaysSo() throws {
    let first = try listeningSocket(address: "127.0.0.1", port: 0)
    let port = localPort(of: first)
    #expect { try listeningSocket(address: "127.0.0.1", port: port) } throws: {
      "\($0)".contains("port \(port)") && "\($0)".contains("another process has the port")
    }
  }
}
