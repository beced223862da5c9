import Testing

@testable import TemplateEngine

/// Conditions: what is equal, in order, contained, true.
struct ComparisonTests {
  static func truth(_ condition: String, _ data: String) -> String {
    outcome("{% if \(condition) %}T{% else %}F{% endif %}", data)
  }

  @Test(arguments: [
    ("x == 1", "{\"x\": 1.0}", "T"), ("x == '1'", "{\"x\": 1}", "F"), ("x == y", "{\"x\": [1, \"a\"], \"y\": [1.0, \"a\"]}", "T"),
    ("x == y", "{\"x\": {\"a\": 1, \"b\": 2}, \"y\": {\"b\": 2, \"a\": 1}}", "T"), ("x == (1..3)", "{\"x\": [1, 2, 3]}", "F"),
    ("(1..3) == (1..3)", "{}", "T"),
    ("x <> 2", "{\"x\": 1}", "T"), ("x == true", "{\"x\": 1}", "F"), ("x != nil", "{\"x\": false}", "T"),
    ("nothing == null", "{}", "T"),
  ]) func equality(_ condition: String, _ data: String, _ expected: String) {
    #expect(Self.truth(condition, data) == expected)
  }

  /// `empty` and `blank` ask what the other side is like; anywhere else they are an empty text.
  @Test(arguments: [
    ("''", "TT"), ("' '", "FT"), ("'a'", "FF"), ("nil", "FT"), ("false", "FT"), ("true", "FF"), ("0", "FF"), ("list", "TT"),
    ("map", "TT"), ("full", "FF"),
    ("(1..0)", "FF"), ("empty", "FF"), ("blank", "FF"),
  ]) func emptyAndBlank(_ value: String, _ expected: String) {
    let data = "{\"list\": [], \"map\": {}, \"full\": [null]}"
    #expect(Self.truth("\(value) == empty", data) + Self.truth("\(value) == blank", data) == expected)
    #expect(Self.truth("empty == \(value)", data) + Self.truth("blank == \(value)", data) == expected)
  }

  @Test(arguments: [
    ("{% assign e = empty %}{% if e == '' %}T{% endif %}{{ e | size }}", "T0"),
    ("{% case '' %}{% when empty %}T{% endcase %}", "T"),
    ("{% case ' ' %}{% when blank %}T{% endcase %}", "T"), ("{% case empty %}{% when '' %}T{% endcase %}", "T"),
    ("{% if empty %}T{% endif %}", "T"),
    ("{% if blank.x %}T{% else %}F{% endif %}{{ empty.size }}{{ true.x }}", "F1"),
    ("{% if list contains empty %}T{% else %}F{% endif %}", "F"),
  ]) func emptyElsewhere(_ source: String, _ expected: String) {
    #expect(outcome(source, "{\"list\": [\"\", []], \"true\": {\"x\": 1}}") == expected)
  }

  @Test(arguments: [
    ("x contains 'b'", "{\"x\": \"abc\"}", "T"), ("x contains 1", "{\"x\": \"a1\"}", "T"),
    ("x contains y", "{\"x\": \"a[1]\", \"y\": [1]}", "T"),
    ("x contains ''", "{\"x\": \"a\"}", "T"), ("x contains nil", "{\"x\": \"a\"}", "F"),
    ("x contains false", "{\"x\": [false]}", "F"),
    ("x contains 1", "{\"x\": [1.0]}", "T"), ("x contains '1'", "{\"x\": [1]}", "F"),
    ("x contains 'a'", "{\"x\": {\"a\": null}}", "T"),
    ("x contains 1", "{\"x\": {\"1\": null}}", "F"), ("(1..3) contains 2", "{}", "T"), ("(1..3) contains 2.5", "{}", "T"),
    ("(1..3) contains '2'", "{}", "F"), ("x contains 1", "{\"x\": 1}", "F"), ("nothing contains 'a'", "{}", "F"),
  ]) func containment(_ condition: String, _ data: String, _ expected: String) {
    #expect(Self.truth(condition, data) == expected)
  }

  @Test(arguments: [
    ("1 < 1.5", "T"), ("'a' < 'b'", "T"), ("'Z' < 'a'", "T"), ("nil < 1", "F"), ("1 > nil", "F"), ("nil <= nil", "F"),
    ("true > false", "F"),
    ("list < list", "F"), ("(1..2) < 3", "F"), ("empty <= 1", "F"), ("'a' < 1", "error: comparison of String with 1 failed"),
    ("1 < 'a'", "error: comparison of Integer with String failed"),
    ("1.5 >= 'a'", "error: comparison of Float with String failed"),
    ("'a' > 1.5", "error: comparison of String with 1.5 failed"),
  ]) func order(_ condition: String, _ expected: String) {
    #expect(Self.truth(condition, "{\"list\": [1]}") == expected)
  }

  /// `and` and `or` have no precedence: they group from the right, and what does not matter is not looked at.
  @Test(arguments: [
    ("true or false and false", "T"), ("false and false or true", "F"), ("false and true or true", "F"),
    ("true and false or true", "T"),
    ("true or 1 > 'a'", "T"), ("false and 1 > 'a'", "F"),
  ]) func connectives(_ condition: String, _ expected: String) {
    #expect(Self.truth(condition, "{}") == expected)
    #expect(outcome("{% unless \(condition) %}F{% else %}T{% endunless %}") == expected)
    #expect(outcome("{% if false %}{% elsif \(condition) %}T{% else %}F{% endif %}") == expected)
  }
}
