/// The output of a render: one growing run of bytes. Captures are written at its end and cut off again, so that text is
/// copied once wherever it ends up.
final class ByteSink {
  private var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private(set) var count = 0
  /// Writing beyond this place is refused and noted: a limit of the render, or of the capture being made.
  var ceiling: Int
  private(set) var isOverflowing = false

  init(ceiling: Int) {
    capacity = 4096
    base = .allocate(capacity: capacity)
    self.ceiling = ceiling
  }

  deinit { base.deallocate() }

  @inline(__always)
  func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let from = bytes.baseAddress, reserve(bytes.count) else { return }
    (base + count).update(from: from, count: bytes.count)
    count += bytes.count
  }

  @inline(__always)
  func write(_ string: String) {
    var string = string
    string.withUTF8 { write($0) }
  }

  func write(_ text: StaticString) {
    write(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  func write(_ number: Int) {
    var rest = number.magnitude
    var digits = 1
    var bound: UInt = 10
    while rest >= bound, digits < 20 {
      digits += 1
      let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
      if overflow { break }
      bound = next
    }
    guard reserve(digits + 1) else { return }
    if number < 0 {
      base[count] = UInt8(ascii: "-")
      count += 1
    }
    var at = count + digits
    count = at
    repeat {
      at -= 1
      base[at] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
  }

  /// Writes text with `< > & " '` replaced, by runs: a run without them is one copy.
  func writeEscaped(_ string: String) {
    var string = string
    string.withUTF8 { Escaping.runs(of: $0, into: self) }
  }

  /// Makes room; false when the ceiling is in the way.
  @inline(__always)
  private func reserve(_ more: Int) -> Bool {
    let needed = count + more
    return needed <= capacity && needed <= ceiling || grow(to: needed)
  }

  @inline(never)
  private func grow(to needed: Int) -> Bool {
    guard needed <= ceiling else {
      isOverflowing = true
      return false
    }
    var wanted = capacity
    while wanted < needed { wanted *= 2 }
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
    larger.update(from: base, count: count)
    base.deallocate()
    base = larger
    capacity = wanted
    return true
  }

  /// The bytes from a place on, removed from the sink.
  func cut(from mark: Int) -> String {
    let text = String(decoding: UnsafeBufferPointer(start: base + mark, count: count - mark), as: UTF8.self)
    count = mark
    return text
  }

  func truncate(to mark: Int) { count = min(count, mark) }

  /// Removes and answers the first bytes; what follows moves to the front.
  func takePrefix(_ length: Int) -> [UInt8] {
    let taken = [UInt8](UnsafeBufferPointer(start: base, count: length))
    if count > length { base.update(from: base + length, count: count - length) }
    count -= length
    return taken
  }
}
