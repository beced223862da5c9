import EventLoop
import Glibc
import ScriptedPeer
import Testing

@testable import HTTP

/// The client against the project's own server, and against a peer that follows a script no server would.
@Suite(.serialized) struct ClientTests {
  private static let ok = "HTTP/1.1 200 OK\r\n"

  private static func exchange(_ answer: String) -> @Sendable (Int) -> [ScriptedPeer.Step] { { _ in [.read, .send(answer)] } }

  @LoopActor private func get(
    _ peer: ScriptedPeer, _ target: String = "/x", client: HTTPClient = HTTPClient(), deadline: Duration = .seconds(5)
  ) async throws(HTTPClientError) -> HTTPClient.Response {
    try await client.send(.init(.get, target, of: try HTTPEndpoint(url: peer.url), deadline: deadline))
  }

  @LoopActor private func failure(
    _ script: @escaping @Sendable (Int) -> [ScriptedPeer.Step], limits: HTTPClient.Limits = .init(),
    deadline: Duration = .seconds(5)
  ) async throws -> HTTPClientError {
    let peer = ScriptedPeer(script)
    let endpoint = try HTTPEndpoint(url: peer.url)
    let result: Result<HTTPClient.Response, HTTPClientError>
    do throws(HTTPClientError) {
      result = .success(try await HTTPClient(limits: limits).send(.init(.get, "/x", of: endpoint, deadline: deadline)))
    } catch { result = .failure(error) }
    switch result {
    case .failure(let error): return error
    case .success(let answer): return HTTPClientError(.request, "no error: \(answer.status) with \(answer.body.count) bytes")
    }
  }

  // MARK: With our own server

  @LoopActor private final class Service {
    let server: HTTPServer
    let endpoint: HTTPEndpoint
    private let record = Record()

    var methods: [Method] { record.methods }
    /// The most connections there were at once.
    var most: Int { record.most }

    init() throws {
      let descriptor = try listeningSocket(address: "127.0.0.1", port: 0)
      endpoint = try HTTPEndpoint(url: "http://127.0.0.1:\(localPort(of: descriptor))/base/")
      var limits = ServerLimits()
      limits.takesPatch = true
      server = HTTPServer(listeningOn: descriptor, limits: limits) { [record] in await record.respond(to: $0) }
      record.server = server
    }
  }

  @LoopActor private final class Record {
    weak var server: HTTPServer?
    private(set) var methods: [Method] = []
    private(set) var most = 0

    func respond(to request: HTTPRequest) async -> HTTPResponse {
      methods.append(request.method)
      most = max(most, server?.connectionCount ?? 0)
      var headers = Headers()
      if let value = request.header("x-asked") { headers.add("X-Answered", value) }
      switch request.path {
      case "/base/slow": await Loop.sleep(for: .milliseconds(20))
      case "/base/elsewhere":
        headers.add("Location", "/base/echo" as StaticString)
        return HTTPResponse(status: 302, headers: headers)
      case "/base/big": return HTTPResponse(headers: headers, body: [UInt8](repeating: 0x62, count: 1 << 20))
      default: break
      }
      let fields = [request.header("content-type"), request.header("accept-encoding"), request.header("expect")].map { $0 ?? "-" }
      let line = "\(request.rawPath)?\(request.query) \(fields.joined(separator: " ")) "
      return HTTPResponse(headers: headers, body: Array(line.utf8) + request.body)
    }
  }

  @Test @LoopActor func `Requests and answers arrive as they were sent, on one connection`() async throws {
    let service = try Service()
    let client = HTTPClient()
    var headers = Headers()
    headers.add("X-Asked", "yes")
    headers.add("Content-Type", "application/json")
    let bytes = (0..<4000).map { UInt8(truncatingIfNeeded: $0) }
    for _ in 0..<3 {
      let answer = try await client.send(
        .init(.get, "/a%20b?c=%2F", of: service.endpoint, headers: headers, deadline: .seconds(5)))
      #expect(answer.status == 200 && answer.header("x-answered") == "yes" && answer.header("x-other") == nil)
      #expect(String(decoding: answer.body, as: UTF8.self) == "/base/a%20b?c=%2F application/json - - ")
    }
    let connections = service.server.connectionCount
    #expect(connections == 1)
    for method in [Method.post, .patch] {
      let answer = try await client.send(
        .init(method, "/change", of: service.endpoint, headers: headers, body: bytes, deadline: .seconds(5)))
      #expect(answer.body == Array("/base/change? application/json - - ".utf8) + bytes)
    }
    let bare = try await client.send(.init(.post, "/change", of: service.endpoint, deadline: .seconds(5)))
    #expect(String(decoding: bare.body, as: UTF8.self) == "/base/change? - - - ")
    let head = try await client.send(.init(.head, "/big", of: service.endpoint, deadline: .seconds(5)))
    #expect(head.status == 200 && head.body.isEmpty && head.header("content-length") == "1048576")
    let again = try await client.send(.init(.get, "/last", of: service.endpoint, deadline: .seconds(5)))
    #expect(String(decoding: again.body, as: UTF8.self).hasPrefix("/base/last?"))
    let methods = service.methods
    #expect(methods == [.get, .get, .get, .post, .patch, .post, .head, .get])
    #expect(client.transferCount == 0)
    service.server.stopAccepting()
  }

