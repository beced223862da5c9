/// Header fields of a response, kept as they go on the wire (`name: value\r\n`…), so that a cached page's block is appended as
/// bytes. A field whose name is no token or whose value holds CR, LF or NUL is not added: it could split the response.
package struct Headers: Sendable {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// Room for that many bytes, so that a head is built without growing.
  package init(reserving capacity: Int) { bytes.reserveCapacity(capacity) }

  package mutating func add(_ name: StaticString, _ value: String) {
    var value = value
    value.withUTF8 { add(name, $0) }
  }

  package mutating func add(_ name: StaticString, _ value: StaticString) {
    add(name, UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount))
  }

  package mutating func add(_ name: StaticString, _ value: [UInt8]) {
    value.withUnsafeBufferPointer { add(name, $0) }
  }

  package mutating func add(_ name: StaticString, _ value: Int) {
    add(name, String(value))
  }

  /// Fields made before, as one block.
  package mutating func add(_ block: Headers) {
    bytes.append(contentsOf: block.bytes)
  }

  /// Lines the caller has written out, CRLF included, from parts that are its own: nothing of a request, nothing of data.
  package mutating func add(lines: [UInt8]) {
    bytes.append(contentsOf: lines)
  }

  private mutating func add(_ name: StaticString, _ value: UnsafeBufferPointer<UInt8>) {
    guard Self.isWritable(name, value) else { return assertionFailure("a header field that would split the response") }
    let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    bytes.reserveCapacity(bytes.count + name.count + value.count + 4)
    bytes.append(contentsOf: name)
    bytes.append(0x3A)
    bytes.append(0x20)
    bytes.append(contentsOf: value)
    bytes.append(0x0D)
    bytes.append(0x0A)
  }

  static func isWritable(_ name: StaticString, _ value: some Sequence<UInt8>) -> Bool {
    let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    return !name.isEmpty && name.allSatisfy(isToken) && !value.contains { $0 == 0x0D || $0 == 0x0A || $0 == 0 }
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
    default: false
    }
  }
}
