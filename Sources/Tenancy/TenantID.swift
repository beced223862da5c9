/// Names one shop in every key, tag, query, log line and metric.
///
/// The alphabet is the one that every cache, header and file name in reach takes unescaped, so that an identifier never needs
/// quoting and two of them can never run together.
package struct TenantID: Hashable, Sendable, CustomStringConvertible {
  package let value: String

  /// - Parameter value: 1 to 32 of `a-z`, `0-9` and `-`, not starting with `-`.
  package init(_ value: String) throws(TenancyError) {
    let bytes = Array(value.utf8)
    let allowed = bytes.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
    guard allowed, (1...32).contains(bytes.count), bytes[0] != 0x2d else {
      throw TenancyError(
        .tenantID, "'\(value.prefix(40))' is no tenant id: use 1 to 32 of a-z, 0-9 and '-', not starting with '-'")
    }
    self.value = value
  }

  package var description: String { value }
}
