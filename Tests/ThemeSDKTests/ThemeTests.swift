import FoundationEssentials
import TemplateEngine
import Testing

@testable import ThemeSDK

/// A theme and a plugin that use everything, loaded from disk and rendered.
@Suite struct ThemeTests {
  private let theme: Theme
  private let plugin: Plugin
  private let product = Value.object([
    ("title", .string("Hat <i>\"A\"</i>")), ("vendor", .string("O'Neil & Co")), ("price", .int(12_900)), ("left", .int(3)),
  ])

  init() throws {
    theme = try Theme.load(Fixtures.folder("themes/everything"))
    plugin = try Plugin.load(Fixtures.folder("plugins/badges"))
  }

  private func page(_ page: PageContext, plugins: [Plugin] = []) throws -> String {
    let host = RenderHost(theme: theme, plugins: plugins, locale: page.locale ?? "en", currency: page.currency ?? "EUR")
    return try Rendering.page(
      theme, page, plugins: plugins,
      globals: ["product": product, "request": .object([("locale", .string(page.locale ?? "en"))])],
      host: host
    ).text
  }

  @Test func itIsLoadedAsItSays() {
    #expect(
      theme.warnings.map(\.description) == [
        "locales/ro.json: warning: locales/ro.json lacks 'only_here' [missing-text]\n  why: the text of 'en' is shown instead"
      ])
    #expect(theme.manifest.layoutSlots == ["head.end", "header", "main"])
    #expect(theme.manifest.routes == ["product": "/produs/:handle"])
    #expect(theme.defaultLocale == "en")
    #expect(theme.criticalAssets.map(\.name) == ["theme.css"])
    #expect(theme.settings["accent"]?.string == "#654321")
    #expect(theme.section("text")?.section["settings"]?["text"]?.string == "Hi")
    #expect(theme.section("nothing") == nil)
    let css = String(decoding: theme.assets["theme.css"]?.bytes ?? [], as: UTF8.self)
    #expect(css.contains(theme.assets["logo.svg"]?.fingerprintedName ?? "?"))
  }

  @Test func aProductPage() throws {
    let html = try page(.init(kind: "product"))
    let css = theme.assetPath("theme.css") ?? ""
    #expect(
      html == """
        <html lang="en">
        <head><link rel="stylesheet" href="\(css)"></head>
        <body><header style="color: #654321">Shop header</header>
        <main><h1>Hat &lt;i&gt;&quot;A&quot;&lt;/i&gt;</h1><i>by O&#39;Neil &amp; Co</i>

        <b>€129.00</b>
        <p id="one" >?</p><p id="two" >&lt;2&gt;</p>
        3 left Default

        <aside>after</aside>
        </main>
        <section>Foot</section><i>by O&#39;Neil &amp; Co</i>

        </body>
        </html>

        """)
  }

  @Test func aProductPageWithAPluginInAnotherLocale() throws {
    let html = try page(.init(kind: "product", locale: "ro", currency: "RON"), plugins: [plugin])
    #expect(html.contains("<u>Insignă &lt;New&gt;</u>\n\n<i>de O&#39;Neil &amp; Co</i>"))
    #expect(html.contains("<main><div class=\"frame\"><h1>"))
    #expect(html.contains("129,00\u{A0}lei"))
    #expect(html.contains("3 rămase Default"))
    #expect(html.contains("<aside>after</aside>"))
    #expect(!html.contains("<header"))
  }

  @Test func conditionsHoldByPageLocaleAndCurrency() throws {
    let english = theme.slots(for: .init(kind: "product", locale: "en", currency: "EUR"), filledBy: [plugin])
    #expect(english.fillers(in: "main").map(\.qualifiedID) == ["badges/frame"])
    #expect(english.fillers(in: "main").first?.wrapped.map(\.qualifiedID) == ["main"])
    #expect(english.fillers(in: "header").map(\.qualifiedID) == ["header"])
    let romanian = theme.slots(for: .init(kind: "index", locale: "ro", currency: "RON"), filledBy: [plugin])
    #expect(romanian.fillers(in: "header").map(\.qualifiedID) == ["notice", "badges/greeting"])
    #expect(english.fillers(in: "no.such.slot").isEmpty)
    #expect(english.filledSlots.contains("main"))
  }

  // 003-9, 004-20, 000-8
  @Test func whatCannotStandIsWarnedOf() {
    let product = theme.slots(for: .init(kind: "product", locale: "en"), filledBy: [plugin])
    #expect(
      product.warnings.map { "\($0.filler) \($0.kind.rawValue)" } == ["card no-such-slot", "secret missing-permission"])
    #expect(product.fillers(in: "product.main.after").isEmpty)
    let index = theme.slots(for: "index", filledBy: [plugin])
    #expect(index.warnings.contains { $0.kind == .noSuchAnchor && $0.filler == "frame" })
    #expect(index.fillers(in: "main").map(\.qualifiedID) == ["text"])
    #expect(
      product.warnings.first?.description.hasPrefix("badges/card in card.price.after: theme 'everything' has no slot") == true)
  }

  @Test func aPluginGivenTwiceCountsOnce() {
    let map = theme.slots(for: "product", filledBy: [plugin, plugin])
    #expect(map.fillers(in: "product.title.after").map(\.qualifiedID) == ["badges/badge", "vendor"])
    #expect(map.warnings.contains { $0.kind == .duplicatePlugin })
  }

  @Test func alternateTemplatesAndLayouts() throws {
    #expect(theme.hasTemplate("product.wide"))
    #expect(try page(.init(kind: "product", template: "wide")).hasPrefix("[<section>Hi</section>"))
    #expect(theme.layout(for: .init(kind: "product", template: "raw")) == nil)
    #expect(theme.slots(for: .init(kind: "product", template: "nothing"), filledBy: []).fillers(in: "main").count == 2)
    #expect(try page(.init(kind: "404")).contains("<main><p>Gone</p>"))
  }

  @Test func cachePoliciesCoverWhatTemplatesDependOn() throws {
    let map = theme.slots(for: "product", filledBy: [plugin])
    func policy(_ slot: String, _ id: String) throws -> CachePolicy {
      func all(_ fillers: [Filler]) -> [Filler] { fillers.flatMap { [$0] + all($0.wrapped) } }
      return try #require(all(map.fillers(in: slot)).first { $0.id == id }).cache
    }
    // Declared "page"; money and texts add the rest.
    #expect(try policy("main", "main") == CachePolicy(seconds: 120, vary: [.page, .currency, .locale]))
    // Declared nothing, depends on nothing.
    #expect(try policy("header", "header") == CachePolicy(seconds: 60, vary: []))
    #expect(try policy("product.title.after", "vendor") == .standard)
    #expect(map.fillers(in: "main").first?.wrapped.first?.reads.contains("product") == true)
  }

  @Test func aSnippetWithAComputedNameMayDependOnAnything() throws {
    let template = try Environment.storefront().compile("{% include x %}", name: "x")
    #expect(TemplateNeeds.of(template, snippets: [:]).dimensions == Set(CachePolicy.Dimension.allCases))
  }

  @Test func aFillerThatReadsWhatItsSlotDoesNotPassIsWarnedOf() throws {
    let plugin = try Fixtures.plugin(
      "minimal",
      [
        "plugin.json": """
        { "id": "minimal", "name": "M", "version": "1", "permissions": ["storefront.slot:header"],
          "fillers": [{ "id": "note", "slot": "header", "template": "note.liquid" }] }
        """
      ])
    let map = try Fixtures.theme().slots(for: "index", filledBy: [plugin])
    #expect(map.warnings.map(\.kind) == [.undeclaredContext])
    #expect(map.fillers(in: "header").count == 2)
  }

  /// The themes and plugins of this package, in whatever state they are: no error, and nothing but what is listed.
  @Test(arguments: ["Themes", "Plugins"])
  func whatThePackageShipsLoads(_ kind: String) throws {
    let root = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent().appending(path: kind)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path(percentEncoded: false))) ?? []
    for name in names.sorted() where !name.hasPrefix(".") {
      let folder = root.appending(path: name).path(percentEncoded: false)
      do {
        let warnings = kind == "Themes" ? try Theme.load(folder).warnings : try Plugin.load(folder).warnings
        #expect(warnings.isEmpty, "\(warnings.map(\.description).joined(separator: "\n"))")
      } catch {
        Issue.record("\(error)")
      }
    }
  }
}
