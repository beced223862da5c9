// The addresses of a service's name. libcurl would start a thread for each look-up, and, when the transfer is taken away
// meanwhile, wait for that thread: a dead name server would stop the loop. So the look-up is libuv's, which keeps slow ones
// to half of its pool, one at a time for a name, and whoever waits for it waits with a deadline. Addresses are kept for
// `lifetime`; when the name server fails then, the old ones serve on.

import CUv
import EventLoop
import Glibc

@LoopActor final class Resolver {
  private struct Known {
    let addresses: [String]
    let until: MonotonicInstant
  }

  private let lifetime = Duration.seconds(30)
  private var known: [String: Known] = [:]
  private var flights: [String: [Awaited<[String]>]] = [:]

  /// Numeric, in the order of the system's preference.
  func addresses(of host: String, until end: MonotonicInstant) async throws(HTTPClientError) -> [String] {
    if let entry = known[host], entry.until > .now { return entry.addresses }
    let answer = Awaited<[String]>()
    let isFirst = flights[host] == nil
    flights[host, default: []].append(answer)
    if isFirst { ask(for: host) }
    switch await answer.outcome(until: end) {
    case .value(let addresses) where addresses.isEmpty:
      throw HTTPClientError(.refused, "the name \(host) has no address")
    case .value(let addresses):
      return addresses
    case .expired:
      throw HTTPClientError(.refused, "no name server told the address of \(host) within the deadline")
    case .cancelled:
      throw HTTPClientError(.cancelled, "the task was cancelled while the address of \(host) was looked up")
    }
  }

  private func ask(for host: String) {
    let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
    request.pointee.data = Unmanaged.passRetained(Question(host, self)).toOpaque()
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG
    let status = uv_getaddrinfo(
      Loop.executor.loop, request,
      { @Sendable request, status, list in
        let question = Unmanaged<Question>.fromOpaque(request!.pointee.data).takeRetainedValue()
        request!.deallocate()
        let addresses = status == 0 ? Resolver.numeric(list) : []
        uv_freeaddrinfo(list)
        Loop.assumeIsolated { question.resolver.learn(addresses, of: question.host) }
      }, host, nil, &hints)
    guard status != 0 else { return }
    // Refused at once: the name is longer than names are.
    Unmanaged<Question>.fromOpaque(request.pointee.data).release()
    request.deallocate()
    learn([], of: host)
  }

  private func learn(_ addresses: [String], of host: String) {
    if !addresses.isEmpty { known[host] = Known(addresses: addresses, until: .now.advanced(by: lifetime)) }
    let usable = known[host]?.addresses ?? []
    for waiting in flights.removeValue(forKey: host) ?? [] { waiting.settle(.value(usable)) }
  }

  private nonisolated static func numeric(_ list: UnsafeMutablePointer<addrinfo>?) -> [String] {
    var found: [String] = []
    var next = list
    while let entry = next {
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let status = getnameinfo(
        entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
      let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      if status == 0, !found.contains(address) { found.append(address) }
      next = entry.pointee.ai_next
    }
    return found
  }

  private final class Question: Sendable {
    let host: String
    let resolver: Resolver
    init(_ host: String, _ resolver: Resolver) { (self.host, self.resolver) = (host, resolver) }
  }
}
