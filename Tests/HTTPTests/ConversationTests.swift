import Testing

@testable import HTTP

@Suite struct ConversationTests {
  private func request(_ text: String) throws -> HTTPRequest {
    try #require(HTTPRequest(parsing: [UInt8](latin1: text)))
  }

  @Test func partsOfARequest() throws {
    let request = try request(
      "POST /a%20b/%C3%BC?x=%41&y HTTP/1.1\r\nHost: SHOP.Example.:8080\r\nX-One:  first value \r\nx-one: second\r\n"
        + "Content-Length: 3\r\n\r\nabc")
    #expect(request.method == .post)
    #expect(request.host == "shop.example")
    #expect(request.path == "/a b/ü")
    #expect(request.rawPath == "/a%20b/%C3%BC")
    #expect(request.query == "x=%41&y")
    #expect(request.header("x-one") == "first value")
    #expect(request.header("x-on") == nil)
    #expect(request.header("host") == "SHOP.Example.:8080")
    #expect(request.body == Array("abc".utf8))
    #expect(request.remoteAddress == "127.0.0.1")
    #expect(!request.isHTTP10)
  }

  @Test(arguments: [false, true]) func `PATCH goes to the handlers that take it`(taken: Bool) throws {
    var limits = ServerLimits()
    limits.takesPatch = taken
    let conversation = Conversation(limits: limits, remoteAddress: "a")
    let bytes = [UInt8](latin1: "PATCH /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
    let event = bytes.withUnsafeBytes { bytes in
      conversation.offer(bytes)
      return conversation.next()
    }
    switch event {
    case .request(let request): #expect(taken && request.method == .patch && request.body == Array("abc".utf8))
    case .refusal(let refusal): #expect(!taken && refusal.status == 405)
    default: Issue.record("neither a request nor a refusal")
    }
    #expect("\(limits.allowedMethods)".contains("PATCH") == taken)
  }

  @Test func absoluteFormIsReducedToItsPath() throws {
    let request = try request("GET http://A:80/x?q=/ HTTP/1.0\r\nHost: a\r\n\r\n")
    #expect(request.path == "/x")
    #expect(request.query == "q=/")
    #expect(request.host == "a")
    #expect(request.isHTTP10)
    #expect(try self.request("GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n").path == "/")
  }

  @Test func trailersAreNoFields() throws {
    let request = try request(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nX-T: 1\r\nHost: b\r\n\r\n")
    #expect(request.body == Array("abc".utf8))
    #expect(request.header("x-t") == nil)
    #expect(request.host == "a")
  }

  @Test(arguments: ["", "GET / HTTP/1.1\r\nHost: a\r\n", "GET / HTTP/1.1\r\n\r\n"]) func noRequest(_ text: String) {
    #expect(HTTPRequest(parsing: Array(text.utf8)) == nil)
  }

  @Test func answersKeepTheOrderOfTheRequests() {
    let text = (0..<50).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
    let transcript = Transcript.whole(Array(text.utf8))
    #expect(transcript.requests == (0..<50).map { "GET a /\($0) ? 0" })
    #expect(!transcript.isClosed)
    #expect(Transcript.dripped(Array(text.utf8)) == transcript)
  }

  @Test func headHasALengthAndNoBody() {
    let transcript = Transcript.whole(Array("HEAD /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8))
    let text = String(decoding: transcript.bytes, as: UTF8.self)
    #expect(text == "HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\n")
  }

  @Test func keptHTTP10IsToldSo() {
    let transcript = Transcript.whole(Array("GET / HTTP/1.0\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n".utf8))
    #expect(String(decoding: transcript.bytes, as: UTF8.self).contains("\r\nConnection: keep-alive\r\n"))
    #expect(!transcript.isClosed)
  }

  @Test(arguments: [
    ("HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue", "hello", 1),
    ("HTTP/1.1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue", "0\r\n\r\n", 1),
    ("HTTP/1.1\r\nContent-Length: 0\r\nExpect: 100-continue", "", 0),
    ("HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue", "hello", 0),
    ("HTTP/1.1\r\nContent-Length: 2000000\r\nExpect: 100-continue", "", 0),
  ])
  func continues(_ head: String, _ body: String, _ count: Int) {
    let bytes = Array("POST / \(head)\r\nHost: a\r\n\r\n\(body)".utf8)
    let text = String(decoding: Transcript.whole(bytes).bytes, as: UTF8.self)
    #expect(text.split(separator: "100 Continue", omittingEmptySubsequences: false).count - 1 == count)
    #expect(Transcript.dripped(bytes) == Transcript.whole(bytes))
  }

  @Test(arguments: [
    ("/aaaaaaaaaa", 414, 10, 1000), ("/aaaaaaaaa", 200, 10, 1000), ("/", 200, 10, 26), ("/", 431, 10, 25),
  ])
  func limitsAreExact(_ target: String, _ status: Int, _ targetBytes: Int, _ headBytes: Int) {
    var limits = ServerLimits()
    limits.targetBytes = targetBytes
    limits.headBytes = headBytes
    let bytes = Array("GET \(target) HTTP/1.1\r\nHost:a\r\n\r\n".utf8)
    #expect(Transcript.whole(bytes, limits: limits).statuses == [status])
    #expect(Transcript.dripped(bytes, limits: limits) == Transcript.whole(bytes, limits: limits))
  }

  @Test(arguments: [
    ("Content-Length: 4\r\n\r\nabcd", 200), ("Content-Length: 5\r\n\r\nabcde", 413),
    ("Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", 200),
    ("Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n", 413),
  ])
  func bodyLimitIsExact(_ rest: String, _ status: Int) {
    var limits = ServerLimits()
    limits.bodyBytes = 4
    let bytes = Array("POST / HTTP/1.1\r\nHost: a\r\n\(rest)".utf8)
    #expect(Transcript.whole(bytes, limits: limits).statuses == [status])
    #expect(Transcript.dripped(bytes, limits: limits) == Transcript.whole(bytes, limits: limits))
  }

  @Test func waitingRequestsAreBounded() {
    var limits = ServerLimits()
    limits.pendingBytes = 100
    let conversation = Conversation(limits: limits, remoteAddress: "")
    let request = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    func offer() {
      request.withUnsafeBytes {
        conversation.offer($0)
        _ = conversation.next()
        conversation.settle()
      }
    }
    offer()
    #expect(conversation.phase == .answering)
    #expect(conversation.wantsBytes)
    for _ in 0..<4 { offer() }
    #expect(!conversation.wantsBytes)
    conversation.answered(closes: false)
    _ = conversation.next()
    #expect(conversation.wantsBytes)
  }

  @Test func nothingIsLookedAtBehindTheEnd() {
    let conversation = Conversation(limits: ServerLimits(), remoteAddress: "")
    Array("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /tail HTTP/1.1\r\nHost: a\r\n\r\n".utf8).withUnsafeBytes {
      conversation.offer($0)
      guard case .request = conversation.next() else { return #expect(Bool(false)) }
      conversation.answered(closes: true)
      guard case .idle = conversation.next() else { return #expect(Bool(false)) }
      conversation.settle()
    }
    #expect(!conversation.hasPending)
  }
}

@Suite struct ResponseTests {
  @Test func headersAreWireBytes() {
    var headers = Headers()
    headers.add("Content-Type", "text/html" as StaticString)
    headers.add("ETag", "\"a\"")
    headers.add("Age", 5)
    var more = Headers()
    more.add("Vary", "Accept")
    headers.add(more)
    #expect(
      String(decoding: headers.bytes, as: UTF8.self) == "Content-Type: text/html\r\nETag: \"a\"\r\nAge: 5\r\nVary: Accept\r\n")
  }

  @Test(arguments: ["a\r\nSet-Cookie: x", "a\nb", "a\rb", "a\0b"]) func splittingValuesAreRefused(_ value: String) {
    #expect(!Headers.isWritable("X-A", Array(value.utf8)))
    #expect(Headers.isWritable("X-A", Array("plain, value".utf8)))
    #expect(!Headers.isWritable("X A", []))
    #expect(!Headers.isWritable("", []))
  }

  @Test(arguments: [(204, false), (304, false), (200, true), (404, true)]) func lengthWhereThereIsABody(
    _ status: Int, _ has: Bool
  ) {
    var head = ResponseHead()
    head.write(HTTPResponse(status: status), date: Array("Date: x\r\n".utf8), closes: false, speaksHTTP10: false)
    let text = String(decoding: head.bytes, as: UTF8.self)
    #expect(text.hasPrefix("HTTP/1.1 \(status) "))
    #expect(text.contains("Content-Length: 0\r\n") == has)
    #expect(text.hasSuffix("\r\n\r\n"))
    #expect(text.contains("\r\nDate: x\r\n"))
  }

  @Test func everyStatusHasALine() {
    #expect(StatusLine.bytes(of: 451) == Array("HTTP/1.1 451 Status\r\n".utf8))
    #expect(StatusLine.bytes(of: 9999) == Array("HTTP/1.1 500 Internal Server Error\r\n".utf8))
  }

  @Test func dateIsIMFFixdate() {
    #expect(DateLine.line(at: 784_111_777) == Array("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n".utf8))
  }
}
