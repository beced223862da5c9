import FoundationEssentials
import TemplateEngine
import Testing

@testable import ThemeSDK

/// The rows of docs/locales.md are what the program prints.
@Suite struct ReadingTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let locale: String
    let currency: String
    let what: String
    let template: String
    let expected: String
    let source: String
    var testDescription: String { "\(locale) \(currency), \(what)" }
  }

  static let root = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
  static let theme = Result { try Theme.load(root.appending(path: "Themes/base").path(percentEncoded: false)) }
  static let lines: [Substring] = {
    let data = FileManager.default.contents(atPath: root.appending(path: "docs/locales.md").path(percentEncoded: false))
    let text = String(decoding: data ?? Data(), as: UTF8.self)
    guard let start = text.firstRange(of: "## The readings"), let end = text.firstRange(of: "## Sources") else { return [] }
    return text[start.upperBound..<end.lowerBound].split(separator: "\n").filter { $0.hasPrefix("|") }
  }()
  /// Below the two lines of the head.
  static let rows = lines.dropFirst(2).compactMap(row)

  /// `·` is a no-break space, `⟨202F⟩` the mark of that number; `\|` is a bar.
  private static func row(_ line: Substring) -> Row? {
    let bar = "\u{1}"
    let cells = line.replacing("\\|", with: bar).split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
      .map { cell in String(cell.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()).replacing(bar, with: "|") }
    guard cells.count == 6, let template = code(cells[3]), var expected = code(cells[4]) else { return nil }
    expected = expected.replacing("·", with: "\u{A0}")
    while let open = expected.firstIndex(of: "⟨"), let close = expected[open...].firstIndex(of: "⟩") {
      guard let scalar = UInt32(expected[expected.index(after: open)..<close], radix: 16).flatMap(Unicode.Scalar.init) else {
        return nil
      }
      expected.replaceSubrange(open...close, with: String(Character(scalar)))
    }
    return Row(
      locale: cells[0], currency: cells[1], what: cells[2], template: template, expected: expected, source: cells[5])
  }

  private static func code(_ cell: String) -> String? {
    cell.count > 2 && cell.hasPrefix("`") && cell.hasSuffix("`") ? String(cell.dropFirst().dropLast()) : nil
  }

  private static func fact(_ value: String, _ type: String, unit: String = "") -> Value {
    .object([("value", .string(value)), ("type", .string(type)), ("unit", .string(unit))])
  }

  @Test(arguments: rows) func isPrinted(_ row: Row) throws {
    let facts = [
      "area": Self.fact("1234.5", "number", unit: "m²"), "built": Self.fact("1912", "number"),
      "ready": Self.fact("2027-03-01", "date"), "lift": Self.fact("true", "boolean"),
    ]
    let host = RenderHost(theme: try Self.theme.get(), locale: row.locale, currency: row.currency)
    let result = try Rendering.render(row.template, facts, host: host)
    #expect(result.problems == [])
    // By scalars: equal strings may be of different ones.
    #expect(Array(result.text.unicodeScalars) == Array(row.expected.unicodeScalars), "\(result.text)")
  }

  @Test func everyLineIsARowWithASource() {
    #expect(Self.rows.count == Self.lines.count - 2)
    for row in Self.rows { #expect(!row.source.isEmpty, "\(row.testDescription)") }
  }

  /// No locale is checked less than another; a page in Arabic has the texts of its shop's language around it.
  @Test func everyLocaleHasEveryCheck() {
    func checks(_ locale: String) -> Set<String> { Set(Self.rows.filter { $0.locale == locale }.map(\.what)) }
    let all = checks("ro")
    #expect(all.count > 30)
    for locale in ["en", "de", "bn"] { #expect(all.subtracting(checks(locale)) == [], "\(locale)") }
    let texts = all.filter { $0.hasPrefix("plural") || $0.hasSuffix("in a text") || $0 == "yes" }
    #expect(all.subtracting(texts).subtracting(checks("ar")) == [])
  }
}
