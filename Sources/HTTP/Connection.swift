// Performs what a conversation says on a socket: reads, runs the handler, writes, watches the time. One answer is written at a
// time; while the socket has not taken it, the next request is not begun, and once enough waits, nothing more is read.
//
// After a last answer the connection lingers: its writing side is shut, and what still comes is read and dropped for a short
// while. Closing at once with unread bytes would make the kernel reset it, and the peer might never see the answer.

import CUv
import EventLoop

@LoopActor final class Connection {
  private enum State { case open, lingering, closed }

  /// In the server's list.
  var index = 0
  /// On the loop's clock, in milliseconds.
  private(set) var deadline: UInt64 = .max

  private let server: HTTPServer
  private let conversation: Conversation
  private let remoteAddress: String
  private let handle = UnsafeMutablePointer<uv_tcp_t>.allocate(capacity: 1)
  private var state = State.open
  private var lastPhase = Conversation.Phase.between
  private var isPumping = false
  private var isAnswering = false
  private var isWriting = false
  // Of the body being written: what the socket has not taken yet begins at `unsentStart`.
  private var unsent: [UInt8] = []
  private var unsentStart = 0
  private var isReading = false
  private var hasEnded = false
  private var dropped = 0
  /// Of the body being gathered or answered; part of what the server counts.
  private var bodyBytes = 0 { didSet { server.bodyBytes += bodyBytes - oldValue } }
  private var arrival = MonotonicInstant(nanoseconds: 0)

  private static let pieceBytes = 16 << 10
  private static let lingerBytes = 256 << 10
  private static let lingerMilliseconds: UInt64 = 2000
  // Answers in a row before others get their turn.
  private static let requestsAtOnce = 32

  // One buffer for all: it is filled and emptied within one callback, always on the loop's thread.
  private nonisolated(unsafe) static let readBuffer = UnsafeMutablePointer<CChar>.allocate(capacity: readBytes)
  private nonisolated static let readBytes = 64 << 10

  init?(_ descriptor: Int32, from remoteAddress: String, of server: HTTPServer) {
    self.server = server
    self.remoteAddress = remoteAddress
    conversation = Conversation(limits: server.limits, remoteAddress: remoteAddress)
    uv_tcp_init(Loop.executor.loop, handle)
    guard uv_tcp_open(handle, descriptor) == 0 else {
      uv_close(anyHandle) { @Sendable in $0!.deallocate() }
      return nil
    }
    uv_tcp_nodelay(handle, 1)
    // Balanced when libuv has closed the handle.
    handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    expire(after: server.limits.headSeconds)
    startReading()
  }

  private var stream: UnsafeMutablePointer<uv_stream_t> {
    UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
  }

