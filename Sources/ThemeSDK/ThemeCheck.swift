import TemplateEngine

/// Checks the compiled templates against what the theme or plugin has: snippets, slots, sections, assets, texts. Filters
/// and tags are the compiler's to check.
struct ThemeCheck {
  /// What names may be used.
  struct Known {
    var snippets: Set<String> = []
    /// Declared slots; nil when slots are not checked (a plugin cannot know all themes').
    var slots: [String]?
    var sections: Set<String>?
    var assets: Set<String> = []
    /// Keys of the default locale; nil when there are no texts at all.
    var texts: Translations?
    var defaultLocale = "en"
  }

  let known: Known

  func run(_ compiler: TemplateCompiler, report: inout Report) {
    for (path, template) in compiler.compiled.sorted(by: { $0.key < $1.key }) { check(template, path, report: &report) }
    for (path, scan) in compiler.scans.sorted(by: { $0.key < $1.key }) { check(scan, path, report: &report) }
  }

  private func check(_ template: Template, _ path: String, report: inout Report) {
    for use in template.analysis.partials where !known.snippets.contains(use.name) {
      report.add(
        .error, "missing-snippet", "there is no snippet '\(use.name)'", in: path, at: .init(use),
        wayOut: NearMiss.wayOut(use.name, in: known.snippets, otherwise: "add snippets/\(use.name).liquid"))
    }
  }

  private func check(_ scan: LiquidScan, _ path: String, report: inout Report) {
    for use in scan.tagged {
      switch use.name {
      case "slot":
        guard let slots = known.slots, !slots.contains(use.text) else { continue }
        report.add(
          .error, "unknown-slot", "theme.json declares no slot '\(use.text)'", in: path, at: use.place,
          why: "no plugin can fill a slot that is not declared",
          wayOut: StandardSlot.names.contains(use.text)
            ? "add it to \"slots\" in theme.json"
            : NearMiss.wayOut(use.text, in: slots + StandardSlot.names, otherwise: "add it to \"slots\" in theme.json"))
      case "section":
        guard let sections = known.sections, !sections.contains(use.text) else { continue }
        report.add(
          .error, "unknown-section", "there is no section '\(use.text)'", in: path, at: use.place,
          wayOut: NearMiss.wayOut(use.text, in: sections, otherwise: "add sections/\(use.text).liquid"))
      default: continue
      }
    }
    for use in scan.filtered {
      switch use.name {
      case "asset_url", "inline_asset_content":
        guard !known.assets.contains(use.text) else { continue }
        report.add(
          .error, "missing-asset", "there is no file assets/\(use.text)", in: path, at: use.place,
          wayOut: NearMiss.wayOut(use.text, in: known.assets, otherwise: "add the file"))
      case "t", "translate":
        guard known.texts?.entries[use.text] == nil else { continue }
        report.add(
          .warning, "missing-text", "locales/\(known.defaultLocale).json has no text '\(use.text)'", in: path, at: use.place,
          wayOut: NearMiss.wayOut(use.text, in: known.texts?.keys ?? [], otherwise: "add it"))
      default: continue
      }
    }
  }

  /// Keys other locales lack, one warning for a locale.
  static func compare(_ locales: [String: Translations], default standard: String, report: inout Report) {
    guard let texts = locales[standard] else { return }
    for (tag, other) in locales.sorted(by: { $0.key < $1.key }) where tag != standard {
      let missing = texts.keys.filter { other.entries[$0] == nil }
      guard let first = missing.first else { continue }
      let more = missing.count > 1 ? " and \(missing.count - 1) more" : ""
      report.add(
        .warning, "missing-text", "locales/\(tag).json lacks '\(first)'\(more)", in: "locales/\(tag).json",
        why: "the text of '\(standard)' is shown instead")
    }
  }
}

extension Place {
  init(_ use: Analysis.Use) { self.init(line: use.line, column: use.column) }
}
