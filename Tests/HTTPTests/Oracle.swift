// The gate's rules, read a second time: over a whole message, by splitting it into lines and words, with no automaton and no
// parser of anybody's. Slow and plain, so that it can be checked by eye against the rules; every test set is judged by it, and
// random changes of good requests too.

struct Oracle {
  var headBytes = 16 << 10
  var targetBytes = 8 << 10
  var bodyBytes = 1 << 20

  private enum Verdict {
    case answered(Int, closes: Bool, used: Int)
    case refused(Int)
    case incomplete
  }

  /// The final statuses a client gets, and whether the connection is closed behind the last.
  func judge(_ bytes: [UInt8]) -> (statuses: [Int], isClosed: Bool) {
    var statuses: [Int] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      switch one(rest) {
      case .incomplete: return (statuses, false)
      case .refused(let status): return (statuses + [status], true)
      case .answered(let status, let closes, let used):
        statuses.append(status)
        if closes { return (statuses, true) }
        rest = rest.dropFirst(used)
      }
    }
    return (statuses, false)
  }

  private func one(_ input: ArraySlice<UInt8>) -> Verdict {
    var rest = input
    if rest.first == 13 {
      if rest.count == 1 { return .incomplete }
      if rest.dropFirst().first != 10 { return .refused(400) }
      rest = rest.dropFirst(2)
    }
    let start = rest.startIndex
    var lines: [String] = []
    while true {
      let end = rest.firstIndex(of: 10)
      let line = text(rest[rest.startIndex..<(end ?? rest.endIndex)])
      let used = (end ?? rest.endIndex) - start
      if lines.count > 256, line != "\r" { return .refused(431) }
      if let status = lines.isEmpty ? requestLine(line, isWhole: end != nil) : fieldLine(line, isWhole: end != nil) {
        return .refused(used > headBytes && status == 400 ? 431 : status)
      }
      if used >= headBytes { return .refused(431) }
      guard let end else { return .incomplete }
      rest = rest[(end + 1)...]
      if !lines.isEmpty, line == "\r" { break }
      lines.append(String(line.unicodeScalars.dropLast()))
    }
    return head(lines, body: rest, input)
  }

  // Nil while it may still be, or is, well-formed.
  private func requestLine(_ line: String, isWhole: Bool) -> Int? {
    let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    if !words[0].allSatisfy(isToken) { return 400 }
    if words[0].isEmpty { return words.count > 1 || isWhole ? 400 : nil }
    guard words.count > 1 else { return isWhole ? 400 : nil }
    let halves = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let bad = halves.enumerated().contains { index, half in
      half.unicodeScalars.contains { !(0x21...0x7E).contains($0.value) || "#\\\"<>".unicodeScalars.contains($0) }
        || index == 0 && half.contains { "^`{}".contains($0) }
    }
    if words[1].utf8.count > targetBytes { return 414 }
    if bad { return 400 }
    guard words.count > 2 else { return isWhole ? 400 : nil }
    if words[1].isEmpty { return 400 }
    let version = Array(words[2].unicodeScalars)
    let shape = Array("HTTP/d.d\r".unicodeScalars)
    if version.count > shape.count { return 400 }
    for (have, want) in zip(version, shape) where !(want == "d" ? ("0"..."9").contains(have) : have == want) { return 400 }
    if !isWhole { return nil }
    if version.count < shape.count { return 400 }
    return ["HTTP/1.1\r", "HTTP/1.0\r"].contains(words[2]) ? nil : 505
  }

  private func fieldLine(_ line: String, isWhole: Bool) -> Int? {
    if line.isEmpty { return isWhole ? 400 : nil }
    if line == "\r" { return nil }
    let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    if halves[0].isEmpty || !halves[0].allSatisfy(isToken) { return 400 }
    guard halves.count == 2 else { return isWhole ? 400 : nil }
    var value = Array(halves[1].unicodeScalars)
    if value.last == "\r" { value.removeLast() } else if isWhole { return 400 }
    return value.allSatisfy { $0 == "\t" || $0.value >= 0x20 && $0.value != 0x7F } ? nil : 400
  }

  private func head(_ lines: [String], body: ArraySlice<UInt8>, _ input: ArraySlice<UInt8>) -> Verdict {
    let words = lines[0].split(separator: " ").map(String.init)
    let isHTTP10 = words[2] == "HTTP/1.0"
    let fields = lines.dropFirst().map { line in
      let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      return (name: halves[0].lowercased(), value: trim(String(halves[1])))
    }
    func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
    let options = (values("connection") + values("proxy-connection")).flatMap { list($0) }
    if !options.allSatisfy({ $0.allSatisfy(isToken) }) { return .refused(400) }

    let encodings = values("transfer-encoding")
    let lengths = values("content-length")
    if encodings.count + lengths.count > 1 { return .refused(400) }
    if let encoding = encodings.first, isHTTP10 || encoding.lowercased() != "chunked" { return .refused(400) }
    if let length = lengths.first {
      if length.isEmpty || !length.utf8.allSatisfy({ (48...57).contains($0) }) { return .refused(400) }
      if length.count > 1, length.hasPrefix("0") { return .refused(400) }
    }
    guard values("host").count == 1, let host = authority(values("host")[0]) else { return .refused(400) }
    guard target(words[1], method: words[0], host: host) else { return .refused(400) }
    if ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT"].contains(words[0]) { return .refused(405) }
    if !["GET", "HEAD", "POST", "OPTIONS"].contains(words[0]) { return .refused(501) }
    if values("expect").contains(where: { $0.lowercased() != "100-continue" }) { return .refused(417) }

    let own = values("connection").flatMap { list($0) }.map { $0.lowercased() }
    let closes = own.contains("close") || isHTTP10 && !own.contains("keep-alive")
    let status = words[1] == "*" ? 204 : 200
    var after = body
    if let length = lengths.first {
      guard let count = Int(length), count <= bodyBytes else { return .refused(413) }
      if body.count < count { return .incomplete }
      after = body.dropFirst(count)
    } else if !encodings.isEmpty {
      switch chunks(body) {
      case .refused(let status): return .refused(status)
      case .incomplete: return .incomplete
      case .answered(_, _, let used): after = body.dropFirst(used)
      }
    }
    return .answered(status, closes: closes, used: after.startIndex - input.startIndex)
  }

  private func chunks(_ body: ArraySlice<UInt8>) -> Verdict {
    var rest = body
    var total = 0
    while true {
      let end = rest.firstIndex(of: 10)
      let line = Array(text(rest[rest.startIndex..<(end ?? rest.endIndex)]).unicodeScalars)
      let digits = line.prefix { $0.properties.isASCIIHexDigit }
      if digits.count > 16 { return .refused(400) }
      let tail = line.dropFirst(digits.count)
      if !tail.isEmpty, digits.isEmpty || Array(tail) != ["\r"] { return .refused(400) }
      guard let end else { return .incomplete }
      if tail.isEmpty { return .refused(400) }
      let size = UInt64(String(String.UnicodeScalarView(digits)), radix: 16)!
      if size > UInt64(bodyBytes - total) { return .refused(413) }
      rest = rest[(end + 1)...]
      if size == 0 { break }
      total += Int(size)
      rest = rest.dropFirst(Int(size))
      for expected: UInt8 in [13, 10] {
        guard let byte = rest.first else { return .incomplete }
        if byte != expected { return .refused(400) }
        rest = rest.dropFirst()
      }
    }
    var count = 0
    var fields: [String] = []
    while true {
      let end = rest.firstIndex(of: 10)
      let line = text(rest[rest.startIndex..<(end ?? rest.endIndex)])
      if count == 64, line != "\r", !line.isEmpty { return .refused(431) }
      count += 1
      if let status = fieldLine(line, isWhole: end != nil) { return .refused(status) }
      guard let end else { return .incomplete }
      rest = rest[(end + 1)...]
      if line == "\r" {
        // Framing in a trailer is somebody's attempt.
        let isBad = fields.contains { line in
          let name = line.prefix { $0 != ":" }.lowercased()
          let value = String(line.drop { $0 != ":" }.dropFirst().dropLast())
          return name == "content-length" || name == "transfer-encoding"
            || ["connection", "proxy-connection"].contains(name) && !list(value).allSatisfy { $0.allSatisfy(isToken) }
        }
        return isBad ? .refused(400) : .answered(0, closes: false, used: rest.startIndex - body.startIndex)
      }
      fields.append(line)
    }
  }

  private func authority(_ text: String) -> (name: String, port: Int?)? {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    var port: Int?
    if parts.count == 2 {
      guard (1...5).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
        let number = Int(parts[1]), (1...65535).contains(number)
      else { return nil }
      port = number
    }
    var name = (parts.first ?? "").lowercased()
    if name.hasSuffix(".") { name.removeLast() }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    let fits = labels.allSatisfy {
      (1...63).contains($0.utf8.count) && $0.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }
    return fits && name.utf8.count <= 253 ? (name, port) : nil
  }

  private func target(_ text: String, method: String, host: (name: String, port: Int?)) -> Bool {
    if method == "CONNECT" { return authority(text).map { $0.port != nil } ?? false }
    if text == "*" { return method == "OPTIONS" }
    var path = text
    for (scheme, port) in [("http://", 80), ("https://", 443)] where text.lowercased().hasPrefix(scheme) {
      let rest = text.dropFirst(scheme.count)
      let name = String(rest.prefix { $0 != "/" && $0 != "?" })
      guard let named = authority(name), named.name == host.name, named.port ?? port == host.port ?? port else { return false }
      path = String(rest.dropFirst(name.count))
      if path.isEmpty || path.hasPrefix("?") { return true }
    }
    guard path.hasPrefix("/") else { return false }
    path = String(path.prefix { $0 != "?" })
    var decoded: [UInt8] = []
    var bytes = Array(path.utf8)[...]
    while let byte = bytes.popFirst() {
      guard byte == UInt8(ascii: "%") else { decoded.append(byte); continue }
      guard bytes.count >= 2, bytes.prefix(2).allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }),
        let value = UInt8(String(decoding: bytes.prefix(2), as: UTF8.self), radix: 16)
      else { return false }
      if value < 0x20 || value == 0x7F || value == 0x2F || value == 0x5C { return false }
      decoded.append(value)
      bytes = bytes.dropFirst(2)
    }
    guard let string = String(validating: decoded, as: UTF8.self) else { return false }
    return !string.split(separator: "/").contains { $0 == "." || $0 == ".." }
  }

  private func list(_ value: String) -> [String] {
    value.split(separator: ",").map { trim(String($0)) }.filter { !$0.isEmpty }
  }

  private func isToken(_ character: Character) -> Bool {
    guard character.unicodeScalars.count == 1, let byte = character.asciiValue else { return false }
    return (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
      || "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }

  private func trim(_ value: String) -> String {
    var scalars = value.unicodeScalars[...]
    while let first = scalars.first, first == " " || first == "\t" { scalars.removeFirst() }
    while let last = scalars.last, last == " " || last == "\t" { scalars.removeLast() }
    return String(scalars)
  }

  // One scalar a byte. A "\r\n" inside would become one Character, but lines are split at "\n" before.
  private func text(_ bytes: ArraySlice<UInt8>) -> String {
    var scalars = String.UnicodeScalarView()
    for byte in bytes { scalars.append(UnicodeScalar(byte)) }
    return String(scalars)
  }
}
