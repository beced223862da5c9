import Testing

@testable import TemplateEngine

/// What a value prints in each place of a page under automatic escaping.
struct ContextTests {
  static let data: [String: Value] = [
    "x": .string("<b>\"A\" & 'B'</b>"), "js": .string("javascript:alert(1)"), "url": .string("https://a.example/?q=1&r=2"),
    "path": .string("/products/a b"), "word": .string("red"), "n": .int(3), "list": .array([.int(1), .string("</b>")]),
    "empty": .string(""), "void": .string(""), "sp": .string("a b=c`d"), "safe": .safeHTML("<i title=\"t\">ok &amp; fine</i>"),
    "on": .string("onclick"),
    "yes": .bool(true), "script": .string("script"), "css": .string("red;} a{b:url(//c)"), "dash": .string("--> a -- b -"),
    "png": .string("data:image/png;base64,AA=="), "doc": .string("data:text/html,<script>"), "tag": .string("h2"),
    "tab": .string(" java\tscript:f()"),
  ]
  static let x = "&lt;b&gt;&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt;"
  static let jsX = "\\u003cb\\u003e\\u0022A\\u0022 \\u0026 \\u0027B\\u0027\\u003c/b\\u003e"
  static let blocked = "about:invalid#blocked"

  @Test(arguments: [
    // Values of attributes.
    ("<p title=\"{{ x }}\">", "<p title=\"\(x)\">"), ("<p title='{{ x }}'>", "<p title='\(x)'>"),
    ("<p title=\"{{ safe }}\">", "<p title=\"<i title=&quot;t&quot;>ok &amp; fine</i>\">"),
    ("<p title=\"{{ '<a b=\"c\">' }}\">", "<p title=\"<a b=&quot;c&quot;>\">"),
    ("<p title=\"{{ x | raw }}\">", "<p title=\"<b>\"A\" & 'B'</b>\">"),
    (
      "<p data-x=\"{{ x | json }}\">",
      "<p data-x=\"&quot;\\u003cb\\u003e\\&quot;A\\&quot; \\u0026 \\u0027B\\u0027\\u003c/b\\u003e&quot;\">"
    ),
    ("<p data-x='{{ x | json }}'>", "<p data-x='\"\\u003cb\\u003e\\\"A\\\" \\u0026 \\u0027B\\u0027\\u003c/b\\u003e\"'>"),
    ("<p title={{ sp }}>", "<p title=a&#32;b&#61;c&#96;d>"), ("<p title={{ empty }} id=a>", "<p title=\"\" id=a>"),
    ("<p title=a{{ empty }} id=a>", "<p title=a id=a>"), ("<p title={{ 'a b' }}>", "<p title=a&#32;b>"),
    ("<p title={{ n }}>", "<p title=3>"),
    ("<p title=\"{{ list }}\">", "<p title=\"1&lt;/b&gt;\">"), ("<p title=\"{{ x | escape }}\">", "<p title=\"\(x)\">"),
    // Addresses.
    ("<a href=\"{{ js }}\">", "<a href=\"\(blocked)\">"), ("<a href='{{ tab }}'>", "<a href='\(blocked)'>"),
    ("<a href={{ js }}>", "<a href=\(blocked)>"),
    ("<a href=\"{{ url }}\">", "<a href=\"https://a.example/?q=1&amp;r=2\">"),
    ("<a href=\"{{ path }}\">", "<a href=\"/products/a b\">"),
    ("<a href=\"{{ word }}:{{ js }}\">", "<a href=\"red:javascript%3Aalert%281%29\">"),
    ("<a href=\"{{ empty }}{{ js }}\">", "<a href=\"\(blocked)\">"),
    ("<a href=\"{{ '&lt;/a' | escape }}{{ x | escape }}\">", "<a href=\"&amp;lt;/a\(x)\">"),
    ("<script>a = {{ '' | append: void }}; b = {{ void }}</script>", "<script>a = \"\"; b = \"\"</script>"),
    ("<a href=\"/a?b={{ js }}\">", "<a href=\"/a?b=javascript:alert(1)\">"),
    ("<a href=\"{{ js | raw }}\">", "<a href=\"javascript:alert(1)\">"),
    ("<a href=\"{{ js | escape }}\">", "<a href=\"\(blocked)\">"), ("<a href=\"mailto:{{ x }}\">", "<a href=\"mailto:\(x)\">"),
    ("<a href=\"javascript:f('{{ x }}')\">", "<a href=\"javascript:f('\(jsX)')\">"),
    ("<a href=\"javascript:f({{ word }})\">", "<a href=\"javascript:f(&quot;red&quot;)\">"),
    ("<img src=\"{{ png }}\">", "<img src=\"data:image/png;base64,AA==\">"),
    ("<a href=\"{{ png }}\">", "<a href=\"\(blocked)\">"),
    ("<img src=\"{{ doc }}\">", "<img src=\"\(blocked)\">"), ("<iframe src=\"{{ doc }}\">", "<iframe src=\"\(blocked)\">"),
    (
      "<form action=\"{{ js }}\"><button formaction=\"{{ js }}\">",
      "<form action=\"\(blocked)\"><button formaction=\"\(blocked)\">"
    ),
    ("<svg><a xlink:href=\"{{ js }}\">", "<svg><a xlink:href=\"\(blocked)\">"),
    ("<img srcset=\"{{ url }} 1x, {{ js }} 2x\">", "<img srcset=\"https://a.example/?q=1&amp;r=2 1x, \(blocked) 2x\">"),
    ("<meta http-equiv=\"refresh\" content=\"0;url={{ js }}\">", "<meta http-equiv=\"refresh\" content=\"0;url=\(blocked)\">"),
    ("<meta http-equiv=refresh content=\"{{ js }}\">", "<meta http-equiv=refresh content=\"\">"),
    ("<meta name=a content=\"{{ js }}\">", "<meta name=a content=\"javascript:alert(1)\">"),
    ("<set to=\"{{ js }}\">", "<set to=\"\(blocked)\">"),
    (
      "<iframe srcdoc=\"{{ x }}\">",
      "<iframe srcdoc=\"&amp;lt;b&amp;gt;&amp;quot;A&amp;quot; &amp;amp; &amp;#39;B&amp;#39;&amp;lt;/b&amp;gt;\">"
    ),
    // Names.
    ("<{{ tag }} a>{{ x }}</{{ tag }}>", "<h2 a>\(x)</h2>"), ("<{{ script }}>", "<span>"), ("<h{{ n }}>", "<h3>"),
    ("<s{{ word }}>", "<s>"),
    ("<p {{ on }}>", "<p data-onclick>"), ("<p {{ on }}=\"{{ js }}\">", "<p data-onclick=\"javascript:alert(1)\">"),
    ("<p {{ word }}>", "<p red>"),
    ("<p {{ x }}>", "<p bA Bb>"), ("<p data-{{ sp }}>", "<p data-abcd>"), ("<p {{ 'a=\"b\"' }}>", "<p a=\"b\">"),
    ("<p on{{ word }}=\"{{ word }}\">", "<p on=\"&quot;red&quot;\">"),
    ("<p {{ word }}href=\"{{ js }}\">", "<p redhref=\"\(blocked)\">"),
    // Scripts.
    ("<script>var a = {{ x }};</script>", "<script>var a = \"\(jsX)\";</script>"),
    ("<script>var a = '{{ x }}';</script>", "<script>var a = '\(jsX)';</script>"),
    (
      "<script>var a = {{ n }}, b = {{ yes }}, c = {{ list }}, d = {{ 'e()' }};</script>",
      "<script>var a = 3, b = true, c = [1,\"\\u003c/b\\u003e\"], d = e();</script>"
    ),
    (
      "<script>var a = {{ x | json }};</script>",
      "<script>var a = \"\\u003cb\\u003e\\\"A\\\" \\u0026 \\u0027B\\u0027\\u003c/b\\u003e\";</script>"
    ),
    (
      "<script>a = \"{{ x | json }}\"</script>",
      "<script>a = \"\\u0022\\u005cu003cb\\u005cu003e\\u005c\\u0022A\\u005c\\u0022 \\u005cu0026 \\u005cu0027B\\u005cu0027\\u005cu003c/b\\u005cu003e\\u0022\"</script>"
    ),
    ("<script>a = `{{ x }}${ {{ n }} }`</script>", "<script>a = `\(jsX)${ 3 }`</script>"),
    ("<script>a = /{{ sp }}/</script>", "<script>a = /a b\\u003dc\\u0060d/</script>"),
    ("<script>a = /{{ empty }}/</script>", "<script>a = /(?:)/</script>"),
    ("<script>// {{ x }}\n</script>", "<script>// bA  Bb\n</script>"),
    ("<script>{{ x | raw }}</script>", "<script><b>\"A\" & 'B'</b></script>"),
    ("<p onclick=\"f('{{ x }}')\">", "<p onclick=\"f('\(jsX)')\">"),
    ("<p onclick=\"f({{ word }})\">", "<p onclick=\"f(&quot;red&quot;)\">"),
    ("<p onclick='f(&quot;{{ x }}&quot;)'>", "<p onclick='f(&quot;\(jsX)&quot;)'>"),
    (
      "<script type=\"application/ld+json\">{\"a\": \"{{ x }}\", \"b\": {{ word }}}</script>",
      "<script type=\"application/ld+json\">{\"a\": \"\(jsX)\", \"b\": \"red\"}</script>"
    ),
    ("<script type=\"text/template\"><p>{{ x }}</script>", "<script type=\"text/template\"><p>\(x)</script>"),
    ("<script {% if yes %}type=\"module\"{% endif %}>a = '{{ word }}'</script>", "<script type=\"module\">a = 'red'</script>"),
    // Styles.
    ("<p style=\"color: {{ word }}\">", "<p style=\"color: red\">"),
    ("<p style=\"color: {{ css }}\">", "<p style=\"color: blocked\">"),
    ("<p style=\"{{ 'a: ' | append: word }}\">", "<p style=\"a: red\">"),
    ("<style>a { b: {{ css }} }</style>", "<style>a { b: blocked }</style>"),
    ("<style>a { b: \"{{ x }}\" }</style>", "<style>a { b: \"\\3c b\\3e \\22 A\\22  \\26  \\27 B\\27 \\3c /b\\3e \" }</style>"),
    (
      "<style>a { b: url({{ js }}) url(\"{{ url }}\") }</style>",
      "<style>a { b: url(\(blocked)) url(\"https://a.example/?q=1\\26 r=2\") }</style>"
    ),
    // Comments, titles.
    ("<!-- {{ dash }}-->", "<!-- &#45;&#45;&gt; a &#45;&#45; b &#45;-->"),
    ("<title>{{ x }}{{ safe }}</title>", "<title>\(x)&lt;i title=\"t\">ok &amp; fine&lt;/i></title>"),
    ("<textarea>{{ x }}</textarea>", "<textarea>\(x)</textarea>"),
    // Ways that meet.
    (
      "<a {% if yes %}href=\"{% else %}title='{% endif %}{{ x }}",
      "<a href=\"&lt;b&gt;&quot;A&quot;&#32;&amp;&#32;&#39;B&#39;&lt;/b&gt;"
    ),
    ("<a{% if yes %} class=\"b\"{% endif %} href=\"{{ js }}\">", "<a class=\"b\" href=\"\(blocked)\">"),
    (
      "{% for i in (1..2) %}<a href=\"{{ js }}\">{{ x }}</a>{% endfor %}",
      "<a href=\"\(blocked)\">\(x)</a><a href=\"\(blocked)\">\(x)</a>"
    ),
    ("{% case n %}{% when 3 %}<script>{% else %}<style>{% endcase %}{{ css }}", "<script>red aburlc"),
    ("<a {% for i in (1..2) %}data-{{ i }}=\"{{ x }}\" {% endfor %}>", "<a data-1=\"\(x)\" data-2=\"\(x)\" >"),
    ("<script>{% if yes %}a = '{% else %}b = \"{% endif %}{{ css }}", "<script>a = 'red abUrlc".replacing("U", with: "u")),
    // Built from literals and data.
    ("{{ '<a href=\"' | append: js | append: '\">' | append: x | append: '</a>' }}", "<a href=\"\(blocked)\">\(x)</a>"),
    ("{% capture c %}<a href=\"{{ js }}\">{{ x }}</a>{% endcapture %}{{ c }}", "<a href=\"\(blocked)\">\(x)</a>"),
    ("{% capture c %}<b>{{ x }}</b>{% endcapture %}<p title=\"{{ c }}\">", "<p title=\"<b>\(x)</b>\">"),
    ("{% capture c %}<b c=\"d\">{{ word }}</b>{% endcapture %}<p title=\"{{ c }}\">", "<p title=\"<b c=&quot;d&quot;>red</b>\">"),
    (
      "{% capture c %}a {{ x }}{% endcapture %}<script>v = {{ c | json }}</script>",
      "<script>v = \"a \\u003cb\\u003e\\\"A\\\" \\u0026 \\u0027B\\u0027\\u003c/b\\u003e\"</script>"
    ),
    (
      "{% capture c %}<b>{{ word }}&{{ x }}</b>{% endcapture %}{{ c | json }}",
      "\"\\u003cb\\u003ered\\u0026\\u0026lt;b\\u0026gt;\\u0026quot;A\\u0026quot; \\u0026amp; \\u0026#39;B\\u0026#39;\\u0026lt;/b\\u0026gt;\\u003c/b\\u003e\""
    ),
    (
      "{% capture a %}onclick=\"f('{{ x }}')\" href=\"{{ js }}\" id={{ sp }}{% endcapture %}<a {{ a }}>",
      "<a onclick=\"f('\(jsX)')\" href=\"\(blocked)\" id=a&#32;b&#61;c&#96;d>"
    ),
    ("{% capture s %}color: {{ word }};{% endcapture %}<p style=\"{{ s }}\">", "<p style=\"color: red;\">"),
    ("{% capture s %}color: {{ css }};{% endcapture %}<p style=\"{{ s }}\">", "<p style=\"color: blocked;\">"),
    ("{% capture u %}/a?b={{ x }}{% endcapture %}<a href=\"{{ u }}\">", "<a href=\"/a?b=\(x)\">"),
    ("{% capture u %}{{ js }}{% endcapture %}<a href=\"{{ u }}\">", "<a href=\"\(blocked)\">"),
    ("{{ 'a ' | append: x | url_encode }}", "a+%3Cb%3E%22A%22+%26+%27B%27%3C%2Fb%3E"), ("{{ 'a' | append: x | size }}", "17"),
    ("{{ '<i>' | append: x | upcase }}", "<I>&lt;B&gt;&quot;A&quot; &amp; &#39;B&#39;&lt;/B&gt;"),
    ("{{ '<i>' | append: x | truncate: 8, '' }}", "<i>&lt;b&gt;&quot;A"),
    ("{{ '<i>|' | append: x | split: '|' | last }}", x),
    ("{{ '<p>T</p>' | replace: 'T', x | remove: '<b>' }}", "<p>&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt;</p>"),
    (
      "{% if c == nil %}{% capture c %}a{{ x }}{% endcapture %}{% endif %}{% assign d = 'a' | append: x %}{% if c == d %}same{% endif %}",
      "same"
    ),
    (
      "{% capture c %}{% for i in list %}<li>{{ i }}</li>{% endfor %}{% endcapture %}<ul>{{ c }}</ul>",
      "<ul><li>1</li><li>&lt;/b&gt;</li></ul>"
    ),
    // Partials are compiled for text and print for where they are rendered.
    ("<p title=\"{% render 'p', a: x %}\">", "<p title=\"<b>\(x)</b>\">"),
    ("<script>var a = '{% render 'q', a: x %}';</script>", "<script>var a = '\(jsX)';</script>"),
    ("<a href=\"{% render 'q', a: js %}\">", "<a href=\"\(blocked)\">"),
    ("<script>{% render 'js', a: x %}</script>", "<script>var s = '\(jsX)';</script>"),
    ("<a href=\"{% include 'q', a: js %}\">", "<a href=\"\(blocked)\">"),
    ("<p {% render 'attrs', a: js %}>", "<p href=\"\(blocked)\">"),
    ("{% for i in (1..3) %}<p title=\"{% include 'stop' %}\">{% endfor %}", "<p title=\""),
  ]) func prints(_ source: String, _ expected: String) throws {
    let partials = [
      "p": "<b>{{ a }}</b>", "q": "{{ a }}", "js": "var s = '{{ a }}';", "attrs": "href=\"{{ a }}\"", "stop": "{% break %}",
    ]
    #expect(try rendered(source, Self.data, partials: partials, escaping: .auto) == expected)
  }

