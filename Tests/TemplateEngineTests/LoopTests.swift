import Testing

@testable import TemplateEngine

/// for, tablerow, cycle: what is gone over, from where, how far.
struct LoopTests {
  @Test(arguments: [
    ("{% for i in x offset: 1 %}{{ i }}{% else %}none{% endfor %}", "{\"x\": \"abc\"}", "abc"),
    ("{% for i in x limit: 0 %}{{ i }}{% else %}none{% endfor %}", "{\"x\": \"abc\"}", "abc"),
    ("{% for i in x %}{{ i }}{% else %}none{% endfor %}", "{\"x\": \"\"}", "none"),
    ("{% for i in x %}{{ i }}{% else %}none{% endfor %}", "{\"x\": 5}", "none"),
    ("{% for i in x %}{{ i[0] }}={{ i[1] }};{% endfor %}", "{\"x\": {\"a\": 1, \"b\": [2]}}", "a=1;b=2;"),
    ("{% for i in (1..5) limit: 2 offset: -1 %}{{ i }}{% endfor %}", "{}", "1"),
    ("{% for i in (1..5) offset: -1 %}{{ i }}{% endfor %}", "{}", "12345"),
    ("{% for i in (1..5) limit: -1 %}{{ i }}{% else %}none{% endfor %}", "{}", "none"),
    ("{% for i in (1..5) limit: '2' offset: ' 1 ' %}{{ i }}{% endfor %}", "{}", "23"),
    ("{% for i in (1..5) limit: nil offset: nil %}{{ i }}{% endfor %}", "{}", "12345"),
    ("{% for i in (1..5) limit: 1.0 %}{{ i }}{% endfor %}", "{}", "error: invalid integer"),
    ("{% for i in (1..5) reversed limit: 2 offset: 1 %}{{ i }}{% endfor %}", "{}", "32"),
    ("{% for i in (x..y) %}{{ i }}{% endfor %}", "{\"x\": \"2a\", \"y\": \"4.9\"}", "234"),
    ("{% for i in (x..2) %}{{ i }}{% endfor %}", "{}", "012"),
    ("{% for i in (1..x) %}{{ i }}{% endfor %}", "{\"x\": 2.5}", "error: invalid integer"),
    ("{% for i in (1..2.5) %}{{ i }}{% endfor %}", "{}", "12"),
    ("{% for i in (1..x) %}{{ i }}{% endfor %}", "{\"x\": true}", "error: invalid integer"),
    (
      "{% for x in (1..2) %}{{ ['x'] }}{{ [k] }}{{ ['forloop'].index }}{% endfor %}{{ ['x'] }}", "{\"x\": 0, \"k\": \"x\"}",
      "1112220"
    ),
    ("{% for i in (true..2) %}{% endfor %}", "{}", "refused: a range cannot begin or end with 'true'"),
  ]) func elements(_ source: String, _ data: String, _ expected: String) {
    #expect(outcome(source, data) == expected)
  }

  /// Attributes of tables are cut to whole numbers where those of loops must be such.
  @Test(arguments: [
    ("cols: 2", "1 2/3"), ("cols: '2x'", "1 2/3"), ("cols: 2.9", "1 2/3"), ("cols: 0", "1 2 3"), ("cols: nil", "1 2 3"),
    ("limit: 2", "1 2"), ("limit: nil", ""),
    ("limit: '1x'", "1"), ("offset: 1 limit: 5", "2 3"), ("offset: 'x'", "1 2 3"), ("range: 7", "1 2 3"),
    ("cols: true", "error: invalid integer"),
  ]) func tables(_ attributes: String, _ expected: String) {
    var text = outcome("{% tablerow i in (1..3) \(attributes) %}{{ i }}{% endtablerow %}")
    for (tag, short) in [
      ("<tr class=\"row1\">\n", ""), ("</tr>\n<tr class=\"row2\">", "/"), ("</tr>\n", ""), ("<td class=\"col1\">", ""),
      ("<td class=\"col2\">", " "),
      ("<td class=\"col3\">", " "), ("</td>", ""),
    ] { text = text.replacing(tag, with: short) }
    #expect(text == expected)
  }

  @Test func tablesOfNothing() {
    #expect(outcome("{% tablerow i in nil %}x{% endtablerow %}{% tablerow i in false %}x{% endtablerow %}") == "")
    #expect(outcome("{% tablerow i in empty %}x{% endtablerow %}") == "<tr class=\"row1\">\n</tr>\n")
  }

  /// A loop that goes on is one that goes over the same by the same name; tables do not count.
  @Test(arguments: [
    (
      "{% for i in a limit: 1 %}{{ i }}{% endfor %}{% for i in a limit: 1 offset: continue %}{{ i }}{% endfor %}{% for i in a offset: continue %}{{ i }}{% endfor %}",
      "123"
    ),
    ("{% for i in a limit: 1 %}{{ i }}{% endfor %}{% for j in a offset: continue %}{{ j }}{% endfor %}", "1123"),
    (
      "{% tablerow i in a limit: 2 %}{% endtablerow %}{% for i in a offset: continue %}{{ i }}{% endfor %}",
      "<tr class=\"row1\">\n<td class=\"col1\"></td><td class=\"col2\"></td></tr>\n123"
    ),
  ]) func continues(_ source: String, _ expected: String) {
    #expect(outcome(source, "{\"a\": [1, 2, 3]}") == expected)
  }

  /// Cycles of the same literals take turns together, however they are written; one with a variable goes by itself.
  @Test(arguments: [
    ("{% cycle 'a','b' %}{% cycle \"a\", 'b' %}{% cycle 'a' , 'b' %}", "aba"), ("{% cycle 1, 2 %}{% cycle '1', '2' %}", "11"),
    ("{% cycle x, y %}{% cycle x, y %}", "11"), ("{% for i in (1..3) %}{% cycle x, y %}{% endfor %}", "121"),
    ("{% cycle x: 'a', 'b' %}{% cycle 1: 'a', 'b' %}", "ab"), ("{% cycle '1': 'a', 'b' %}{% cycle 1: 'a', 'b' %}", "aa"),
    ("{% cycle 'a' %}{% cycle 'a' %}", "aa"), ("{% cycle l, 'b' %}", "34"), ("{% cycle nil, 'b' %}|{% cycle nil, 'b' %}", "|b"),
  ]) func cycles(_ source: String, _ expected: String) {
    #expect(outcome(source, "{\"x\": 1, \"y\": 2, \"l\": [3, 4]}") == expected)
  }
}
