import EventLoop

/// One answered request, for the access log.
package struct Exchange: Sendable {
  /// Nil when it was refused before it was a request.
  package let request: HTTPRequest?
  package let remoteAddress: String
  package let status: Int
  /// Head and body, as handed to the socket.
  package let bytesSent: Int
  package let arrival: MonotonicInstant
  /// From the request's last byte to the answer's hand-over.
  package let microseconds: Int
}
