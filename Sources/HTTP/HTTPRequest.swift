/// A request that has passed the gate: every part of it is well-formed and within the limits.
/// The head is one copy of the bytes as sent; header fields are looked up in it when asked.
package struct HTTPRequest: Sendable {
  package let method: Method
  /// From `Host`: letters, digits, `-` and `.` only, lower case, without port and trailing dot. Not yet IDNA.
  package let host: String
  /// Decoded once: valid UTF-8, starts with "/", no NUL, no `.` or `..` segment, no encoded slash.
  package let path: String
  /// Bytes of the body, unchunked; empty when there was none.
  package let body: [UInt8]
  /// The peer's numeric address without its port.
  package let remoteAddress: String
  package let isHTTP10: Bool

  let head: [UInt8]
  let pathRange: Range<Int>
  let queryRange: Range<Int>
  let fieldsStart: Int

  /// The path as sent, without the query.
  package var rawPath: String { string(pathRange) }

  /// What follows "?", as sent; empty when there is none.
  package var query: String { string(queryRange) }

  /// The first value of a header field; `name` in lower case. Trailers are never found here.
  package func header(_ name: StaticString) -> String? {
    withHeader(name) { String(decoding: $0, as: UTF8.self) }
  }

  /// The same without making a `String`.
  package func withHeader<T>(_ name: StaticString, _ body: (UnsafeBufferPointer<UInt8>) throws -> T) rethrows -> T? {
    try head.withUnsafeBufferPointer { head in
      guard let range = HeaderFields(head: head, start: fieldsStart).range(of: name) else { return nil }
      return try body(UnsafeBufferPointer(rebasing: head[range]))
    }
  }

  /// `OPTIONS *`.
  var isForServer: Bool { method == .options && path == "*" }

  /// Path and query as sent, for logs, but for what lets somebody in: of each field `token` the value is left out.
  package func appendTarget(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: head[pathRange])
    guard !queryRange.isEmpty else { return }
    bytes.append(contentsOf: head[pathRange.upperBound..<queryRange.lowerBound])
    let secret = Array("token=".utf8)
    var start = queryRange.lowerBound
    while start < queryRange.upperBound {
      let end = head[start..<queryRange.upperBound].firstIndex(of: UInt8(ascii: "&")).map { $0 + 1 } ?? queryRange.upperBound
      let field = head[start..<end]
      if field.starts(with: secret) {
        bytes.append(contentsOf: secret)
        if field.last == UInt8(ascii: "&") { bytes.append(UInt8(ascii: "&")) }
      } else {
        bytes.append(contentsOf: field)
      }
      start = end
    }
  }

  private func string(_ range: Range<Int>) -> String {
    head.withUnsafeBufferPointer { String(decoding: $0[range], as: UTF8.self) }
  }
}

extension HTTPRequest {
  /// One request out of its bytes, through the same gate: for tests and tools. Nil when the gate refuses it or wants more.
  package init?(parsing bytes: [UInt8], remoteAddress: String = "127.0.0.1", takesPatch: Bool = false) {
    var limits = ServerLimits()
    limits.takesPatch = takesPatch
    let conversation = Conversation(limits: limits, remoteAddress: remoteAddress)
    let event = bytes.withUnsafeBytes { bytes in
      conversation.offer(bytes)
      let event = conversation.next()
      if case .proceed = event { return conversation.next() }
      return event
    }
    guard case .request(let request) = event else { return nil }
    self = request
  }
}
