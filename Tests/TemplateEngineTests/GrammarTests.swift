import Testing

@testable import TemplateEngine

/// What the extended grammar adds, and that it takes nothing away.
struct GrammarTests {
  static func extended(_ escaping: Environment.Escaping = .manual) -> Environment {
    Environment(escaping: escaping, grammar: .extended)
  }
  static let data: [String: Value] = [
    "t": .bool(true), "f": .bool(false), "n": .null, "one": .int(1), "two": .int(2), "s": .string("<s>"), "key": .string("one"),
    "list": .array([.int(3), .int(1), .int(2)]), "empty_list": .array([]),
  ]

  @Test(arguments: [
    // Truth
    (
      "{% if not f %}1{% endif %}{% if not t %}2{% endif %}{% if not not t %}3{% endif %}{% unless not t %}4{% endunless %}",
      "134"
    ),
    ("{% if not f and t %}1{% endif %}{% if not (f or t) %}2{% endif %}{% if not f == t %}3{% endif %}", "13"),
    ("{% if (t or f) and f %}1{% else %}2{% endif %}{% if t or (f and f) %}3{% endif %}", "23"),
    ("{% if f and f or t %}1{% else %}2{% endif %}{% if (f and f) or t %}3{% endif %}", "23"),
    ("{% if one < two and (two > 5 or list contains 3) %}1{% endif %}{% if n == nil and s != blank %}2{% endif %}", "12"),
    ("{% if f %}1{% elsif not f %}2{% endif %}", "2"),
    // Values
    ("{{ one == 1 }}{{ t and f }}{{ not n }}{{ one > two or t }}", "truefalsetruetrue"),
    ("{% assign both = t and one == 1 %}{{ both }}", "true"),
    ("{{ 'a' if t else 'b' }}{{ 'a' if f else 'b' }}{{ 'a' if f }}{{ s if one == 2 else 'no' | upcase }}", "abNO"),
    ("{{ 'x' if t and not f else 'y' }}{{ ('p' if f else 'q') | append: 'r' }}", "xqr"),
    ("{% assign v = 'in' if list.size > 2 else 'out' %}{{ v }}", "in"),
    // A comparison in a comparison
    ("{{ (1 == 1) == (list.size == 3) }}{{ 'y' if list.size == (3 if empty_list.size == 0 else 0) else 'n' }}", "truey"),
    // Lists and maps
    ("{{ {a: 1, b: 2, a: 3} | json }}", "{\"a\":3,\"b\":2}"),
    ("{{ [1, two, 'x'] | join: '-' }}{{ [] | size }}{{ [one,] | join }}{{ [[1, 2], [3, 4]] | first | join: '+' }}", "1-2-x011+2"),
    ("{% for x in [3, two, one] %}{{ x }}{% endfor %}{% for x in list %}{{ x }}{% endfor %}", "321312"),
    (
      "{% assign m = {a: 1, 'b c': [1, 2], d: {e: 'f'}} %}{{ m.a }}{{ m['b c'].last }}{{ m.d.e }}{{ m | json }}",
      "12f{\"a\":1,\"b c\":[1,2],\"d\":{\"e\":\"f\"}}"
    ),
    ("{{ {} | size }}{{ list | concat: [7, 8] | join: ',' }}", "03,1,2,7,8"),
    // What Liquid reads means the same
    ("{{ [key] }}{{ ['one'] }}{{ (1..3) | join }}{% for i in (one..two) %}{{ i }}{% endfor %}", "111 2 312"),
    ("{% if t or f and f %}1{% endif %}{{ list[0] }}{{ list.first }}", "133"),
  ]) func expressions(_ source: String, _ expected: String) throws {
    #expect(try rendered(source, Self.data, environment: Self.extended()) == expected)
  }

  @Test(arguments: [
    "{% if not %}{% endif %}", "{{ 1 if }}", "{{ (1 }}", "{{ [1, }}", "{{ {a } }}", "{{ {1: 2} }}", "{{ {a: 1, , b: 2} }}",
    "{{ 'a' if t else }}", "{% if (t or) %}{% endif %}", "{% fill x %}{% endfill %}", "{% embed x %}{% endembed %}",
    "{% if t %}{% extends 'b' %}{% endif %}", "{% extends 'a' %}{% extends 'b' %}",
    "{% block a %}{% endblock %}{% block a %}{% endblock %}",
    "{% block %}{% endblock %}", "{% embed 'c' %}{% if t %}{% fill f %}{% endfill %}{% endif %}{% endembed %}",
  ]) func faults(_ source: String) {
    let error = #expect(throws: TemplateErrors.self) { try Self.extended().compile(source, name: "t") }
    #expect(error?.errors.isEmpty == false)
  }

  /// Liquid alone refuses all of it.
  @Test(arguments: [
    "{% if not f %}{% endif %}", "{% if (t) %}{% endif %}", "{{ a == b }}", "{{ 'a' if t }}", "{{ [1, 2] }}", "{{ {a: 1} }}",
    "{% embed 'c' %}{% endembed %}", "{% extends 'b' %}", "{% block a %}{% endblock %}",
  ]) func isOptIn(_ source: String) {
    #expect(throws: TemplateErrors.self) { try Environment().compile(source, name: "t") }
  }

