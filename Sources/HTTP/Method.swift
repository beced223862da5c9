/// What the server takes. Every other method is answered before a handler is asked: 405 when HTTP knows it, 501 when not.
package enum Method: UInt8, Sendable {
  case get, head, post, options

  package var name: StaticString {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .options: "OPTIONS"
    }
  }

  /// For `Allow`.
  package static let allowed: StaticString = "GET, HEAD, POST, OPTIONS"
}
