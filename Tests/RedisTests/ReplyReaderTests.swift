import Testing

@testable import Redis

@Suite struct ReplyReaderTests {
  static let samples: [(String, RedisReply)] = [
    ("+OK\r\n", .status("OK")), ("-ERR no\r\n", .error("ERR no")), (":-12\r\n", .integer(-12)), ("$-1\r\n", .null),
    ("*-1\r\n", .null), ("$0\r\n\r\n", .bytes([])), ("$4\r\na\r\nb\r\n", .bytes([97, 13, 10, 98])), ("*0\r\n", .array([])),
    (
      "*3\r\n*2\r\n$1\r\na\r\n*0\r\n:7\r\n*1\r\n*1\r\n$-1\r\n",
      .array([.array([.bytes([97]), .array([])]), .integer(7), .array([.array([.null])])])
    ),
  ]

  func feed(_ reader: ReplyReader, _ bytes: some Collection<UInt8>) throws {
    try Array(bytes).withUnsafeBytes { try reader.feed($0) }
  }

  /// Cut in two at every byte, each reply is the same, and no reply comes before its last byte.
  @Test func everyReplyIsReadHoweverItIsCut() throws {
    for (text, expected) in Self.samples {
      let bytes = Array(text.utf8)
      for cut in 0..<bytes.count {
        let reader = ReplyReader(limit: 1000)
        try feed(reader, bytes[..<cut])
        #expect(try reader.next() == nil)
        try feed(reader, bytes[cut...])
        #expect(try reader.next() == expected)
        #expect(try reader.next() == nil)
      }
    }
  }

  @Test func severalRepliesComeInOrder() throws {
    let reader = ReplyReader(limit: 1000)
    try feed(reader, Self.samples.map(\.0).joined().utf8)
    for (_, expected) in Self.samples { #expect(try reader.next() == expected) }
    #expect(try reader.next() == nil)
  }

  @Test(arguments: [
    "HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0", "$x\r\n", ":1e9\r\n", "*99999999999999999999\r\n", "$-2\r\n", "\r\n",
  ])
  func garbageIsAnError(text: String) throws {
    let reader = ReplyReader(limit: 1000)
    let error = #expect(throws: RedisError.self) {
      try feed(reader, text.utf8)
      _ = try reader.next()
    }
    #expect(error?.code == .malformed)
  }

  @Test func nestingHasItsLimit() throws {
    let reader = ReplyReader(limit: 100_000)
    let error = #expect(throws: RedisError.self) {
      try feed(reader, String(repeating: "*1\r\n", count: 5000).utf8)
      _ = try reader.next()
    }
    #expect(error?.code == .malformed)
  }

  /// The announced size takes no memory before it comes, and what comes is counted.
  @Test func aReplyHasItsLimit() throws {
    func fails(_ chunk: String, times: Int) throws -> Int? {
      let reader = ReplyReader(limit: 10_000)
      for round in 1...times {
        do {
          try feed(reader, chunk.utf8)
          while try reader.next() != nil {}
        } catch let error as RedisError {
          #expect(error.code == .malformed)
          return round
        }
      }
      return nil
    }
    #expect(try fails("*2147483647\r\n", times: 1) == nil)
    #expect(try fails("*100000\r\n" + String(repeating: ":1\r\n", count: 1000), times: 1) == 1)
    #expect(try fails("$100000000\r\n" + String(repeating: "x", count: 60_000), times: 4) == 2)
    #expect(try fails("+" + String(repeating: "x", count: 60_000), times: 4) == 2)
    // Many replies that are each small have no limit.
    #expect(try fails(String(repeating: "$100\r\n" + String(repeating: "x", count: 100) + "\r\n", count: 200), times: 5) == nil)
  }
}
