import TemplateEngine
import Testing

@testable import ThemeSDK

/// Numbers as people of a locale write them, alone, in texts, and as facts of a product. Spaces are U+00A0 where ICU prints them so.
@Suite struct NumberTests {
  private static let texts: [String: String] = [
    "theme.json": """
    { "id": "minimal", "name": "M", "version": "1", "engine": "1", "locales": ["en", "de", "bn"],
      "slots": { "header": {}, "product.price.after": {} } }
    """,
    "locales/en.json": """
    { "hello": "Hello", "items": { "one": "{{ count }} item", "other": "{{ count }} items" }, "sum_html": "<b>{{ sum }}</b>" }
    """,
    "locales/de.json": """
    { "items": { "one": "{{ count }} Teil", "other": "{{ count }} Teile" }, "sum_html": "<b>{{ sum }}</b>",
      "general": { "yes": "ja", "no": "nein" } }
    """,
    "locales/bn.json": """
    { "items": { "one": "{{ count }}টি", "other": "{{ count }}টি" }, "general": { "yes": "হ্যাঁ", "no": "না" } }
    """,
  ]

  private func print(_ source: String, locale: String, _ globals: [String: Value] = [:], isPreview: Bool = false) throws -> String
  {
    let host = RenderHost(theme: try Fixtures.theme(Self.texts), locale: locale, currency: "EUR", isPreview: isPreview)
    return try Rendering.render(source, globals, host: host).text
  }

  @Test(arguments: [
    ("en", "{{ 'items' | t: count: 1234 }}", "1,234 items"), ("de", "{{ 'items' | t: count: 1234 }}", "1.234 Teile"),
    ("bn", "{{ 'items' | t: count: 3 }}", "৩টি"), ("bn", "{{ 'items' | t: count: 1234567 }}", "১২,৩৪,৫৬৭টি"),
    ("de", "{{ 'items' | t: count: 1 }}", "1 Teil"), ("de", "{{ 'items' | t: count: 2.5 }}", "2,5 Teile"),
    ("de", "{{ 'sum_html' | t: sum: 1000 }}", "<b>1.000</b>"), ("de", "{{ 'items' | t: count: -5 }}", "-5 Teile"),
    // The text of a number, and what a filter made, are as the template has them.
    ("de", "{{ 'items' | t: count: '1234' }}", "1234 Teile"),
    ("de", "{% assign n = 1234 | append: '' %}{{ 'items' | t: count: n }}", "1234 Teile"),
    ("bn", "{{ 'items' | t: count: '3' }}", "3টি"), ("en", "{{ 'items' | t: count: true }}", "true items"),
  ])
  func numbersInTexts(_ locale: String, _ source: String, _ expected: String) throws {
    #expect(try print(source, locale: locale) == expected)
  }

  @Test(arguments: [
    ("en", "{{ 1234.5 | number }}", "1,234.5"), ("de", "{{ 1234.5 | number }}", "1.234,5"),
    ("bn", "{{ 1234.5 | number }}", "১,২৩৪.৫"),
    ("de", "{{ '2.50' | number }}", "2,50"), ("de", "{{ '1000000' | number }}", "1.000.000"),
    ("de", "{{ 'a dozen' | number }}", "a dozen"),
    ("de", "{{ '12abc' | number }}", "12abc"), ("de", "{{ '--1' | number }}", "--1"), ("de", "{{ '1.' | number }}", "1."),
    ("de", "{{ evil | number }}", "&lt;i&gt;"), ("de", "{{ nil | number }}", ""),
    ("de", "{{ '-0.5' | number }}", "-0,5"),
    ("en", "{{ 12 | number: style: 'percent' }}", "12%"), ("de", "{{ 12.5 | number: style: 'percent' }}", "12,5\u{A0}%"),
    ("bn", "{{ 12 | number: style: 'percent' }}", "১২%"), ("pl", "{{ 1234 | number }}", "1234"),
    ("pl", "{{ 12345 | number }}", "12\u{A0}345"),
  ])
  func numbers(_ locale: String, _ source: String, _ expected: String) throws {
    #expect(try print(source, locale: locale, ["evil": .string("<i>")]) == expected)
  }

  @Test(arguments: [
    ("de", "cotton", "text", "", "cotton"), ("de", "10–12", "text", "Tage", "10–12\u{A0}Tage"),
    ("de", "68.5", "number", "m²", "68,5\u{A0}m²"),
    ("de", "1912", "number", "", "1912"), ("de", "1912", "number", "m²", "1.912\u{A0}m²"),
    ("de", "12500", "number", "", "12.500"),
    ("de", "1912.5", "number", "", "1.912,5"), ("bn", "1912", "number", "", "১৯১২"), ("bn", "14", "number", "দিন", "১৪\u{A0}দিন"),
    ("de", "95", "number", "%", "95\u{A0}%"), ("en", "95", "number", "%", "95%"), ("de", "many", "number", "", "many"),
    ("de", "true", "boolean", "", "ja"), ("de", "false", "boolean", "", "nein"), ("bn", "true", "boolean", "", "হ্যাঁ"),
    ("de", "perhaps", "boolean", "", "perhaps"), ("en", "true", "boolean", "", "Yes"),
    ("de", "2027-03-01", "date", "", "1. März 2027"), ("en", "2027-03-01", "date", "", "1 March 2027"),
    ("bn", "2027-03-01", "date", "", "১ মার্চ, ২০২৭"), ("de", "soon", "date", "", "soon"),
    ("de", "<i>", "text", "<b>", "&lt;i&gt;\u{A0}&lt;b&gt;"),
  ])
  func facts(_ locale: String, _ value: String, _ type: String, _ unit: String, _ expected: String) throws {
    let attribute = Value.object([
      ("key", .string("k")), ("label", .string("L")), ("value", .string(value)), ("type", .string(type)), ("unit", .string(unit)),
    ])
    #expect(try print("{{ attribute | metafield_text }}", locale: locale, ["attribute": attribute]) == expected)
  }

  @Test func aFactMayBeATextOrNothing() throws {
    #expect(
      try print("{{ 'linen' | metafield_text }}{{ nil | metafield_text }}{{ 5 | metafield_text }}", locale: "de") == "linen")
    let bare = Value.object([("value", .int(3))])
    #expect(try print("{{ fact | metafield_text }}", locale: "de", ["fact": bare]) == "3")
    let said = Value.object([("value", .bool(true)), ("type", .string("boolean"))])
    #expect(try print("{{ fact | metafield_text }}", locale: "de", ["fact": said]) == "ja")
    #expect(try print("{{ fact | metafield_text }}", locale: "en", ["fact": said], isPreview: true) == "general.yes")
  }

  @Test func extremesDoNotTrap() {
    let numbers = NumberFormat.of(locale: "de")
    for number in [Int.min, .min + 1, .max] { #expect(!numbers.string(number).isEmpty) }
    #expect(numbers.string(String(repeating: "9", count: 31)) == nil)
    #expect(numbers.string(String(repeating: "9", count: 30))?.hasPrefix("999.999") == true)
    #expect(!NumberFormat.of(locale: "not a locale").string(1234).isEmpty)
  }
}
