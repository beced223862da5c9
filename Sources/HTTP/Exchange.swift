import EventLoop

/// One answered request, for the access log.
package struct Exchange: Sendable {
  /// Nil when it was refused before it was a request.
  package let request: HTTPRequest?
  package let remoteAddress: String
  /// Which rule of the gate, the clock or a limit the request broke; nil when it was handed to a handler. One of a fixed set of
  /// texts, with nothing of what the peer sent, so that a log may print it as it is.
  package let rule: String?
  package let status: Int
  /// Head and body, as handed to the socket.
  package let bytesSent: Int
  package let arrival: MonotonicInstant
  /// From the request's last byte to the answer's hand-over.
  package let microseconds: Int
}
