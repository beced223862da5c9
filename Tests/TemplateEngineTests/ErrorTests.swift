import Testing

@testable import TemplateEngine

struct ErrorTests {
  static func errors(_ source: String, _ environment: Environment = Environment()) -> [String] {
    do {
      _ = try environment.compile(source, name: "t")
      return []
    } catch {
      return error.errors.map(\.description)
    }
  }

  @Test func printsPlaceCauseExcerptAndSuggestion() {
    #expect(
      Self.errors("<p>\n  {{ title | upcas }}\n</p>") == [
        "t:2:14: unknown filter 'upcas'\n    {{ title | upcas }}\n               ^\n  did you mean 'upcase'?"
      ])
  }

  @Test func oneRunReportsAll() {
    let found = Self.errors(
      """
      {% if x = 1 %}a{% endif %}
      {{ 'open }}
      {% nosuch %}{{ x | nope }}{{ y | downcse }}
      {% for in y %}{% endfor %}
      {% assign = 3 %}
      """)
    #expect(found.count == 7, "\(found)")
    #expect(found[0].hasPrefix("t:1:9: '=' is not a comparison"))
    #expect(found[0].contains("did you mean '=='?"))
    #expect(found[1].hasPrefix("t:2:4: this string is never closed"))
    #expect(found[2].hasPrefix("t:3:4: unknown tag 'nosuch'"))
  }

  @Test(arguments: [
    ("{% if a %}", "'if' is never closed", "add {% endif %}"),
    ("{% iff a %}", "unknown tag 'iff'", "did you mean 'if'?"),
    ("{% if a %}{% endfor %}{% endif %}", "'endfor' does not close 'if'", "the 'if' of line 1 needs {% endif %}"),
    ("{% for a in b %}{% if a %}{% endfor %}", "'if' is never closed", "add {% endif %} before this {% endfor %}"),
    ("{% endif %}", "'endif' has no opening tag", nil),
    ("{% else %}", "'else' is outside of a block", nil),
    ("{{ a", "this output is never closed", "end it with }}"),
    ("{% raw %}", "'raw' is never closed", "add {% endraw %}"),
    ("{{ a.1 }}", "expected a member's name", nil),
    ("{{ a | }}", "a filter's name is missing", nil),
    ("{{ é }}", "expected a value, found 'é'", nil),
    ("{% for a in b limt: 2 %}{% endfor %}", "unknown loop attribute 'limt'", "did you mean 'limit'?"),
    ("{% render x %}", "expected a partial's name in quotes, found 'x'", nil),
    ("{% # a\n b %}", "every line of an inline comment starts with '#'", "put a '#' before this line"),
  ]) func cause(_ source: String, _ message: String, _ suggestion: String?) {
    do {
      _ = try Environment().compile(source, name: "t")
      Issue.record("must be refused: \(source)")
    } catch {
      #expect(
        error.errors.contains { $0.message.hasPrefix(message) && (suggestion == nil || $0.suggestion == suggestion) }, "\(error)")
    }
  }

  @Test func longLinesAreCutAroundThePlace() throws {
    let line = String(repeating: "x", count: 300) + "{{ a | nope }}" + String(repeating: "y", count: 300)
    let error = try #require(throws: TemplateErrors.self) { try Environment().compile(line, name: "t") }
    let first = try #require(error.errors.first)
    #expect(first.column == 308)
    #expect(first.excerpt.unicodeScalars.count <= 101)
    #expect(Array(first.excerpt.unicodeScalars)[first.caret] == "n")
  }

  @Test func renderErrorsHaveThePartialsPlace() throws {
    let error = try #require(throws: RenderError.self) {
      try rendered("a\n{% render 'p' %}", partials: ["p": "b\n {{ 1 | divided_by: 0 }}"])
    }
    #expect(error.place.template == "p" && error.place.line == 2 && error.place.column == 9)
    #expect(error.description.contains("divided by 0"))
  }

  /// A source that compiles when it is asked.
  struct Texts: PartialSource {
    let texts: [String: String]
    func template(named name: String) throws(TemplateErrors) -> Template? {
      guard let text = texts[name] else { return nil }
      return try Environment().compile(text, name: name)
    }
  }

  @Test func faultsOfALatePartialHaveTheirOwnPlace() throws {
    let template = try Environment().compile("a{% render 'p' %}b", name: "t")
    let partials = Texts(texts: ["p": "one\n {{ x | upcas }}"])
    let failing = Render(template, partials: partials, errors: .fail)
    guard case .failed(let error) = failing.resume() else { throw Unexpected("must fail") }
    #expect(error.cause == .fault)
    #expect(error.description == "p:2:9: unknown filter 'upcas'\n   {{ x | upcas }}\n          ^\n  did you mean 'upcase'?")
    let inline = Render(template, partials: partials)
    guard case .done = inline.resume() else { throw Unexpected("must end") }
    #expect(String(decoding: inline.takeOutput(), as: UTF8.self) == "aLiquid syntax error (p line 2): unknown filter 'upcas'b")
  }

  @Test func goesOnAfterAProblem() throws {
    let template = try Environment().compile(
      "a{{ 1 | divided_by: 0 }}b{% if 'x' > 1 %}c{% else %}d{% endif %}{% render 'no' %}e", name: "t")
    let silent = Render(template, errors: .silent)
    guard case .done = silent.resume() else { throw Unexpected("must end") }
    #expect(String(decoding: silent.takeOutput(), as: UTF8.self) == "abe")
    #expect(
      silent.problems.map(\.place.message) == ["divided by 0", "comparison of String with 1 failed", "there is no partial 'no'"])
    let inline = Render(template, errors: .inline)
    guard case .done = inline.resume() else { throw Unexpected("must end") }
    #expect(String(decoding: inline.takeOutput(), as: UTF8.self).hasPrefix("aLiquid error (t line 1): divided by 0b"))
  }
}
