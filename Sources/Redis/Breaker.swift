// Keeps a Redis that does not answer from costing every page its deadline. Five failures in a row open it: calls then fail at once,
// and the client itself connects and logs in now and then (half open), so that no shopper waits for a probe. That closes it, on
// probation: only an answered call ends the row of failures, for there are servers that take a log-in and answer nothing else.
// The pause before the next try doubles from 10 ms to a second, less a random part, so that the workers of a machine do not come
// back in step; a Redis that is well again is so within a pause and the time of one try.

/// What was counted, and what follows; no clock and no socket.
struct Breaker {
  enum State: Hashable { case closed, open, halfOpen }

  private(set) var state = State.closed
  private var failures = 0

  static let threshold = 5
  private static let longestPause = Duration.seconds(1)

  /// A call was answered in time.
  mutating func succeeded() {
    failures = 0
    state = .closed
  }

  /// A connection stands.
  mutating func connected() { state = .closed }

  /// A connection could not be made or ended, or a call was not answered in time.
  /// - Returns: whether it opened now.
  mutating func failed() -> Bool {
    failures += 1
    guard state != .closed || failures >= Self.threshold else { return false }
    defer { state = .open }
    return state == .closed
  }

  /// The pause is over.
  mutating func tries() {
    if state == .open { state = .halfOpen }
  }

  /// - Parameter jitter: from 0 to 1, at random.
  func pause(jitter: Double) -> Duration {
    let doubled = Duration.milliseconds(10) * (1 << min(max(failures, 1) - 1, 10))
    return min(doubled, Self.longestPause) * (1 - jitter / 2)
  }
}
