import CIdn2

/// The name a shop answers to, in the one form that is looked up: lower-case A-labels, no port, no trailing dot.
package struct Host: Hashable, Sendable, CustomStringConvertible {
  package let name: String

  /// Takes a host as written by a browser or an operator: any case, with or without port and trailing dot, as Unicode or punycode.
  ///
  /// ASCII hosts of letters, digits, `-` and `.` take a short way without IDNA, since nearly every request is one of those;
  /// what libidn2 would refuse of them (empty or overlong labels, hyphens at an edge) is refused here by the same rules.
  package init(_ raw: some StringProtocol) throws(TenancyError) {
    var text = Substring(raw)
    if let colon = text.utf8.lastIndex(of: 0x3a) {
      let port = text.utf8[text.utf8.index(after: colon)...]
      guard port.count <= 5, port.allSatisfy({ (0x30...0x39).contains($0) }), (Int(Substring(port)) ?? 0) <= 65535 else {
        throw Host.refused(raw, "its port is not a number up to 65535")
      }
      text = text[..<colon]
    }
    if text.utf8.last == 0x2e { text = text.dropLast() }
    guard !text.isEmpty, text.utf8.count <= 253 else { throw Host.refused(raw, "it is empty or longer than 253 bytes") }
    name = try Host.isPlain(text) ? Host.lowercased(text) : Host.toASCII(text, raw)
  }

  package var description: String { name }

  private static func isPlain(_ text: Substring) -> Bool {
    var label = 0
    var previous: UInt8 = 0x2e
    var suspicious = false
    for byte in text.utf8 {
      switch byte {
      case 0x61...0x7a, 0x30...0x39, 0x41...0x5a: label += 1
      case 0x2d:
        if previous == 0x2e { return false }
        // `xn--` and its like: a label with hyphens in third and fourth place is IDNA's to judge.
        if label == 3, previous == 0x2d { suspicious = true }
        label += 1
      case 0x2e:
        if label == 0 || previous == 0x2d { return false }
        label = 0
      default: return false
      }
      if label > 63 || suspicious { return false }
      previous = byte
    }
    return label > 0 && previous != 0x2d
  }

  private static func lowercased(_ text: Substring) -> String {
    String(unsafeUninitializedCapacity: text.utf8.count) { buffer in
      var count = 0
      for byte in text.utf8 {
        buffer[count] = (0x41...0x5a).contains(byte) ? byte | 0x20 : byte
        count += 1
      }
      return count
    }
  }

  private static func toASCII(_ text: Substring, _ raw: some StringProtocol) throws(TenancyError) -> String {
    guard !text.utf8.contains(0) else { throw refused(raw, "it holds a NUL") }
    var result: UnsafeMutablePointer<CChar>?
    // Non-transitional UTS 46, as browsers do. Not STD3: libidn2 2.3 then drops what is not allowed, so that `a,b` would look up
    // another shop's `ab`; without it such a character comes through and is refused below.
    let flags = Int32(IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue | IDN2_ALABEL_ROUNDTRIP.rawValue)
    let status = String(text).withCString { idn2_to_ascii_8z($0, &result, flags) }
    guard status == IDN2_OK.rawValue, let result else {
      throw refused(raw, String(cString: idn2_strerror(status)))
    }
    defer { idn2_free(result) }
    let name = String(cString: result)
    // Mapping can produce a dot or a port of its own (full-width forms): what comes out must be plain apart from `xn--` labels.
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    let sound = labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.utf8.first != 0x2d && label.utf8.last != 0x2d
        && label.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
    }
    guard sound, name.utf8.count <= 253 else { throw refused(raw, "it is no host name once it is mapped") }
    return name
  }

  private static func refused(_ raw: some StringProtocol, _ why: String) -> TenancyError {
    TenancyError(.host, "'\(raw.prefix(80))' is no host name: \(why)")
  }
}
