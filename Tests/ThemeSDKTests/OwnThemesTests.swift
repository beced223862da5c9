import FoundationEssentials
import Testing

@testable import ThemeSDK

/// The themes and plugins that come with the project.
@Suite struct OwnThemesTests {
  private static let locales = ["bn", "de", "en", "ro"]

  private static func folder(_ path: String) -> String {
    Fixtures.root.deletingLastPathComponent().deletingLastPathComponent().appending(path: path).path(percentEncoded: false)
  }

  @Test(arguments: ["base", "fashion", "services"])
  func aThemeIsWhole(_ name: String) throws {
    let theme = try Theme.load(Self.folder("Themes/\(name)"))
    #expect(theme.warnings.map(\.description) == [])
    #expect(Set(StandardSlot.names).isSubset(of: theme.manifest.slots.keys))
    #expect(theme.manifest.locales.sorted() == Self.locales)
    try expectEveryText(theme.locales)
  }

  @Test(arguments: ["reviews", "booking"])
  func aPluginIsWhole(_ name: String) throws {
    let plugin = try Plugin.load(Self.folder("Plugins/\(name)"))
    #expect(plugin.warnings.map(\.description) == [])
    try expectEveryText(plugin.locales)
  }

  /// The same texts in each locale, with the same arguments, and each plural in the forms that the language uses.
  private func expectEveryText(_ locales: [String: Translations]) throws {
    #expect(locales.keys.sorted() == Self.locales)
    let english = try #require(locales["en"])
    for (locale, texts) in locales {
      #expect(texts.keys == english.keys, "\(locale)")
      let wanted = Set((0...120).map { PluralRule(locale: locale).category(of: Double($0)) }).union([.other])
      for (key, entry) in texts.entries {
        switch (entry, english.entries[key]) {
        case (.plural(let forms), _):
          #expect(Set(forms.keys) == wanted, "\(locale): \(key)")
          for (category, text) in forms { #expect(!text.pieces.isEmpty, "\(locale): \(key).\(category)") }
        case (.text(let text), .text(let original)):
          #expect(Self.arguments(of: text) == Self.arguments(of: original), "\(locale): \(key)")
        default: Issue.record("\(locale): \(key) is a plural in English only")
        }
      }
    }
  }

  private static func arguments(of text: Translations.Text) -> Set<String> {
    Set(
      text.pieces.compactMap { piece in
        if case .argument(let name) = piece { name } else { nil }
      })
  }
}
