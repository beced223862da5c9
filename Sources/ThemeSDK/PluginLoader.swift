import TemplateEngine

/// Reads a plugin's files into its parts, collecting every finding.
struct PluginLoader {
  static let folders = ["assets", "locales", "snippets", "templates"]

  let contents: Contents
  var report: Report

  mutating func load() throws(ThemeError) -> Plugin {
    throw ThemeError(subject: "plugin", folder: contents.folder, findings: report.sorted)
  }
}
