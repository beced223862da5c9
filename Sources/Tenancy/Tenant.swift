/// One shop, as the landlord's records describe it: who it is, where it answers, how it looks. Immutable; a changed record is
/// another `Tenant` in the next snapshot.
package final class Tenant: Sendable {
  package enum Status: String, Sendable, CaseIterable {
    case active
    /// Answers 503 with `Retry-After` and keeps robots out.
    case suspended
    /// Answers 410 for good.
    case deleted
  }

  package let id: TenantID
  package let name: String
  package let status: Status
  /// Folder name of the active theme.
  package let theme: String
  /// Identifiers of the active plugins, in the order written.
  package let plugins: [String]
  /// The languages and currencies it is shown in; the first is the default, at the shop's own root.
  package let markets: [Market]
  /// A language's own page is one page: the first market of each locale, by which a page names itself in other languages
  /// (`hreflang`). A second market of a locale is that page again, at other prices.
  package let languages: [Market]
  /// Where the platform takes an order over, with `{lines}`, `{locale}` and `{currency}` in it; nil for a shop without a checkout.
  package let checkout: String?
  /// Values laid over the theme's settings, as JSON text; the theme decides which of them it knows and of what type.
  package let settings: [UInt8]
  /// Custom domains, the first being the canonical one.
  package let domains: [Host]
  package let subdomain: String
  /// Changes whenever anything of the record does; part of every cache key of this tenant.
  package let revision: UInt64

  package init(
    id: TenantID, name: String, status: Status, theme: String, plugins: [String], markets: [Market], checkout: String? = nil,
    settings: [UInt8], domains: [Host], subdomain: String, revision: UInt64
  ) {
    self.id = id
    self.name = name
    self.status = status
    self.theme = theme
    self.plugins = plugins
    self.markets = markets
    var locales: Set<String> = []
    languages = markets.filter { locales.insert($0.locale.lowercased()).inserted }
    self.checkout = checkout
    self.settings = settings
    self.domains = domains
    self.subdomain = subdomain
    self.revision = revision
  }

  /// The market of its own language and currency.
  package var market: Market { markets[0] }
  /// BCP 47 tag of the default locale.
  package var locale: String { market.locale }
  /// ISO 4217 code of the default market.
  package var currency: String { market.currency }
}
