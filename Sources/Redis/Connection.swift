// One connection to a Redis, on libuv's own stream. hiredis brings an event interface too, which is not used: it looks names up on
// the calling thread, knows no deadline, and does three `epoll_ctl` a command with libuv. Here a socket is registered once; what
// all jobs of a loop turn write goes out in one `write` at the turn's end, and only what the socket does not take waits for an event.

import CUv
import EventLoop
import Glibc

@LoopActor final class Connection {
  private enum State { case connecting, open, ended(RedisError) }

  private let name: String
  private let stream: UnsafeMutablePointer<uv_stream_t>
  private var state = State.connecting
  private let reader: ReplyReader
  private var outgoing: [UInt8] = []
  private var isFlushDue = false
  private var isWriting = false
  private var writing = 0
  private var opening: UnsafeContinuation<Result<Void, RedisError>, Never>?
  private var ending: UnsafeContinuation<RedisError, Never>?
  /// Gets each reply, in order.
  var onReply: (RedisReply) -> Void = { _ in }

  /// Bytes that were given to `write` and not yet to the system.
  private(set) var unsent = 0

  private init(_ stream: UnsafeMutablePointer<uv_stream_t>, name: String, replyLimit: Int) {
    self.stream = stream
    self.name = name
    reader = ReplyReader(limit: replyLimit)
    // Until libuv has closed the handle, its callbacks reach this object.
    stream.pointee.data = Unmanaged.passRetained(self).toOpaque()
  }

  /// Connects to the first of the place's addresses that takes it.
  static func open(
    to endpoint: RedisEndpoint, within limit: Duration, replyLimit: Int
  ) async throws(RedisError) -> Connection {
    let deadline = Loop.now().advanced(by: limit)
    switch endpoint.place {
    case .socket(let path):
      let connection = socket("\(endpoint)", replyLimit)
      return try await connection.opened(by: deadline) { request, handle in
        // The one call of libuv's that answers by its callback alone.
        handle.withMemoryRebound(to: uv_pipe_t.self, capacity: 1) { uv_pipe_connect(request, $0, path, connected) }
        return 0
      }
    case .tcp(let host, let port):
      var failure = RedisError(.refused, "\(endpoint): the name \(host) has no address")
      for address in try await Addresses.of(host, port: port, for: endpoint) {
        let connection = tcp("\(endpoint)", replyLimit)
        do throws(RedisError) {
          return try await connection.opened(by: deadline) { request, handle in
            handle.withMemoryRebound(to: uv_tcp_t.self, capacity: 1) { tcp in
              uv_tcp_nodelay(tcp, 1)
              uv_tcp_keepalive(tcp, 1, 15)
              return withUnsafePointer(to: address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { uv_tcp_connect(request, tcp, $0, connected) }
              }
            }
          }
        } catch { failure = error }
      }
      throw failure
    }
  }

  /// When the connection has ended: why.
  func ended() async -> RedisError {
    // Asked where it is acted on: a task may go through the loop's queue before it waits.
    await withUnsafeContinuation { if case .ended(let error) = state { $0.resume(returning: error) } else { ending = $0 } }
  }

  /// Sends bytes at the end of this loop turn, with all that were given before them.
  func write(_ bytes: [UInt8]) {
    guard case .open = state else { return }
    outgoing += bytes
    unsent += bytes.count
    guard !isFlushDue, !isWriting else { return }
    isFlushDue = true
    Loop.atTurnEnd { [self] in
      isFlushDue = false
      flush()
    }
  }

  func end(_ error: RedisError) {
    if case .ended = state { return }
    state = .ended(error)
    outgoing = []
    uv_close(UnsafeMutableRawPointer(stream).assumingMemoryBound(to: uv_handle_t.self)) { @Sendable handle in
      Unmanaged<Connection>.fromOpaque(handle!.pointee.data).release()
      UnsafeMutableRawPointer(handle!).deallocate()
    }
    opening.take()?.resume(returning: .failure(error))
    ending.take()?.resume(returning: error)
  }
}

// MARK: Connecting

extension Connection {
  private static func socket(_ name: String, _ replyLimit: Int) -> Connection {
    let handle = room(for: uv_pipe_t.self)
    uv_pipe_init(Loop.executor.loop, handle.assumingMemoryBound(to: uv_pipe_t.self), 0)
    return Connection(handle.assumingMemoryBound(to: uv_stream_t.self), name: name, replyLimit: replyLimit)
  }

  private static func tcp(_ name: String, _ replyLimit: Int) -> Connection {
    let handle = room(for: uv_tcp_t.self)
    uv_tcp_init(Loop.executor.loop, handle.assumingMemoryBound(to: uv_tcp_t.self))
    return Connection(handle.assumingMemoryBound(to: uv_stream_t.self), name: name, replyLimit: replyLimit)
  }

