/// The life of one log. A log that is restarted, flushed, restored or failed over has another stamp, so that its numbers are
/// never compared with those of the life before.
package struct Stamp: Hashable, Sendable, CustomStringConvertible {
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  package static func random() -> Stamp {
    Stamp(high: .random(in: .min ... .max), low: .random(in: .min ... .max))
  }

  package var description: String { String(high ^ low, radix: 16) }
}

/// A place in the log: the number of the last entry before it, in the log's life that the stamp names.
package struct Position: Hashable, Sendable, CustomStringConvertible {
  package let epoch: Stamp
  package let number: UInt64

  package init(epoch: Stamp, number: UInt64) {
    self.epoch = epoch
    self.number = number
  }

  package var description: String { "\(number)@\(epoch)" }
}

/// A position and the monotonic time at which a process held it. A read carries the moment **before** it was issued, so that
/// no change can slip in between the read and the position that the answer claims.
package struct Moment: Hashable, Sendable {
  package let position: Position
  package let time: Duration

  package init(position: Position, time: Duration) {
    self.position = position
    self.time = time
  }
}
