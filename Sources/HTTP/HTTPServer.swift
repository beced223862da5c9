import EventLoop

/// Serves HTTP/1.1 and HTTP/1.0 on a listening socket. What breaks a rule of the gate is answered here; a handler sees only
/// requests that are well-formed and within the limits.
@LoopActor package final class HTTPServer {
  package typealias Respond = @LoopActor (HTTPRequest) async -> HTTPResponse
  package typealias Observe = @LoopActor (Exchange) -> Void

  let limits: ServerLimits
  let respond: Respond
  let observe: Observe?
  var date = DateLine()
  var head = ResponseHead()
  /// Held by all connections for bodies that are being gathered or answered.
  var bodyBytes = 0
  package private(set) var isDraining = false

  private var acceptor: Acceptor?
  private(set) var connections: [Connection] = []
  private var sweep: Timer?
  private var sweepStart = 0
  private var drained: [CheckedContinuation<Void, Never>] = []

  // Every connection's deadline is looked at once a second, a quarter of them at a time.
  private static let sweepParts = 4
  private static let sweepPeriod = Duration.milliseconds(1000 / sweepParts)

  /// - Parameters:
  ///   - descriptor: listening, non-blocking; the server owns it and closes it when it drains.
  ///   - respond: asked for each request, one at a time for each connection.
  ///   - observe: told of each answer, after it was handed to the socket.
  package init(
    listeningOn descriptor: Int32, limits: ServerLimits = ServerLimits(), respond: @escaping Respond, observe: Observe? = nil
  ) {
    self.limits = limits
    self.respond = respond
    self.observe = observe
    acceptor = Acceptor(listeningOn: descriptor) { [weak self] descriptor, address in
      self?.accept(descriptor, address)
    }
  }

  package var connectionCount: Int { connections.count }

  /// Closes the listening socket; connections go on as before. Where a process has several servers, each is told this before the
  /// first one drains: otherwise the others would take connections while it does. Told again, it does nothing.
  package func stopAccepting() {
    acceptor?.stop()
    acceptor = nil
  }

  /// Stops accepting, lets what is in flight finish with `Connection: close`, and returns when no connection is left.
  package func drain() async {
    if !isDraining {
      isDraining = true
      stopAccepting()
      let grace = UInt64(limits.drainSeconds * 1000)
      for connection in connections { connection.drain(grace: grace) }
    }
    // Asked here, where it is acted on: a task may go through the loop's queue before it waits, and meanwhile the last one may leave.
    await withCheckedContinuation { if connections.isEmpty { $0.resume() } else { drained.append($0) } }
  }

  func accept(_ descriptor: Int32, _ address: String) {
    guard let connection = Connection(descriptor, from: address, of: self) else { return }
    connection.index = connections.count
    connections.append(connection)
    if connections.count >= limits.connections { acceptor?.pause() }
    if sweep == nil {
      sweep = Timer(after: Self.sweepPeriod, repeating: Self.sweepPeriod) { [weak self] in self?.expire() }
    }
  }

  func remove(_ connection: Connection) {
    let last = connections.removeLast()
    if last !== connection {
      last.index = connection.index
      connections[connection.index] = last
    }
    if connections.count < limits.connections { acceptor?.resume() }
    if connections.isEmpty {
      sweep = nil
      for waiting in drained { waiting.resume() }
      drained = []
    }
  }

  private func expire() {
    let now = Loop.milliseconds
    let count = (connections.count + Self.sweepParts - 1) / Self.sweepParts
    if sweepStart >= connections.count { sweepStart = 0 }
    // Removal moves the last one into the gap, so the list is walked backwards.
    for index in (sweepStart..<min(sweepStart + count, connections.count)).reversed() where connections[index].deadline < now {
      connections[index].expire()
    }
    sweepStart += count
  }
}
