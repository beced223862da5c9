/// Looks a field up in the bytes of a head that the gate has accepted: each line is `name:OWS value OWS CRLF`, nothing is folded,
/// and the head ends in an empty line. A page's way asks for three or four fields; a table of all of them would cost more.
struct HeaderFields {
  let head: UnsafeBufferPointer<UInt8>
  /// Where the first field line begins.
  let start: Int

  /// `name` in lower case.
  func range(of name: StaticString) -> Range<Int>? {
    let wanted = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    var line = start
    while line < head.count, head[line] != 0x0D {
      guard let end = head[line...].firstIndex(of: 0x0D) else { return nil }
      let colon = line + wanted.count
      if colon < end, head[colon] == 0x3A, matches(wanted, at: line) { return trimmed(colon + 1, end) }
      line = end + 2
    }
    return nil
  }

  private func matches(_ wanted: UnsafeBufferPointer<UInt8>, at line: Int) -> Bool {
    for index in wanted.indices {
      let byte = head[line + index]
      let isUpper = byte &- 0x41 < 26
      if (isUpper ? byte | 0x20 : byte) != wanted[index] { return false }
    }
    return true
  }

  private func trimmed(_ start: Int, _ end: Int) -> Range<Int> {
    var start = start
    var end = end
    while start < end, head[start] == 0x20 || head[start] == 0x09 { start += 1 }
    while end > start, head[end - 1] == 0x20 || head[end - 1] == 0x09 { end -= 1 }
    return start..<end
  }
}
