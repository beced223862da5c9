import Glibc

/// A bound, listening, non-blocking TCP socket.
/// - Parameters:
///   - address: numeric, IPv4 or IPv6.
///   - port: 0 lets the kernel choose; `localPort(of:)` says which.
///   - reusePort: several sockets on one port, the kernel spreads connections over them.
package func listeningSocket(address: String, port: UInt16, reusePort: Bool = false) throws(HTTPError) -> Int32 {
  var storage = sockaddr_storage()
  let length: socklen_t
  var v4 = in_addr()
  var v6 = in6_addr()
  if inet_pton(AF_INET, address, &v4) == 1 {
    length = withUnsafeMutableBytes(of: &storage) {
      $0.baseAddress!.assumingMemoryBound(to: sockaddr_in.self).pointee = sockaddr_in(
        sin_family: sa_family_t(AF_INET), sin_port: port.bigEndian, sin_addr: v4, sin_zero: (0, 0, 0, 0, 0, 0, 0, 0))
      return socklen_t(MemoryLayout<sockaddr_in>.size)
    }
  } else if inet_pton(AF_INET6, address, &v6) == 1 {
    length = withUnsafeMutableBytes(of: &storage) {
      $0.baseAddress!.assumingMemoryBound(to: sockaddr_in6.self).pointee = sockaddr_in6(
        sin6_family: sa_family_t(AF_INET6), sin6_port: port.bigEndian, sin6_flowinfo: 0, sin6_addr: v6, sin6_scope_id: 0)
      return socklen_t(MemoryLayout<sockaddr_in6>.size)
    }
  } else {
    throw HTTPError(description: "\(address) is not a numeric IP address: listen on one like 127.0.0.1, 0.0.0.0 or ::1")
  }
  let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
  let descriptor = socket(Int32(storage.ss_family), type, 0)
  guard descriptor >= 0 else { throw failure("open a socket", address, port) }
  var on: Int32 = 1
  let size = socklen_t(MemoryLayout<Int32>.size)
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
  if reusePort { setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, size) }
  let bound = withUnsafeBytes(of: &storage) {
    bind(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), length)
  }
  guard bound == 0, listen(descriptor, 1024) == 0 else {
    let error = failure("listen", address, port)
    close(descriptor)
    throw error
  }
  return descriptor
}

/// The port a socket is bound to; 0 when it is not.
package func localPort(of descriptor: Int32) -> UInt16 {
  var storage = sockaddr_storage()
  var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
  let result = withUnsafeMutableBytes(of: &storage) {
    getsockname(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
  }
  guard result == 0 else { return 0 }
  // The port is at the same place in both families.
  return withUnsafeBytes(of: &storage) {
    UInt16(bigEndian: $0.baseAddress!.assumingMemoryBound(to: sockaddr_in.self).pointee.sin_port)
  }
}

private func failure(_ what: String, _ address: String, _ port: UInt16) -> HTTPError {
  let code = errno
  var hint = ""
  if code == EADDRINUSE { hint = ": another process has the port; stop it or choose another" }
  if code == EACCES { hint = ": ports below 1024 need a privilege; choose another" }
  return HTTPError(description: "cannot \(what) on \(address) port \(port): \(String(cString: strerror(code)))\(hint)")
}
