/// Counts in power-of-two buckets of microseconds: bucket 0 holds 0 µs, bucket `i` holds `2^(i-1) ..< 2^i` µs.
/// Recording is an increment; the price is that a quantile is known only to a factor of two.
package struct Histogram: Sendable {
  package private(set) var buckets: InlineArray<40, UInt64> = .init(repeating: 0)
  package private(set) var count: UInt64 = 0
  package private(set) var sum: UInt64 = 0
  package private(set) var largest: UInt64 = 0

  package init() {}

  package mutating func record(microseconds: UInt64) {
    let index = min(buckets.count - 1, UInt64.bitWidth - microseconds.leadingZeroBitCount)
    buckets[index] &+= 1
    count &+= 1
    sum &+= microseconds
    if microseconds > largest { largest = microseconds }
  }

  /// The upper bound, in microseconds, of the bucket in which the share `part` (0…1) of the records is reached; 0 when empty.
  package func quantile(_ part: Double) -> UInt64 {
    guard count > 0 else { return 0 }
    let wanted = max(1, UInt64((Double(count) * min(max(part, 0), 1)).rounded(.up)))
    var seen: UInt64 = 0
    for index in buckets.indices {
      seen += buckets[index]
      if seen >= wanted { return min(largest, Self.upperBound(of: index)) }
    }
    return largest
  }

  /// The greatest value, in microseconds, that bucket `index` holds.
  package static func upperBound(of index: Int) -> UInt64 { index == 0 ? 0 : (1 << UInt64(index)) - 1 }
}
