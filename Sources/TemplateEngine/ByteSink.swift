import Synchronization

/// The output of a render: one growing run of bytes. Captures are written at its end and cut off again, so that text is
/// copied once wherever it ends up.
///
/// There is always room for ``slack`` bytes more than were asked for, so that short literals are copied in whole words.
final class ByteSink {
  /// What may be read and written beyond the end of a literal.
  static let slack = 32

  private struct State {
    var base: UnsafeMutablePointer<UInt8>
    var capacity: Int
    var count = 0
    var ceiling: Int
    /// What `count` may come to as things are: the ceiling, or the capacity but for the slack.
    var bound = 0
    var isOverflowing = false

    mutating func rebound() { bound = min(ceiling, capacity - ByteSink.slack) }
  }

  /// Behind a pointer: the accesses to a class's own properties are guarded against each other at run time.
  private let state: UnsafeMutablePointer<State>

  var count: Int { state.pointee.count }
  var isOverflowing: Bool { state.pointee.isOverflowing }
  /// Writing beyond this place is refused and noted: a limit of the render, or of the capture being made.
  var ceiling: Int {
    get { state.pointee.ceiling }
    set {
      state.pointee.ceiling = newValue
      state.pointee.rebound()
    }
  }

  private static let firstCapacity = 65_536
  /// Memory of ended sinks for the next ones: pieces as large as these the allocator would merge and cut anew for each render.
  private static let spares = Mutex<[Address]>([])
  private static let mostSpares = 8

  init(ceiling: Int) {
    let spare = Self.spares.withLock { $0.popLast() }
    let base = spare.map { UnsafeMutableRawPointer(mutating: $0.pointer).assumingMemoryBound(to: UInt8.self) }
    state = .allocate(capacity: 1)
    state.initialize(
      to: State(base: base ?? .allocate(capacity: Self.firstCapacity), capacity: Self.firstCapacity, ceiling: ceiling))
    state.pointee.rebound()
  }

  deinit {
    let (base, capacity) = (state.pointee.base, state.pointee.capacity)
    state.deallocate()
    guard capacity == Self.firstCapacity else { return base.deallocate() }
    let isKept = Self.spares.withLock { spares in
      guard spares.count < Self.mostSpares else { return false }
      spares.append(Address(base))
      return true
    }
    if !isKept { base.deallocate() }
  }

