/// When a follower stood at the log's end, and where that was: spans of time with one position each, oldest first. Dropping any of
/// them only makes answers more careful, so a full list is thinned out.
struct EndSightings {
  private struct Span {
    var number: UInt64
    var from: Duration
    var to: Duration
  }

  private var spans: [Span] = []
  private let capacity = 64

  mutating func saw(_ number: UInt64, at now: Duration) {
    if let last = spans.indices.last, spans[last].number == number {
      spans[last].to = now
      return
    }
    if spans.count == capacity {
      spans = spans.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
    spans.append(Span(number: number, from: now, to: now))
  }

  /// Where the log ended at the earliest sighting that is not before `time`.
  func end(notBefore time: Duration) -> UInt64? { spans.first { $0.to >= time }?.number }

  /// When the end was first seen after `number`.
  func passed(_ number: UInt64) -> Duration? { spans.first { $0.number > number }?.from }
}
