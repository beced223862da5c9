import EventLoop
import FoundationEssentials
import Synchronization
import Tenancy
import ThemeSDK

/// Every theme and plugin of the installation, read once at start. One that is broken is left out with its findings, and the
/// rest serve: a tenant whose own theme is broken gets the fallback theme, a broken plugin fills nothing.
package final class ThemeStore: Sendable {
  /// Why a folder is not used.
  package struct Rejection: Sendable {
    package let folder: String
    package let error: ThemeError
  }

  package let themes: [String: Theme]
  package let plugins: [String: Plugin]
  package let rejections: [Rejection]
  private let fallback: Theme?
  private let images: ImageAddress
  private let isPreview: Bool
  private let state = Mutex(State())

  private struct State {
    /// By market, in the tenant's order.
    var active: [TenantID: [ActiveTheme?]] = [:]
    var looks: [Look.Key: Look] = [:]
  }

  /// - Parameters:
  ///   - fallback: the theme of a tenant whose own is missing or broken; the first by name where that one is missing too.
  package init(themesFolder: String, pluginsFolder: String, images: ImageAddress = .asGiven, fallback: String = "base") {
    self.images = images
    isPreview = false
    var themes: [String: Theme] = [:]
    var plugins: [String: Plugin] = [:]
    var rejections: [Rejection] = []
    for folder in ThemeStore.folders(in: themesFolder) {
      do throws(ThemeError) { themes[folder.name] = try Theme.load(folder.path) } catch {
        rejections.append(Rejection(folder: folder.path, error: error))
      }
    }
    for folder in ThemeStore.folders(in: pluginsFolder) {
      do throws(ThemeError) { plugins[folder.name] = try Plugin.load(folder.path) } catch {
        rejections.append(Rejection(folder: folder.path, error: error))
      }
    }
    self.themes = themes
    self.plugins = plugins
    self.rejections = rejections
    self.fallback = themes[fallback] ?? themes.min { $0.key < $1.key }?.value
  }

  /// One theme for its author, whichever a shop names, with these plugins.
  init(previewing theme: Theme, _ plugins: [Plugin], images: ImageAddress) {
    self.images = images
    isPreview = true
    themes = [theme.id: theme]
    self.plugins = Dictionary(plugins.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    rejections = []
    fallback = theme
  }

  /// The tenant's theme with its plugins and settings in one of its markets, made once for each revision of the tenant's record.
  /// - Returns: nil only where no theme at all could be read.
  package func theme(of tenant: Tenant, market index: Int = 0) -> ActiveTheme? {
    state.withLock { state in
      if let known = state.active[tenant.id], index < known.count, let theme = known[index],
        theme.tenantRevision == tenant.revision
      {
        return theme
      }
      let market = tenant.markets[index]
      guard let theme = themes[tenant.theme] ?? fallback else { return nil }
      let plugins = tenant.plugins.compactMap { self.plugins[$0] }
      let key = Look.Key(theme: theme.id, plugins: plugins.map(\.id), locale: market.locale, currency: market.currency)
      let look =
        state.looks[key]
        ?? Look(theme, plugins: plugins, locale: market.locale, currency: market.currency, images: images, isPreview: isPreview)
      state.looks[key] = look
      let made = ActiveTheme(look, for: tenant, in: market)
      var known = state.active[tenant.id] ?? []
      while known.count <= index { known.append(nil) }
      known[index] = made
      state.active[tenant.id] = known
      return made
    }
  }

  /// What of the tenant's look would be left out or placed elsewhere, a sentence each.
  package func findings(of tenant: Tenant) -> [String] {
    guard let active = theme(of: tenant) else { return ["no theme could be read: shoppers see a plain 503"] }
    var findings: [String] = []
    if active.theme.id != tenant.theme {
      findings.append("the theme '\(tenant.theme)' is missing or broken: '\(active.theme.id)' stands in")
    }
    for rejection in rejections where ([tenant.theme] + tenant.plugins).contains(where: { rejection.folder.hasSuffix("/\($0)") })
    {
      findings.append("\(rejection.folder): \(rejection.error)")
    }
    for plugin in tenant.plugins where plugins[plugin] == nil {
      findings.append("the plugin '\(plugin)' is missing or broken: it fills nothing")
    }
    findings += active.ignoredSettings.map { "setting left out: \($0)" }
    return findings + active.warnings.map(\.description)
  }

  private static func folders(in root: String) -> [(name: String, path: String)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().map { ($0, root + "/" + $0) }
  }
}
