import TemplateEngine

/// A plugin, read, checked and compiled. Plugins are data: JSON, Liquid and assets; none of their code runs here.
public final class Plugin: Sendable {
  /// What `plugin.json` says.
  public let manifest: PluginManifest
  /// Hash over all file names and contents, 16 hexadecimal digits.
  public let revision: String
  /// What it does to slots, in the order of its manifest.
  public let fillers: [PluginFiller]
  /// Its snippets, for `render` in its templates.
  public let partials: any PartialSource
  /// Its assets by name.
  public let assets: [String: Asset]
  /// Its assets by the path they are served at, such as `/assets/plugins/reviews/reviews.3f2a….css`.
  public let assetsByPath: [String: Asset]
  /// Its texts by locale tag.
  public let locales: [String: Translations]
  /// What was found at load and is no error.
  public let warnings: [Finding]

  let defaultLocale: String

  /// The assets the first paint needs, in the manifest's order.
  public var criticalAssets: [Asset] { manifest.criticalAssets.compactMap { assets[$0] } }
  /// Its id.
  public var id: String { manifest.id }
  /// Its name for people.
  public var name: String { manifest.name }
  /// Its version.
  public var version: String { manifest.version }

  init(
    manifest: PluginManifest, revision: String, fillers: [PluginFiller], snippets: [String: Template], assets: [String: Asset],
    locales: [String: Translations], defaultLocale: String, warnings: [Finding]
  ) {
    self.manifest = manifest
    self.revision = revision
    self.fillers = fillers
    partials = PartialLibrary(snippets)
    self.assets = assets
    assetsByPath = Dictionary(
      uniqueKeysWithValues: assets.values.map { ("/assets/plugins/\(manifest.id)/\($0.fingerprintedName)", $0) })
    self.locales = locales
    self.defaultLocale = defaultLocale
    self.warnings = warnings
  }

  /// Reads a plugin's folder. Every finding of a broken plugin is in the error; a usable one may have `warnings`.
  public static func load(_ folder: String) throws(ThemeError) -> Plugin {
    var report = Report()
    let contents = Contents.read(folder, manifest: "plugin.json", folders: PluginLoader.folders, report: &report)
    return try load(contents, report: report)
  }

  static func load(_ contents: Contents, report: Report = Report()) throws(ThemeError) -> Plugin {
    var loader = PluginLoader(contents: contents, report: report)
    return try loader.load()
  }

  /// The path an asset is served at, by its own name; nil for one the plugin lacks.
  public func assetPath(_ name: String) -> String? {
    assets[name].map { "/assets/plugins/\(id)/\($0.fingerprintedName)" }
  }

  /// The texts to look a key up in, in order: the locale, its language, the plugin's default.
  func translations(for locale: String) -> [Translations] { locales.chain(for: locale, default: defaultLocale) }
}
