// libcurl's multi interface on the loop. libcurl says which sockets it wants to hear of, each of which gets a poll handle, and
// when it wants to be called at the latest, for which there is one timer; it is called with what happened, and hands out the
// transfers that have ended. No thread, no waiting call: names are looked up by `Resolver`.

import CCurl
import CUv
import EventLoop

/// Asks other services over HTTP/1.1. Connections are kept and used again. No redirect is followed, no proxy asked, no coding
/// accepted: the services are near, and unpacking would cost the loop more than it saves the wire.
@LoopActor package final class HTTPClient {
  package struct Limits: Sendable {
    /// Of the body; one that is longer is an error, never cut.
    package var answerBytes = 1 << 20
    package var headBytes = 64 << 10
    /// Requests under way to one origin; the others wait in order.
    package var connectionsOfOrigin = 64
    package var connectMilliseconds = 500

    package init() {}
  }

  package struct Request: Sendable {
    package var endpoint: HTTPEndpoint
    package var method: Method
    /// Path and query, percent-encoded, after the endpoint's own path.
    package var target: String
    package var headers: Headers
    /// Sent with POST and PATCH.
    package var body: [UInt8]
    /// From now to the answer's last byte, waiting for a turn included.
    package var deadline: Duration

    package init(
      _ method: Method = .get, _ target: String, of endpoint: HTTPEndpoint, headers: Headers = Headers(), body: [UInt8] = [],
      deadline: Duration
    ) {
      self.endpoint = endpoint
      self.method = method
      self.target = target
      self.headers = headers
      self.body = body
      self.deadline = deadline
    }
  }

  package struct Response: Sendable {
    package let status: Int
    let fields: [UInt8]
    package let body: [UInt8]

    /// The first value of a header field; `name` in lower case.
    package func header(_ name: StaticString) -> String? {
      fields.withUnsafeBufferPointer { fields in
        HeaderFields(head: fields, start: 0).range(of: name).map { String(decoding: fields[$0], as: UTF8.self) }
      }
    }
  }

  private let limits: Limits
  private let multi: UnsafeMutableRawPointer
  private let timer = UnsafeMutablePointer<uv_timer_t>.allocate(capacity: 1)
  private let resolver = Resolver()
  private let admission: Admission<String>
  private var active: [UnsafeMutableRawPointer: Transfer] = [:]
  private var spare: [Easy] = []

  private static let spares = 16
  private static let isSetUp: Void = { curl_global_init(Int(CURL_GLOBAL_DEFAULT)) }()

  package init(limits: Limits = Limits()) {
    _ = Self.isSetUp
    self.limits = limits
    admission = Admission(limit: limits.connectionsOfOrigin)
    guard let multi = curl_multi_init() else { fatalError("no memory for a client of other services") }
    self.multi = multi
    uv_timer_init(Loop.executor.loop, timer)
    let me = Unmanaged.passUnretained(self).toOpaque()
    timer.pointee.data = me
    ccurl_multi_set_number(multi, CURLMOPT_MAXCONNECTS, limits.connectionsOfOrigin)
    ccurl_multi_set_callbacks(
      multi,
      { @Sendable _, socket, what, me, handle in
        nonisolated(unsafe) let handle = handle
        let client = Unmanaged<HTTPClient>.fromOpaque(me!).takeUnretainedValue()
        Loop.assumeIsolated { client.watch(socket, for: what, handle) }
        return 0
      },
      { @Sendable _, milliseconds, me in
        let client = Unmanaged<HTTPClient>.fromOpaque(me!).takeUnretainedValue()
        Loop.assumeIsolated { client.wake(after: milliseconds) }
        return 0
      }, me)
  }

  isolated deinit {
    // A transfer keeps its client, so only connections nobody uses are left.
    ccurl_multi_set_callbacks(multi, nil, nil, nil)
    curl_multi_cleanup(multi)
    uv_timer_stop(timer)
    uv_close(UnsafeMutableRawPointer(timer).assumingMemoryBound(to: uv_handle_t.self)) { @Sendable in $0!.deallocate() }
  }

  /// Requests under way.
  package var transferCount: Int { active.count }

  /// A cancelled task's request is taken off its connection.
  package func send(_ request: Request) async throws(HTTPClientError) -> Response {
    let end = MonotonicInstant.now.advanced(by: request.deadline)
    guard HTTPEndpoint.isTarget(request.target) else {
      throw HTTPClientError(.request, "a target starts with / and is percent-encoded")
    }
    let origin = request.endpoint.origin
    try await admission.enter(origin, until: end)
    defer { admission.leave(origin) }
    let addresses = request.endpoint.needsNoLookup ? [] : try await resolver.addresses(of: request.endpoint.host, until: end)
    guard let easy = spare.popLast() ?? Easy() else { throw HTTPClientError(.request, "no memory for a request") }
    let transfer = Transfer(request, on: easy, limits: limits)
    let left = MonotonicInstant.now.duration(to: end)
    transfer.prepare(addresses: addresses, milliseconds: max(1, Int(left.inNanoseconds / 1_000_000)))
    active[easy.handle] = transfer
    curl_multi_add_handle(multi, easy.handle)
    switch await transfer.result.outcome() {
    case .value(let result): return try result.get()
    case .expired, .cancelled:
      drop(transfer)
      throw HTTPClientError(.cancelled, "\(origin): the task that asked was cancelled")
    }
  }

  private func drop(_ transfer: Transfer) {
    let easy = transfer.easy
    guard active.removeValue(forKey: easy.handle) != nil else { return }
    curl_multi_remove_handle(multi, easy.handle)
    if spare.count < Self.spares { spare.append(easy) }
  }

  // MARK: What libcurl asks for

  private func watch(_ socket: curl_socket_t, for what: Int32, _ known: UnsafeMutableRawPointer?) {
    if what == CURL_POLL_REMOVE {
      guard let known else { return }
      curl_multi_assign(multi, socket, nil)
      uv_poll_stop(known.assumingMemoryBound(to: uv_poll_t.self))
      uv_close(known.assumingMemoryBound(to: uv_handle_t.self)) { @Sendable in
        UnsafeMutableRawPointer($0!).assumingMemoryBound(to: uv_poll_t.self).deallocate()
      }
      return
    }
    let handle = known?.assumingMemoryBound(to: uv_poll_t.self) ?? poll(socket)
    var events: Int32 = 0
    if what & CURL_POLL_IN != 0 { events |= Int32(UV_READABLE.rawValue) }
    if what & CURL_POLL_OUT != 0 { events |= Int32(UV_WRITABLE.rawValue) }
    uv_poll_start(handle, events) { @Sendable handle, status, events in
      let client = Unmanaged<HTTPClient>.fromOpaque(handle!.pointee.data).takeUnretainedValue()
      var descriptor: Int32 = -1
      uv_fileno(UnsafeMutableRawPointer(handle!).assumingMemoryBound(to: uv_handle_t.self), &descriptor)
      // Of an error libuv knows nothing more. libcurl finds out by reading and writing, and so sees a kept connection's death for
      // what it is; told of an error, it would give the transfer up.
      var what: Int32 = status < 0 ? CURL_CSELECT_IN | CURL_CSELECT_OUT : 0
      if events & Int32(UV_READABLE.rawValue) != 0 { what |= CURL_CSELECT_IN }
      if events & Int32(UV_WRITABLE.rawValue) != 0 { what |= CURL_CSELECT_OUT }
      let (socket, happened) = (descriptor, what)
      Loop.assumeIsolated { client.act(on: socket, happened) }
    }
  }

  private func poll(_ socket: curl_socket_t) -> UnsafeMutablePointer<uv_poll_t> {
    let handle = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
    uv_poll_init(Loop.executor.loop, handle, socket)
    handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    curl_multi_assign(multi, socket, handle)
    return handle
  }

  private func wake(after milliseconds: Int) {
    if milliseconds < 0 {
      uv_timer_stop(timer)
      return
    }
    uv_update_time(Loop.executor.loop)
    uv_timer_start(
      timer,
      { @Sendable timer in
        let client = Unmanaged<HTTPClient>.fromOpaque(timer!.pointee.data).takeUnretainedValue()
        Loop.assumeIsolated { client.act(on: curl_socket_t(CURL_SOCKET_TIMEOUT), 0) }
      }, UInt64(milliseconds), 0)
  }

  private func act(on socket: curl_socket_t, _ happened: Int32) {
    var running: Int32 = 0
    curl_multi_socket_action(multi, socket, happened, &running)
    var code = CURLE_OK
    while let handle = ccurl_multi_finished(multi, &code) {
      guard let transfer = active[handle] else { continue }
      // Ended before its handle is taken back: the text of an error is in it.
      transfer.end(code)
      drop(transfer)
    }
  }
}
