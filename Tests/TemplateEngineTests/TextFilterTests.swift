import Testing

@testable import TemplateEngine

/// Filters on text.
struct TextFilterTests {
  @Test(arguments: [
    ("{{ x | strip }}|{{ x | lstrip }}|{{ x | rstrip }}", "{\"x\": \" \\u0000a\\u0000 \"}", "a|a\0 | \0a"),
    ("{{ x | strip_newlines }}", "{\"x\": \"a\\r\\nb\\nc\\rd\"}", "abc\rd"),
    ("{{ x | newline_to_br }}", "{\"x\": \"a\\r\\nb\\nc\\rd\"}", "a<br />\nb<br />\nc\rd"),
    ("{{ x | truncatewords: 1 }}", "{\"x\": \" one \"}", "one..."), ("{{ x | truncatewords: 1 }}", "{\"x\": \" one\"}", " one"),
    ("{{ x | truncatewords: 2, '' }}", "{\"x\": \"one\\ttwo\\nthree\"}", "one two"),
    ("{{ x | truncatewords: 0 }}", "{\"x\": \"one two\"}", "one..."),
    ("{{ x | truncatewords: -3 }}", "{\"x\": \"one two\"}", "one..."),
    ("{{ x | truncatewords: empty }}", "{\"x\": \"a\"}", "error: invalid integer"),
    ("{{ x | truncate: 3 }}", "{\"x\": \"héllo\"}", "..."), ("{{ x | truncate: 4, '' }}", "{\"x\": \"héllo\"}", "héll"),
    ("{{ x | truncate: 5 }}", "{\"x\": \"héllo\"}", "héllo"),
    ("{{ x | truncate: blank }}", "{\"x\": \"a\"}", "error: invalid integer"),
    ("{{ x | base64_decode }}", "{\"x\": \"YQ==\"}", "a"),
    ("{{ x | base64_decode }}", "{\"x\": \"YR==\"}", "error: invalid base64 provided to base64_decode"),
    ("{{ x | base64_url_safe_decode }}", "{\"x\": \"YQ\"}", "a"),
    ("{{ x | base64_url_safe_decode }}", "{\"x\": \"12\"}", "error: invalid base64 provided to base64_url_safe_decode"),
    ("{{ x | append: y }}", "{\"x\": [1, \"a\"], \"y\": {\"k\": null}}", "[1, \"a\"]{\"k\"=>nil}"),
    ("{{ x | default: 'd', 1 }}", "{\"x\": \"\"}", "d"), ("{{ x | default: 'd', allow_false: true }}", "{\"x\": false}", "false"),
  ]) func prints(_ source: String, _ data: String, _ expected: String) {
    #expect(outcome(source, data) == expected)
  }

  /// Lists and maps in text are shown as Ruby inspects them.
  @Test func textInListsIsEscaped() {
    let data = "{\"x\": [\"a\\\"\\\\\\n\\u0007\\u001b\\u0001\\u007f\\u2028 #{ #$ #@ #x é\"]}"
    #expect(outcome("{{ x | append: '' }}", data) == ##"["a\"\\\n\a\e\u0001\u007F\u2028 \#{ \#$ \#@ #x é"]"##)
  }
}
