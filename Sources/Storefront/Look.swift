import Delivery
import HTTP
import TemplateEngine
import Tenancy
import ThemeSDK

/// What all shops with the same theme, plugins, locale and currency share: the slot map of every kind of page, the assets, what
/// filters know. Of a tenant it takes about 10 KB, and ten thousand tenants have a few looks.
final class Look: Sendable {
  struct Key: Hashable {
    let theme: String
    let plugins: [String]
    let locale: String
    let currency: String
  }

  let theme: Theme
  let plugins: [Plugin]
  let host: RenderHost
  /// The theme's settings where a record has none of its own.
  let settings: Value
  private let slotMaps: [PageRoute.Kind: SlotMap]
  private let assets: [String: Asset]
  /// What every page says before what it alone says.
  let headers: Headers
  /// Style sheets of the plugins, linked by every page: a plugin cannot know which pages its fillers land on.
  let pluginStyleSheets: [String]

  init(_ theme: Theme, plugins: [Plugin], locale: String, currency: String, images: ImageAddress, isPreview: Bool) {
    self.theme = theme
    self.plugins = plugins
    host = RenderHost(theme: theme, plugins: plugins, locale: locale, currency: currency, images: images, isPreview: isPreview)
    headers = PageHeaders.common(locale: locale)
    settings = theme.settings(overlaying: Array("{}".utf8)).settings
    slotMaps = Dictionary(
      uniqueKeysWithValues: PageRoute.Kind.allCases.map { kind in
        let page = PageContext(kind: kind.rawValue, locale: locale, currency: currency)
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
  var warnings: [SlotWarning] {
    var seen: Set<SlotWarning> = []
    return PageRoute.Kind.allCases.flatMap { slots(for: $0).warnings }.filter { seen.insert($0).inserted }
  }
}
