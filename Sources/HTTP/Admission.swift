import EventLoop

/// Lets a number of tasks at a time in for each key; the others wait in the order of their coming, each until its own deadline.
/// Who is let in must leave.
@LoopActor package final class Admission<Key: Hashable & Sendable> {
  private let limit: Int
  private var inside: [Key: Int] = [:]
  private var waiting: [Key: [Awaited<Void>]] = [:]

  package init(limit: Int) { self.limit = max(1, limit) }

  package func enter(_ key: Key, until end: MonotonicInstant) async throws(HTTPClientError) {
    let count = inside[key, default: 0]
    if count < limit {
      inside[key] = count + 1
      return
    }
    let turn = Awaited<Void>()
    waiting[key, default: []].append(turn)
    let outcome = await turn.outcome(until: end)
    if case .value = outcome { return }
    forget(turn, of: key)
    if case .cancelled = outcome { throw HTTPClientError(.cancelled, "the task was cancelled while it waited for its turn") }
    throw HTTPClientError(.timeout, "no turn within the deadline: \(limit) requests of \(key) are under way")
  }

  package func leave(_ key: Key) {
    while let next = waiting[key]?.first {
      forget(next, of: key)
      if next.isSettled { continue }
      // The place passes on; the count stays.
      return next.settle(.value(()))
    }
    let count = inside[key, default: 1] - 1
    inside[key] = count == 0 ? nil : count
  }

  private func forget(_ turn: Awaited<Void>, of key: Key) {
    waiting[key]?.removeAll { $0 === turn }
    if waiting[key]?.isEmpty == true { waiting[key] = nil }
  }
}
