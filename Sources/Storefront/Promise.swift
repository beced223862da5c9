import EventLoop

/// Something that one task makes and others, who want the same, wait for. Made in the task of whoever asks first: what need not wait
/// is there without a task of its own and without a turn of the loop.
@LoopActor final class Promise<Value> {
  private var outcome: Result<Value, any Error>?
  init() {}

  /// Of what is there already.
  init(_ value: Value) { outcome = .success(value) }

  /// What was made, if it was.
  var made: Value? { try? outcome?.get() }

  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// Makes it, once, for all.
  func keep(_ make: () async throws -> Value) async throws -> Value {
    let outcome: Result<Value, any Error>
    do { outcome = .success(try await make()) } catch { outcome = .failure(error) }
    self.outcome = outcome
    for continuation in waiting { continuation.resume() }
    waiting = []
    return try outcome.get()
  }

  /// What was made, or the error that kept it from being made.
  func value() async throws -> Value {
    while true {
      if let outcome { return try outcome.get() }
      // Asked once more where it is acted on: a task may go through the loop's queue before it waits.
      await withCheckedContinuation { if outcome != nil { $0.resume() } else { waiting.append($0) } }
    }
  }
}
