import CPosix
import CUv
import Glibc

/// Takes connections from a listening socket, which it owns. Out of descriptors or memory it stops asking for a tenth of a
/// second, instead of being told of the same waiting connection again and again; the kernel's queue keeps them meanwhile.
@LoopActor package final class Acceptor {
  private let descriptor: Int32
  private let accepted: @LoopActor (_ descriptor: Int32, _ address: String) -> Void
  private var handle: UnsafeMutablePointer<uv_poll_t>?
  private var retry: Timer?
  private var isPaused = false

  // Each event takes a few, so that a burst does not keep the established ones waiting.
  private static let atOnce = 16

  /// - Parameter descriptor: a non-blocking listening socket.
  package init(
    listeningOn descriptor: Int32, accepted: @escaping @LoopActor (_ descriptor: Int32, _ address: String) -> Void
  ) {
    self.descriptor = descriptor
    self.accepted = accepted
    let handle = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
    uv_poll_init(Loop.executor.loop, handle, descriptor)
    handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    self.handle = handle
    watch()
  }

  package func pause() {
    isPaused = true
    if let handle { uv_poll_stop(handle) }
  }

  package func resume() {
    guard isPaused else { return }
    isPaused = false
    watch()
  }

  /// For good: the socket is closed.
  package func stop() {
    guard let handle else { return }
    self.handle = nil
    retry = nil
    Self.release(handle, descriptor)
  }

  isolated deinit {
    if let handle { Self.release(handle, descriptor) }
  }

  private static func release(_ handle: UnsafeMutablePointer<uv_poll_t>, _ descriptor: Int32) {
    uv_poll_stop(handle)
    uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) { @Sendable in $0!.deallocate() }
    close(descriptor)
  }

  private func watch() {
    guard let handle, !isPaused, retry == nil else { return }
    uv_poll_start(handle, Int32(UV_READABLE.rawValue)) { @Sendable handle, _, _ in
      let acceptor = Unmanaged<Acceptor>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
      Loop.assumeIsolated { acceptor.accept() }
    }
  }

  private func accept() {
    for _ in 0..<Self.atOnce {
      if handle == nil || isPaused { return }
      var peer = sockaddr_storage()
      var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let connection = posix_accept(descriptor, &peer, &length)
      if connection >= 0 {
        accepted(connection, Self.address(of: &peer))
        continue
      }
      switch errno {
      case EAGAIN: return
      case EINTR, ECONNABORTED, EPROTO: continue
      default: return backOff()
      }
    }
  }

  private func backOff() {
    guard let handle else { return }
    uv_poll_stop(handle)
    retry = Timer(after: .milliseconds(100)) { [weak self] in
      self?.retry = nil
      self?.watch()
    }
  }

  private static func address(of peer: inout sockaddr_storage) -> String {
    withUnsafePointer(to: &peer) { peer in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { text in
        let raw = UnsafeRawPointer(peer)
        let size = socklen_t(INET6_ADDRSTRLEN)
        switch Int32(peer.pointee.ss_family) {
        case AF_INET:
          var address = raw.assumingMemoryBound(to: sockaddr_in.self).pointee.sin_addr
          inet_ntop(AF_INET, &address, text.baseAddress!, size)
        case AF_INET6:
          var address = raw.assumingMemoryBound(to: sockaddr_in6.self).pointee.sin6_addr
          inet_ntop(AF_INET6, &address, text.baseAddress!, size)
        default:
          return "local"
        }
        return String(cString: text.baseAddress!)
      }
    }
  }
}
