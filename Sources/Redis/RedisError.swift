/// Why a call to Redis brought no answer. The sentence says which server, never a password.
package struct RedisError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: Hashable, Sendable {
    /// The URL is none that can be used.
    case endpoint
    /// No connection could be made.
    case refused
    /// There was no answer in time.
    case timeout
    /// The connection ended before the answer came, or the client was closed.
    case closed
    /// What came is no reply of Redis, or is larger than allowed.
    case malformed
    /// Not asked: there is no connection, and the next try is not due, or too many in a row have failed (the breaker is open).
    case unavailable
    /// More calls or bytes wait than are allowed to.
    case full
    /// The server answered with an error.
    case server
  }

  package let code: Code
  package let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The first word of a server's error: `NOSCRIPT`, `WRONGPASS`, `OOM`, `NOGROUP`.
  package var serverWord: String? {
    code == .server ? message.split(separator: " ", maxSplits: 1).first.map(String.init) : nil
  }

  package var description: String { code == .server ? "Redis answered: \(message)" : message }
}
