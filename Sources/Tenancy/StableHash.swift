/// FNV-1a, 64 bits: the same in every process and after a restart, which Swift's seeded hash is not. Against accidents, not against
/// attackers: what it names comes from the landlord's own records.
enum StableHash {
  static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}
