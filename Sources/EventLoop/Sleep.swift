import CUv

extension Loop {
  /// Waits on a loop timer, at least `duration`; a cancelled task wakes at once.
  @LoopActor package static func sleep(for duration: Duration) async {
    let sleeper = Sleeper()
    await withTaskCancellationHandler {
      await withCheckedContinuation { sleeper.start(duration, $0) }
    } onCancel: {
      Task { @LoopActor in sleeper.wake() }
    }
  }
}

@LoopActor private final class Sleeper {
  private var timer: Timer?
  private var continuation: CheckedContinuation<Void, Never>?
  private var isWoken = false

  nonisolated init() {}

  func start(_ duration: Duration, _ continuation: CheckedContinuation<Void, Never>) {
    if isWoken || Task.isCancelled { return continuation.resume() }
    self.continuation = continuation
    // libuv's clock is cut to whole milliseconds: one more, so that the sleep is never short.
    timer = Timer(after: duration + .milliseconds(1)) { [self] in wake() }
  }

  func wake() {
    isWoken = true
    continuation?.resume()
    continuation = nil
    timer = nil
  }
}
