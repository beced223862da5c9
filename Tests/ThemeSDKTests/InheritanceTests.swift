import FoundationEssentials
import TemplateEngine
import Testing

@testable import ThemeSDK

/// Themes that extend others: `child` extends `everything`, and `grandchild` extends `child`.
@Suite struct InheritanceTests {
  private let base: Theme
  private let child: Theme
  private let grandchild: Theme

  init() throws {
    base = try Theme.load(Fixtures.folder("themes/everything"))
    child = try Theme.load(Fixtures.folder("themes/child"))
    grandchild = try Theme.load(Fixtures.folder("themes/grandchild"))
  }

  private func page(_ theme: Theme, _ kind: String, locale: String) throws -> String {
    let page = PageContext(kind: kind, locale: locale, currency: "EUR")
    let product = Value.object([
      ("title", .string("Hat")), ("vendor", .string("Fenn")), ("price", .int(12_900)), ("left", .int(3)),
    ])
    return try Rendering.page(
      theme, page, globals: ["product": product, "request": .object([("locale", .string(locale))])],
      host: RenderHost(theme: theme, locale: locale, currency: "EUR")
    ).text
  }

  @Test func aFileReplacesTheOneOfTheSamePath() throws {
    let html = try page(child, "product", locale: "en")
    #expect(html.contains("<aside>child's</aside>"))
    #expect(html.contains("Child&#39;s top</header>"))
    #expect(try page(grandchild, "product", locale: "en").contains("<header>Child&#39;s</header>"))
    #expect(try page(base, "product", locale: "en").contains("<aside>after</aside>"))
    // A page's template in the other of its two forms is the same template.
    #expect(try page(child, "404", locale: "en").contains("<section>Not here</section>"))
  }

  @Test func textsAreMergedKeyByKey() throws {
    let html = try page(child, "product", locale: "ro")
    #expect(html.contains("<i>creat de Fenn</i>"))
    #expect(html.contains("3 rămase Doar aici"))
    #expect(child.locales["en"]?.keys == ["notice_html", "only_here", "product.by", "product.left"])
    #expect(try page(grandchild, "product", locale: "en").contains("<i>made by Fenn</i>"))
    #expect(try page(grandchild, "product", locale: "ro").contains("<i>creat de Fenn</i>"))
  }

  @Test func theManifestSaysWhatTheNearestSays() {
    #expect(child.manifest.base == "everything")
    #expect(child.id == "child" && child.version == "2.0.0" && child.manifest.author == "Tests")
    #expect(child.manifest.locales == ["ro", "en"] && child.defaultLocale == "ro")
    #expect(Set(child.manifest.slots.keys) == Set(base.manifest.slots.keys).union(["child.only"]))
    #expect(child.manifest.layoutSlots == base.manifest.layoutSlots)
    #expect(child.manifest.routes == base.manifest.routes)
    #expect(child.slots(for: "product", filledBy: []).filledSlots == ["footer-group", "header", "main"])
    #expect(base.slots(for: "product", filledBy: []).filledSlots == ["footer-group", "header", "main", "product.title.after"])
    #expect(child.criticalAssets.map(\.name) == ["theme.css"])
    #expect(grandchild.criticalAssets.isEmpty)
    #expect(grandchild.manifest.slots.keys.contains("child.only"))
  }

  @Test func whatIsInheritedIsServedUnderTheThemesOwnPath() throws {
    let path = try #require(child.assetPath("theme.css"))
    #expect(path.hasPrefix("/assets/child/theme."))
    let css = String(decoding: child.assetsByPath[path]?.bytes ?? [], as: UTF8.self)
    // The style sheet is the base's, the picture it names the child's own.
    let logo = try #require(child.assets["logo.svg"])
    #expect(String(decoding: logo.bytes, as: UTF8.self).contains("id=\"child\""))
    #expect(css.contains(logo.fingerprintedName))
    #expect(child.slots(for: "product", filledBy: []).fillers(in: "main").map(\.origin) == [.theme("child"), .theme("child")])
  }

  @Test func whatIsFoundNamesTheFileWhereItIs() {
    func warnings(_ theme: Theme) -> [String] { theme.warnings.map { "\($0.file): \($0.message)" } }
    #expect(warnings(child) == ["../everything/locales/en.json: locales/en.json lacks 'only_child'"])
    #expect(warnings(grandchild) == ["locales/en.json: locales/en.json lacks 'only_child'"])
  }

  @Test func everyFileCountsInTheRevision() throws {
    let manifest = """
      { "id": "minimal", "name": "M", "version": "1", "engine": "1", "extends": "base", "slots": { "header": {} } }
      """
    func revision(_ own: String, _ inherited: String, extends: Bool = true) throws -> String {
      var files: [String: [UInt8]] = ["sections/text.liquid": Array(own.utf8)]
      if extends { files["theme.json"] = Array(manifest.utf8) }
      let base = Fixtures.files(Fixtures.folder("themes/minimal")).merging(
        [
          "theme.json": Array(
            manifest.replacing("\"extends\": \"base\", ", with: "").replacing("minimal", with: "base").utf8),
          "sections/text.liquid": Array(inherited.utf8),
        ]
      ) { _, new in new }
      let theme = try Theme.load(Fixtures.contents("themes", changes: files), beside: Fixtures.siblings(["base": base]))
      return theme.revision
    }
    let all = [try revision("a", "a"), try revision("b", "a"), try revision("a", "b"), try revision("a", "a", extends: false)]
    #expect(Set(all).count == 4)
    #expect(try revision("a", "a") == all[0])
  }

  @Test func aThemeIsFoundBesideItsFolderHoweverThatIsWritten() throws {
    for folder in ["themes/child/", "themes/../themes/child"] {
      #expect(try Theme.load(Fixtures.folder(folder)).revision == child.revision, "\(folder)")
    }
  }
}
