import Testing

@testable import TemplateEngine

struct LimitTests {
  /// Runs to the end and answers the error with what was printed before.
  static func failure(_ source: String, _ partials: [String: String] = [:], limits: Limits = Limits(), slice: Int = .max) throws
    -> (error: RenderError, printed: Int)?
  {
    let environment = Environment()
    var library: [String: Template] = [:]
    for (name, text) in partials { library[name] = try environment.compile(text, name: name) }
    let render = Render(
      try environment.compile(source, name: "t"), partials: PartialLibrary(library), limits: limits, errors: .inline)
    while true {
      switch render.resume(steps: slice) {
      case .done: return nil
      case .failed(let error): return (error, render.takeOutput().count)
      case .yielded: continue
      case .needs: return nil
      }
    }
  }

  static let endless: [(String, [String: String], RenderError.Cause)] = [
    ("{% for i in (1..9223372036854775807) %}{% endfor %}", [:], .steps),
    ("{% for i in (1..100000) %}{% for j in (1..100000) %}{% assign x = j %}{% endfor %}{% endfor %}", [:], .steps),
    ("{% for i in (-9223372036854775808..9223372036854775807) %}{{ i }}{% endfor %}", [:], .outputBytes),
    ("{% for i in (1..1000000) %}0123456789012345678901234567890123456789{% endfor %}", [:], .outputBytes),
    ("{% render 'self' %}", ["self": "x{% render 'self' %}"], .depth),
    ("{% include 'self' %}", ["self": "x{% include 'self' %}"], .depth),
    ("{% assign x = 'ab' %}{% for i in (1..64) %}{% assign x = x | append: x %}{% endfor %}", [:], .assignedBytes),
    ("{% assign x = 'ab' %}{% for i in (1..64) %}{% capture x %}{{ x }}{{ x }}{% endcapture %}{% endfor %}", [:], .assignedBytes),
    ("{{ (1..9223372036854775807) | join: ',' }}", [:], .steps),
    ("{{ (1..100000000) | reverse | size }}", [:], .steps),
    ("{% capture x %}{% for i in (1..2000000) %}0123456789{% endfor %}{% endcapture %}", [:], .steps),
    ("{% assign x = 'a' %}{% for i in (1..20) %}{% assign x = x | replace: 'a', 'aaaaaaaa' %}{% endfor %}", [:], .assignedBytes),
    (
      "{% assign x = (1..30000) | join: ',' %}{% for i in (1..200) %}{% assign y = x | split: ',' %}{% endfor %}", [:],
      .assignedBytes
    ),
  ]

  @Test(arguments: endless.indices) func endsAtTheSamePlace(_ index: Int) throws {
    let (source, partials, cause) = Self.endless[index]
    let first = try #require(try Self.failure(source, partials))
    #expect(first.error.cause == cause || cause == .steps && first.error.cause == .assignedBytes, "\(first.error)")
    let second = try #require(try Self.failure(source, partials, slice: 997))
    #expect(first.error == second.error)
    #expect(first.printed == second.printed)
  }

  @Test func limitsAreExact() throws {
    let source = "{% for i in (1..10) %}ab{% endfor %}"
    #expect(try Self.failure(source, limits: Limits(outputBytes: 20)) == nil)
    let failed = try #require(try Self.failure(source, limits: Limits(outputBytes: 19)))
    #expect(failed.printed == 18)
    #expect(failed.error.cause == .outputBytes)
  }

  @Test(arguments: [
    "{{ 9223372036854775807 | plus: 1 }}", "{{ -9223372036854775808 | minus: 1 }}", "{{ -9223372036854775808 | abs }}",
    "{{ 9223372036854775807 | times: 9223372036854775807 }}", "{{ -9223372036854775808 | divided_by: -1 }}",
    "{{ -9223372036854775808 | modulo: -1 }}", "{{ 99999999999999999999999999 | plus: 1 }}", "{{ 1.5 | round: 9999999999 }}",
    "{{ 15 | round: -9223372036854775808 }}", "{{ 1e400 | ceil }}", "{{ '9999999999999999999' | times: 10 }}",
    "{{ 'abc' | slice: 9223372036854775807, 9223372036854775807 }}", "{{ 'abc' | slice: -9223372036854775808 }}",
    "{{ 'abc' | truncate: -9223372036854775808 }}", "{{ 'abc' | truncatewords: 9223372036854775807 }}",
    "{{ 9223372036854775807 | date: '%Y' }}", "{{ 'x' | date: '%999999999999d' }}", "{{ 0 | date: '%1024d%-' }}",
    "{{ 0 | date: '%' }}", "{% for i in (1..3) limit: 9223372036854775807 offset: 9223372036854775807 %}{{ i }}{% endfor %}",
    "{% for i in (1..3) offset: -5 limit: -5 %}{{ i }}{% endfor %}", "{% tablerow i in (1..3) cols: 0 %}{{ i }}{% endtablerow %}",
    "{% tablerow i in (1..3) cols: -9223372036854775808 %}{{ i }}{{ tablerowloop.row }}{% endtablerow %}",
    "{{ (1..3)[9223372036854775807] }}",
    "{% assign a = (1..3) %}{{ a[-9223372036854775808] }}{{ a.last }}{{ a.first }}{{ a.size }}",
    "{% decrement x %}{% increment x %}", "{{ 5.5 | modulo: 0.0 }}", "{{ 123456789012345678 | times: 1.000000000000000001 }}",
    "{{ 0.1 | divided_by: 3 }}", "{{ -0.0 | round }}", "{{ 179769313486231570000000000000000000000 | times: 1e300 }}",
  ]) func neverTraps(_ source: String) {
    _ = try? rendered(source, errors: .silent)
    _ = try? rendered(source, escaping: .auto, errors: .inline)
  }
}