  @inline(__always)
  func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let from = bytes.baseAddress, reserve(bytes.count) else { return }
    (state.pointee.base + state.pointee.count).update(from: from, count: bytes.count)
    state.pointee.count += bytes.count
  }

  /// Writes bytes behind which as many as the slack may be read too; false when the ceiling is in the way.
  @inline(__always)
  func write(literal from: UnsafePointer<UInt8>, count: Int) -> Bool {
    guard reserve(count) else { return false }
    let to = state.pointee.base + state.pointee.count
    if count <= Self.slack {
      let source = UnsafeRawPointer(from)
      let target = UnsafeMutableRawPointer(to)
      for part in stride(from: 0, to: Self.slack, by: 16) {
        target.storeBytes(
          of: source.loadUnaligned(fromByteOffset: part, as: SIMD16<UInt8>.self), toByteOffset: part, as: SIMD16<UInt8>.self)
      }
    } else {
      to.update(from: from, count: count)
    }
    state.pointee.count &+= count
    return true
  }

  /// Text where it lies: as a parameter it would be counted.
  @inline(__always)
  func write(at text: UnsafePointer<String>) {
    guard let bytes = TextBytes(text) else { return writeCopy(of: text) }
    guard reserve(bytes.count) else { return }
    let to = UnsafeMutableRawPointer(state.pointee.base + state.pointee.count)
    if let from = bytes.pointer {
      to.copyMemory(from: from, byteCount: bytes.count)
    } else {
      to.storeBytes(of: bytes.low, as: UInt64.self)
      to.storeBytes(of: bytes.high, toByteOffset: 8, as: UInt64.self)
    }
    state.pointee.count &+= bytes.count
  }

  /// The same, with `< > & " '` replaced. Most text has none: it is copied by words as it is looked at, up to the first word that has.
  @inline(__always)
  func writeEscaped(at text: UnsafePointer<String>) {
    guard let bytes = TextBytes(text) else { return writeEscapedCopy(of: text) }
    guard reserve(bytes.count) else { return }
    let to = UnsafeMutableRawPointer(state.pointee.base + state.pointee.count)
    if let from = bytes.pointer {
      writeEscaped(from, bytes.count, to)
    } else if Escaping.isClean(bytes.low), Escaping.isClean(bytes.high) {
      to.storeBytes(of: bytes.low, as: UInt64.self)
      to.storeBytes(of: bytes.high, toByteOffset: 8, as: UInt64.self)
      state.pointee.count &+= bytes.count
    } else {
      writeEscapedCopy(of: text)
    }
  }

  /// At least a word, for which there is room.
  @inline(__always)
  private func writeEscaped(_ from: UnsafeRawPointer, _ count: Int, _ to: UnsafeMutableRawPointer) {
    var at = 0
    while at &+ 8 <= count {
      let word = from.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      guard Escaping.isClean(word) else { break }
      to.storeBytes(of: word, toByteOffset: at, as: UInt64.self)
      at &+= 8
    }
    if at &+ 8 > count {
      let word = from.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      if Escaping.isClean(word) {
        to.storeBytes(of: word, toByteOffset: count &- 8, as: UInt64.self)
        at = count
      }
    }
    state.pointee.count &+= at
    if at < count {
      let rest = (from + at).assumingMemoryBound(to: UInt8.self)
      Escaping.runs(of: UnsafeBufferPointer(start: rest, count: count &- at), into: self)
    }
  }

  func write(_ text: String) { withUnsafePointer(to: text) { write(at: $0) } }

  /// Text that does not lie in one piece, as texts of other systems may.
  @inline(never)
  private func writeCopy(of text: UnsafePointer<String>) { Array(text.pointee.utf8).withUnsafeBufferPointer { write($0) } }

  /// The same, or short text with something to escape.
  @inline(never)
  private func writeEscapedCopy(of text: UnsafePointer<String>) {
    if text.pointee.utf8.withContiguousStorageIfAvailable({ Escaping.runs(of: $0, into: self) }) == nil {
      Array(text.pointee.utf8).withUnsafeBufferPointer { Escaping.runs(of: $0, into: self) }
    }
  }

  func write(_ text: StaticString) {
    write(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  func write(_ number: Int) {
    var rest = number.magnitude
    var length = number < 0 ? 2 : 1
    var bound: UInt = 10
    while rest >= bound {
      length += 1
      let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
      if overflow { break }
      bound = next
    }
    guard reserve(length) else { return }
    let start = state.pointee.base + state.pointee.count
    state.pointee.count += length
    if number < 0 { start[0] = UInt8(ascii: "-") }
    repeat {
      length -= 1
      let (tens, digit) = rest.quotientAndRemainder(dividingBy: 10)
      start[length] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
      rest = tens
    } while rest > 0
  }

  func writeEscaped(_ text: String) { withUnsafePointer(to: text) { writeEscaped(at: $0) } }

  /// Makes room; false when the ceiling is in the way.
  @inline(__always)
  private func reserve(_ more: Int) -> Bool {
    let needed = state.pointee.count + more
    return needed <= state.pointee.bound || grow(to: needed)
  }

  @inline(never)
  private func grow(to needed: Int) -> Bool {
    guard needed <= ceiling else {
      state.pointee.isOverflowing = true
      return false
    }
    var wanted = state.pointee.capacity
    while wanted < needed + Self.slack { wanted *= 2 }
    // No more than may be written.
    if wanted > ceiling { wanted = max(needed, ceiling) + Self.slack }
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
    larger.update(from: state.pointee.base, count: count)
    state.pointee.base.deallocate()
    state.pointee.base = larger
    state.pointee.capacity = wanted
    state.pointee.rebound()
    return true
  }

  /// The bytes from a place on, removed from the sink.
  func cut(from mark: Int) -> String {
    let text = String(
      decoding: UnsafeBufferPointer(start: state.pointee.base + mark, count: count - mark), as: UTF8.self)
    state.pointee.count = mark
    return text
  }

  func truncate(to mark: Int) { state.pointee.count = min(count, mark) }

  /// Removes and answers the first bytes; what follows moves to the front.
  func takePrefix(_ length: Int) -> [UInt8] {
    let base = state.pointee.base
    let taken = [UInt8](UnsafeBufferPointer(start: base, count: length))
    if count > length { base.update(from: base + length, count: count - length) }
    state.pointee.count -= length
    return taken
  }
}
