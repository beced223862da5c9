import Tenancy

/// A tenant in one of its markets, with what its pages need beside their data: the theme, and the address that links in them start
/// with.
package struct Shop: Sendable {
  package let tenant: Tenant
  package let market: Market
  package let theme: ActiveTheme
  /// Scheme, host and port, without a slash at the end. From configuration, never from a request: what a page says of
  /// itself must not depend on who asked first.
  package let baseURL: String
  package let host: String
}
