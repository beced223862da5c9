/// What the server takes and the client sends. Every other method is answered before a handler is asked: 405 when HTTP knows it,
/// 501 when not. PATCH is among the 405s unless `ServerLimits.takesPatch`.
package enum Method: UInt8, Sendable {
  case get, head, post, options, patch

  package var name: StaticString {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .options: "OPTIONS"
    case .patch: "PATCH"
    }
  }

  /// Asks and changes nothing (RFC 9110 §9.2.1), so that it may be sent twice.
  package var isSafe: Bool {
    switch self {
    case .get, .head, .options: true
    case .post, .patch: false
    }
  }

  /// For `Allow`.
  package static let allowed: StaticString = "GET, HEAD, POST, OPTIONS"
}
