import Synchronization

/// An executor that runs its jobs when it is told to, on the thread that tells it, in the order they came: a run is the same each
/// time. One task, the conductor, goes on only when all others wait.
final class Bench: SerialExecutor, TaskExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var first = 0
    var conductor: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
  }

  func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  /// To be awaited by the conductor: returns when nothing else can run.
  func idle() async {
    await withCheckedContinuation { continuation in state.withLock { $0.conductor = continuation } }
  }

  func run() {
    while true {
      let job = state.withLock { state -> UnownedJob? in
        guard state.first < state.jobs.count else {
          state.jobs.removeAll(keepingCapacity: true)
          state.first = 0
          return nil
        }
        state.first += 1
        return state.jobs[state.first - 1]
      }
      if let job {
        job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
      } else if let conductor = state.withLock({ $0.conductor.take() }) {
        conductor.resume()
      } else {
        return
      }
    }
  }
}

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x2545_f491_4f6c_dd1d }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  mutating func one<T>(of list: [T]) -> T { list[below(list.count)] }
}
