import CXml2
import CoreAPIClient
import Testing

/// Every element of the HTML as libxml2 reads it, with its attributes: the oracle is another parse of what was printed.
private func elements(_ html: String) -> [(name: String, attributes: [String: String])] {
  let bytes = Array(html.utf8)
  let options = Int32(
    HTML_PARSE_RECOVER.rawValue | HTML_PARSE_NOERROR.rawValue | HTML_PARSE_NOWARNING.rawValue | HTML_PARSE_NONET.rawValue)
  guard
    let document = bytes.withUnsafeBufferPointer({ buffer in
      buffer.withMemoryRebound(to: CChar.self) { htmlReadMemory($0.baseAddress, Int32($0.count), nil, "UTF-8", options) }
    })
  else { return [] }
  defer { xmlFreeDoc(document) }
  var found: [(String, [String: String])] = []
  var pending = [xmlDocGetRootElement(document)]
  while let next = pending.popLast() {
    guard let node = next else { continue }
    if node.pointee.type == XML_COMMENT_NODE || node.pointee.type == XML_PI_NODE || node.pointee.type == XML_CDATA_SECTION_NODE {
      found.append(("#other", [:]))
    }
    if node.pointee.type == XML_ELEMENT_NODE {
      var attributes: [String: String] = [:]
      var attribute = node.pointee.properties
      while let one = attribute {
        attributes[String(cString: one.pointee.name)] = one.pointee.children.map { String(cString: $0.pointee.content) } ?? ""
        attribute = one.pointee.next
      }
      found.append((String(cString: node.pointee.name), attributes))
      pending.append(node.pointee.children)
    }
    pending.append(node.pointee.next)
  }
  return found
}

private let allowed: Set<String> = [
  "html", "body", "p", "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "strong", "em", "b", "i", "u", "s", "sub", "sup", "small",
  "mark", "h3", "h4", "h5", "h6", "blockquote", "code", "pre", "a", "table", "caption", "thead", "tbody", "tfoot", "tr", "th",
  "td",
]

private func checkSafe(_ html: String, _ source: String) {
  for element in elements(html) {
    #expect(allowed.contains(element.name), "\(element.name) from \(source.prefix(200))")
    for (name, value) in element.attributes {
      #expect(element.name == "a" && name == "href", "\(name) from \(source.prefix(200))")
      // As a browser reads it: blanks and controls dropped, then the scheme.
      let read = value.unicodeScalars.filter { $0.value > 0x20 }.reduce(into: "") { $0.unicodeScalars.append($1) }.lowercased()
      let scheme = read.prefix { !":/?#".contains($0) }
      let hasScheme = read.dropFirst(scheme.count).first == ":"
      #expect(!hasScheme || ["http", "https", "mailto", "tel"].contains(String(scheme)), "\(value) from \(source.prefix(200))")
      #expect(!read.hasPrefix("//") && !read.contains("\\"))
    }
  }
}

private let hostile = [
  "<script>alert(1)</script>", "<ScRiPt src=//evil.example></sCrIpT>", "<img src=x onerror=alert(1)>",
  "<p onclick=alert(1)>x</p>",
  "<a href=\"javascript:alert(1)\">x</a>", "<a href=\"JaVaScRiPt:alert(1)\">x</a>", "<a href=\"java\tscript:alert(1)\">x</a>",
  "<a href=\"java&#10;script:alert(1)\">x</a>", "<a href=\"&#106;&#97;vascript:alert(1)\">x</a>",
  "<a href=\"&#x6a;avascript&colon;alert(1)\">x</a>", "<a href=\" \u{1}javascript:alert(1)\">x</a>",
  "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>", "<a href=\"vbscript:x\">x</a>",
  "<a href=\"//evil.example\">x</a>",
  "<a href=\"/\\evil.example\">x</a>", "<a href='x' href='javascript:alert(1)'>x</a>",
  "<a href=\"https://ok\" onmouseover=x style=x>x</a>",
  "<style>*{background:url(javascript:x)}</style>", "<p style=\"background:url(javascript:alert(1))\">x</p>",
  "<iframe src=javascript:alert(1)></iframe>", "<svg><script>alert(1)</script></svg>", "<svg onload=alert(1)>",
  "<svg><a xlink:href=\"javascript:x\">x</a></svg>",
  "<math><mtext></p><img src onerror=x>", "<object data=x></object><embed src=x><applet code=x>",
  "<!--><script>alert(1)</script-->",
  "<!-- <img src=x onerror=alert(1)> -->", "<![CDATA[<script>alert(1)</script>]]>", "<?php echo 1 ?><?xml-stylesheet href=x?>",
  "<p>unclosed <b>and <i>deeper", "</p></div></body></html><script>alert(1)</script>",
  "<base href=//evil.example><meta http-equiv=refresh content=0;url=x>",
  "<form action=javascript:x><input autofocus onfocus=x><button formaction=javascript:x>",
  "<textarea><script>x</script></textarea>",
  "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
  "<title><a title=\"</title><img src=x onerror=x>\">",
  "<template><script>x</script></template>", "<xmp><script>x</script></xmp>", "<plaintext><script>x</script>",
  "<p>a\u{0}b<scr\u{0}ipt>alert(1)</script>", "<<script>script>alert(1)<</script>/script>", "<a<b href=x>", "<p/onclick=x>",
  "<p\u{C}onclick=x>x",
  "&lt;script&gt;alert(1)&lt;/script&gt;", "&amp;lt;script&amp;gt;", "&#60;script&#62;x&#60;/script&#62;", "&unknown; &amp &lt",
  "<select><option><script>x</script></select>", "<table><script>x</script><tr onclick=x><td background=x>y</table>",
  "\u{FEFF}<script>x</script>",
  "<a href=\"https://e.example/?a=1&b='%22><script>\">x</a>", "<x-y:script>x</x-y:script>",
  "<p id=x class=y name=z data-x=1 hx-get=/x hx-on:click=x>t</p>",
  "<a href=x><a href=javascript:y>z</a></a>", "<frameset onload=x><frame src=javascript:x></frameset>",
  "<video><source onerror=x></video>", "<", "<!", "</", "&", "<a href=", "<a href=\"https://x",
]

