/// What is wrong with a tenant, a host or the tenants file: the place in the operator's own file, the cause, the way out.
package struct TenancyError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: String, Hashable, Sendable {
    case tenantID = "tenant-id"
    case host
    case file
    case tenant
  }

  package let code: Code
  /// Where in the file, as a path of keys (`tenants[2].domains[0]`); empty for a value that came from elsewhere.
  package let place: String
  package let message: String

  package init(_ code: Code, at place: String = "", _ message: String) {
    self.code = code
    self.place = place
    self.message = message
  }

  package func inside(_ outer: String) -> TenancyError {
    TenancyError(code, at: place.isEmpty ? outer : "\(outer).\(place)", message)
  }

  package var description: String { place.isEmpty ? message : "\(place): \(message)" }
}
