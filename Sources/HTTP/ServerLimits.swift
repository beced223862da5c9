package struct ServerLimits: Sendable {
  /// Request line and fields together, 431 when exceeded.
  package var headBytes = 16 << 10
  /// 414 when exceeded.
  package var targetBytes = 8 << 10
  /// 413 when exceeded: at once when declared, else when reached.
  package var bodyBytes = 1 << 20
  /// Of all connections' bodies together; who adds to it beyond that, with a body that is not whole yet, gets 503.
  package var bodyBytesTotal = 32 << 20
  /// Trailer section of a chunked body; 431 when exceeded.
  package var trailerBytes = 4 << 10
  /// Bytes held of requests that wait behind the one being answered; reading pauses above it.
  package var pendingBytes = 64 << 10
  /// From a head's first byte to its last; 408.
  package var headSeconds = 10.0
  /// Between requests; closed without a word.
  package var idleSeconds = 30.0
  /// From the head's last byte to the body's; 408.
  package var bodySeconds = 30.0
  /// Until the client takes more of what is to be written, anew each time it does; closed without a word.
  package var writeSeconds = 60.0
  /// What a connection between requests is left while the server drains: its next request may be on its way.
  package var drainSeconds = 1.0
  /// PATCH goes to the handler instead of being a 405.
  package var takesPatch = false
  /// Accepting pauses at this many.
  package var connections = 20_000

  package init() {}

  var allowedMethods: StaticString { takesPatch ? "GET, HEAD, POST, OPTIONS, PATCH" : Method.allowed }
}
