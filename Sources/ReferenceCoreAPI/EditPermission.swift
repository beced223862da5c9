import CSodium
import HTTP

/// Who may edit over HTTP.
package enum EditPermission: Sendable {
  /// Who says this, as `Authorization: Bearer …`.
  case token(String)
  /// Anybody on this machine, where the listener is on its loopback. The request must be for this machine by name as well: a page
  /// that a browser here has open can lead a name of its own to the loopback, and would then be let in.
  case thisMachine
  case nobody

  func refusal(of request: HTTPRequest) -> (status: Int, refusal: RefusalOfEdit)? {
    switch self {
    case .token(let token):
      let said = request.header("authorization") ?? ""
      return Self.isSame(said, "Bearer \(token)") ? nil : (401, .unauthorized)
    case .thisMachine:
      let host = request.host
      let isHere =
        host == "localhost" || host.hasSuffix(".localhost") || host.hasPrefix("127.") && host.allSatisfy { !$0.isLetter }
      return isHere ? nil : (403, .otherHost)
    case .nobody: return (403, .nobody)
    }
  }

  enum RefusalOfEdit: String {
    case unauthorized = "edits need the token: Authorization: Bearer \u{2026}"
    case otherHost = "without a token, edits are taken for localhost and 127.0.0.1 alone"
    case nobody = "no token is set, and the listener is not on the loopback: edits are not taken"
  }

  /// In the same time wherever they differ, so that a token cannot be guessed piece by piece.
  private static func isSame(_ left: String, _ right: String) -> Bool {
    let (left, right) = (Array(left.utf8), Array(right.utf8))
    return left.count == right.count && sodium_memcmp(left, right, left.count) == 0
  }
}
