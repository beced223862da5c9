import Glibc

/// A point on the machine's monotonic clock: never set back, meaningless between machines.
package struct MonotonicInstant: InstantProtocol, Sendable {
  package let nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  package static var now: MonotonicInstant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicInstant(nanoseconds: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
  }

  package func advanced(by duration: Duration) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: nanoseconds &+ duration.inNanoseconds)
  }

  package func duration(to other: MonotonicInstant) -> Duration {
    .nanoseconds(other.nanoseconds &- nanoseconds)
  }

  package static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool { left.nanoseconds < right.nanoseconds }
}

extension Duration {
  /// Saturates: a duration longer than 292 years is "for ever".
  package var inNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, carry) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carry ? (seconds < 0 ? .min : .max) : sum
  }

  /// Whole milliseconds, rounded up, never negative: what a libuv timer takes.
  var inTimerMilliseconds: UInt64 {
    let nanoseconds = inNanoseconds
    return nanoseconds <= 0 ? 0 : UInt64(nanoseconds - 1) / 1_000_000 + 1
  }
}
