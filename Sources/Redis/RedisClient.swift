// One connection to one Redis, shared by all who use it on the loop: commands are pipelined, what a loop turn sends leaves in one
// write, and replies come in the order of the commands. A call has a deadline from the moment it is made, whatever stands in the
// way: looking up the name, connecting, logging in, waiting behind others, or a server that does not answer. A late reply still has
// to come before those behind it, so its call stays in the queue without its caller; when it is hopelessly late, the connection
// goes. Nothing is sent twice: who gets an error does not know whether the command was done.

import EventLoop

/// A client of one Redis. Stays connected from the first call until `close()`, and is kept alive by that.
@LoopActor package final class RedisClient {
  package struct Options: Sendable {
    /// How long a call may take in all.
    package var deadline: Duration
    /// Calls that wait at a time; one more is refused.
    package var queueLimit: Int
    /// Bytes of commands that wait for the socket; one more command is refused.
    package var unsentLimit: Int
    /// Bytes of one reply; a larger one ends the connection.
    package var replyLimit: Int

    package init(
      deadline: Duration = .milliseconds(50), queueLimit: Int = 4096, unsentLimit: Int = 16 << 20, replyLimit: Int = 8 << 20
    ) {
      self.deadline = deadline
      self.queueLimit = queueLimit
      self.unsentLimit = unsentLimit
      self.replyLimit = replyLimit
    }
  }

  package enum BreakerState: String, Sendable { case closed, open, halfOpen = "half-open" }

  /// Sums since the start, for metrics.
  package struct Counts: Hashable, Sendable {
    /// Calls made; a pipelined one counts once.
    package var calls = 0
    /// Calls that ended with an error of any kind but a server's.
    package var failures = 0
    /// Of the failures: no answer in time.
    package var timeouts = 0
    /// Of the failures: refused without a try, for there was no connection and none was due.
    package var refusals = 0
    /// Answers that came after their call had failed.
    package var lateReplies = 0
    /// Connections that were made and took the log-in.
    package var connections = 0
  }

  private enum State { case idle, connecting, up(Connection), down, closed }

  package let endpoint: RedisEndpoint
  package private(set) var counts = Counts()
  /// Why the last connection ended, or was not made.
  package private(set) var lastFailure: RedisError?
  private let options: Options
  private var state = State.idle
  private var breaker = Breaker()
  private var waiting = CallQueue()
  private var sent = CallQueue()
  private var watch: (timer: Timer, at: MonotonicInstant)?
  private var nap: Task<Void, any Error>?

  package init(_ endpoint: RedisEndpoint, _ options: Options = Options()) {
    self.endpoint = endpoint
    self.options = options
  }

  package var breakerState: BreakerState {
    switch breaker.state {
    case .closed: .closed
    case .open: .open
    case .halfOpen: .halfOpen
    }
  }

  package var isConnected: Bool { if case .up = state { true } else { false } }

  /// One command. A cancelled task gets its answer, or its deadline, all the same.
  /// - Parameter deadline: for this call in place of the client's own.
  /// - Throws: what kept the answer from coming; the server's own errors as `.server`.
  package func send(_ command: RedisCommand, within deadline: Duration? = nil) async throws(RedisError) -> RedisReply {
    try await send([command], within: deadline)[0].orThrow()
  }

  /// Several commands: one write, one round trip, a reply for each in their order. What the server refuses is a
  /// `RedisReply.error` in its place; the others are done.
  package func send(_ commands: [RedisCommand], within deadline: Duration? = nil) async throws(RedisError) -> [RedisReply] {
    guard !commands.isEmpty else { return [] }
    let deadline = Loop.now().advanced(by: deadline ?? options.deadline)
    let result = await withUnsafeContinuation { continuation in
      perform(Call(commands, deadline: deadline) { continuation.resume(returning: $0) })
    }
    if case .failure(let error) = result {
      counts.failures += 1
      if error.code == .timeout { counts.timeouts += 1 }
    }
    return try result.get()
  }

  /// Connects before the first call does.
  package func open() {
    guard case .idle = state else { return }
    state = .connecting
    _ = Loop.task { await self.stayConnected() }
  }

  /// Fails what waits; the client is of no use afterwards.
  package func close() {
    let error = RedisError(.closed, "\(endpoint): this client was closed")
    if case .up(let connection) = state { connection.end(error) }
    state = .closed
    nap?.cancel()
    failAll(error)
  }

  private func perform(_ call: Call) {
    counts.calls += 1
    open()
    switch state {
    case .idle, .connecting:
      guard breaker.state == .closed else { return refuse(call, unavailable) }
      guard waiting.count < options.queueLimit else { return refuse(call, full) }
      waiting.append(call)
      watch(until: call.deadline)
    case .up(let connection):
      guard sent.count < options.queueLimit, connection.unsent + call.bytes.count <= options.unsentLimit else {
        return refuse(call, full)
      }
      send(call, on: connection)
    case .down:
      refuse(call, unavailable)
    case .closed:
      refuse(call, RedisError(.closed, "\(endpoint): this client was closed"))
    }
  }

  private func refuse(_ call: Call, _ error: RedisError) {
    counts.refusals += 1
    call.fail(error)
  }

  private func send(_ call: Call, on connection: Connection) {
    sent.append(call)
    connection.write(call.bytes)
    watch(until: call.deadline)
  }

  private var unavailable: RedisError {
    RedisError(.unavailable, "\(endpoint): not asked, for it failed just now\(lastFailure.map { ": \($0)" } ?? "")")
  }

  private var full: RedisError { RedisError(.full, "\(endpoint): too many calls wait for it") }
}

