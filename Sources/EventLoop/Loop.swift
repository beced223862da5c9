import CUv
import Glibc
import Synchronization

/// The process's one event loop. It belongs to the thread that first touches it (the main thread of a worker).
package enum Loop {
  package static let executor = LoopExecutor()

  /// Runs callbacks and jobs on this thread until `stop()`.
  @LoopActor package static func run() {
    executor.run()
  }

  @LoopActor package static func stop() {
    uv_stop(executor.loop)
  }

  /// For processes whose main thread is taken (a test runner): a thread that owns the loop and runs it for the process's life.
  package static func startOnOwnThread() {
    _ = ownThread
  }

  private static let ownThread: pthread_t = {
    let started = Latch()
    var thread = pthread_t()
    let context = Unmanaged.passRetained(started).toOpaque()
    pthread_create(
      &thread, nil,
      { context in
        let started = Unmanaged<Latch>.fromOpaque(context!).takeRetainedValue()
        let executor = Loop.executor
        started.open()
        executor.run()
        return nil
      }, context)
    started.wait()
    return thread
  }()

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

/// Opened once, waited for once, across two threads.
private final class Latch: Sendable {
  private let isOpen = Atomic<Bool>(false)
  func open() { isOpen.store(true, ordering: .releasing) }
  func wait() { while !isOpen.load(ordering: .acquiring) { sched_yield() } }
}
