// The head of an answer, line by line as libcurl hands it on, and what it says about where the body ends. libcurl is lenient
// there (a Content-Length twice, one of "5x", a body that ends when the connection does), and then cannot tell a whole answer
// from the first half of one. This is not: an answer whose end cannot be told is an error.

struct AnswerHead {
  /// `name: value\r\n` for each field, as `HeaderFields` reads them, and the empty line.
  private(set) var fields: [UInt8] = []
  private(set) var status = 0
  private var lengths: [[UInt8]] = []
  private var encodings: [[UInt8]] = []
  private var isOver = false
  private var byteCount = 0

  enum Fault: Error, Equatable {
    case tooLong
    case framing(String)
  }

  /// The length that the head declares; nil when it does not.
  private(set) var length: Int?

  /// - Parameter line: with its line end, which may be a line feed alone.
  mutating func take(_ line: UnsafeBufferPointer<UInt8>, limit: Int, isAnswerToHead: Bool) throws(Fault) {
    byteCount += line.count
    guard byteCount <= limit else { throw .tooLong }
    if isStatusLine(line) {
      // After an interim answer (1xx) another one follows.
      self = AnswerHead(byteCount: byteCount, status: Self.status(in: line))
      return
    }
    // A trailer comes after the body; nobody asked for it.
    if isOver { return }
    var end = line.count
    while end > 0, line[end - 1] == 0x0A || line[end - 1] == 0x0D { end -= 1 }
    guard end > 0 else {
      isOver = true
      fields += [0x0D, 0x0A]
      return try judge(isAnswerToHead: isAnswerToHead)
    }
    let start = fields.count
    fields.append(contentsOf: line[..<end])
    fields += [0x0D, 0x0A, 0x0D, 0x0A]
    if let value = value(of: "content-length", from: start) { lengths.append(value) }
    if let value = value(of: "transfer-encoding", from: start) { encodings.append(value) }
    fields.removeLast(2)
  }

  init() {}

  private init(byteCount: Int, status: Int) { (self.byteCount, self.status) = (byteCount, status) }

  private func isStatusLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    guard status == 0 || isOver && status < 200 else { return false }
    return line.starts(with: "HTTP/".utf8)
  }

  private static func status(in line: UnsafeBufferPointer<UInt8>) -> Int {
    let digits = line.drop { $0 != 0x20 }.drop { $0 == 0x20 }.prefix { (0x30...0x39).contains($0) }
    return digits.prefix(3).reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private func value(of name: StaticString, from start: Int) -> [UInt8]? {
    fields.withUnsafeBufferPointer { head in HeaderFields(head: head, start: start).range(of: name).map { Array(head[$0]) } }
  }

  private mutating func judge(isAnswerToHead: Bool) throws(Fault) {
    if status < 200 { return }
    guard lengths.count <= 1, encodings.count <= 1 else { throw .framing("Content-Length or Transfer-Encoding more than once") }
    if let encoding = encodings.first {
      guard lengths.isEmpty else { throw .framing("Transfer-Encoding with Content-Length") }
      guard String(decoding: encoding, as: UTF8.self).lowercased() == "chunked" else {
        throw .framing("a Transfer-Encoding that is not chunked")
      }
    } else if let text = lengths.first {
      guard !text.isEmpty, text.count <= 18, text.allSatisfy({ (0x30...0x39).contains($0) }) else {
        throw .framing("a Content-Length that is not a number")
      }
      length = text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    } else if !isAnswerToHead, status != 204, status != 304 {
      throw .framing("a body that ends when the connection does, which a broken one does too")
    }
    if let coding = value(of: "content-encoding", from: 0), String(decoding: coding, as: UTF8.self).lowercased() != "identity" {
      throw .framing("a Content-Encoding, though none was accepted")
    }
  }
}