  @Test @LoopActor func `A redirect is an answer like any other`() async throws {
    let service = try Service()
    let answer = try await HTTPClient().send(.init(.get, "/elsewhere", of: service.endpoint, deadline: .seconds(5)))
    #expect(answer.status == 302 && answer.header("location") == "/base/echo")
    #expect(service.methods.count == 1)
    service.server.stopAccepting()
  }

  @Test @LoopActor func `No more connections than allowed, and everybody is answered`() async throws {
    let service = try Service()
    var limits = HTTPClient.Limits()
    limits.connectionsOfOrigin = 4
    let client = HTTPClient(limits: limits)
    let endpoint = service.endpoint
    let asked = (0..<100).map { index in
      Loop.task {
        try await client.send(.init(.get, index % 3 == 0 ? "/slow" : "/\(index)", of: endpoint, deadline: .seconds(20))).status
      }
    }
    for task in asked { #expect(try await task.value == 200) }
    #expect(service.most <= 4)
    #expect(service.methods.count == 100)
    service.server.stopAccepting()
  }

  @Test @LoopActor func `A request needs no hop off the loop`() async throws {
    let service = try Service()
    let client = HTTPClient()
    let endpoint = service.endpoint
    // Other tests beside this one hop too: it is enough that there is a round in which nobody did.
    let fewest = try await Loop.task {
      var fewest = Int.max
      for round in 0..<200 where fewest > 0 {
        let before = Loop.executor.hops
        for index in 0..<5 { _ = try await client.send(.init(.get, "/\(round)/\(index)", of: endpoint, deadline: .seconds(5))) }
        fewest = min(fewest, Loop.executor.hops - before)
      }
      return fewest
    }.value
    #expect(fewest == 0)
    service.server.stopAccepting()
  }

  @Test @LoopActor func `The environment's proxy is not asked`() async throws {
    setenv("http_proxy", "http://127.0.0.1:1", 1)
    setenv("all_proxy", "http://127.0.0.1:1", 1)
    defer {
      unsetenv("http_proxy")
      unsetenv("all_proxy")
    }
    let service = try Service()
    #expect(try await HTTPClient().send(.init(.get, "/", of: service.endpoint, deadline: .seconds(5))).status == 200)
    service.server.stopAccepting()
  }

  // MARK: With peers that misbehave

  @Test @LoopActor func `Nobody listens`() async throws {
    let descriptor = try listeningSocket(address: "127.0.0.1", port: 0)
    let endpoint = try HTTPEndpoint(url: "http://localhost:\(localPort(of: descriptor))")
    close(descriptor)
    await #expect { () async throws(HTTPClientError) in
      try await HTTPClient().send(.init(.get, "/", of: endpoint, deadline: .seconds(5)))
    } throws: {
      ($0 as? HTTPClientError)?.code == .refused
    }
  }

