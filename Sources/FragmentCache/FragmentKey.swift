import Tenancy

/// Names a fragment within a process: the tenant and whatever decides what the fragment shows (route, theme revision, filler,
/// declared contexts), never a raw header and never fetched data. Its hash is made once; it is seeded for each process,
/// because parts of a key come from the request.
package struct FragmentKey: Hashable, Sendable {
  package let tenant: TenantID
  let bytes: [UInt8]
  private let fingerprint: UInt64

  /// - Parameter parts: in a fixed order for each kind of key; the first says the kind. Their borders are part of the key.
  package init(_ tenant: TenantID, _ parts: String...) {
    self.init(tenant) { for part in parts { $0.append(part) } }
  }

  package init(_ tenant: TenantID, _ build: (inout Parts) -> Void) {
    var parts = Parts()
    parts.append(tenant.value)
    build(&parts)
    self.tenant = tenant
    bytes = parts.bytes
    fingerprint = FragmentKey.fingerprint(of: bytes)
  }

  package static func == (a: FragmentKey, b: FragmentKey) -> Bool { a.fingerprint == b.fingerprint && a.bytes == b.bytes }

  package func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }

  package var byteCount: Int { bytes.count }

  package struct Parts {
    fileprivate(set) var bytes: [UInt8] = []

    fileprivate init() { bytes.reserveCapacity(96) }

    package mutating func append(_ part: String) {
      append(part.utf8.count)
      bytes.append(contentsOf: part.utf8)
    }

    /// Seven bits a byte, so that every number of this kind ends itself.
    package mutating func append(_ number: Int) {
      var rest = UInt64(bitPattern: Int64(number))
      while rest > 0x7f {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
  }

  private static let seed: (UInt64, UInt64) = (.random(in: .min ... .max) | 1, .random(in: .min ... .max) | 1)

  /// Folded multiplication, eight bytes at a time: several times faster than SipHash, and the seed is secret.
  private static func fingerprint(of bytes: [UInt8]) -> UInt64 {
    bytes.withUnsafeBytes { raw in
      var hash = seed.0 ^ UInt64(raw.count)
      var offset = 0
      while offset + 8 <= raw.count {
        hash = fold(hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self), seed.1)
        offset += 8
      }
      var rest: UInt64 = 0
      while offset < raw.count {
        rest = rest << 8 | UInt64(raw[offset])
        offset += 1
      }
      return fold(fold(hash ^ rest, seed.1), seed.0)
    }
  }

  private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}
