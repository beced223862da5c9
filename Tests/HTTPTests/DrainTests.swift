import EventLoop
import Glibc
import Testing

@testable import HTTP

/// A task of the loop's actor that was begun without a preference for the loop goes through its queue at each await: between a
/// question and the wait that follows from its answer other work runs.
@Suite struct DrainTests {
  @LoopActor @Test func lastConnectionMayLeaveWhileItIsBegunToWait() async throws {
    let descriptor = try listeningSocket(address: "127.0.0.1", port: 0)
    let port = localPort(of: descriptor)
    let server = HTTPServer(listeningOn: descriptor) { _ in HTTPResponse(body: []) }
    let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(client) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
    #expect(status == 0)
    while server.connectionCount == 0 { await Loop.sleep(for: .milliseconds(1)) }
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
