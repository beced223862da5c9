import Glibc

@testable import HTTP

/// A blocking client, so that what the kernel says (end of stream, reset) is seen as it is.
struct Client: ~Copyable {
  enum Failure: Error { case cannotConnect }

  private let descriptor: Int32

  init(port: UInt16, receiveBuffer: Int32 = 0) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var size = receiveBuffer
    if size > 0 { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size)) }
    // A test that would hang fails instead.
    var patience = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let status = withUnsafeBytes(of: &address) {
      connect(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(MemoryLayout<sockaddr_in>.size))
    }
    if status != 0 {
      close(descriptor)
      throw Failure.cannotConnect
    }
  }

  deinit { close(descriptor) }

  func send(_ text: String) { send(Array(text.utf8)) }

  /// Gives up when the other side does.
  func send(_ bytes: [UInt8]) {
    var sent = 0
    bytes.withUnsafeBytes { bytes in
      while sent < bytes.count {
        let count = Glibc.send(descriptor, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
        if count <= 0 { return }
        sent += count
      }
    }
  }

  func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Closing will tear the connection down instead of ending it.
  func resetAtEnd() {
    var abort = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
  }

  enum Ending: Equatable { case end, reset, silence }

  /// Everything up to the end of the stream, and how it ended; read slowly when told to.
  func receiveAll(pausingEvery step: Int = .max, microseconds: UInt32 = 0) -> (text: String, ending: Ending) {
    var all: [UInt8] = []
    var sincePause = 0
    while true {
      let (bytes, ending) = receive()
      if let ending { return (String(decoding: all, as: UTF8.self), ending) }
      all += bytes
      sincePause += bytes.count
      if sincePause >= step {
        usleep(microseconds)
        sincePause = 0
      }
    }
  }

  /// Until `count` responses with bodies as long as they say have come.
  func receiveResponses(_ count: Int) -> String {
    var all: [UInt8] = []
    while Client.responses(all) < count {
      let (bytes, ending) = receive()
      if ending != nil { break }
      all += bytes
    }
    return String(decoding: all, as: UTF8.self)
  }

  private func receive() -> ([UInt8], Ending?) {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count > 0 { return (Array(buffer[..<count]), nil) }
    return ([], count == 0 ? .end : errno == ECONNRESET ? .reset : .silence)
  }

  private static func responses(_ bytes: [UInt8]) -> Int {
    var rest = bytes[...]
    var count = 0
    while true {
      let text = String(decoding: rest.prefix(4096), as: UTF8.self)
      guard let end = text.firstRange(of: "\r\n\r\n") else { return count }
      let head = text[..<end.lowerBound]
      let length = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
      let whole = head.utf8.count + 4 + length
      if rest.count < whole { return count }
      rest = rest.dropFirst(whole)
      count += 1
    }
  }
}
