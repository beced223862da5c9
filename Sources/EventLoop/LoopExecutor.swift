// One libuv loop on one thread, and Swift's jobs on it.
//
// Jobs made on the loop's thread go into a plain array and are run in the same loop turn: after polling (check) and once more
// before the next poll (prepare), with no wake-up and no lock. Jobs from other threads go through a locked array and one
// `uv_async_send`. Draining stops after a millisecond even when jobs make jobs without end (a renderer that yields); an idle
// handle then keeps the next poll from sleeping, so sockets get their turn and the rest follows.
//
// A turn's stall is the time from its first callback to the moment it goes to poll again. Every C callback enters Swift
// through `Loop.assumeIsolated`, which notes the first one: no time asleep in the kernel is counted.

import CUv
import Glibc
import Synchronization

/// Runs every job of `LoopActor`, and of tasks that prefer it, on the loop's thread.
package final class LoopExecutor: SerialExecutor, TaskExecutor {
  // The handles and arrays below are touched on the loop's thread only (`remote` excepted, which is locked), once `thread` is
  // set in `init`; the compiler cannot know that a libuv callback runs there.
  nonisolated(unsafe) package let loop: UnsafeMutablePointer<uv_loop_t>
  nonisolated(unsafe) private var local: [UnownedJob] = []
  nonisolated(unsafe) private var running: [UnownedJob] = []
  nonisolated(unsafe) private var closing: [@LoopActor () -> Void] = []
  nonisolated(unsafe) private var turnStart: UInt64 = 0
  nonisolated(unsafe) private(set) var stalls = Histogram()
  nonisolated(unsafe) private let wake = UnsafeMutablePointer<uv_async_t>.allocate(capacity: 1)
  nonisolated(unsafe) private let check = UnsafeMutablePointer<uv_check_t>.allocate(capacity: 1)
  nonisolated(unsafe) private let prepare = UnsafeMutablePointer<uv_prepare_t>.allocate(capacity: 1)
  nonisolated(unsafe) private let idle = UnsafeMutablePointer<uv_idle_t>.allocate(capacity: 1)
  private let remote = Mutex<[UnownedJob]>([])
  private let hopCount = Atomic<Int>(0)
  private let thread: pthread_t

  private static let drainNanoseconds: UInt64 = 1_000_000

  /// The thread that makes the executor owns the loop.
  init() {
    thread = pthread_self()
    // A peer that has gone is an error of the write, not a reason to die.
    signal(SIGPIPE, SIG_IGN)
    loop = uv_default_loop()
    local.reserveCapacity(64)
    running.reserveCapacity(64)
    uv_async_init(loop, wake) { _ in Loop.executor.takeRemote() }
    uv_check_init(loop, check)
    uv_prepare_init(loop, prepare)
    uv_idle_init(loop, idle)
    uv_check_start(check) { _ in Loop.executor.drain() }
    uv_prepare_start(prepare) { _ in Loop.executor.endTurn() }
  }

  package var isOnLoop: Bool { pthread_equal(pthread_self(), thread) != 0 }

  /// Jobs that came from other threads since the start: the design keeps this near zero.
  package var hops: Int { hopCount.load(ordering: .relaxed) }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isOnLoop {
      local.append(job)
    } else {
      hopCount.add(1, ordering: .relaxed)
      remote.withLock { $0.append(job) }
      uv_async_send(wake)
    }
  }

  package func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
  package func asUnownedTaskExecutor() -> UnownedTaskExecutor { UnownedTaskExecutor(ordinary: self) }

  // Lets `Task.immediate` and the isolation checks see from a C callback that this is the loop.
  package func isIsolatingCurrentContext() -> Bool? { isOnLoop }
  package func checkIsolated() { precondition(isOnLoop, "not on the loop's thread") }

  /// Whether this turn has kept everybody else waiting for as long as draining may.
  var isTurnLong: Bool { isTurnLong(since: 0) }

  /// The same, of what has gone on in this turn since a moment of the clock (nanoseconds).
  func isTurnLong(since begin: UInt64) -> Bool {
    turnStart != 0 && uv_hrtime() - max(turnStart, begin) > Self.drainNanoseconds
  }

  @inline(__always) func noteCallback() {
    if turnStart == 0 { turnStart = uv_hrtime() }
  }

  private func takeRemote() {
    noteCallback()
    let jobs = remote.withLock { queue in
      let taken = queue
      queue = []
      return taken
    }
    local.append(contentsOf: jobs)
  }

  private func drain() {
    if local.isEmpty { return }
    noteCallback()
    let end = uv_hrtime() + Self.drainNanoseconds
    repeat {
      swap(&local, &running)
      for job in running {
        job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
      }
      running.removeAll(keepingCapacity: true)
    } while !local.isEmpty && uv_hrtime() < end
  }

  func atTurnEnd(_ work: @escaping @LoopActor () -> Void) { closing.append(work) }

  private func endTurn() {
    drain()
    while !closing.isEmpty {
      let works = closing
      closing.removeAll(keepingCapacity: true)
      Loop.assumeIsolated { for work in works { work() } }
      drain()
    }
    if local.isEmpty { uv_idle_stop(idle) } else { uv_idle_start(idle) { _ in } }
    if turnStart != 0 {
      stalls.record(microseconds: (uv_hrtime() - turnStart) / 1000)
      turnStart = 0
    }
  }

  func run() {
    uv_run(loop, UV_RUN_DEFAULT)
  }
}

/// The isolation domain of everything that lives on the loop.
@globalActor package actor LoopActor {
  package static let shared = LoopActor()
  nonisolated package var unownedExecutor: UnownedSerialExecutor { Loop.executor.asUnownedSerialExecutor() }
}
