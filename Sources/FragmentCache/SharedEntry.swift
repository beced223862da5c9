// A fragment as it stands in the shared cache. It carries its own name (tenant and key) and a checksum, since what is read back may be
// another's bytes, half of them, or flipped: then it is no entry. Its life is not in it but the key's own in Redis, so that no
// two machines' clocks are compared.
//
//     0   4  SFE1
//     4   4  CRC-32 of all that follows, least byte first
//     8  32  the log's stamp, hexadecimal         ┐ text of fixed length: the script that stores an entry
//    40  20  the asOf's number, decimal           ┘ compares the two with those of the entry it would replace
//    60      stale time in milliseconds, key, number of tags, each tag's name: numbers and lengths seven bits a byte
//            the content, to the end

import CZlib
import ChangeLog
import Tenancy

enum SharedEntry {
  static let magic = Array("SFE1".utf8)
  private static let checked = 8
  private static let variable = 60

  /// - Returns: nil for what may not stand in a shared cache: it has tags of another tenant than its own.
  static func encode(_ fragment: Fragment<[UInt8]>, under key: FragmentKey) -> [UInt8]? {
    guard fragment.tags.allSatisfy({ $0.tenant == key.tenant }) else { return nil }
    var bytes = magic + [0, 0, 0, 0]
    bytes.reserveCapacity(variable + key.byteCount + fragment.content.count + 32 * fragment.tags.count + 16)
    bytes += digits(fragment.asOf.epoch.high, 16, radix: 16)
    bytes += digits(fragment.asOf.epoch.low, 16, radix: 16)
    bytes += digits(fragment.asOf.number, 20, radix: 10)
    append(Int(fragment.basis.staleFor / .milliseconds(1)), to: &bytes)
    append(key.bytes, to: &bytes)
    append(fragment.tags.count, to: &bytes)
    for tag in fragment.tags { append(Array(tag.name.utf8), to: &bytes) }
    bytes += fragment.content
    let sum = checksum(bytes)
    for at in 0..<4 { bytes[4 + at] = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(at))) }
    return bytes
  }

  /// - Parameter freshUntil: when its life in Redis ends, on the follower's clock.
  /// - Returns: nil if it is not, byte for byte, an entry that was stored under this key.
  static func decode(_ bytes: [UInt8], under key: FragmentKey, freshUntil: Duration) -> Fragment<[UInt8]>? {
    guard bytes.count >= variable, bytes.starts(with: magic) else { return nil }
    var sum: UInt32 = 0
    for at in 0..<4 { sum |= UInt32(bytes[4 + at]) << (8 * UInt32(at)) }
    guard sum == checksum(bytes) else { return nil }
    var reader = Reader(bytes, at: checked)
    guard let high = reader.digits(16, radix: 16), let low = reader.digits(16, radix: 16),
      let number = reader.digits(20, radix: 10), let staleFor = reader.number(), let name = reader.part(),
      name.elementsEqual(key.bytes), let count = reader.number(), count <= bytes.count
    else { return nil }
    var tags: [Tag] = []
    tags.reserveCapacity(count)
    for _ in 0..<count {
      guard let name = reader.part(), let text = String(validating: name, as: UTF8.self) else { return nil }
      tags.append(Tag(key.tenant, text))
    }
    let asOf = Position(epoch: Stamp(high: high, low: low), number: number)
    let basis = Basis(loaded: tags, asOf: asOf, freshUntil: freshUntil, staleFor: .milliseconds(staleFor))
    let content = Array(bytes[reader.at...])
    return Fragment(loaded: content, basis: basis, cost: content.count + 256)
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress! + checked, $0.count - checked)) }
  }

  private static func digits(_ number: UInt64, _ width: Int, radix: Int) -> [UInt8] {
    let text = Array(String(number, radix: radix).utf8)
    return [UInt8](repeating: UInt8(ascii: "0"), count: width - text.count) + text
  }

  private static func append(_ number: Int, to bytes: inout [UInt8]) {
    var rest = UInt64(max(0, number))
    while rest > 0x7f {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private static func append(_ part: [UInt8], to bytes: inout [UInt8]) {
    append(part.count, to: &bytes)
    bytes += part
  }

  /// Reads what `encode` wrote; nil for anything that it does not write.
  private struct Reader {
    private let bytes: [UInt8]
    private(set) var at: Int

    init(_ bytes: [UInt8], at: Int) {
      self.bytes = bytes
      self.at = at
    }

    mutating func digits(_ width: Int, radix: Int) -> UInt64? {
      guard bytes.count - at >= width, let text = String(validating: bytes[at..<at + width], as: UTF8.self) else { return nil }
      at += width
      return UInt64(text, radix: radix)
    }

    mutating func number() -> Int? {
      var value = 0
      for shift in stride(from: 0, to: 56, by: 7) {
        guard at < bytes.count else { return nil }
        let byte = bytes[at]
        at += 1
        value |= Int(byte & 0x7f) << shift
        if byte < 0x80 { return value }
      }
      return nil
    }

    mutating func part() -> ArraySlice<UInt8>? {
      guard let count = number(), bytes.count - at >= count else { return nil }
      defer { at += count }
      return bytes[at..<at + count]
    }
  }
}
