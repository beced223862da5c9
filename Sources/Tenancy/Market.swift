/// One language and currency in which a tenant's shop is shown, and how its addresses read there. What is read, rendered or
/// kept for shoppers is read, rendered and kept for a market: the tenant is part of it by type.
package final class Market: Hashable, Sendable {
  package let tenant: TenantID
  /// BCP 47.
  package let locale: String
  /// ISO 4217.
  package let currency: String
  package let routes: Routes
  /// Language, currency and addresses as one word for cache keys: equal markets have equal ones in every process.
  package let key: String

  package init(of tenant: TenantID, locale: String, currency: String, routes: Routes = Routes()) {
    self.tenant = tenant
    self.locale = locale
    self.currency = currency
    self.routes = routes
    key = "\(locale) \(currency) \(String(routes.revision, radix: 16))"
  }

  package static func == (one: Market, other: Market) -> Bool {
    one === other || one.tenant == other.tenant && one.key == other.key
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(tenant)
    hasher.combine(key)
  }

  /// Of the form that BCP 47 gives tags: `de`, `pt-BR`.
  package static func isLanguageTag(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return (2...3).contains(parts[0].utf8.count) && parts[0].utf8.allSatisfy { (0x61...0x7a).contains($0) }
      && parts.dropFirst().allSatisfy { part in
        (2...8).contains(part.utf8.count)
          && part.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7a }
      }
  }
}
