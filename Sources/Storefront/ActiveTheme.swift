import HTTP
import TemplateEngine
import Tenancy
import ThemeSDK

/// One tenant's theme in one market: the look it shares with others, and its own settings over the theme's. Immutable and shared by all
/// requests; a changed record makes another.
package final class ActiveTheme: Sendable {
  let look: Look
  let settings: Value
  let tenantRevision: UInt64
  /// Everything of theme, plugins and record that can change a page, in every key of what it renders.
  let revision: String
  /// Settings of the record that the theme does not take, for the log and `tenant check`.
  package let ignoredSettings: [String]

  init(_ look: Look, for tenant: Tenant, in market: Market) {
    self.look = look
    if tenant.settings == Array("{}".utf8) {
      (settings, ignoredSettings) = (look.settings, [])
    } else {
      (settings, ignoredSettings) = look.theme.settings(overlaying: tenant.settings)
    }
    tenantRevision = tenant.revision
    revision =
      ([look.theme.id, look.theme.revision] + look.plugins.flatMap { [$0.id, $0.revision] }
      + [String(tenant.revision, radix: 16), market.key])
      .joined(separator: "-")
  }

  var theme: Theme { look.theme }
  var plugins: [Plugin] { look.plugins }
  var host: RenderHost { look.host }
  var headers: Headers { look.headers }
  var pluginStyleSheets: [String] { look.pluginStyleSheets }

  func slots(for kind: PageRoute.Kind) -> SlotMap { look.slots(for: kind) }

  func asset(_ path: String) -> Asset? { look.asset(path) }

  /// What the overlay had to leave out or place elsewhere, each once.
  package var warnings: [SlotWarning] { look.warnings }
}