  private static func room<T>(for type: T.Type) -> UnsafeMutableRawPointer {
    .allocate(byteCount: MemoryLayout<T>.stride, alignment: MemoryLayout<T>.alignment)
  }

  private func opened(
    by deadline: MonotonicInstant,
    _ connect: (UnsafeMutablePointer<uv_connect_t>, UnsafeMutablePointer<uv_stream_t>) -> Int32
  ) async throws(RedisError) -> Connection {
    let limit = Timer(after: Loop.now().duration(to: deadline)) { [self] in
      end(RedisError(.timeout, "\(name): no connection in time"))
    }
    defer { limit.stop() }
    let request = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
    let status = connect(request, stream)
    guard status == 0 else {
      request.deallocate()
      end(refusal(status))
      throw refusal(status)
    }
    let outcome: Result<Void, RedisError> = await withUnsafeContinuation {
      switch state {
      case .connecting: opening = $0
      case .open: $0.resume(returning: .success(()))
      case .ended(let error): $0.resume(returning: .failure(error))
      }
    }
    try outcome.get()
    return self
  }

  private static let connected: uv_connect_cb = { @Sendable request, status in
    let connection = Unmanaged<Connection>.fromOpaque(request!.pointee.handle.pointee.data).takeUnretainedValue()
    request!.deallocate()
    Loop.assumeIsolated { connection.connected(status) }
  }

  private func connected(_ status: Int32) {
    guard case .connecting = state else { return }
    guard status == 0 else { return end(refusal(status)) }
    state = .open
    let begun = uv_read_start(
      stream,
      { @Sendable _, _, buffer in buffer!.pointee = Connection.readBuffer },
      { @Sendable stream, count, _ in
        let connection = Unmanaged<Connection>.fromOpaque(stream!.pointee.data).takeUnretainedValue()
        Loop.assumeIsolated { connection.received(count) }
      })
    guard begun == 0 else { return end(refusal(begun)) }
    opening.take()?.resume(returning: .success(()))
  }

  private func refusal(_ status: Int32) -> RedisError {
    RedisError(.refused, "\(name): no connection: \(String(cString: uv_strerror(status)))")
  }
}

// MARK: Bytes

extension Connection {
  // One for all connections: what is read is parsed before the loop reads again.
  nonisolated(unsafe) private static let readBuffer = uv_buf_init(.allocate(capacity: 64 << 10), 64 << 10)

  private func received(_ count: Int) {
    guard count != 0 else { return }
    guard count > 0 else {
      let reason = count == Int(UV_EOF.rawValue) ? "the server closed it" : String(cString: uv_strerror(Int32(count)))
      return end(RedisError(.closed, "\(name): the connection ended: \(reason)"))
    }
    do throws(RedisError) {
      try reader.feed(UnsafeRawBufferPointer(start: Self.readBuffer.base, count: count))
      while case .open = state, let reply = try reader.next() { onReply(reply) }
    } catch {
      end(RedisError(error.code, "\(name): \(error.message)"))
    }
  }

  private func flush() {
    guard case .open = state, !isWriting, !outgoing.isEmpty else { return }
    let written = outgoing.withUnsafeMutableBytes { bytes in
      var buffer = uv_buf_init(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(bytes.count))
      return Int(uv_try_write(stream, &buffer, 1))
    }
    guard written >= 0 || written == Int(UV_EAGAIN.rawValue) else {
      return end(RedisError(.closed, "\(name): the connection ended: \(String(cString: uv_strerror(Int32(written))))"))
    }
    unsent -= max(0, written)
    if written == outgoing.count { return outgoing.removeAll(keepingCapacity: outgoing.capacity < 1 << 20) }
    writeLater(outgoing[max(0, written)...])
    outgoing = []
  }

  /// Hands over what the socket does not take now.
  private func writeLater(_ rest: ArraySlice<UInt8>) {
    let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
    let copy = UnsafeMutableRawPointer.allocate(byteCount: rest.count, alignment: 1)
    rest.withUnsafeBytes { copy.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    request.pointee.data = copy
    var buffer = uv_buf_init(copy.assumingMemoryBound(to: CChar.self), UInt32(rest.count))
    isWriting = true
    writing = rest.count
    let status = uv_write(request, stream, &buffer, 1) { @Sendable request, status in
      let connection = Unmanaged<Connection>.fromOpaque(request!.pointee.handle.pointee.data).takeUnretainedValue()
      request!.pointee.data.deallocate()
      request!.deallocate()
      Loop.assumeIsolated { connection.wrote(status) }
    }
    if status != 0 {
      copy.deallocate()
      request.deallocate()
      end(RedisError(.closed, "\(name): the connection ended: \(String(cString: uv_strerror(status)))"))
    }
  }

  private func wrote(_ status: Int32) {
    isWriting = false
    unsent -= writing
    if status == 0 {
      flush()
    } else {
      end(RedisError(.closed, "\(name): the connection ended: \(String(cString: uv_strerror(status)))"))
    }
  }
}
