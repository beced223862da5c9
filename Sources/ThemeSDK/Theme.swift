import TemplateEngine

/// A theme, read, checked and compiled: immutable and shared by all requests.
public final class Theme: Sendable {
  /// What `theme.json` says.
  public let manifest: ThemeManifest
  /// Hash over all file names and contents, 16 hexadecimal digits: part of every cache key.
  public let revision: String
  /// `layout/theme.liquid`.
  public let layout: Template
  /// Other layouts by name, for templates that name one.
  public let layouts: [String: Template]
  /// The snippets, for `render`.
  public let partials: any PartialSource
  /// Global settings: schema defaults with `config/settings_data.json` over them.
  public let settings: Value
  /// The assets by name.
  public let assets: [String: Asset]
  /// The assets by the path they are served at, such as `/assets/fashion/theme.3f2a….css`.
  public let assetsByPath: [String: Asset]
  /// What was found at load and is no error.
  public let warnings: [Finding]
  /// The texts by locale tag.
  public let locales: [String: Translations]

  let settingDefinitions: [SettingDefinition]
  let settingValues: [(id: String, value: Value)]
  let sections: [String: Section]
  let snippets: [String: Template]
  /// Default fillers of `main` by template (`product`, `product.wide`), in order.
  let templates: [String: [Filler]]
  let templateLayouts: [String: String]
  /// Default fillers of other slots, in order.
  let defaults: [String: [Filler]]
  /// Sections as `{% section %}` places them, by type.
  let staticSections: [String: Filler]

  /// The assets the first paint needs, in the manifest's order.
  public var criticalAssets: [Asset] { manifest.criticalAssets.compactMap { assets[$0] } }
  /// Its id.
  public var id: String { manifest.id }
  /// Its name for people.
  public var name: String { manifest.name }
  /// Its version.
  public var version: String { manifest.version }
  /// The locale whose texts are used when a page's own locale lacks one.
  public var defaultLocale: String { manifest.locales.first ?? "en" }

  init(_ parts: ThemeLoader.Parts) {
    manifest = parts.manifest
    revision = parts.revision
    layout = parts.layout
    layouts = parts.layouts
    partials = PartialLibrary(parts.snippets)
    snippets = parts.snippets
    settingDefinitions = parts.settingDefinitions
    settingValues = parts.settingValues
    settings = .object(parts.settingValues.map { ($0.id, $0.value) })
    assets = parts.assets
    let root = "/assets/\(parts.manifest.id)/"
    assetsByPath = Dictionary(uniqueKeysWithValues: parts.assets.values.map { (root + $0.fingerprintedName, $0) })
    warnings = parts.warnings
    locales = parts.locales
    sections = parts.sections
    templates = parts.templates
    templateLayouts = parts.templateLayouts
    defaults = parts.defaults
    staticSections = parts.staticSections
  }

  /// Reads a theme's folder, and beside it that of the theme it extends. Every finding of a broken theme is in the error; a usable
  /// one may have `warnings`.
  public static func load(_ folder: String) throws(ThemeError) -> Theme {
    var report = Report()
    let contents = Contents.read(folder, manifest: "theme.json", folders: ThemeLoader.folders, report: &report)
    return try load(contents, beside: Siblings(of: folder), report: report)
  }

  static func load(
    _ contents: Contents, beside siblings: Siblings = .none, report: Report = Report()
  ) throws(ThemeError) -> Theme {
    var report = report
    let contents = contents.inheriting(from: siblings, report: &report)
    var loader = ThemeLoader(contents: contents, report: report)
    return try loader.load()
  }

  /// Whether the theme has a template for a page kind, such as `product` or `product.wide`.
  public func hasTemplate(_ name: String) -> Bool { templates[name] != nil }

  /// The layout of a page: what its template names, else `layout`; nil when the template says it needs none.
  public func layout(for page: PageContext) -> Template? {
    switch templateLayouts[templateName(for: page)] {
    case nil: layout
    case "": nil
    case let name?: layouts[name] ?? layout
    }
  }

  /// The settings with a tenant's own over them. `overrides` is a JSON object; a setting the theme does not know, or a
  /// value its type does not take, is left out (the theme's own stands), and listed in the second part.
  public func settings(overlaying overrides: [UInt8]) -> (settings: Value, ignored: [String]) {
    guard let node = try? JSONNode.read(overrides), let members = node.members else {
      return (settings, ["the overrides are not a JSON object"])
    }
    var values = settingValues
    var ignored: [String] = []
    for member in members {
      guard let place = values.firstIndex(where: { $0.id == member.name }),
        let definition = settingDefinitions.first(where: { $0.id == member.name })
      else {
        ignored.append("the theme has no setting '\(member.name)'")
        continue
      }
      if let value = definition.value(of: member.value, trust: .tenant) {
        values[place].value = value
      } else {
        ignored.append("'\(member.name)' must be \(definition.expectation)")
      }
    }
    return (.object(values.map { ($0.id, $0.value) }), ignored)
  }

  /// The path an asset is served at, by its own name; nil for one the theme lacks.
  public func assetPath(_ name: String) -> String? {
    assets[name].map { "/assets/\(id)/\($0.fingerprintedName)" }
  }

  /// The texts to look a key up in, in order: the locale, its language, the theme's default.
  func translations(for locale: String) -> [Translations] { locales.chain(for: locale, default: defaultLocale) }

  /// A section placed by `{% section 'type' %}`: with the defaults of its schema, its id is its type.
  public func section(_ type: String) -> Filler? { staticSections[type] }

  private func templateName(for page: PageContext) -> String {
    if let alternate = page.template, templates["\(page.kind).\(alternate)"] != nil { return "\(page.kind).\(alternate)" }
    return page.kind
  }

  /// Which fillers fill the slots of a page: the theme's defaults, with the plugins' overlaid. The same result whatever
  /// order the plugins are given in.
  public func slots(for page: String, filledBy plugins: [Plugin]) -> SlotMap {
    slots(for: PageContext(kind: page), filledBy: plugins)
  }

  /// The same for a page that declares more than its kind.
  public func slots(for page: PageContext, filledBy plugins: [Plugin]) -> SlotMap {
    var slots = defaults
    slots["main"] = templates[templateName(for: page)] ?? []
    slots = slots.mapValues { $0.filter { $0.condition.holds(for: page) } }
    return SlotMap.overlaying(plugins, on: slots, of: manifest, page: page)
  }
}

extension [String: Translations] {
  /// The texts to look a key up in, in order: the locale, its language, the default.
  func chain(for locale: String, default standard: String) -> [Translations] {
    let language = String(locale.prefix { $0 != "-" && $0 != "_" })
    var tags: [String] = []
    for tag in [locale, language, standard] where !tags.contains(tag) { tags.append(tag) }
    return tags.compactMap { self[$0] }
  }
}
