import HTTP
import Tenancy

/// Whether the TLS proxy may have a certificate for the name in `?domain=`: what Caddy's `ask` wants to know before it orders one
/// or renews it. 2xx allows; whatever else is said, it refuses.
///
/// A suspended shop keeps its certificate: it answers 503 under its own name and comes back. A deleted one gets no new one, so
/// that its 410 is read for as long as the last certificate lasts.
enum TLSPermission: Equatable {
  case granted
  case closed
  case unknown
  case malformed

  /// - Parameter query: as sent. The name may be written as a browser or an operator writes it; what is compared is its one form.
  init(query: String, in snapshot: TenantSnapshot) {
    guard let domain = TLSPermission.domain(in: query) else {
      self = .malformed
      return
    }
    guard let host = try? Host(domain), let tenant = snapshot.owner(of: host) else {
      self = .unknown
      return
    }
    self = tenant.status == .deleted ? .closed : .granted
  }

  var status: Int {
    switch self {
    case .granted: 200
    case .closed, .malformed: 403
    case .unknown: 404
    }
  }

  var sentence: String {
    switch self {
    case .granted: "A shop answers here\n"
    case .closed: "The shop that answered here is deleted\n"
    case .unknown: "No shop answers here\n"
    case .malformed: "Ask for one name: /internal/tls-permission?domain=HOST\n"
    }
  }

  /// The one value of `domain`. Nil where it is missing, empty, badly encoded, or there twice: two readers could take different ones.
  private static func domain(in query: String) -> String? {
    var found: String?
    for field in query.split(separator: "&") {
      let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decodeFormValue(parts[0]) else { return nil }
      guard name == "domain" else { continue }
      guard found == nil, parts.count == 2, let value = PercentEncoding.decodeFormValue(parts[1]), !value.isEmpty else {
        return nil
      }
      found = value
    }
    return found
  }
}