  private var anyHandle: UnsafeMutablePointer<uv_handle_t> {
    UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)
  }

  // MARK: Time

  /// The deadline has passed.
  func expire() {
    let phase = conversation.phase
    guard state == .open, !isWriting, phase == .head || phase == .body else { return close() }
    refuse(Conversation.Refusal(status: 408, rule: phase == .head ? "head too slow" : "body too slow"))
  }

  /// Before the server stops: one that is between requests gets a moment, since its next request may be on its way.
  func drain(grace: UInt64) {
    if state == .open, !isAnswering, !isWriting, conversation.phase == .between {
      deadline = min(deadline, Loop.milliseconds + grace)
    }
  }

  private func expire(after seconds: Double) {
    deadline = Loop.milliseconds + UInt64(seconds * 1000)
  }

  // MARK: Reading

  private func startReading() {
    isReading = true
    uv_read_start(
      stream, { @Sendable _, _, buffer in buffer!.pointee = uv_buf_init(Connection.readBuffer, UInt32(Connection.readBytes)) },
      { @Sendable stream, count, buffer in
        let connection = Unmanaged<Connection>.fromOpaque(stream!.pointee.data).takeUnretainedValue()
        let bytes = UnsafeRawBufferPointer(start: buffer!.pointee.base, count: max(0, count))
        nonisolated(unsafe) let received = bytes
        Loop.assumeIsolated { connection.received(received, count) }
      })
  }

  private func received(_ bytes: UnsafeRawBufferPointer, _ count: Int) {
    switch (state, count) {
    case (_, Int(UV_EOF.rawValue)):
      hasEnded = true
      isReading = false
      if state == .lingering { closeWhenWritten() } else { pump() }
    case (_, ..<0):
      close()
    case (.lingering, _):
      dropped += count
      if dropped > Self.lingerBytes { close() }
    case (.open, 1...):
      conversation.offer(bytes)
      pump()
      conversation.settle()
      if state == .open, !conversation.wantsBytes, isReading {
        uv_read_stop(stream)
        isReading = false
      }
    default:
      break
    }
  }

  private func pump() {
    if isPumping { return }
    isPumping = true
    defer { isPumping = false }
    var answered = 0
    while state == .open, !isAnswering, !isWriting {
      if answered == Self.requestsAtOnce {
        Task { @LoopActor in self.pump() }
        return
      }
      switch conversation.next() {
      case .idle:
        return idle()
      case .proceed:
        lastPhase = .body
        expire(after: server.limits.bodySeconds)
        write(Self.interim, [])
      case .request(let request):
        answered += 1
        answer(request)
      case .refusal(let refusal):
        refuse(refusal)
      }
    }
  }

  private func idle() {
    if hasEnded { return close() }
    let phase = conversation.phase
    if phase == .body, !hasRoomForBody() { return refuse(Self.tooManyBodies) }
    if phase != lastPhase || phase == .between {
      lastPhase = phase
      switch phase {
      case .head: expire(after: server.limits.headSeconds)
      case .body: expire(after: server.limits.bodySeconds)
      case .between: expire(after: server.isDraining ? server.limits.drainSeconds : server.limits.idleSeconds)
      case .answering, .over: break
      }
    }
    if !isReading, conversation.wantsBytes { startReading() }
  }

  /// Counts what has come of the body. The connection that goes over the limit is refused; it could instead be left unread until
  /// others are done, but when all that hold bytes wait for room, none is ever done. A body that is whole before it gets here is
  /// not refused, since the read that brought it bounds it: those who hoard halves do not keep forms from being sent.
  private func hasRoomForBody() -> Bool {
    let before = bodyBytes
    bodyBytes = conversation.bodyBytes
    return bodyBytes == before || server.bodyBytes <= server.limits.bodyBytesTotal
  }

  private static let tooManyBodies = Conversation.Refusal(status: 503, rule: "too many bodies at once")

  // MARK: Answering

  private func answer(_ request: HTTPRequest) {
    isAnswering = true
    lastPhase = .answering
    // None while a handler runs: how long a page may take is the handler's to say, which can stop the work and answer in its own
    // words. From here only the connection could be cut, and the work would go on for nobody.
    deadline = .max
    bodyBytes = request.body.count
    arrival = .now
    if request.isForServer { return finish(.capabilities, request) }
    // Runs here and now up to its first await: a page in memory costs no task switch. An `executorPreference:` would make Swift
    // 6.3 enqueue the task instead; a handler that starts child tasks takes `withTaskExecutorPreference(Loop.executor)` around
    // them, to keep them from other threads.
    let respond = server.respond
    Task.immediate { @LoopActor in
      self.finish(await respond(request), request)
    }
  }

  private func finish(_ response: HTTPResponse, _ request: HTTPRequest) {
    isAnswering = false
    // Not before, though the connection may be closed already: the handler had it.
    bodyBytes = 0
    if state != .open { return }
    let closes = response.closes || server.isDraining || !conversation.keepsAlive
    send(response, for: request, closes: closes, withBody: !conversation.isHead)
    if state != .open { return }
    conversation.answered(closes: closes)
    if closes { linger() } else if !isPumping { pump() }
  }

  private func refuse(_ refusal: Conversation.Refusal) {
    conversation.finish()
    bodyBytes = 0
    arrival = .now
    let response = HTTPResponse.plain(refusal.status, closes: true, allowing: server.limits.allowedMethods)
    send(response, for: nil, refusedBy: refusal.rule, closes: true, withBody: true)
    if state == .open { linger() }
  }

  private func send(
    _ response: HTTPResponse, for request: HTTPRequest?, refusedBy rule: String? = nil, closes: Bool, withBody: Bool
  ) {
    server.date.refresh(at: Loop.milliseconds)
    server.head.write(response, date: server.date.bytes, closes: closes, speaksHTTP10: request?.isHTTP10 ?? false)
    let sendsBody = withBody && response.status != 304 && response.status != 204
    let count = server.head.bytes.count + (sendsBody ? response.body.count : 0)
    write(server.head.bytes, sendsBody ? response.body : [])
    server.observe?(
      Exchange(
        request: request, remoteAddress: remoteAddress, rule: rule, status: response.status, bytesSent: count, arrival: arrival,
        microseconds: Int((MonotonicInstant.now.nanoseconds - arrival.nanoseconds) / 1000)))
  }

  private static let interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

  // MARK: Writing

  private func write(_ head: [UInt8], _ body: [UInt8]) {
    var rest: Int?
    head.withUnsafeBufferPointer { head in
      body.withUnsafeBufferPointer { body in
        let buffers: InlineArray<2, uv_buf_t> = [Self.buffer(head), Self.buffer(body)]
        let status = buffers.span.withUnsafeBufferPointer {
          Int(uv_try_write(stream, $0.baseAddress!, body.isEmpty ? 1 : 2))
        }
        if status == head.count + body.count { return }
        if status < 0, status != Int(UV_EAGAIN.rawValue) { return close() }
        rest = max(0, status)
      }
    }
    guard let rest else { return }
    unsent = body
    unsentStart = max(0, rest - head.count)
    writePiece(behind: head.dropFirst(rest))
  }

  private static func buffer(_ bytes: UnsafeBufferPointer<UInt8>) -> uv_buf_t {
    // libuv's type is for reading as well; writing leaves the bytes alone.
    let base = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
    return uv_buf_init(base, UInt32(bytes.count))
  }

  /// Waits until the socket takes bytes again. libuv says so only of bytes it was given to keep, so a piece is copied behind the
  /// request that will write it, and the rest stays where it is: what waits for a slow reader costs a piece, not a body. Each
  /// piece taken renews the deadline, which is for readers that stand still and not for those that are slow.
  private func writePiece(behind head: ArraySlice<UInt8> = []) {
    let part = unsent[unsentStart..<min(unsentStart + Self.pieceBytes, unsent.count)]
    unsentStart = part.endIndex
    let count = head.count + part.count
    let size = MemoryLayout<uv_write_t>.stride
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: size + count, alignment: MemoryLayout<uv_write_t>.alignment)
    let bytes = UnsafeMutableRawBufferPointer(rebasing: memory[size...])
    bytes.copyBytes(from: head)
    UnsafeMutableRawBufferPointer(rebasing: bytes[head.count...]).copyBytes(from: part)
    let request = memory.baseAddress!.bindMemory(to: uv_write_t.self, capacity: 1)
    request.pointee.data = Unmanaged.passRetained(self).toOpaque()
    var buffer = uv_buf_init(bytes.baseAddress!.assumingMemoryBound(to: CChar.self), UInt32(count))
    isWriting = true
    expire(after: server.limits.writeSeconds)
    let status = uv_write(request, stream, &buffer, 1) { @Sendable request, status in
      let connection = Unmanaged<Connection>.fromOpaque(request!.pointee.data).takeRetainedValue()
      UnsafeMutableRawPointer(request!).deallocate()
      Loop.assumeIsolated { connection.wrote(status) }
    }
    if status != 0 {
      Unmanaged<Connection>.fromOpaque(request.pointee.data).release()
      memory.deallocate()
      isWriting = false
      close()
    }
  }

  private func wrote(_ status: Int32) {
    isWriting = false
    if state == .closed { return }
    if status != 0 { return close() }
    if unsentStart < unsent.count {
      let taken = unsent.withUnsafeBufferPointer { bytes in
        var buffer = Self.buffer(UnsafeBufferPointer(rebasing: bytes[unsentStart...]))
        return Int(uv_try_write(stream, &buffer, 1))
      }
      if taken < 0, taken != Int(UV_EAGAIN.rawValue) { return close() }
      unsentStart += max(0, taken)
      if unsentStart < unsent.count { return writePiece() }
    }
    unsent = []
    unsentStart = 0
    if state == .lingering { lingerOn() } else if !isAnswering { pump() }
  }

  // MARK: Closing

  private func linger() {
    state = .lingering
    if hasEnded { return closeWhenWritten() }
    if !isReading { startReading() }
    if !isWriting { lingerOn() }
  }

  /// All is written: says so to the peer, and waits for it to leave.
  private func lingerOn() {
    if hasEnded { return close() }
    deadline = Loop.milliseconds + Self.lingerMilliseconds
    let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
    if uv_shutdown(request, stream, { @Sendable request, _ in request!.deallocate() }) != 0 {
      request.deallocate()
      close()
    }
  }

  private func closeWhenWritten() {
    if !isWriting { close() }
  }

  private func close() {
    if state == .closed { return }
    state = .closed
    deadline = .max
    unsent = []
    if !isAnswering { bodyBytes = 0 }
    conversation.finish()
    server.remove(self)
    uv_close(anyHandle) { @Sendable handle in
      Unmanaged<Connection>.fromOpaque(handle!.pointee.data).release()
      handle!.deallocate()
    }
  }
}