  /// Text of literals and data is text to all that looks at it.
  @Test(arguments: [
    ("{% assign k = 'wo' | append: rd %}{{ all[k] }}", "red"), ("{% assign k = '1' | append: n %}{{ k | plus: 1 }}", "14"),
    ("{% assign k = '' | append: n | append: n %}{{ k | at_most: 40 }}", "33"),
    (
      "{% assign k = 'a' | append: rd %}{% for i in (1..9) limit: n %}{{ i }}{% endfor %}{% for c in k %}[{{ c }}]{% endfor %}",
      "123[ard]"
    ),
    (
      "{% assign k = 'a' | append: rd %}{{ k | first }}{{ k | last }}{{ k.size }}{{ k | slice: 1, 2 }}{{ k | capitalize }}",
      "ad3rdArd"
    ),
    (
      "{% assign k = 'a' | append: rd %}{% case k %}{% when 'ard' %}yes{% endcase %}{% if k contains 'rd' %}yes{% endif %}",
      "yesyes"
    ),
    ("{% assign k = 'b' | append: rd %}{% assign l = 'a,b' | split: ',' | concat: two %}{{ l | sort | join: k }}", "abrdbbrdr"),
    ("{% assign k = 'a-' | append: rd | append: '-b' | split: '-' %}{{ k[1] }}{{ k | size }}", "rd3"),
    (
      "{% assign k = ' a ' | append: rd | append: ' ' %}[{{ k | strip }}][{{ k | lstrip }}][{{ k | rstrip }}]",
      "[a rd][a rd ][ a rd]"
    ),
    ("{% assign k = 'a b ' | append: rd %}{{ k | truncatewords: 2 }}{{ k | truncate: 4 }}{{ k | upcase }}", "a b...a...A B RD"),
    ("{% if true %} {% capture c %}a b{% endcapture %} {% endif %}[{{ c }}]", "[a b]"),
  ]) func runsAreText(_ source: String, _ expected: String) throws {
    let data: [String: Value] = [
      "rd": .string("rd"), "n": .int(3), "all": .object([("word", .string("red"))]), "two": .array([.string("r")]),
    ]
    #expect(try rendered(source, data, escaping: .auto) == expected)
    #expect(try rendered(source, data) == expected)
  }

