/// One making of a fragment that several requests may wait for.
final class Flight<Content> {
  enum Outcome {
    case made(Fragment<Content>)
    case failed(any Error)
    /// Its leader was cancelled: that is nobody else's failure, one of those who wait leads the next flight.
    case abandoned
  }

  /// The follower's turn before the first read: its failure may rest on what was true then.
  let turn: UInt64
  private(set) var outcome: Outcome?
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(since turn: UInt64) { self.turn = turn }

  func wait() async {
    guard outcome == nil else { return }
    // Asked once more where it is acted on: a task may go through its actor's queue before it waits, and meanwhile this may land.
    await withCheckedContinuation { if outcome != nil { $0.resume() } else { waiting.append($0) } }
  }

  func land(_ outcome: Outcome) {
    self.outcome = outcome
    let waiting = self.waiting
    self.waiting = []
    for continuation in waiting { continuation.resume() }
  }
}
