/// Writes heads, each into one buffer that is used again.
struct ResponseHead {
  private(set) var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(2048) }

  /// - Parameters:
  ///   - date: a whole `Date` line.
  ///   - speaksHTTP10: an HTTP/1.0 client that asked to keep the connection must be told that it is kept.
  mutating func write(_ response: HTTPResponse, date: [UInt8], closes: Bool, speaksHTTP10: Bool) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: StatusLine.bytes(of: response.status))
    bytes.append(contentsOf: date)
    bytes.append(contentsOf: response.headers.bytes)
    if response.status != 304, response.status != 204, response.status >= 200 {
      append("Content-Length: ")
      append(response.body.count)
      append("\r\n")
    }
    if closes {
      append("Connection: close\r\n")
    } else if speaksHTTP10 {
      append("Connection: keep-alive\r\n")
    }
    append("\r\n")
  }

  private mutating func append(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func append(_ number: Int) {
    var digits: InlineArray<20, UInt8> = .init(repeating: 0)
    var start = 20
    var rest = number
    repeat {
      start -= 1
      digits[start] = UInt8(0x30 + rest % 10)
      rest /= 10
    } while rest > 0
    for index in start..<20 { bytes.append(digits[index]) }
  }
}

/// `HTTP/1.1 200 OK` and its line end, made once.
enum StatusLine {
  static func bytes(of status: Int) -> [UInt8] {
    status == 200 ? ok : (100..<600).contains(status) ? lines[status - 100] : lines[400]
  }

  private static let ok = lines[100]
  private static let lines: [[UInt8]] = (100..<600).map { Array("HTTP/1.1 \($0) \(reason($0))\r\n".utf8) }

  static func reason(_ status: Int) -> String {
    switch status {
    case 100: "Continue"
    case 200: "OK"
    case 201: "Created"
    case 204: "No Content"
    case 206: "Partial Content"
    case 301: "Moved Permanently"
    case 302: "Found"
    case 303: "See Other"
    case 304: "Not Modified"
    case 307: "Temporary Redirect"
    case 308: "Permanent Redirect"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 402: "Payment Required"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 406: "Not Acceptable"
    case 408: "Request Timeout"
    case 410: "Gone"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 416: "Range Not Satisfiable"
    case 417: "Expectation Failed"
    case 421: "Misdirected Request"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 502: "Bad Gateway"
    case 503: "Service Unavailable"
    case 504: "Gateway Timeout"
    case 505: "HTTP Version Not Supported"
    default: "Status"
    }
  }
}

extension HTTPResponse {
  /// What the server itself says: nothing that tells an attacker more than the status does.
  static func plain(_ status: Int, closes: Bool, allowing methods: StaticString = Method.allowed) -> HTTPResponse {
    var headers = Headers()
    headers.add("Content-Type", "text/plain; charset=utf-8" as StaticString)
    headers.add("Cache-Control", "no-store" as StaticString)
    if status == 405 { headers.add("Allow", methods) }
    return HTTPResponse(status: status, headers: headers, body: Array("\(StatusLine.reason(status))\n".utf8), closes: closes)
  }

  /// To `OPTIONS *`, which asks the server and no shop.
  static let capabilities: HTTPResponse = {
    var headers = Headers()
    headers.add("Allow", Method.allowed)
    return HTTPResponse(status: 204, headers: headers)
  }()
}