  @Test func fillersAreHTML() throws {
    var environment = Environment(escaping: .auto)
    environment.addTag("slot", .request)
    let template = try environment.compile(
      "{% slot 'a' %}<p title=\"{% slot 'a' %}\"><script>'{% slot 'a' %}'</script>", name: "t")
    let render = Render(template)
    guard case .needs(let requests) = render.resume() else { throw Unexpected("needs the slot") }
    render.supply(.safeHTML(bytes: Array("<b c=\"d\">'</b>".utf8)), for: requests[0])
    guard case .done = render.resume() else { throw Unexpected("must end") }
    #expect(
      String(decoding: render.takeOutput(), as: UTF8.self)
        == "<b c=\"d\">'</b><p title=\"<b c=&quot;d&quot;>'</b>\"><script>'\\u003cb c=\\u0022d\\u0022\\u003e\\u0027\\u003c/b\\u003e'</script>"
    )
  }

  /// Harmless data prints what it prints without escaping, wherever it is text of the page.
  @Test(arguments: ["plain", "/a/b?c=d", "https://a.example/x.png", "10", "a-b_c.d", "é ü"]) func cleanDataEqualsManual(
    _ text: String
  ) throws {
    let places = [
      "{{ x }}", "<p title=\"{{ x }}\">", "<p title='{{ x }}'>", "<a href=\"{{ x }}\">",
      "<img src='{{ x }}' srcset=\"{{ x }} 2x\">", "<title>{{ x }}</title>",
      "<textarea>{{ x }}</textarea>", "<!-- {{ x }} -->", "<script>a = '{{ x }}'; b = {{ x | json }}; c = \"{{ x }}\"</script>",
      "<p onclick=\"f('{{ x }}')\">",
      "<style>a::before { content: '{{ x }}' }</style>", "<p style=\"background: url('{{ x }}')\">", "{{ '<b>' | append: x }}",
      "{% capture c %}<b>{{ x }}</b>{% endcapture %}{{ c }}",
    ]
    for place in places where !(text.contains(" ") && place.contains("url(")) {
      let manual = try rendered(place, ["x": .string(text)])
      #expect(try rendered(place, ["x": .string(text)], escaping: .auto) == manual, "\(place)")
    }
  }

  @Test func fastTextIsAsFastAsBefore() throws {
    // An output in text keeps the instruction it has without contexts; the same in a plain value of an attribute has one.
    let template = try Environment(escaping: .auto).compile("<p>{{ a }}</p><p title=\"{{ a }}\">", name: "t")
    let kinds = template.program.instructions.compactMap { instruction -> String? in
      switch instruction {
      case .print: "print"
      case .printIn: "printIn"
      default: nil
      }
    }
    #expect(kinds == ["print", "printIn"])
  }
}

