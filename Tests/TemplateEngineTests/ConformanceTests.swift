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

  /// All cases whose data has none of the five characters, nor gets one by being decoded in the template.
  @Test func autoEqualsManualWithoutSpecialCharacters() throws {
    let document = try Value(json: try Shared.bytes("conformance/golden_liquid.json"))
    var compared = 0
    for item in try #require(document["tests"]?.array) {
      let source = item["template"]?.string ?? ""
      let texts = Self.texts(in: item["data"] ?? .null)
      guard !texts.contains(where: Escaping.needsEscaping) else { continue }
      let decoders = ["url_decode", "base64_decode", "base64_url_safe_decode"].filter { source.contains($0) }
      let decoded = decoders.flatMap { name in
        texts.compactMap { try? rendered("{{ x | \(name) }}", ["x": .string($0)]) }
      }
      guard !decoded.contains(where: Escaping.needsEscaping) else { continue }
      compared += 1
      #expect(Self.outcome(of: item, .manual) == Self.outcome(of: item, .auto), "\(item["name"]?.string ?? "")")
    }
    #expect(compared == 1042)
  }

  private static func texts(in value: Value) -> [String] {
    if let text = value.string { return [text] }
    if let members = value.members { return members.flatMap { [$0] + texts(in: $1) } }
    return (value.array ?? []).flatMap { texts(in: $0) }
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