  @Test @LoopActor func `A name that nobody has`() async throws {
    let endpoint = try HTTPEndpoint(url: "http://no-such-name.invalid")
    await #expect { () async throws(HTTPClientError) in
      try await HTTPClient().send(.init(.get, "/", of: endpoint, deadline: .seconds(5)))
    } throws: {
      ($0 as? HTTPClientError)?.code == .refused
    }
  }

  @Test @LoopActor func `This machine's own name is looked up and used`() async throws {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count)
    let host = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let resolver = Resolver()
    let end = MonotonicInstant.now.advanced(by: .seconds(5))
    // A container's name need not be known to anybody; then there is nothing to show.
    guard let addresses = try? await resolver.addresses(of: host, until: end) else { return }
    let again = try await resolver.addresses(of: host, until: end)
    #expect(!addresses.isEmpty && addresses == again)
  }

  nonisolated static let cutShort: [(String, [ScriptedPeer.Step])] = [
    ("half a body", [.read, .send(ok + "Content-Length: 100\r\n\r\nhalf")]),
    ("half a body, then a reset", [.read, .send(ok + "Content-Length: 100\r\n\r\nhalf"), .reset]),
    ("half a chunk", [.read, .send(ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel")]),
    ("chunks without a last one", [.read, .send(ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]),
    ("a reset at once", [.read, .reset]),
    ("nothing at all", [.read]),
    ("half a head", [.read, .send(ok + "Content-Le"), .reset]),
  ]

  @Test(arguments: cutShort.indices) @LoopActor func `An answer cut short is an error and no short answer`(index: Int)
    async throws
  {
    let (name, steps) = Self.cutShort[index]
    let error = try await failure { _ in steps }
    #expect(error.code == .reset || error.code == .protocol && name == "half a head", "\(name): \(error)")
  }

  nonisolated static let unframed: [(String, String)] = [
    ("no HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    ("binary", "\u{1}\u{2}\u{3}\u{0}\u{0}\u{16}\u{3}\u{1}\r\n\r\n"),
    ("a body that ends with the connection", ok + "\r\nhello"),
    ("a negative length", ok + "Content-Length: -5\r\n\r\nhello"),
    ("a length with a unit", ok + "Content-Length: 5x\r\n\r\nhello"),
    ("a signed length", ok + "Content-Length: +5\r\n\r\nhello"),
    ("an empty length", ok + "Content-Length:\r\n\r\nhello"),
    ("two lengths", ok + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
    ("a list of lengths", ok + "Content-Length: 5, 5\r\n\r\nhello"),
    ("length and chunks", ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    ("another coding", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    ("a chunk of no size", ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n"),
    ("packed, unasked", ok + "Content-Length: 5\r\nContent-Encoding: gzip\r\n\r\nhello"),
  ]

  @Test(arguments: unframed.indices) @LoopActor func `An answer whose end cannot be told is an error`(index: Int) async throws {
    let (name, text) = Self.unframed[index]
    let error = try await failure(Self.exchange(text))
    // libcurl calls a broken chunk a failure to receive, as it does a reset.
    #expect(error.code == (name == "a chunk of no size" ? .reset : .protocol), "\(name): \(error)")
  }

  @Test(arguments: [
    "Content-Length: 1048577\r\n\r\n", "Content-Length: 99999999999999999999999\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n",
  ])
  @LoopActor func `An answer over the limit is an error`(framing: String) async throws {
    let error = try await failure { _ in
      [
        .read, .send(Self.ok + framing), .sendBytes(Array("100001\r\n".utf8) + [UInt8](repeating: 0x61, count: 0x10_0001)),
        .silence,
      ]
    }
    #expect(error.code == .tooLarge || framing.contains("999") && error.code == .protocol, "\(error)")
  }

  @Test @LoopActor func `An answer of just the limit is taken`() async throws {
    let bytes = [UInt8](repeating: 0x61, count: 1 << 20)
    let peer = ScriptedPeer { _ in [.read, .send(Self.ok + "Content-Length: \(bytes.count)\r\n\r\n"), .sendBytes(bytes)] }
    #expect(try await get(peer).body == bytes)
  }

  @Test @LoopActor func `A head over the limit is an error`() async throws {
    var limits = HTTPClient.Limits()
    limits.headBytes = 4096
    let line = "X-Long: " + String(repeating: "a", count: 2000) + "\r\n"
    #expect(try await failure(Self.exchange(Self.ok + line + line + line + "\r\n"), limits: limits).code == .tooLarge)
  }

  @Test @LoopActor func `Silence and single bytes end at the deadline`() async throws {
    let silent = try await failure({ _ in [.read, .silence] }, deadline: .milliseconds(80))
    #expect(silent.code == .timeout, "\(silent)")
    let slow = try await failure(
      { _ in
        [.read, .send(Self.ok + "Content-Length: 100\r\n\r\n")]
          + (0..<100).flatMap { _ in [.send("x"), .pause(milliseconds: 20)] as [ScriptedPeer.Step] }
      }, deadline: .milliseconds(150))
    #expect(slow.code == .timeout, "\(slow)")
  }

  @Test @LoopActor func `Slow bytes within the deadline are an answer`() async throws {
    let peer = ScriptedPeer { _ in
      [.read]
        + (Self.ok + "Content-Length: 5\r\n\r\nhello").utf8.flatMap {
          [.sendBytes([$0]), .pause(milliseconds: 1)] as [ScriptedPeer.Step]
        }
    }
    #expect(try await get(peer).body == Array("hello".utf8))
  }

  @Test @LoopActor func `Interim answers, bare line feeds and trailers`() async throws {
    let peer = ScriptedPeer { _ in
      [
        .read,
        .send(
          "HTTP/1.1 103 Early Hints\r\nX-A: early\r\n\r\nHTTP/1.1 200 OK\nX-A: late\nTransfer-Encoding: chunked\n\n"
            + "5\r\nhello\r\n0\r\nX-B: trailer\r\nContent-Length: 99\r\n\r\n"),
      ]
    }
    let answer = try await get(peer)
    #expect(answer.header("x-a") == "late" && answer.header("x-b") == nil && answer.body == Array("hello".utf8))
  }

  @Test @LoopActor func `A kept connection that died is not the caller's concern for a read, and a change is sent once`()
    async throws
  {
    let peer = ScriptedPeer { number in
      // The first connection dies on its second request.
      number == 0
        ? [.read, .send(Self.ok + "Content-Length: 2\r\n\r\nok"), .read, .reset]
        : [.read, .send(Self.ok + "Content-Length: 2\r\n\r\nok")]
    }
    let client = HTTPClient()
    for _ in 0..<2 { #expect(try await get(peer, client: client).status == 200) }
    #expect(peer.heads.count == 3)

    let fragile = ScriptedPeer { number in
      number == 0 ? [.read, .send(Self.ok + "Content-Length: 2\r\n\r\nok"), .read, .reset] : [.read, .reset]
    }
    #expect(try await get(fragile, client: client).status == 200)
    let endpoint = try HTTPEndpoint(url: fragile.url)
    let change = Task { @LoopActor in try await client.send(.init(.patch, "/x", of: endpoint, deadline: .milliseconds(500))) }
    _ = await change.result
    #expect(fragile.heads.filter { $0.hasPrefix("PATCH") }.count <= 1)
  }

  @Test @LoopActor func `A cancelled task takes its request off the connection`() async throws {
    let peer = ScriptedPeer { _ in [.read, .silence] }
    let client = HTTPClient()
    let endpoint = try HTTPEndpoint(url: peer.url)
    let task = Loop.task { try await client.send(.init(.get, "/", of: endpoint, deadline: .seconds(30))) }
    while peer.heads.isEmpty { await Loop.sleep(for: .milliseconds(2)) }
    #expect(client.transferCount == 1)
    task.cancel()
    await #expect { try await task.value } throws: { ($0 as? HTTPClientError)?.code == .cancelled }
    #expect(client.transferCount == 0)
  }

  @Test @LoopActor func `Who waits for a turn has a deadline too, can be cancelled, and leaves no place taken`() async throws {
    let peer = ScriptedPeer { number in
      number == 0 ? [.read, .silence] : [.read, .send(Self.ok + "Content-Length: 2\r\n\r\nok")]
    }
    var limits = HTTPClient.Limits()
    limits.connectionsOfOrigin = 1
    let client = HTTPClient(limits: limits)
    let endpoint = try HTTPEndpoint(url: peer.url)
    func ask(_ deadline: Duration) -> Task<HTTPClient.Response, any Error> {
      Loop.task { try await client.send(.init(.get, "/", of: endpoint, deadline: deadline)) }
    }
    let first = ask(.seconds(30))
    while peer.heads.isEmpty { await Loop.sleep(for: .milliseconds(2)) }
    let impatient = ask(.milliseconds(30))
    let cancelled = ask(.seconds(30))
    let patient = ask(.seconds(30))
    await #expect { try await impatient.value } throws: { ($0 as? HTTPClientError)?.code == .timeout }
    cancelled.cancel()
    await #expect { try await cancelled.value } throws: { ($0 as? HTTPClientError)?.code == .cancelled }
    first.cancel()
    #expect(try await patient.value.status == 200)
    #expect(try await ask(.seconds(5)).value.status == 200)
  }

  @Test(arguments: [
    "ftp://a", "a.example", "http://", "http://u:p@a", "http://a/?q", "http://a/#f", "http://a b", "http://a/b c",
    "file:///etc/passwd", "",
  ])
  func `An address that is none is told so`(url: String) {
    #expect { try HTTPEndpoint(url: url) } throws: { ($0 as? HTTPClientError)?.code == .request }
  }

  @Test func `Addresses have an origin and a path`() throws {
    let plain = try HTTPEndpoint(url: "HTTP://Core.Example")
    #expect(plain.origin == "http://core.example:80" && plain.path.isEmpty)
    let long = try HTTPEndpoint(url: "https://[::1]:9000/a/b/")
    #expect(long.origin == "https://[::1]:9000" && long.path == "/a/b" && "\(long)" == "https://[::1]:9000/a/b")
  }

  @Test @LoopActor func `A target that would end the request line is not sent`() async throws {
    let endpoint = try HTTPEndpoint(url: "http://127.0.0.1:1")
    for target in ["", "x", "/a b", "/a\r\nX: y", "/\u{e9}", "/a#b"] {
      await #expect { () async throws(HTTPClientError) in
        try await HTTPClient().send(.init(.get, target, of: endpoint, deadline: .seconds(1)))
      } throws: {
        ($0 as? HTTPClientError)?.code == .request
      }
    }
  }
}
