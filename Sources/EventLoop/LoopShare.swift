import CUv

/// The loop's time that one piece of work has taken since it began or last gave way.
///
/// What has begun goes on for a millisecond of its own, however long the turn was before it: were it put behind all who have not
/// begun, many pieces of work would be held half done at once, none of them still in the processor's caches when its turn comes.
@LoopActor package final class LoopShare {
  private var since = uv_hrtime()

  package init() {}

  /// This work has had its millisecond of the turn. To be asked first: a call that may wait costs more than the question.
  package var isUsedUp: Bool { Loop.executor.isTurnLong(since: since) }

  /// Lets others have the loop, if this work has had its millisecond of the turn.
  package func giveWay() async {
    guard isUsedUp else { return }
    await Task.yield()
    since = uv_hrtime()
  }
}