@Suite struct SanitizedHTMLTests {
  @Test(arguments: hostile)
  func `Nothing hostile survives a second parse`(source: String) {
    let html = SanitizedHTML(source).html
    checkSafe(html, source)
    #expect(!html.lowercased().contains("<script"))
    #expect(!html.unicodeScalars.contains("\0"))
  }

  @Test(arguments: hostile)
  func `Sanitising twice is sanitising once`(source: String) {
    let once = SanitizedHTML(source)
    #expect(SanitizedHTML(once.html).html == once.html)
  }

  @Test func `Any two hostile pieces together are as harmless`() {
    for first in hostile { for second in hostile { checkSafe(SanitizedHTML(first + second).html, first + second) } }
  }

  /// Pieces of markup in random order: a fixed seed, so that a failure comes again.
  @Test func `Random markup stays harmless`() {
    let pieces = [
      "<", ">", "\"", "'", "=", "/", "<a ", "href", "javascript:", "<p>", "</p>", "<svg>", "</svg>", "<!--", "-->", "<![CDATA[",
      "]]>",
      "<script>", "</script>", "<style>", "</style>", " onerror=", "&lt;", "&#x3c;", "text", "\n", "\t", "\0", "ș", "<table>",
      "<td>", "<ul>", "<li>", "</", "<b>", "<title>",
    ]
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func next() -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state >> 33)
    }
    for _ in 0..<3000 {
      var source = ""
      for _ in 0..<(next() % 14) { source += pieces[next() % pieces.count] }
      let html = SanitizedHTML(source).html
      checkSafe(html, source)
      checkSafe(SanitizedHTML(html).html, source)
    }
  }

  @Test(arguments: [
    ("plain", "plain"), ("a & b < c", "a &amp; b &lt; c"), ("<p>One</p><p>Two</p>", "<p>One</p><p>Two</p>"),
    ("<h1>Title</h1>", "<h3>Title</h3>"), ("<a href=\"/pages/size\">Sizes</a>", "<a href=\"/pages/size\">Sizes</a>"),
    ("<a href=\"https://e.example/?a=1&amp;b=2\">x</a>", "<a href=\"https://e.example/?a=1&amp;b=2\">x</a>"),
    ("<a href=\"mailto:a@b.example\">x</a>", "<a href=\"mailto:a@b.example\">x</a>"), ("<a href=\"javascript:x\">x</a>", "x"),
    ("<div>One</div><div>Two</div>", "One\nTwo"), ("a<br>b<br/>c", "a<br>b<br>c"),
    ("<ul><li>x<li>y</ul>", "<ul><li>x</li><li>y</li></ul>"),
    ("caf&eacute; &mdash; &copy;", "caf\u{E9} \u{2014} \u{A9}"), ("<span class=x>kept</span> text", "kept text"),
    ("  <p> x </p> ", "<p> x </p>"),
    ("<b>open", "<b>open</b>"), ("it's \"so\"", "it&#39;s &quot;so&quot;"), ("", ""), ("বাংলা <b>বই</b>", "বাংলা <b>বই</b>"),
    ("<script>gone</script>", ""), ("<id>urn:isbn:1</id> text", "urn:isbn:1 text"),
    ("#include <setjmp.h> banana", "#include  banana"),
  ])
  func `What is allowed stays`(source: String, html: String) {
    #expect(SanitizedHTML(source).html == html)
  }

  @Test func `The words alone are there for excerpts`() {
    #expect(
      SanitizedHTML("<p>One &amp; two</p><ul><li>three</li><li>four</li></ul><script>no</script>").text == "One & two three four")
    #expect(SanitizedHTML("a &lt;b&gt;").text == "a <b>")
  }

  @Test(arguments: ["<b>", "<div>", "<blockquote>", "<table><tr><td>", "<a href=/x>", "<x>", "<ul><li>"])
  func `Depth costs no stack and loses no safety`(opening: String) {
    let source = String(repeating: opening, count: 20_000) + "core<script>x</script>"
    let html = SanitizedHTML(source).html
    checkSafe(html, opening)
    #expect(html.utf8.count < 1_000_000)
  }

  @Test(arguments: ["<p>word ", "<", "&", "\u{0}", "<a href='", "ș", "<!--", "plain "])
  func `Length is cut, not suffered`(piece: String) {
    let html = SanitizedHTML(String(repeating: piece, count: 4_000_000 / piece.utf8.count)).html
    #expect(html.utf8.count <= SanitizedHTML.longestInput * 6)
  }
}
