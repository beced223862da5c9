import EventLoop
import Glibc
import Testing

@testable import HTTP

/// A task of the loop's actor that was begun without a preference for the loop goes through its queue at each await: between a
/// question and the wait that follows from its answer other work runs.
@Suite struct DrainTests {
  @LoopActor @Test func lastConnectionMayLeaveWhileItIsBegunToWait() async throws {
    let server = HTTPServer(listeningOn: try listeningSocket(address: "127.0.0.1", port: 0)) { _ in HTTPResponse(body: []) }
    var ends: [Int32] = [-1, -1]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    defer { close(ends[1]) }
    server.accept(ends[0], "a test")
    #expect(server.connectionCount == 1)
    var isDrained = false
    Task { @LoopActor in
      await server.drain()
      isDrained = true
    }
    Task { @LoopActor in for connection in server.connections { connection.expire() } }
    for _ in 0..<500 where !isDrained { await Loop.sleep(for: .milliseconds(2)) }
    #expect(server.connectionCount == 0)
    #expect(isDrained)
  }
}
