import CUv
import EventLoop
import Glibc

/// A host's addresses, looked up off the loop: the system's resolver may take seconds.
@LoopActor enum Addresses {
  private final class Question {
    var continuation: UnsafeContinuation<Result<[sockaddr_storage], RedisError>, Never>?
    var name = ""
  }

  static func of(_ host: String, port: UInt16, for endpoint: RedisEndpoint) async throws(RedisError) -> [sockaddr_storage] {
    if let address = literal(host, port) { return [address] }
    let answer = await withUnsafeContinuation { continuation in
      let question = Question()
      question.continuation = continuation
      question.name = "\(endpoint)"
      ask(question, host, port)
    }
    return try answer.get()
  }

  /// An address that needs no looking up.
  private static func literal(_ host: String, _ port: UInt16) -> sockaddr_storage? {
    var storage = sockaddr_storage()
    let found = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { uv_ip4_addr(host, Int32(port), $0) } == 0
        || pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { uv_ip6_addr(host, Int32(port), $0) } == 0
    }
    return found ? storage : nil
  }

  private static func ask(_ question: Question, _ host: String, _ port: UInt16) {
    let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
    request.pointee.data = Unmanaged.passRetained(question).toOpaque()
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    let status = uv_getaddrinfo(Loop.executor.loop, request, answered, host, "\(port)", &hints)
    // Refused at once: the callback does not come.
    if status != 0 { finish(request, status, nil) }
  }

  private static let answered: uv_getaddrinfo_cb = { @Sendable request, status, list in
    nonisolated(unsafe) let (request, list) = (request!, list)
    Loop.assumeIsolated { finish(request, status, list) }
  }

  private static func finish(
    _ request: UnsafeMutablePointer<uv_getaddrinfo_t>, _ status: Int32, _ list: UnsafeMutablePointer<addrinfo>?
  ) {
    let question = Unmanaged<Question>.fromOpaque(request.pointee.data).takeRetainedValue()
    request.deallocate()
    defer { uv_freeaddrinfo(list) }
    guard status == 0 else {
      let reason = String(cString: uv_strerror(status))
      question.continuation?.resume(returning: .failure(RedisError(.refused, "\(question.name): \(reason)")))
      return
    }
    var found: [sockaddr_storage] = []
    var next = list
    while let entry = next?.pointee {
      if let address = entry.ai_addr, Int(entry.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size {
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) {
          $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen)))
        }
        found.append(storage)
      }
      next = entry.ai_next
    }
    question.continuation?.resume(returning: .success(found))
  }
}
