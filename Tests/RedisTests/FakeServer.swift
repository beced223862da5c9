import Glibc
import Synchronization

/// A listener on the loopback that does to each connection what its script says, on a thread of its own.
final class FakeServer: Sendable {
  /// One accepted connection.
  struct Peer {
    let descriptor: Int32
    /// How many were accepted before it.
    let number: Int

    func send(_ bytes: some Sequence<UInt8>) {
      let bytes = Array(bytes)
      _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Waits for what comes next; false when the other side has closed.
    @discardableResult func receive() -> Bool {
      var buffer = [UInt8](repeating: 0, count: 65536)
      return read(descriptor, &buffer, buffer.count) > 0
    }

    /// The log-in's PING.
    func greet() {
      receive()
      send("+PONG\r\n")
    }

    /// Sends a reset in place of an end.
    func reset() {
      var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    }

    /// Keeps the connection until the other side ends it.
    func wait() { while receive() {} }
  }

  let port: UInt16
  private let listener: Int32
  private let accepted = Atomic<Int>(0)

  var connections: Int { accepted.load(ordering: .relaxed) }
  var url: String { "redis://127.0.0.1:\(port)" }

  /// - Parameter script: does its work with a connection, which is closed when it returns; one connection at a time.
  init(_ script: @escaping @Sendable (Peer) -> Void) {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    (port) = withUnsafeMutablePointer(to: &address) { [listener] pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length)
        listen(listener, 64)
        getsockname(listener, $0, &length)
      }
      return UInt16(bigEndian: pointer.pointee.sin_port)
    }
    let work = Work { [self] in
      while true {
        let descriptor = accept(listener, nil, nil)
        if descriptor < 0 { return }
        script(Peer(descriptor: descriptor, number: accepted.add(1, ordering: .relaxed).oldValue))
        // Ends it at once, whatever copies of the descriptor there are.
        shutdown(descriptor, Int32(SHUT_WR))
        close(descriptor)
      }
    }
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { context in
        Unmanaged<Work>.fromOpaque(context!).takeRetainedValue().body()
        return nil
      }, Unmanaged.passRetained(work).toOpaque())
    pthread_detach(thread)
  }

  /// No connection is accepted any more.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
