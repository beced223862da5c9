/// A member's name with a short form of it: most names are told apart by one comparison of numbers.
struct Key: Sendable {
  let name: String
  /// The length's last byte and up to seven more: three of the beginning, three of the end, one of the middle.
  let brief: UInt64

  init(_ name: String) {
    self.name = name
    brief = name.utf8.withContiguousStorageIfAvailable(Self.brief) ?? Array(name.utf8).withUnsafeBufferPointer(Self.brief)
  }

  private static func brief(of bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let count = bytes.count
    var brief = UInt64(truncatingIfNeeded: count) << 8
    if count > 0 { brief |= UInt64(bytes[count / 2]) }
    for at in 0..<min(3, count) {
      brief = brief << 8 | UInt64(bytes[at])
      brief = brief << 8 | UInt64(bytes[count - 1 - at])
    }
    return brief
  }
}

/// The names of an object's members and their places. Objects made from one JSON document share tables, so that a
/// look-up site that has seen one of them finds the member of the next by its place.
///
/// A template meets each table for the first time at every one of its look-up sites, so that this look-up counts. Short tables are
/// gone through by the names' short forms; long ones, which may come from anyone, are hashed.
final class KeyTable: Sendable {
  private static let longest = 32

  let names: [String]
  private let briefs: [UInt64]
  private let places: [String: Int]

  init(_ names: [String]) {
    self.names = names
    let isShort = names.count <= Self.longest
    briefs = isShort ? names.map { Key($0).brief } : []
    places = isShort ? [:] : Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { $1 })
  }

  /// The place of a name, the last where it is there twice.
  func place(of name: String) -> Int? { place(of: Key(name)) }

  func place(of key: Key) -> Int? {
    guard places.isEmpty else { return places[key.name] }
    var at = briefs.count - 1
    while at >= 0 {
      if briefs[at] == key.brief, names[at] == key.name { return at }
      at -= 1
    }
    return nil
  }

  /// What look-up sites remember it by.
  @inline(__always)
  var identity: UnsafeRawPointer { UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()) }
}
