import Testing

@testable import ThemeSDK

/// JSON with places: what it takes, what it refuses, and where it says so.
@Suite struct JSONNodeTests {
  @Test func everyValueHasItsPlace() throws {
    let node = try JSONNode.read(
      "{\n  \"a\": [1, -2.5e1, \"ü\u{1F600}\\n\\u00e9\\ud83d\\ude00\"],\n  \"ü\": null, \"c\": true }".utf8)
    #expect(node.place == .init(line: 1, column: 1))
    #expect(node["a"]?.place == .init(line: 2, column: 8))
    #expect(node["a"]?.elements?[2].string == "ü😀\né😀")
    #expect(node["a"]?.elements?[1].number == -25)
    #expect(node["a"]?.elements?[0].int == 1)
    #expect(node["c"]?.bool == true)
    #expect(node.members?[2].place == .init(line: 3, column: 14))
    if case .null? = node["ü"]?.content {} else { Issue.record("null is null") }
  }

  @Test(arguments: [
    ("", 1, 1, "the file ends where a value is expected"),
    ("{", 1, 2, "the file ends inside the object opened at line 1"),
    ("{\"a\" 1}", 1, 6, "a ':' is expected after the name \"a\", not '1'"),
    ("{\"a\": 1,}", 1, 9, "a comma stands before this '}'"),
    ("{\"a\": 1, \"a\": 2}", 1, 10, "the name \"a\" stands twice in this object"),
    ("{a: 1}", 1, 2, "a name in double quotes is expected, not 'a'"),
    ("[1 2]", 1, 4, "a ',' or ']' is expected, not '2'"),
    ("[1,]", 1, 4, "a comma stands before this ']'"),
    ("[\n1,\n01]", 3, 1, "'01' is not a number"),
    ("[1.]", 1, 2, "'1.' is not a number"),
    ("[1e999]", 1, 2, "'1e999' is not a number"),
    ("[+1]", 1, 2, "'+' cannot start a value"),
    ("[nil]", 1, 2, "'n' cannot start a value"),
    ("\"abc", 1, 1, "this string is never closed"),
    ("\"a\nb\"", 1, 1, "this string is not closed on its line"),
    ("\"\\x\"", 1, 3, "'\\x' is not an escape of JSON"),
    ("\"\\ud800\"", 1, 8, "half of a surrogate pair"),
    ("1 2", 1, 3, "there is more text after the end of the JSON value"),
    ("/* a", 1, 1, "this comment is never closed"),
    ("// a", 1, 1, "a '/' cannot stand here"),
  ])
  func refuses(_ text: String, _ line: Int, _ column: Int, _ message: String) {
    let error = #expect(throws: JSONNode.SyntaxError.self) { try JSONNode.read(text.utf8) }
    #expect(error?.message == message)
    #expect(error?.place == .init(line: line, column: column))
  }

  @Test func takesShopifysCommentsAndAByteOrderMark() throws {
    #expect(try JSONNode.read("\u{FEFF}/* made by the editor */ { /* x */ \"a\": 1 }".utf8)["a"]?.int == 1)
  }

  @Test func nestingHasALimit() {
    let deep = String(repeating: "[", count: 100_000)
    let error = #expect(throws: JSONNode.SyntaxError.self) { try JSONNode.read(deep.utf8) }
    #expect(error?.message == "more than 64 levels of nesting")
  }

  @Test func aSchemaCountsFromItsOwnPlace() throws {
    let node = try JSONNode.read("{\n \"a\": 1}".utf8, startingAt: .init(line: 10, column: 5))
    #expect(node.place == .init(line: 10, column: 5))
    #expect(node["a"]?.place == .init(line: 11, column: 7))
  }

  @Test func everyPrefixEndsInAnErrorNotACrash() {
    let text = Array("{\"a\": [1.5, \"\\u00e9\", {\"b\": [true, false, null]}], /* c */ \"d\": -1e2}".utf8)
    for length in 0..<text.count { #expect(throws: JSONNode.SyntaxError.self) { try JSONNode.read(text[..<length]) } }
  }
}

/// Suggestions for names that nearly are known ones.
@Suite struct NearMissTests {
  @Test(arguments: [
    ("defualts", "defaults"), ("setings", "settings"), ("Layout_slots", "layout_slots"), ("nmae", "name"), ("product", nil),
    ("", nil),
    ("x", nil),
  ])
  func suggests(_ name: String, _ expected: String?) {
    #expect(NearMiss.of(name, in: ["defaults", "settings", "layout_slots", "name"]) == expected)
  }

  @Test func equalOnesAreDecidedByTheAlphabet() {
    #expect(NearMiss.of("cat", in: ["car", "bat", "cab"]) == "bat")
    #expect(NearMiss.of("cat", in: ["cab", "bat", "car"]) == "bat")
  }
}
