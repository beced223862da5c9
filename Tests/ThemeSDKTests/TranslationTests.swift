import Testing

@testable import ThemeSDK

@Suite struct TranslationTests {
  private func forms(_ locale: String, _ numbers: [Double]) -> String {
    numbers.map { PluralRule(locale: locale).category(of: $0).rawValue }.joined(separator: " ")
  }

  /// Samples of CLDR 44's plurals.xml.
  @Test(arguments: [
    ("en", [0, 1, 2, 1.5], "other one other other"),
    ("de-AT", [0, 1, 2], "other one other"),
    ("ro", [0, 1, 2, 19, 20, 101, 119, 120, 1.5], "few one few few other few few other few"),
    ("bn", [0, 1, 2, 0.5, 1.5], "one one other one other"),
    ("fr", [0, 1, 1.9, 2, 1_000_000], "one one one other many"),
    ("ru", [1, 2, 5, 11, 12, 21, 22, 25, 111], "one few many many many one few many many"),
    ("pl", [1, 2, 5, 12, 21, 22, 25], "one few many many many few many"),
    ("cs", [1, 2, 4, 5, 1.5], "one few few other many"),
    ("ar", [0, 1, 2, 3, 10, 11, 99, 100, 102], "zero one two few few many many other other"),
    ("lt", [1, 2, 9, 10, 11, 21, 22], "one few few other other one few"),
    ("lv", [0, 1, 10, 11, 21], "zero one zero zero one"),
    ("sl", [1, 2, 3, 5, 101, 102], "one two few other one two"),
    ("he", [0, 1, 2, 3], "other one two other"),
    ("ja", [0, 1, 2], "other other other"),
    ("xx", [1, 2], "one other"),
    ("en", [-1, .infinity, .nan, 1e300], "one other other other"),
  ])
  func plurals(_ locale: String, _ numbers: [Double], _ expected: String) { #expect(forms(locale, numbers) == expected) }

  private func translations(_ json: String, locale: String = "en") throws -> (Translations, [Finding]) {
    var report = Report()
    var translations = Translations(locale: locale)
    translations.add(try JSONNode.read(json.utf8), file: "locales/\(locale).json", report: &report)
    return (translations, report.sorted)
  }

  private func text(_ translations: Translations, _ key: String, count: Double? = nil) -> String? {
    translations.text(key, count: count)?.pieces.map {
      switch $0 {
      case .literal(let text): text
      case .argument(let name): "<\(name)>"
      }
    }.joined()
  }

  @Test func keysAreNestedAndTextsAreCut() throws {
    let (translations, findings) = try translations(
      "{\"a\": {\"b\": {\"c\": \"x {{ name }}{{count}} y\"}}, \"d\": \"\", \"e\": \"{{ open\"}")
    #expect(findings == [])
    #expect(translations.keys == ["a.b.c", "d", "e"])
    #expect(text(translations, "a.b.c") == "x <name><count> y")
    #expect(text(translations, "d") == "")
    #expect(text(translations, "e") == "{{ open")
    #expect(text(translations, "a.b") == nil)
  }

  @Test func pluralsChooseByCount() throws {
    let (translations, findings) = try translations("{\"n\": {\"zero\": \"none\", \"one\": \"one\", \"other\": \"{{ count }}\"}}")
    #expect(findings == [])
    #expect(text(translations, "n", count: 0) == "none")
    #expect(text(translations, "n", count: 1) == "one")
    #expect(text(translations, "n", count: 7) == "<count>")
    #expect(text(translations, "n") == "<count>")
  }

  @Test func aPluralWithoutOtherIsAWarningAndAFormFallsBackToOther() throws {
    #expect(try translations("{\"n\": {\"one\": \"x\"}}").1.map(\.code) == ["no-other"])
    let (romanian, _) = try translations("{\"n\": {\"one\": \"un\", \"other\": \"multe\"}}", locale: "ro")
    #expect(text(romanian, "n", count: 3) == "multe")
  }
}
