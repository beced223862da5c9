import TemplateEngine
import Testing

@testable import ThemeSDK

/// Amounts as people write them; spaces are U+00A0 where ICU prints them so. (002-18)
@Suite struct MoneyTests {
  @Test(arguments: [
    ("en", "EUR", 12_900, "€129.00"), ("en", "USD", 123_456_789, "$1,234,567.89"), ("de", "EUR", 12_900, "129,00\u{A0}€"),
    ("de", "EUR", 123_456_789, "1.234.567,89\u{A0}€"), ("ro", "RON", 12_950, "129,50\u{A0}lei"), ("ja", "JPY", 100_000, "¥1,000"),
    ("en", "KWD", 1_234, "KWD\u{A0}1.234"), ("en", "EUR", 0, "€0.00"), ("en", "EUR", 1, "€0.01"), ("en", "EUR", -550, "-€5.50"),
    ("bn", "BDT", 123_456_700, "৳১২,৩৪,৫৬৭.০০"), ("bn-BD", "BDT", 100, "৳১.০০"), ("hi", "INR", 123_456_789, "₹12,34,567.89"),
    ("en", "EUR", 900_719_925_474_099_3, "€90,071,992,547,409.93"),
  ])
  func money(_ locale: String, _ currency: String, _ subunits: Int, _ expected: String) {
    let text = MoneyFormat.of(locale: locale, currency: currency).money(subunits)
    #expect(text.replacing("\u{FFE5}", with: "¥") == expected)
  }

  /// A short sign is for a country's own money; another's keeps its code, and a language that has signs for all keeps them.
  @Test(arguments: [
    ("ro", "EUR", "129,00\u{A0}EUR"), ("ro-MD", "RON", "129,00\u{A0}RON"), ("ro-MD", "MDL", "129,00\u{A0}L"),
    ("de", "RON", "129,00\u{A0}RON"), ("is", "ISK", "129\u{A0}kr."), ("bg", "BGN", "129,00\u{A0}лв."),
    ("de-CH", "CHF", "CHF\u{A0}129.00"), ("bn", "RON", "RON\u{A0}১২৯.০০"), ("bn-IN", "INR", "₹১২৯.০০"),
  ])
  func signs(_ locale: String, _ currency: String, _ expected: String) {
    #expect(MoneyFormat.of(locale: locale, currency: currency).money(12_900) == expected)
  }

  @Test func theOtherForms() {
    let euro = MoneyFormat.of(locale: "en", currency: "EUR")
    #expect(euro.withCurrency(12_900) == "€129.00\u{A0}EUR")
    #expect(euro.withoutTrailingZeros(12_900) == "€129")
    #expect(euro.withoutTrailingZeros(12_950) == "€129.50")
    #expect(euro.withoutCurrency(1_290_000) == "12,900.00")
    #expect(MoneyFormat.of(locale: "ro", currency: "RON").withCurrency(12_950) == "129,50\u{A0}lei\u{A0}RON")
    #expect(MoneyFormat.of(locale: "en", currency: "JPY").withoutTrailingZeros(100_050) == "¥1,000")
  }

  @Test func extremesDoNotTrap() {
    let euro = MoneyFormat.of(locale: "en", currency: "EUR")
    for amount in [Int.min, .min + 1, .max] { #expect(!euro.money(amount).isEmpty) }
    #expect(!MoneyFormat.of(locale: "not a locale", currency: "nonsense").money(100).isEmpty)
  }

  @Test(arguments: [
    ("{{ 12900 | money }}", "€129.00"), ("{{ '12900' | money }}", "€129.00"), ("{{ 12900.4 | money }}", "€129.00"),
    ("{{ nil | money }}", ""),
    ("{{ 'abc' | money }}", ""), ("{{ evil | money }}", ""), ("{{ 12900 | money_with_currency }}", "€129.00\u{A0}EUR"),
    ("{{ 12900 | money_without_currency }}", "129.00"), ("{{ 12900 | money_without_trailing_zeros }}", "€129"),
    ("{{ huge | money }}", ""),
  ])
  func filters(_ source: String, _ expected: String) throws {
    let host = RenderHost(theme: try Fixtures.theme(), locale: "en", currency: "EUR")
    #expect(try Rendering.render(source, ["evil": .string("<script>"), "huge": .double(1e300)], host: host).text == expected)
  }
}
