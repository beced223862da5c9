import Testing

@testable import TemplateEngine

/// golden-liquid, read in place. The count is asserted: a case that begins to fail, or to pass, shows here.
@Suite(.enabled(if: Shared.has("conformance/golden_liquid.json"), "../shared/conformance is not here"))
struct ConformanceTests {
  /// Cases that differ, each with its reason in docs/template-language.md.
  static let differences: Set<String> = ["tags, case, unexpected when token"]

  @Test func goldenLiquid() throws {
    let document = try Value(json: try Shared.bytes("conformance/golden_liquid.json"))
    let cases = try #require(document["tests"]?.array)
    var failures: [String] = []
    for (number, item) in cases.enumerated() {
      let name = item["name"]?.string ?? ""
      guard let difference = Self.difference(in: item) else { continue }
      failures.append(name)
      if !Self.differences.contains(name) { Issue.record("#\(number) \(name): \(difference)") }
    }
    #expect(cases.count == 1054)
    #expect(Set(failures) == Self.differences)
  }

  @Test func autoEqualsManualWithoutSpecialCharacters() throws {
    let document = try Value(json: try Shared.bytes("conformance/golden_liquid.json"))
    let special = "<>&\"'".unicodeScalars
    for item in try #require(document["tests"]?.array) {
      let data = item["data"]?.inspected(depth: 0) ?? ""
      // Quotes around text are `inspect`'s own.
      guard !data.unicodeScalars.contains(where: { special.contains($0) && $0 != "\"" && $0 != ">" }) else { continue }
      let manual = Self.outcome(of: item, .manual)
      let auto = Self.outcome(of: item, .auto)
      // What a filter decodes is data again: these print `&` and are escaped.
      if item["template"]?.string?.contains("_decode") == true { continue }
      if manual.contains("=>") || manual.contains("[\"") { continue }
      #expect(manual == auto, "\(item["name"]?.string ?? "")")
    }
  }

  /// What a case prints, or its error after a NUL.
  static func outcome(of item: Value, _ escaping: Environment.Escaping) -> String {
    var globals: [String: Value] = [:]
    for (name, value) in item["data"]?.members ?? [] { globals[name] = value }
    var partials: [String: String] = [:]
    for (name, value) in item["templates"]?.members ?? [] { partials[name] = value.string ?? "" }
    do {
      return try rendered(item["template"]?.string ?? "", globals, partials: partials, escaping: escaping)
    } catch {
      return "\u{0}\(error)"
    }
  }

  static func difference(in item: Value) -> String? {
    let found = outcome(of: item, .manual)
    let isError = found.hasPrefix("\u{0}")
    let template = Value.quoted(item["template"]?.string ?? "")
    if item["invalid"]?.bool == true {
      return isError ? nil : "\(template) must fail, printed \(Value.quoted(found))"
    }
    let accepted = item["results"]?.array?.compactMap(\.string) ?? [item["result"]?.string ?? ""]
    if accepted.contains(found) { return nil }
    return "\(template) must print \(accepted.map(Value.quoted)), found \(Value.quoted(found))"
  }
}
