import Glibc
import Synchronization

/// A server that does to its clients what a script says, byte for byte: what no well-behaved server can be made to do. It has a thread
/// of its own, which blocks, and takes one connection after the other.
package final class ScriptedPeer: Sendable {
  package enum Step: Sendable {
    /// Waits for a request's head.
    case read
    case send(String)
    case sendBytes([UInt8])
    case pause(milliseconds: UInt32)
    /// Tears the connection down instead of ending it.
    case reset
    /// Keeps the connection and says nothing more, until the client leaves.
    case silence
  }

  private struct State {
    var heads: [String] = []
    var connections = 0
  }

  package let port: UInt16
  private let listener: Int32
  private let script: @Sendable (Int) -> [Step]
  private let state = Mutex(State())

  /// - Parameter script: what the connection of that number (from 0) gets; it is closed behind the last step.
  package init(_ script: @escaping @Sendable (Int) -> [Step]) {
    self.script = script
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (descriptor, size) = (listener, length)
    let bound = withUnsafeMutableBytes(of: &address) { raw in
      let name = raw.baseAddress!.assumingMemoryBound(to: sockaddr.self)
      return bind(descriptor, name, size) == 0 && listen(descriptor, 64) == 0 && getsockname(descriptor, name, &length) == 0
    }
    precondition(bound, "no port for a scripted peer")
    port = UInt16(bigEndian: address.sin_port)
    var thread = pthread_t()
    // It keeps itself alive: it ends with the process of the tests.
    pthread_create(
      &thread, nil,
      { context in
        Unmanaged<ScriptedPeer>.fromOpaque(context!).takeRetainedValue().serve()
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    pthread_detach(thread)
  }

  /// The requests' heads so far, in their order.
  package var heads: [String] { state.withLock { $0.heads } }
  package var connections: Int { state.withLock { $0.connections } }
  package var url: String { "http://127.0.0.1:\(port)" }

  private func serve() {
    while true {
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { continue }
      let number = state.withLock { state in
        state.connections += 1
        return state.connections - 1
      }
      perform(script(number), on: connection)
      close(connection)
    }
  }

  private func perform(_ steps: [Step], on connection: Int32) {
    for step in steps {
      switch step {
      case .read: readHead(connection)
      case .send(let text): write(Array(text.utf8), to: connection)
      case .sendBytes(let bytes): write(bytes, to: connection)
      case .pause(let milliseconds): usleep(milliseconds * 1000)
      case .reset:
        var abort = linger(l_onoff: 1, l_linger: 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
        return
      case .silence:
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) > 0 {}
      }
    }
  }

  private func readHead(_ connection: Int32) {
    var head: [UInt8] = []
    var byte: UInt8 = 0
    while !head.suffix(4).elementsEqual([13, 10, 13, 10]) {
      guard recv(connection, &byte, 1, 0) == 1 else { return }
      head.append(byte)
    }
    let text = String(decoding: head, as: UTF8.self)
    state.withLock { $0.heads.append(text) }
  }

  private func write(_ bytes: [UInt8], to connection: Int32) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { send(connection, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL)) }
      if count <= 0 { return }
      sent += count
    }
  }
}
