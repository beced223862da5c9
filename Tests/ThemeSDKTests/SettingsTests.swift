import TemplateEngine
import Testing

@testable import ThemeSDK

/// Settings: defaults, the theme's values, a tenant's values over them. (004-4)
@Suite struct SettingsTests {
  private static let schema = """
    [{ "name": "theme_info", "theme_name": "x" },
     { "name": "Look", "settings": [
       { "type": "header", "content": "Colours" },
       { "type": "color", "id": "ink", "default": "#111111" },
       { "type": "color", "id": "paper" },
       { "type": "checkbox", "id": "show", "default": true },
       { "type": "range", "id": "columns", "min": 2, "max": 5, "step": 1, "default": 4 },
       { "type": "select", "id": "side", "options": [{ "value": "left", "label": "Left" }, { "value": "right", "label": "Right" }] },
       { "type": "text", "id": "line", "default": "Hello" },
       { "type": "richtext", "id": "note", "default": "<p>Hi</p>" },
       { "type": "url", "id": "link" },
       { "type": "font_picker", "id": "font", "default": "Inter, sans-serif" },
       { "type": "collection_list", "id": "lists" }
     ] }]
    """
  private static let data =
    "{ \"current\": \"Dark\", \"presets\": { \"Dark\": { \"ink\": \"#fff\", \"old\": 1, \"columns\": 9 } } }"

  private func theme() throws -> Theme {
    try Fixtures.theme(["config/settings_schema.json": Self.schema, "config/settings_data.json": Self.data])
  }

  @Test func dataStandsOverDefaultsAndFaultsAreWarned() throws {
    let theme = try theme()
    #expect(theme.settings["ink"]?.string == "#fff")
    #expect(theme.settings["columns"]?.int == 4)
    #expect(theme.settings["show"]?.bool == true)
    #expect(theme.settings["side"]?.string == "left")
    #expect(theme.settings["note"]?.isSafe == true)
    #expect(theme.settings["old"] == nil)
    #expect(theme.warnings.map(\.code) == ["unknown-setting", "bad-setting"])
  }

  @Test func aTenantsValuesStandOverTheThemes() throws {
    let (settings, ignored) = try theme().settings(overlaying: Array("{\"ink\": \"#abc\", \"columns\": 3, \"show\": false}".utf8))
    #expect(settings["ink"]?.string == "#abc")
    #expect(settings["columns"]?.int == 3)
    #expect(settings["show"]?.bool == false)
    #expect(settings["line"]?.string == "Hello")
    #expect(ignored == [])
  }

  @Test(arguments: [
    "\"red;}body{display:none\"", "\"url(https://evil.example)\"", "\"expression(alert(1))\"", "\"</style><script>\"",
    "\"#12345\"",
    "\"#ggg\"", "3", "true", "[]", "\"rgb(1,2)\"", "\"rgb(1,2,3,4,5)\"", "\"var(--x)\"", "\"#abc /*\"",
  ])
  func aColourThatIsNoneFallsBack(_ json: String) throws {
    let (settings, ignored) = try theme().settings(overlaying: Array("{\"ink\": \(json)}".utf8))
    #expect(settings["ink"]?.string == "#fff")
    #expect(ignored == ["'ink' must be a colour such as #1a2b3c"])
  }

  @Test(arguments: [
    "#fff", "#FFF8", "#a1b2c3", "#a1b2c3d4", "rebeccapurple", "rgb(1, 2, 3)", "hsl(120deg 50% 50% / .5)", "transparent", "",
  ])
  func aColourIsTaken(_ text: String) throws {
    let (settings, ignored) = try theme().settings(overlaying: Array("{\"ink\": \"\(text)\"}".utf8))
    #expect(settings["ink"]?.string == text)
    #expect(ignored == [])
  }

  @Test(arguments: [
    ("{\"unknown\": 1}", "the theme has no setting 'unknown'"), ("{\"columns\": 6}", "'columns' must be a number from 2 to 5"),
    ("{\"side\": \"up\"}", "'side' must be one of 'left', 'right'"), ("{\"show\": \"yes\"}", "'show' must be true or false"),
    ("{\"link\": \"java\\tscript:alert(1)\"}", "'link' must be an address: http(s), mailto, tel, or a path"),
    ("{\"font\": \"x'; } body {\"}", "'font' must be a font family such as 'Inter, sans-serif'"),
    ("{\"lists\": [1]}", "'lists' must be a list of handles"), ("[1]", "the overrides are not a JSON object"),
    ("{", "the overrides are not a JSON object"),
  ])
  func whatTheThemeDoesNotTakeIsLeftOutAndTold(_ json: String, _ expected: String) throws {
    let theme = try theme()
    let (settings, ignored) = theme.settings(overlaying: Array(json.utf8))
    #expect(ignored == [expected])
    #expect(settings["columns"]?.int == theme.settings["columns"]?.int)
    #expect(settings["side"]?.string == "left")
  }

  @Test func aTenantsHTMLIsTextNotMarkup() throws {
    let (settings, _) = try theme().settings(overlaying: Array("{\"note\": \"<script>\", \"line\": \"<b>\"}".utf8))
    #expect(settings["note"]?.isSafe == false)
    #expect(settings["line"]?.isSafe == false)
  }
}
