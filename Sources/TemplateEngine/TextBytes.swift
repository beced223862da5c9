/// The bytes of a text where they lie, without counting a reference: short texts by value, for they have no memory of their own, long
/// ones by their address, good while the text is. Looking at a string inside the closure that lends its bytes would
/// keep the string alive for as long as anything is done with them, which costs more than copying most texts.
struct TextBytes {
  /// The longest text that is carried by value.
  static let short = 15

  let count: Int
  /// The bytes of a long text; nil for a short one.
  let pointer: UnsafeRawPointer?
  /// The bytes of a short text, zeros behind them.
  let low: UInt64
  let high: UInt64

  /// Nil for a text that does not lie in one piece, as those of other systems may.
  @inline(__always)
  init?(_ text: UnsafePointer<String>) {
    guard let bytes = text.pointee.utf8.withContiguousStorageIfAvailable({ TextBytes($0) }) else { return nil }
    self = bytes
  }

  @inline(__always)
  private init(_ bytes: UnsafeBufferPointer<UInt8>) {
    count = bytes.count
    guard let base = bytes.baseAddress, count <= Self.short else {
      pointer = bytes.baseAddress.map { UnsafeRawPointer($0) }
      (low, high) = (0, 0)
      return
    }
    pointer = nil
    let raw = UnsafeRawPointer(base)
    // The end is read as a whole word too: where both words overlap, they agree.
    if count > 8 {
      low = raw.loadUnaligned(as: UInt64.self)
      high = raw.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self) &>> UInt64(truncatingIfNeeded: (16 &- count) &* 8)
    } else if count >= 4 {
      let end = UInt64(raw.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
      low = UInt64(raw.loadUnaligned(as: UInt32.self)) | end &<< UInt64(truncatingIfNeeded: (count &- 4) &* 8)
      high = 0
    } else if count > 0 {
      let end = (count &- 1) &* 8
      let middle = (count / 2) &* 8
      low = UInt64(base[0]) | UInt64(base[count / 2]) &<< UInt64(middle) | UInt64(base[count &- 1]) &<< UInt64(end)
      high = 0
    } else {
      (low, high) = (0, 0)
    }
  }
}
