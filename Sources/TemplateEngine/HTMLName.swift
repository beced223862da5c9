/// A tag's, an attribute's or an entity's name as it is read, lower-cased and packed, so that a state that holds one is
/// copied and compared as a few words. A name of more than sixteen bytes is none that anything is known about.
struct HTMLName: Hashable, Sendable {
  static let capacity = 16

  private(set) var low: UInt64 = 0
  private(set) var high: UInt64 = 0
  private(set) var count: UInt8 = 0

  init() {}

  init(_ text: String) {
    for byte in text.utf8 { append(byte) }
  }

  var isEmpty: Bool { count == 0 }
  var isLong: Bool { count > Self.capacity }

  mutating func append(_ byte: UInt8) {
    guard count < Self.capacity else {
      // One value for all long names.
      self = HTMLName.long
      return
    }
    let lowered = UInt64(byte >= 65 && byte <= 90 ? byte | 32 : byte)
    if count < 8 { low |= lowered << (UInt64(count) * 8) } else { high |= lowered << (UInt64(count - 8) * 8) }
    count += 1
  }

  subscript(index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: index < 8 ? low >> (UInt64(index) * 8) : high >> (UInt64(index - 8) * 8))
  }

  func hasPrefix(_ text: StaticString) -> Bool {
    let length = text.utf8CodeUnitCount
    guard length <= Int(count), !isLong else { return false }
    for at in 0..<length where self[at] != text.utf8Start[at] { return false }
    return true
  }

  func dropping(_ length: Int) -> HTMLName {
    var rest = HTMLName()
    guard !isLong else { return self }
    for at in min(length, Int(count))..<Int(count) { rest.append(self[at]) }
    return rest
  }

  func contains(_ byte: UInt8) -> Bool { !isLong && (0..<Int(count)).contains { self[$0] == byte } }

  private static let long: HTMLName = {
    var name = HTMLName()
    name.count = UInt8(capacity) + 1
    return name
  }()
}
