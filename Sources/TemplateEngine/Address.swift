/// Where data begins that neither moves nor changes while its owner lives.
///
/// Looking a member up through classes and arrays counts a reference at each step, and counting costs more than the look-up. The engine
/// keeps owners (a list of models, a map's values, a program's tables) in immutable properties and reads what they own through
/// its address. This rests on one fact of native arrays: elements stay where they are while the array is not changed, and
/// a `let` array never is. Whoever keeps an address keeps its owner beside it. It is a number, not a pointer, so that the compiler goes on
/// checking what is sent between threads: memory that nobody writes may be read by all.
@usableFromInline
struct Address: Sendable, Equatable {
  @usableFromInline let bits: UInt

  init(_ pointer: UnsafeRawPointer) { bits = UInt(bitPattern: pointer) }

  /// The first element of an array; for an empty one an address that is never read.
  @inlinable
  init<Element>(of elements: [Element]) {
    bits = elements.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
  }

  @inline(__always)
  var pointer: UnsafeRawPointer { UnsafeRawPointer(bitPattern: bits) ?? Self.nothing }

  @inline(__always)
  func pointer<T>(to type: T.Type) -> UnsafePointer<T> { pointer.assumingMemoryBound(to: type) }

  static var nothing: UnsafeRawPointer { UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped }
}
