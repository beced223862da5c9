import Testing

@testable import TemplateEngine

/// The tokenizer's states, and that no way of cutting the text into pieces changes one.
struct HTMLStateTests {
  @Test(arguments: [
    ("", "text"), ("a < b", "text"), ("<p>", "text"), ("<p", "tagName"), ("</p", "tagName"), ("<", "tagOpen"),
    ("</", "endTagOpen"),
    ("<p ", "beforeName"), ("<p cla", "name"), ("<p a ", "afterName"), ("<p a/", "beforeName"), ("<p a=", "beforeValue plain"),
    ("<p a= \"", "value plain double"), ("<p a='", "value plain single"), ("<p a=x", "value plain none"), ("<p a=x y", "name"),
    ("<p a=\"x\"", "afterValue"), ("<p a=\"<b>\" c='>", "value plain single"), ("<p a=x>", "text"), ("</p a=\">\">", "text"),
    ("<a href=\"", "value url double start"), ("<A HREF='", "value url single start"), ("<a href=/x", "value url none rest"),
    ("<a href=\"https:", "value url double rest"), ("<a href=\"ht", "value url double open"),
    ("<a href=\" java\tscript&colon;", "value url double script code"),
    ("<a href=\"java&#115cript:f('", "value url double script single"),
    ("<a href=\"data:text/html,", "value url double opaque"), ("<img src=\"", "value media double start"),
    ("<script src=\"", "value url double start"), ("<img data-src='", "value media single start"),
    ("<p data-href='", "value url single start"),
    ("<img srcset=\"a 1x,", "value candidates double"), ("<iframe srcdoc=\"<p>", "value document double"),
    ("<p onclick=\"f(", "value handler double code"), ("<p onclick=\"f('", "value handler double single"),
    ("<p onclick='f(&quot;", "value handler single double"), ("<p onclick='f(&#x22;&quot;", "value handler single code"),
    ("<p onclick=\"f(&quot 'x'", "value handler double double"), ("<p style=\"color:", "value style double code"),
    ("<p style=\"background:url(", "value style double code"), ("<p style=\"background:url( a", "value style double address"),
    ("<p style=\"a:'", "value style double single"), ("<meta content=\"", "value content double"),
    ("<!--", "comment"), ("<!-- -- >", "comment"), ("<!---->", "text"), ("<!-->", "text"), ("<!--->", "text"),
    ("<!-- a --!>", "text"),
    ("<!-- a --!", "comment"), ("<!doctype html", "bogus"), ("<!doctype html>", "text"), ("<?x", "bogus"),
    ("<![CDATA[ ]]", "bogus"),
    ("</>", "text"), ("</1", "bogus"), ("<1", "text"), ("<script>", "script code"), ("<script>'", "script single"),
    ("<script>'</script>", "text"), ("<script>'</script x", "name"), ("<script>'</scriptx>", "script single"),
    ("</script>", "text"),
    ("<script>`a${b", "script code"), ("<script>`a${ {} }", "script template"), ("<script>`a${`b`}`", "script code"),
    ("<script>// '", "script line"), ("<script>// '\n", "script code"), ("<script>/* ' */", "script code"),
    ("<script>/* '", "script block"),
    ("<script>a = /'/", "script code"), ("<script>a = /[/']", "script regex"), ("<script>a / b / '", "script single"),
    ("<script>return /'", "script regex"), ("<script>'\\'", "script single"), ("<script>'a\n", "script code"),
    ("<script><!-- '", "script line"), ("<script><!--<script></script>", "script line"),
    ("<script><!--<script></script></script>", "text"),
    ("<script><!--<script>--></script>", "text"), ("<script><!--</script>", "text"),
    ("<script type=\"application/ld+json\">{\"a\":\"", "script double"), ("<script type=\"text/template\"><p a=\"", "inert"),
    ("<script type=\"text/x-handlebars-template\">", "inert"), ("<script type='module'>\"", "script double"),
    ("<script type=text/javascript>\"", "script double"), ("<script/>", "script code"),
    ("<style>", "style code"), ("<style>a{b:\"", "style double"), ("<style>/* \" */", "style code"), ("<style></style>", "text"),
    ("<style>a{b:url(\"", "style double"), ("<style>a{b:url(x)", "style code"), ("<style>@import '", "style single"),
    ("<title><b>", "title"), ("<title><b></title>", "text"), ("<textarea><!--</textarea>", "text"),
    ("<textarea></title>", "textarea"),
    ("<iframe><p a=\"", "iframe"), ("<xmp></xmp >", "text"), ("<plaintext></plaintext>", "plaintext"),
    ("<noscript><p a=\"", "value plain double"),
  ]) func reads(_ text: String, _ expected: String) {
    let bytes = Array(text.utf8)
    var whole = HTMLState()
    whole.read(bytes)
    #expect(Self.describe(whole) == expected)
    for cut in 0...bytes.count {
      var pieces = HTMLState()
      pieces.read(bytes[..<cut])
      pieces.read(bytes[cut...])
      #expect(pieces == whole, "cut at \(cut)")
    }
    var single = HTMLState()
    for byte in bytes { single.read([byte]) }
    #expect(single == whole)
  }

  static func describe(_ state: HTMLState) -> String {
    switch state.phase {
    case .raw:
      switch state.element {
      case .script: return state.scriptKind == .inert ? "inert" : "script \(state.script.mode)"
      case .style: return "style \(state.style.mode)"
      default: return "\(state.element)"
      }
    case .beforeValue: return "beforeValue \(state.attribute)"
    case .value:
      let value = "value \(state.attribute) \(state.quote)"
      switch state.attribute {
      case .url, .media: return "\(value) \(state.address)" + (state.address == .script ? " \(state.script.mode)" : "")
      case .handler: return "\(value) \(state.script.mode)"
      case .style: return "\(value) \(state.style.mode)"
      default: return value
      }
    default: return "\(state.phase)"
    }
  }

  /// Random text of pieces that matter: cut anywhere, and never a trap.
  @Test func randomText() {
    let pieces = [
      "<", ">", "/", "!", "--", "-", "\"", "'", "=", " ", "&", "quot;", "#39;", "script", "style", "a", "href", "onclick", "url(",
      ")", "{",
      "}", "`", "$", "\\", "*", ":", ";", "\n", "textarea", "title", "type", "text/x", "javascript", "é", "\u{2028}", "\0",
      "content",
    ]
    var random = UInt64(7)
    func next(_ bound: Int) -> Int {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(random >> 33) % bound
    }
    for _ in 0..<3000 {
      let bytes = Array((0..<next(30)).map { _ in pieces[next(pieces.count)] }.joined().utf8)
      var whole = HTMLState()
      whole.read(bytes)
      var parts = HTMLState()
      var from = 0
      while from < bytes.count {
        let to = min(bytes.count, from + 1 + next(5))
        parts.read(bytes[from..<to])
        from = to
      }
      #expect(parts == whole, "\(String(decoding: bytes, as: UTF8.self))")
    }
  }
}
