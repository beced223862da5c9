import TemplateEngine
import Tenancy
import ThemeSDK

/// One tenant's look: its theme, its plugins, its settings over the theme's, and the slot map of every kind of page. Immutable
/// and shared by all requests; a changed record makes another.
package final class ActiveTheme: Sendable {
  let theme: Theme
  let plugins: [Plugin]
  let settings: Value
  let host: RenderHost
  let tenantRevision: UInt64
  /// Everything of theme, plugins and record that can change a page, in every key of what it renders.
  let revision: String
  /// Settings of the record that the theme does not take, for the log and `tenant check`.
  package let ignoredSettings: [String]
  private let slotMaps: [PageRoute.Kind: SlotMap]
  private let assets: [String: Asset]
  /// Style sheets of the plugins, linked by every page: a plugin cannot know which pages its fillers land on.
  let pluginStyleSheets: [String]

  init(_ theme: Theme, plugins: [Plugin], for tenant: Tenant) {
    self.theme = theme
    self.plugins = plugins
    (settings, ignoredSettings) = theme.settings(overlaying: tenant.settings)
    host = RenderHost(theme: theme, plugins: plugins, locale: tenant.locale, currency: tenant.currency)
    tenantRevision = tenant.revision
    revision = ([theme.id, theme.revision] + plugins.flatMap { [$0.id, $0.revision] } + [String(tenant.revision, radix: 16)])
      .joined(separator: "-")
    slotMaps = Dictionary(
      uniqueKeysWithValues: PageRoute.Kind.allCases.map { kind in
        let page = PageContext(kind: kind.rawValue, locale: tenant.locale, currency: tenant.currency)
        return (kind, theme.slots(for: page, filledBy: plugins))
      })
    assets = plugins.reduce(into: theme.assetsByPath) { all, plugin in
      all.merge(plugin.assetsByPath) { own, _ in own }
    }
    pluginStyleSheets = plugins.flatMap { plugin in
      plugin.manifest.criticalAssets.filter { $0.hasSuffix(".css") }.compactMap { plugin.assetPath($0) }
    }
  }

  func slots(for kind: PageRoute.Kind) -> SlotMap {
    guard let map = slotMaps[kind] else { preconditionFailure("a slot map is made for every kind of page") }
    return map
  }

  func asset(_ path: String) -> Asset? { assets[path] }

  /// What the overlay had to leave out or place elsewhere, each once.
  package var warnings: [SlotWarning] {
    var seen: Set<SlotWarning> = []
    return PageRoute.Kind.allCases.flatMap { slots(for: $0).warnings }.filter { seen.insert($0).inserted }
  }
}
