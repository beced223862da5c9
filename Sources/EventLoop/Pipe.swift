import Glibc

/// The writing end of a pipe (readiness, heartbeat): single bytes, never blocking the loop.
package struct Pipe: Sendable {
  private let descriptor: Int32

  package init(writingTo descriptor: Int32) {
    self.descriptor = descriptor
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
  }

  /// False when nobody reads the other end any more. A full pipe is not an error: the reader has enough beats to read.
  @discardableResult package func beat(_ byte: UInt8 = 1) -> Bool {
    var byte = byte
    while true {
      if write(descriptor, &byte, 1) == 1 { return true }
      if errno != EINTR { return errno == EAGAIN }
    }
  }
}
