import Testing

@testable import TemplateEngine

/// Filters on lists, by the kinds of items and properties they meet.
struct ListFilterTests {
  /// `item[name]` is what the item's kind makes of it: a member, a part of text, a character, a bit.
  @Test(arguments: [
    ("{{ x | map: 'a' }}", "{\"x\": [{\"a\": 1}, {\"b\": 2}, {\"a\": null}]}", "1"),
    ("{{ x | map: 'b' | join: '-' }}", "{\"x\": [\"abc\", \"xyz\"]}", "b-"),
    ("{{ x | map: 1 | join: '-' }}", "{\"x\": [\"äöü\", \"x\"]}", "ö-"),
    ("{{ x | map: -1 | join: '-' }}", "{\"x\": [\"äöü\"]}", "ü"),
    ("{{ x | map: 1.9 | join: '-' }}", "{\"x\": [\"abc\", 2]}", "b-1"),
    ("{{ x | map: 'a' }}", "{\"x\": [1]}", "error: cannot select the property 'a'"),
    ("{{ x | map: true }}", "{\"x\": [\"abc\"]}", "error: cannot select the property 'true'"),
    ("{{ x | map: y }}", "{\"x\": [\"abc\"], \"y\": [\"a\"]}", "error: cannot select the property '[\"a\"]'"),
    ("{{ x | map: 'a' | size }}", "{\"x\": [null, 1.5, true]}", "3"),
    ("{{ x | map: 'b' }}", "{\"x\": {\"b\": 7}}", "7"),
    ("{{ x | map: 1 }}", "{\"x\": [{\"1\": 7}]}", ""),
  ]) func properties(_ source: String, _ data: String, _ expected: String) {
    #expect(outcome(source, data) == expected)
  }

  @Test(arguments: [
    ("{{ x | where: 'a' | size }}", "{\"x\": [{\"a\": 1}, {\"a\": false}, {}]}", "1"),
    ("{{ x | where: 'a', 2 | size }}", "{\"x\": [{\"a\": 1}, {\"a\": 2}]}", "1"),
    ("{{ x | where: 'a', empty | size }}", "{\"x\": [{\"a\": \"\"}, {\"a\": []}]}", "1"),
    ("{{ x | where: 'a' }}", "{\"x\": [null]}", ""),
    ("{{ x | where: 'a' }}", "{\"x\": [1]}", "error: cannot select the property 'a'"),
    ("{{ x | reject: 'a' | size }}", "{\"x\": [{\"a\": 1}, {\"a\": false}, {}]}", "2"),
    ("{% assign r = x | reject: nothing %}{{ r | size }}", "{\"x\": [\"a\"]}", "0"),
    ("{{ x | find: 'a', 2 | map: 'b' }}", "{\"x\": [{\"a\": 1}, {\"a\": 2, \"b\": 3}]}", "3"),
    ("{{ x | find_index: 'a', 2 }}", "{\"x\": [{\"a\": 1}, {\"a\": 2}]}", "1"),
    ("{{ x | has: 'a', 3 }}", "{\"x\": [{\"a\": 1}, {\"a\": 2}]}", "false"), ("{{ nothing | has: 'a' }}", "{}", "false"),
    ("{{ x | has: 5 }}", "{\"x\": \"abc\"}", "false"),
    ("{{ x | sum: 'a' }}", "{\"x\": [{\"a\": 1}, {\"a\": \"2.5\"}, {}, 1.5]}", "3.5"),
    ("{{ x | sum }}", "{\"x\": [1, [2, [3]], \"x\"]}", "6"),
    ("{{ x | sum: true }}", "{\"x\": [\"a\"]}", "error: cannot select the property 'true'"),
  ]) func selects(_ source: String, _ data: String, _ expected: String) {
    #expect(outcome(source, data) == expected)
  }

  @Test(arguments: [
    ("{{ x | uniq | join: ' ' }}", "{\"x\": [1, \"1\", 1.0, true, null, \"1\", 1]}", "1 1 1.0 true "),
    ("{{ x | uniq: 'a' | size }}", "{\"x\": [{\"a\": 1}, {\"a\": 1}, {\"a\": 2}]}", "2"),
    ("{{ x | uniq: 'a' }}", "{\"x\": [1.5, 2.5]}", ""),
    // One element is compared with none, so nothing asks it for the property.
    ("{{ x | uniq: 'a' }}{{ x | sort: 'a' }}{{ x | sort_natural: 'a' }}", "{\"x\": [5]}", "555"),
    ("{{ x | uniq: 'a' }}", "{\"x\": [5, 6]}", "error: cannot select the property 'a'"),
    ("{{ x | sort | join: ' ' }}", "{\"x\": [3, null, 1, 2.5]}", "1 2.5 3 "),
    ("{{ x | sort }}", "{\"x\": [1, \"a\"]}", "error: cannot sort values of incompatible types"),
    (
      "{{ x | sort: 'a' | map: 'b' | join: ' ' }}",
      "{\"x\": [{\"a\": 2, \"b\": \"x\"}, {\"b\": \"y\"}, {\"a\": 1, \"b\": \"z\"}]}", "z x y"
    ),
    ("{{ x | sort_natural | join: ' ' }}", "{\"x\": [\"b\", \"C\", \"a\", null, \"B\"]}", "a b B C "),
    ("{{ x | compact | size }}{{ x | compact: 'a' | size }}", "{\"x\": [{\"a\": 1}, {\"a\": null}]}", "21"),
    ("{{ x | compact: 'a' }}", "{\"x\": [1.5]}", ""), ("{{ x | reverse }}", "{\"x\": [1, [2, 3]]}", "321"),
    ("{{ x | concat: y }}", "{\"x\": [1, [2]], \"y\": [3, [4]]}", "1234"),
    ("{{ x | concat: 1 }}", "{\"x\": [1]}", "error: concat filter requires an array argument"),
    ("{{ x | join: y }}", "{\"x\": [1, [2, null], true], \"y\": 0}", "1020" + "0true"),
  ]) func arranges(_ source: String, _ data: String, _ expected: String) {
    #expect(outcome(source, data) == expected)
  }

  @Test(arguments: [
    ("\"héllo\"", "h", "o"), ("\"\"", "", ""), ("[1, 2]", "1", "2"), ("[]", "", ""), ("{\"a\": 1, \"b\": 2}", "a1", ""),
    ("12", "", ""),
    ("1.5", "", ""), ("true", "", ""), ("null", "", ""),
  ]) func ends(_ value: String, _ first: String, _ last: String) {
    #expect(
      outcome("{{ x | first }}|{{ x | last }}|{{ x.first }}|{{ x.last }}", "{\"x\": \(value)}")
        == "\(first)|\(last)|\(first)|\(last)")
  }

  @Test func aRangeHasEndsThoughItIsEmpty() {
    #expect(outcome("{{ (3..1) | first }}{{ (3..1) | last }}{{ (3..1) | size }}{{ (1..3) | last }}") == "3103")
  }
}
