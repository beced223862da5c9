import Glibc

/// The lines of a file or a pipe, one at a time, so that a file of any length takes the memory of its longest line. A line
/// longer than `longest` bytes is skipped rather than held.
struct LineReader {
  enum Line {
    case line(ArraySlice<UInt8>)
    case tooLong
  }

  private let descriptor: Int32
  private let longest: Int
  private var buffer: [UInt8] = []
  /// What is before it was handed out.
  private var start = 0
  private var isAtEnd = false

  init(_ descriptor: Int32, longest: Int) {
    self.descriptor = descriptor
    self.longest = longest
  }

  /// The next line without its line end, or nil after the last one.
  /// - Throws: `POSIXFailure` when reading fails.
  mutating func next() throws(POSIXFailure) -> Line? {
    var isTooLong = false
    var scanned = start
    while true {
      if let end = buffer[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return isTooLong ? .tooLong : .line(buffer[start..<end])
      }
      if isAtEnd {
        defer { start = buffer.count }
        return isTooLong ? .tooLong : start < buffer.count ? .line(buffer[start...]) : nil
      }
      buffer.removeFirst(start)
      start = 0
      if buffer.count > longest {
        isTooLong = true
        buffer.removeAll()
      }
      scanned = buffer.count
      try fill()
    }
  }

  private mutating func fill() throws(POSIXFailure) {
    let size = 64 << 10
    let before = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: size))
    var count = 0
    repeat {
      count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + before, size) }
    } while count < 0 && errno == EINTR
    let failure = errno
    buffer.removeLast(size - max(0, count))
    guard count >= 0 else { throw POSIXFailure(code: failure) }
    isAtEnd = count == 0
  }
}

/// A call of the system that failed.
struct POSIXFailure: Error, CustomStringConvertible {
  let code: Int32
  var description: String { String(cString: strerror(code)) }
}
