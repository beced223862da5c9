import Testing

@testable import TemplateEngine

/// What may be written and what is refused, as Liquid's strict parser decides.
struct SyntaxTests {
  static let data =
    "{\"a\": {\"b\": [1, 2], \"c d\": 3, \"x-y\": 4, \"q?\": 5}, \"b\": \"b\", \"x\": \"X\", \"list\": [3, 1, 2], \"i\": 9}"

  @Test(arguments: [
    ("{{ a['c d'] }}{{ a.x-y }}{{ a.q? }}", "345"), ("{{ a . b [ 0 ] }}{{ a[b][1] }}{{ [b] }}", "12b"), ("{{ }}{{- -}}", ""),
    ("{{ -1 }}{{ 1.5 }}{{ 01 }}", "-11.51"), ("{{ a.b[0][0] }}{{ a['nothing'].x.y }}", ""), ("{% assign v = %}[{{ v }}]", "[]"),
    ("{{ b | upcase: }}", "B"), ("{{ b | append: 'x', }}", "bx"), ("{{ b | append:'x'|upcase }}", "BX"),
    ("{%if x=='X'and b=='b'%}y{%endif%}", "y"),
    ("{% for i in(1..3)limit:2 %}{{i}}{% endfor %}", "12"),
    ("{% for i in (1..6), limit: 4, offset: 2, %}{{ i }}{% endfor %}", "3456"),
    ("{% if x %}1{% else foo %}2{% endif foo %}", "1"), ("{% if x %}1{% else %}2{% else %}3{% endif %}", "1"),
    ("{% if nil %}1{% else %}2{% elsif x %}3{% endif %}", "2"), ("{% for i in list %}{% break now %}{% endfor %}", ""),
    ("{% case 'q' %}{% else %}1{% when 'q' %}2{% else %}3{% endcase %}", "12"),
    ("{% render 'p' as q %}{% include 'p' as q %}", "<><Q>"),
    ("{% render 'p' with b as q, k: 1 %}{% render 'p', k: 1, q: x %}{% render 'p' k: 1 q: 2 %}", "<b1><X1><21>"),
    ("{% for i in ( 1 .. 3 ) %}{{ forloop.name }}{% break %}{% endfor %}", "i-(1..3)"),
    ("{% for i in a [ 'b' ] limit: 1 %}{{ i }}{% endfor %}{% for i in a['b'] offset: continue %}{{ i }}{% endfor %}", "12"),
  ]) func accepts(_ source: String, _ expected: String) {
    let partial = "<{{ q }}{{ k }}>"
    let data = Self.data.dropLast() + ", \"p\": \"Q\"}"
    #expect(outcome(source, String(data), partials: ["p": partial]) == expected)
  }

  @Test(arguments: [
    "{{ a..b }}", "{{ .a }}", "{{ a. }}", "{{ a.['b'] }}", "{{ a.0 }}", "{{ a[] }}", "{{ a[0 }}", "{{ (a) }}", "{{ (1..) }}",
    "{{ 1..2 }}", "{{ a b }}", "{{ 1.size }}", "{{ a & b }}",
    "{{ 1 + 2 }}", "{{ @a }}", "{{ é }}", "{{ a | }}", "{{ | upcase }}", "{{ b | append: , 'x' }}", "{{ b | append: 'x' 'y' }}",
    "{{ b | append: 'x',, }}",
    "{{ b | append: k: }}", "{{ b | slice(0) }}", "{{ (true..2) }}", "{{ ((1..2)..3) }}", "{% if %}{% endif %}",
    "{% if x = 1 %}{% endif %}",
    "{% if x === 1 %}{% endif %}", "{% if x && b %}{% endif %}", "{% if not x %}{% endif %}", "{% if (x) %}{% endif %}",
    "{% if x and %}{% endif %}",
    "{% if x == %}{% endif %}", "{% if x | upcase %}{% endif %}", "{% elsif x %}", "{% else %}", "{% when 1 %}", "{% endif %}",
    "{% if x %}",
    "{% for i %}{% endfor %}", "{% for i of list %}{% endfor %}", "{% for i in list limit 2 %}{% endfor %}",
    "{% for i in list foo: 1 %}{% endfor %}", "{% for i in list %}{% else %}{% else %}{% endfor %}",
    "{% for i.j in list %}{% endfor %}",
    "{% tablerow i in list reversed %}{% endtablerow %}", "{% tablerow i in list foo: 1 %}{% endtablerow %}",
    "{% case %}{% endcase %}",
    "{% case x y %}{% endcase %}", "{% case x %}{% when %}{% endcase %}", "{% case x %}{% when 1 and 2 %}{% endcase %}",
    "{% case x %}{% when 1, %}{% endcase %}",
    "{% case x %}{% else foo %}{% endcase %}", "{% cycle %}", "{% cycle 'a' 'b' %}", "{% cycle 'a': %}",
    "{% capture %}{% endcapture %}", "{% assign %}",
    "{% assign x %}", "{% assign x == 1 %}", "{% assign 'x' = 1 %}", "{% assign x = 1 2 %}", "{% assign x y = 1 %}",
    "{% increment %}", "{% echo x y %}", "{% raw x %}{% endraw %}",
    "{% raw %}", "{% comment %}", "{% doc x %}{% enddoc %}", "{% doc %}", "{% # a\n b %}", "{% render %}", "{% render x %}",
    "{% render 'p',, k: 1 %}",
    "{% render 'p', k: 1 with x %}", "{% render 'p' x %}", "{% render 'p' with %}", "{% render 'p' with x as %}",
    "{% render 'p', 'k': 1 %}", "{% include %}",
    "{% include 'p' | upcase %}", "{% liquid\nif x\n%}", "{% liquid\nendif\n%}", "{% %}", "{% foo %}", "{% end %}", "{{ x",
    "{% if x",
  ]) func refuses(_ source: String) {
    do {
      _ = try Environment().compile(source, name: "t")
      Issue.record("must be refused")
    } catch {
      // One problem is one message, in the text, with words.
      #expect(error.errors.count == 1 && !error.errors[0].message.isEmpty, "\(error)")
    }
  }
}
