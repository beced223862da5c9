import Testing

@testable import TemplateEngine

struct EscapingTests {
  static let evil: [String: Value] = [
    "x": .string("<b>\"A\" & 'B'</b>"), "safe": .safeHTML("<i>ok &amp; fine</i>"), "clean": .string("plain"),
    "list": .array([.string("<1>"), .string("2&3")]), "map": .object([("k", .string("<v>"))]), "amp": .string("&"),
  ]
  static let escapedX = "&lt;b&gt;&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt;"

  @Test(arguments: [
    ("{{ x }}", escapedX),
    ("{{ x | escape }}", escapedX),
    ("{{ x | escape | escape }}", escapedX),
    ("{{ safe }}", "<i>ok &amp; fine</i>"),
    ("{{ x | raw }}", "<b>\"A\" & 'B'</b>"),
    ("{{ '<p>' }}", "<p>"),
    ("{{ '<p>' | escape }}", "&lt;p&gt;"),
    ("{{ '<p>' | append: x | append: '</p>' }}", "<p>\(escapedX)</p>"),
    ("{{ x | prepend: '<p>' }}", "<p>\(escapedX)"),
    ("{{ x | append: x }}", escapedX + escapedX),
    ("{{ x | append: safe }}", escapedX + "<i>ok &amp; fine</i>"),
    ("{% capture c %}<p>{{ x }}</p>{% endcapture %}{{ c }}", "<p>\(escapedX)</p>"),
    ("{% capture c %}<p>{{ amp }}</p>{% endcapture %}{{ c | escape }}", "&lt;p&gt;&amp;&lt;/p&gt;"),
    ("{% capture c %}<p>{% endcapture %}{{ c | escape }}", "&lt;p&gt;"),
    ("{% capture c %}{{ x }}{% endcapture %}{% capture d %}{{ c }}{% endcapture %}{{ d }}", escapedX),
    ("{{ '<p>T</p>' | replace: 'T', x }}", "<p>\(escapedX)</p>"),
    ("{{ x | replace: '<b>', '' }}", "&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt;"),
    ("{{ x | replace: '<b>', '<br>' }}", "<br>&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt;"),
    ("{{ list | join: '<br>' }}", "&lt;1&gt;<br>2&amp;3"),
    ("{{ list | join: ', ' }}", "&lt;1&gt;, 2&amp;3"),
    ("{{ list }}", "&lt;1&gt;2&amp;3"),
    ("{{ map }}", "{&quot;k&quot;=&gt;&quot;&lt;v&gt;&quot;}"),
    ("{% for i in list %}{{ i }};{% endfor %}", "&lt;1&gt;;2&amp;3;"),
    ("{{ x | upcase }}", "&lt;B&gt;&quot;A&quot; &amp; &#39;B&#39;&lt;/B&gt;"),
    ("{{ x | truncate: 5 }}", "&lt;b..."),
    ("{{ list | first | append: '<br>' }}", "&lt;1&gt;<br>"),
    ("{{ '%3Cscript%3E' | url_decode }}", "&lt;script&gt;"),
    ("{{ 'PHNjcmlwdD4=' | base64_decode }}", "&lt;script&gt;"),
    ("{{ missing | default: x }}", escapedX),
    ("{% assign y = x | split: '&' %}{{ y[0] }}", "&lt;b&gt;&quot;A&quot; "),
    ("{% echo x %}", escapedX),
    ("{% cycle x, '<' %}", escapedX),
    ("{% ifchanged %}{{ x }}{% endifchanged %}", escapedX),
    ("{{ \"a\nb\" | append: amp | newline_to_br }}", "a<br />\nb&amp;"),
    ("{{ x | newline_to_br }}", escapedX),
    (
      "<script>v = {{ x | json }}</script>",
      "<script>v = \"\\u003cb\\u003e\\\"A\\\" \\u0026 \\u0027B\\u0027\\u003c/b\\u003e\"</script>"
    ),
  ]) func auto(_ source: String, _ expected: String) throws {
    #expect(try rendered(source, Self.evil, escaping: .auto) == expected)
  }

  @Test func htmlBytesAreText() throws {
    let data: [String: Value] = ["h": .safeHTML(bytes: Array("<i>é&amp;</i>".utf8)), "x": .string("<")]
    let source =
      "{{ h }}|{{ h | append: x }}|{{ h | escape }}|{{ h.size }}|{% if h contains 'é' %}y{% endif %}|{{ h | upcase | size }}"
    #expect(
      try rendered(source, data, escaping: .auto)
        == "<i>é&amp;</i>|<i>é&amp;</i>&lt;|&lt;i&gt;é&amp;&lt;/i&gt;|13|y|13")
    #expect(
      try rendered("{% for c in h %}{{ c }}{% endfor %}{% capture c %}{{ h }}{% endcapture %}{{ c }}", data)
        == "<i>é&amp;</i><i>é&amp;</i>")
  }

  @Test func manualPrintsAsItIs() throws {
    #expect(try rendered("{{ x }}{{ x | escape | escape }}", ["x": .string("<")]) == "<&amp;lt;")
  }

  @Test func partialsKeepTrust() throws {
    let out = try rendered(
      "{% render 'p', a: x, b: '<hr>' %}", Self.evil, partials: ["p": "{{ a }}{{ b }}"], escaping: .auto)
    #expect(out == Self.escapedX + "<hr>")
  }

  @Test func everyPlaceInAWord() throws {
    for special in ["<", ">", "&", "\"", "'"] {
      for length in 0..<20 {
        for place in 0...length {
          var text = Array(repeating: "a", count: length)
          text.insert(special, at: place)
          let plain = text.joined()
          let expected = plain.map { ["<": "&lt;", ">": "&gt;", "&": "&amp;", "\"": "&quot;", "'": "&#39;"][$0] ?? "\($0)" }
          #expect(try rendered("{{ x }}", ["x": .string(plain)], escaping: .auto) == expected.joined())
        }
      }
    }
  }

  @Test func everyCleanByteStays() throws {
    let clean = String(
      String.UnicodeScalarView((1..<0x250).compactMap(Unicode.Scalar.init).filter { !"<>&\"'".unicodeScalars.contains($0) }))
    #expect(try rendered("{{ x }}", ["x": .string(clean)], escaping: .auto) == clean)
  }
}
