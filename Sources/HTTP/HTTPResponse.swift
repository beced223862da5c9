/// An answer. The server adds `Date`, `Content-Length` and `Connection`; a HEAD's body is measured and not sent.
package struct HTTPResponse: Sendable {
  package var status: Int
  package var headers: Headers
  /// Not copied by the server unless the socket cannot take it at once.
  package var body: [UInt8]
  /// The connection is closed after this answer.
  package var closes: Bool

  package init(status: Int = 200, headers: Headers = Headers(), body: [UInt8] = [], closes: Bool = false) {
    self.status = status
    self.headers = headers
    self.body = body
    self.closes = closes
  }
}
