import CPosix
import CUv
import Glibc
import Synchronization

/// The process's one event loop. A worker's main thread touches it first, owns it, and calls `run()`. Where another thread is
/// first (a test runner, whose main thread is taken), the loop gets a thread of its own, which runs it for the process's life:
/// otherwise whoever waits for the loop would wait for ever.
package enum Loop {
  package static let executor = posix_is_main_thread() != 0 ? LoopExecutor() : startedOnOwnThread()

  /// Runs callbacks and jobs on this thread until `stop()`.
  @LoopActor package static func run() {
    executor.run()
  }

  @LoopActor package static func stop() {
    uv_stop(executor.loop)
  }

  /// Does `work` once, when this turn's jobs have run and before the loop waits for events: what many jobs of a turn write leaves in
  /// one write.
  @LoopActor package static func atTurnEnd(_ work: @escaping @LoopActor () -> Void) {
    executor.atTurnEnd(work)
  }

  package static func now() -> MonotonicInstant { .now }

  /// The loop's own clock: milliseconds, read once a turn, free to ask.
  @LoopActor package static var milliseconds: UInt64 { uv_now(executor.loop) }

  /// How long each turn of the loop kept everybody else waiting.
  @LoopActor package static var stalls: Histogram { executor.stalls }

  /// Enters the loop's isolation from a C callback, which runs on the loop's thread without the compiler knowing it.
  @inline(__always)
  package static func assumeIsolated<T: Sendable>(_ body: @LoopActor () throws -> T) rethrows -> T {
    precondition(executor.isOnLoop, "not on the loop's thread")
    executor.noteCallback()
    // A global actor of one's own has no `assumeIsolated`; this is `MainActor`'s.
    return try withoutActuallyEscaping(body) { try unsafeBitCast($0, to: (() throws -> T).self)() }
  }
}

extension Loop {
  private static func startedOnOwnThread() -> LoopExecutor {
    let made = Made()
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { context in
        let executor = LoopExecutor()
        // Not touched here any more: the waiting side may be gone.
        Unmanaged<Made>.fromOpaque(context!).takeRetainedValue().executor.withLock { $0 = executor }
        executor.run()
        return nil
      }, Unmanaged.passRetained(made).toOpaque())
    precondition(status == 0, "no thread for the event loop")
    while true {
      if let executor = made.executor.withLock({ $0 }) { return executor }
      sched_yield()
    }
  }

  private final class Made: Sendable {
    let executor = Mutex<LoopExecutor?>(nil)
  }
}
