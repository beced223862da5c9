import TemplateEngine

/// Reads a theme's files into its parts, collecting every finding.
struct ThemeLoader {
  /// What a theme is made of, once everything was read.
  struct Parts {
    var manifest = ThemeManifest()
    var revision = ""
    var layout: Template
    var layouts: [String: Template] = [:]
    var snippets: [String: Template] = [:]
    var settingDefinitions: [SettingDefinition] = []
    var settingValues: [(id: String, value: Value)] = []
    var assets: [String: Asset] = [:]
    var warnings: [Finding] = []
    var locales: [String: Translations] = [:]
    var sections: [String: Section] = [:]
    var templates: [String: [Filler]] = [:]
    var templateLayouts: [String: String] = [:]
    var defaults: [String: [Filler]] = [:]
    var staticSections: [String: Filler] = [:]
  }

  static let folders = ["assets", "config", "layout", "locales", "sections", "snippets", "templates"]

  let contents: Contents
  var report: Report

  mutating func load() throws(ThemeError) -> Theme {
    throw ThemeError(subject: "theme", folder: contents.folder, findings: report.sorted)
  }
}
