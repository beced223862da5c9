import EventLoop

/// A value that one task waits for until a deadline. Whoever comes first settles it: the value, the deadline, or the task's
/// cancellation; what comes later finds it settled.
@LoopActor final class Awaited<Value: Sendable> {
  enum Outcome: Sendable { case value(Value), expired, cancelled }

  private var settled: Outcome?
  private var continuation: UnsafeContinuation<Outcome, Never>?
  private var timer: Timer?

  nonisolated init() {}

  var isSettled: Bool { settled != nil }

  func settle(_ outcome: Outcome) {
    guard settled == nil else { return }
    settled = outcome
    timer = nil
    continuation.take()?.resume(returning: outcome)
  }

  /// - Parameter end: nil when somebody else sees to it that this is settled.
  func outcome(until end: MonotonicInstant? = nil) async -> Outcome {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        if Task.isCancelled { settle(.cancelled) }
        if let settled { return continuation.resume(returning: settled) }
        self.continuation = continuation
        guard let end else { return }
        timer = Timer(after: MonotonicInstant.now.duration(to: end)) { [weak self] in self?.settle(.expired) }
      }
    } onCancel: {
      Task { @LoopActor in self.settle(.cancelled) }
    }
  }
}