// MARK: The connection's life

extension RedisClient {
  private var isClosed: Bool { if case .closed = state { true } else { false } }

  private func stayConnected() async {
    while !isClosed {
      let failure = await connection()
      failAll(failure)
      guard !isClosed else { return }
      _ = breaker.failed()
      lastFailure = failure
      state = .down
      let pause = breaker.pause(jitter: .random(in: 0...1))
      nap = Loop.task { await Loop.sleep(for: pause) }
      _ = await nap?.result
      guard !isClosed else { return }
      breaker.tries()
      state = .connecting
    }
  }

  /// Connects, logs in, and waits for the end.
  /// - Returns: why it ended.
  private func connection() async -> RedisError {
    do throws(RedisError) {
      let connection = try await Connection.open(
        to: endpoint, within: max(options.deadline, .milliseconds(250)), replyLimit: options.replyLimit)
      guard !isClosed else {
        let error = RedisError(.closed, "\(endpoint): this client was closed")
        connection.end(error)
        return error
      }
      connection.onReply = { [weak self, weak connection] reply in
        if let connection { self?.take(reply, from: connection) }
      }
      greet(on: connection)
      return await connection.ended()
    } catch {
      return error
    }
  }

  /// The log-in is a call like others, in front of them: those that wait go out behind it in the same write.
  private func greet(on connection: Connection) {
    var commands: [RedisCommand] = []
    if let password = endpoint.password {
      commands.append(RedisCommand(["AUTH"] + (endpoint.user.map { [.text($0)] } ?? []) + [.text(password)]))
    }
    if endpoint.database != 0 { commands.append(RedisCommand("SELECT", .number(endpoint.database))) }
    commands.append(RedisCommand("PING"))
    let deadline = Loop.now().advanced(by: options.deadline)
    let call = Call(commands, deadline: deadline, isGreeting: true) { [weak self, weak connection] in
      if let connection { self?.greeted($0, connection) }
    }
    send(call, on: connection)
  }

  private func greeted(_ result: Result<[RedisReply], RedisError>, _ connection: Connection) {
    switch result {
    case .failure(let error): connection.end(error)
    case .success(let replies):
      for case .error(let message) in replies {
        return connection.end(RedisError(.server, message))
      }
      breaker.connected()
      counts.connections += 1
      state = .up(connection)
      for call in waiting.removeAll() where !call.isAbandoned { send(call, on: connection) }
    }
  }

  private func take(_ reply: RedisReply, from connection: Connection) {
    guard let call = sent.first else {
      return connection.end(RedisError(.malformed, "\(endpoint): a reply that nothing asked for"))
    }
    let isInTime = !call.isAbandoned
    guard call.take(reply) else { return }
    sent.removeFirst()
    if !isInTime { counts.lateReplies += 1 } else if !call.isGreeting { breaker.succeeded() }
  }

  private func failAll(_ error: RedisError) {
    let calls = sent.removeAll() + waiting.removeAll()
    for call in calls { call.fail(error) }
    watch?.timer.stop()
    watch = nil
  }
}

// MARK: Deadlines

extension RedisClient {
  /// One timer for all calls, set to the first deadline.
  private func watch(until deadline: MonotonicInstant) {
    if let watch, watch.at <= deadline { return }
    watch?.timer.stop()
    let wait = max(.zero, Loop.now().duration(to: deadline))
    watch = (Timer(after: wait) { [weak self] in self?.deadlinePassed() }, deadline)
  }

  /// After a long turn of the loop the answers may stand in the socket's buffer: they are read before anybody is judged.
  private func deadlinePassed() {
    watch?.timer.stop()
    // A timer of no time would run before the loop polls.
    watch = (Timer(after: .milliseconds(1)) { [weak self] in self?.judge() }, .now)
  }

  private func judge() {
    watch = nil
    let now = MonotonicInstant.now
    var next: MonotonicInstant?
    var isOpening = false
    for call in waiting.all + sent.all where !call.isAbandoned {
      guard call.deadline <= now else {
        next = min(next ?? call.deadline, call.deadline)
        continue
      }
      call.fail(RedisError(.timeout, "\(endpoint): no answer in time"))
      isOpening = breaker.failed() || isOpening
    }
    if isOpening { return giveUp() }
    // Replies come in order: one that is this late keeps all behind it.
    if let first = sent.first, first.isAbandoned {
      let hopeless = first.deadline.advanced(by: max(options.deadline * 4, .milliseconds(200)))
      if hopeless <= now { return giveUp() }
      next = min(next ?? hopeless, hopeless)
    }
    if let next { watch(until: next) }
  }

  private func giveUp() {
    let error = RedisError(.timeout, "\(endpoint): no answer in time")
    if case .up(let connection) = state { connection.end(error) }
    failAll(error)
  }
}
