/// A content coding that this server sends, best first (RFC 9110 §8.4.1).
package enum Coding: Int, Sendable, CaseIterable {
  case brotli, gzip, identity

  package var name: String {
    switch self {
    case .brotli: "br"
    case .gzip: "gzip"
    case .identity: "identity"
    }
  }
}

/// What a client takes, read from `Accept-Encoding` (RFC 9110 §12.5.3): each coding's weight in thousandths, 0 for refused.
///
/// A field that is absent, empty or malformed means identity: sending a coding nobody asked for is the one mistake a client
/// cannot mend.
package struct AcceptedCodings: Sendable, Equatable {
  package private(set) var brotli = 0
  package private(set) var gzip = 0
  package private(set) var identity = 1

  package init(_ field: String?) {
    guard var field else { return }
    // What browsers send, in the order they send it; nine requests in ten take this way.
    if field == "gzip, deflate, br, zstd" || field == "gzip, deflate, br" {
      brotli = 1000
      gzip = 1000
      return
    }
    var star: Int?
    var named: Set<Coding> = []
    field.withUTF8 { bytes in
      for item in bytes.split(separator: UInt8(ascii: ",")) {
        let parts = item.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map(AcceptedCodings.trimmed)
        guard let name = parts.first, let weight = AcceptedCodings.weight(parts.dropFirst()) else { continue }
        switch String(decoding: name, as: UTF8.self).lowercased() {
        case "br": (brotli, _) = (weight, named.insert(.brotli))
        case "gzip", "x-gzip": (gzip, _) = (weight, named.insert(.gzip))
        case "identity": (identity, _) = (weight, named.insert(.identity))
        case "*": star = weight
        default: break
        }
      }
    }
    guard let star else { return }
    if !named.contains(.brotli) { brotli = star }
    if !named.contains(.gzip) { gzip = star }
    if !named.contains(.identity), star == 0 { identity = 0 }
  }

  /// The available codings' best by weight, then by how well it packs. Identity stands in where nothing fits, since an answer
  /// in a form not asked for serves a shopper better than 406 (RFC 9110 §12.5.3 allows it).
  package func best(brotli hasBrotli: Bool, gzip hasGzip: Bool) -> Coding {
    var best = (coding: Coding.identity, weight: identity)
    if hasGzip, gzip > 0, gzip >= best.weight { best = (.gzip, gzip) }
    if hasBrotli, brotli > 0, brotli >= best.weight { best = (.brotli, brotli) }
    return best.coding
  }

  private typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

  private static func trimmed(_ bytes: Bytes) -> Bytes {
    var bytes = bytes
    while let first = bytes.first, first == 0x20 || first == 0x09 { bytes = bytes.dropFirst() }
    while let last = bytes.last, last == 0x20 || last == 0x09 { bytes = bytes.dropLast() }
    return bytes
  }

  /// `q=0.8` as 800, 1000 where there is none, nil where it is malformed.
  private static func weight(_ parameters: ArraySlice<Bytes>) -> Int? {
    guard let parameter = parameters.first else { return 1000 }
    guard parameters.count == 1, parameter.count >= 3, parameter.count <= 7 else { return nil }
    let text = Array(parameter)
    guard text[0] | 0x20 == UInt8(ascii: "q"), text[1] == UInt8(ascii: "=") else { return nil }
    guard text[2] == 0x30 || text[2] == 0x31, text.count == 3 || text[3] == UInt8(ascii: ".") else { return nil }
    var weight = Int(text[2] - 0x30) * 1000
    var unit = 100
    for digit in text.dropFirst(4) {
      guard (0x30...0x39).contains(digit) else { return nil }
      weight += Int(digit - 0x30) * unit
      unit /= 10
    }
    return weight <= 1000 ? weight : nil
  }
}
