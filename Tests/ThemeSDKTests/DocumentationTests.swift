import FoundationEssentials
import TemplateEngine
import Testing

@testable import ThemeSDK

/// The guides say what the code does.
@Suite struct DocumentationTests {
  private func document(_ name: String) throws -> String {
    let root = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
    let data = try #require(
      FileManager.default.contents(atPath: root.appending(path: "docs/\(name)").path(percentEncoded: false)))
    return String(decoding: data, as: UTF8.self)
  }

  @Test(arguments: StandardSlot.all)
  func everyStandardSlotIsInThePluginGuide(_ slot: StandardSlot) throws {
    let context = slot.context.map { "`\($0)`" }.joined(separator: ", ")
    #expect(try document("plugins.md").contains("| `\(slot.name)` | \(context) | \(slot.about) |"))
    #expect(ManifestReader.isSlotName(slot.name))
  }

  @Test func everyOperationIsInThePluginGuide() throws {
    let text = try document("plugins.md")
    for name in SlotOperation.names { #expect(text.contains("| `\(name)")) }
  }

  @Test func everyHostFilterIsInTheThemeGuide() throws {
    let text = try document("themes.md")
    for name in Environment.storefrontHostFilters { #expect(text.contains("`\(name)"), "\(name)") }
  }

  @Test func everySettingTypeIsInTheThemeGuide() throws {
    let text = try document("themes.md")
    for kind in SettingDefinition.Kind.allCases where kind.hasValue && kind != .colorSchemeGroup {
      #expect(text.contains(kind.rawValue), "\(kind.rawValue)")
    }
  }

  @Test func theSmallestPluginOfTheGuideLoads() throws {
    let text = try document("plugins.md")
    let start = try #require(text.firstRange(of: "## The smallest plugin"))
    let json = text[start.upperBound...].split(separator: "```")[1].dropFirst("json\n".count)
    let contents = Contents(
      folder: "plugins/hello",
      files: ["plugin.json": Array(json.utf8), "templates/note.liquid": Array("<p>Ask us about {{ product.title }}.</p>".utf8)])
    #expect(try Plugin.load(contents).warnings == [])
  }
}
