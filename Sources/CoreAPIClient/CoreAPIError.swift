/// Why the core API gave no answer. What a shopper sees never contains `reason`: it may hold the platform's own words.
/// Something that does not exist is no error: those answers hold nil.
package struct CoreAPIError: Error, Hashable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// No connection, or a 5xx: the same request may succeed later.
    case unavailable
    /// No answer within the deadline.
    case timeout
    /// An answer, but not one that the contract allows; trying again does not help.
    case invalid
  }

  package let code: Code
  package let reason: String

  package init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  package static func unavailable(_ reason: String) -> CoreAPIError { .init(.unavailable, reason) }
  package static func timeout(_ reason: String) -> CoreAPIError { .init(.timeout, reason) }
  package static func invalid(_ reason: String) -> CoreAPIError { .init(.invalid, reason) }

  package var description: String { "core API \(code.rawValue): \(reason)" }
}