  @Test(arguments: [
    ("{% embed 'card', title: 'T' %}in{% fill foot %}[{{ one }}]{% endfill %}side{% endembed %}!", "<T|inside|[1]>!"),
    ("{% embed 'card' %}{% endembed %}", "<||none>"),
    (
      "{% for i in (1..2) %}{% embed 'card', title: i %}{{ i }}{% if i == 1 %}{% continue %}{% endif %}{% endembed %}{% endfor %}",
      "<2|2|none>"
    ),
    ("{% embed 'card' %}{% embed 'card', title: 'x' %}y{% endembed %}{% endembed %}", "<|<x|y|none>|none>"),
    ("{% capture c %}{% embed 'card' %}{{ s }}{% endembed %}{% endcapture %}{{ c }}", "<|<s>|none>"),
  ]) func embeds(_ source: String, _ expected: String) throws {
    let card = "<{{ title }}|{{ children }}|{% if foot %}{{ foot }}{% else %}none{% endif %}>"
    #expect(try rendered(source, Self.data, partials: ["card": card], environment: Self.extended()) == expected)
  }

  @Test(arguments: [
    (
      "{% extends 'base' %}gone{% assign v = 'set' %}{% block main %}M{{ v }}{% endblock %}",
      "<title>base</title><main>Mset</main>"
    ),
    ("{% extends 'base' %}", "<title>base</title><main>nothing</main>"),
    ("{% extends 'middle' %}{% block main %}top{% endblock %}", "<title>middle</title><main>top</main>"),
    ("{% extends 'middle' %}{% block inner %}deep{% endblock %}", "<title>middle</title><main>mid(deep)</main>"),
    ("{% extends 'base' %}{% block main %}{% endblock %}{% block unknown %}x{% endblock %}", "<title>base</title><main></main>"),
    ("{% extends 'base' %}{% block main %}a{% break %}b{% endblock %}", "<title>base</title><main>a</main>"),
    (
      "{% extends 'base' %}{% include 'leaves' %}{% block main %}never read{% endblock %}",
      "<title>base</title><main>nothing</main>"
    ),
    ("1{% render 'left' %}2", "1<title>base</title><main>nothing</main>2"),
    ("{% for i in (1..2) %}{{ i }}{% include 'left' %}{% endfor %}2", "1<title>base</title><main>nothing</main>2"),
    ("{% include 'one' %}{% include 'two' %}", "<title>base</title><main>1</main><title>2</title><main>nothing</main>"),
    ("{% extends 'self' %}", "limit"),
  ]) func extends(_ source: String, _ expected: String) throws {
    let partials = [
      "base": "<title>{% block title %}base{% endblock %}</title><main>{% block main %}nothing{% endblock %}</main>",
      "middle":
        "{% extends 'base' %}{% block title %}middle{% endblock %}{% block main %}mid({% block inner %}in{% endblock %}){% endblock %}",
      "one": "{% extends 'base' %}{% block main %}1{% endblock %}", "two": "{% extends 'base' %}{% block title %}2{% endblock %}",
      "self": "{% extends 'self' %}", "leaves": "{% break %}",
      "left": "{% extends 'base' %}{% include 'leaves' %}{% block main %}never read{% endblock %}",
    ]
    if expected == "limit" {
      let error = #expect(throws: RenderError.self) {
        try rendered(source, Self.data, partials: partials, environment: Self.extended())
      }
      #expect(error?.cause == .depth)
    } else {
      #expect(try rendered(source, Self.data, partials: partials, environment: Self.extended()) == expected)
    }
  }

  @Test func escapesOnce() throws {
    let partials = ["card": "<p title=\"{{ title }}\">{{ children }}</p>", "base": "<b>{% block x %}{% endblock %}</b>"]
    let environment = Self.extended(.auto)
    let embedded = "{% embed 'card', title: s %}<i>{{ s }}</i>{% endembed %}"
    #expect(
      try rendered(embedded, Self.data, partials: partials, environment: environment)
        == "<p title=\"&lt;s&gt;\"><i>&lt;s&gt;</i></p>")
    #expect(
      try rendered(
        "{% extends 'base' %}{% block x %}<i>{{ s }}</i>{{ s if t else 1 }}{% endblock %}", Self.data, partials: partials,
        environment: environment)
        == "<b><i>&lt;s&gt;</i>&lt;s&gt;</b>")
  }

  /// However often a template that extends another can end, its end is written a few times and not each time.
  @Test func extendsIsReadInProportion() throws {
    func instructions(_ leaves: Int) throws -> Int {
      let blocks = (0..<50).map { "{% block b\($0) %}{% endblock %}" }.joined()
      let source = "{% extends 'b' %}\(blocks)" + String(repeating: "{% break %}", count: leaves)
      return try Self.extended().compile(source, name: "t").program.instructions.count
    }
    #expect(try instructions(200) - instructions(100) == 100)
  }

  /// The steps an expression costs end it where there is no loop to do so.
  @Test func costsSteps() throws {
    let many = "{{ [" + Array(repeating: "1", count: 5_000).joined(separator: ",") + "] | size }}"
    let error = #expect(throws: RenderError.self) {
      try rendered(many, limits: Limits(steps: 1_000), environment: Self.extended())
    }
    #expect(error?.cause == .steps)
  }
}
