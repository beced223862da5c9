/// Why a request got no answer. A status, whatever it says, is an answer and no error.
package struct HTTPClientError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// The request or the address cannot be sent as it is written; nothing was.
    case request
    /// No connection: nobody listens, no such name, no route, no trust, or silence while connecting.
    case refused
    /// Connected, and no whole answer within the deadline.
    case timeout
    /// The connection ended before the answer did.
    case reset
    /// The answer is longer than the limit.
    case tooLarge
    /// What came is not an HTTP answer whose end can be told.
    case `protocol`
    /// The task that waited was cancelled.
    case cancelled
  }

  package let code: Code
  package let reason: String

  package init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  package var description: String { "HTTP \(code.rawValue): \(reason)" }
}