/// Data that a place asks nothing more of takes a short way: it comes out as on the long one.
struct PlainPlaceTests {
  struct Row: Bindable {
    var text: String
    var number: Int
    static let shape = Shape<Row>(.field("text", \.text), .field("number", \.number))
  }

  @Test(
    arguments: [
      "<a href=\"{{ x }}\">", "<a href='{{ x }}'>", "<a href=\"/p/{{ x }}?q={{ x }}\">", "<img src=\"{{ x }}\" alt=\"{{ x }}\">",
      "<a href=\"a{{ x }}\">", "<p title=\"{{ x }}{{ n }}\" data-n=\"{{ n }}\">", "<a href=\"{{ n }}{{ x }}\">",
      "<a href={{ x }}>", "<p title=\"{{ x | escape }}\">", "<p title='{{ x | escape }}' data-n='{{ n | escape }}'>",
      "<p title={{ x | escape }}>", "<a href=\"{{ x | escape }}\">", "<input type=\"{{ x | escape }}\">",
      "<p onclick=\"{{ x }}\" style=\"{{ x }}\">", "<img srcset=\"{{ x }}\">", "<a href=\"javascript:{{ x }}\">",
    ],
    [
      "", "/", "/path/to", "/a&b<c>\"d'", "javascript:alert(1)", "/javascript:x", " javascript:x", "\tjava\nscript:x",
      "https://x.example/?a=b&c", "http://x.example/\"'<", "https:javascript:x", "httpsx://y", "it's \"&lt;\"",
      "data:text/html,x", "//host/x", "&#106;avascript:x", "a:b", "?x:y", String(repeating: "/long&", count: 100),
    ])
  func isTheLongWay(_ source: String, _ text: String) throws {
    let template = source.replacing("{{ x", with: "{{ r.text").replacing("{{ n", with: "{{ r.number")
    let row = Row(text: text, number: -7)
    let expected = try rendered(
      // A capture keeps to the long way.
      "{% capture c %}" + template + "{% endcapture %}{{ c }}", ["r": .bound(row)], escaping: .auto)
    #expect(try rendered(template, ["r": .bound(row)], escaping: .auto) == expected)
    let map = Value.object([("text", .string(text)), ("number", .int(-7))])
    #expect(try rendered(template, ["r": map], escaping: .auto) == expected)
  }
}
