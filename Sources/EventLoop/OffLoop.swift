import CUv

extension Loop {
  /// Runs `work` on libuv's thread pool and comes back to the loop: for what takes over half a millisecond.
  @LoopActor package static func offLoop<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
    await withUnsafeContinuation { continuation in
      queue {
        work()
      } done: {
        continuation.resume(returning: $0)
      }
    }
  }

  /// The same for work that can fail.
  @LoopActor package static func offLoop<T: Sendable>(throwing work: @escaping @Sendable () throws -> T) async throws -> T {
    let result: Result<T, any Error> = await offLoop { Result { try work() } }
    return try result.get()
  }

  @LoopActor private static func queue<T: Sendable>(
    _ work: @escaping @Sendable () -> T, done: @escaping @LoopActor (T) -> Void
  ) {
    let request = UnsafeMutablePointer<uv_work_t>.allocate(capacity: 1)
    request.pointee.data = Unmanaged.passRetained(TypedErrand(work, done) as Errand).toOpaque()
    let status = uv_queue_work(
      executor.loop, request,
      { @Sendable in Unmanaged<Errand>.fromOpaque($0!.pointee.data).takeUnretainedValue().run() },
      { @Sendable request, _ in
        let errand = Unmanaged<Errand>.fromOpaque(request!.pointee.data).takeRetainedValue()
        request!.deallocate()
        Loop.assumeIsolated { errand.finish() }
      })
    precondition(status == 0, "uv_queue_work refuses only an absent callback")
  }
}

// Handed from the loop to one pool thread and back, never shared: libuv's queue orders the two, which the compiler cannot see.
private class Errand: @unchecked Sendable {
  func run() {}
  @LoopActor func finish() {}
}

private final class TypedErrand<T: Sendable>: Errand, @unchecked Sendable {
  private let work: @Sendable () -> T
  private let done: @LoopActor (T) -> Void
  private var result: T?

  init(_ work: @escaping @Sendable () -> T, _ done: @escaping @LoopActor (T) -> Void) {
    self.work = work
    self.done = done
  }

  override func run() { result = work() }
  @LoopActor override func finish() { if let result { done(result) } }
}
