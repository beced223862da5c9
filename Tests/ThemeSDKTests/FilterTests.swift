import Synchronization
import TemplateEngine
import Testing

@testable import ThemeSDK

/// Host filters: what they print, and that no argument can break out of what they print.
@Suite struct FilterTests {
  private static let files = [
    "assets/theme.css": "p{}", "assets/app.js": "1", "assets/icon.svg": "<svg></svg>", "assets/photo.jpg": "x",
    "locales/en.json": """
    { "hello": "Hello {{ name }}", "rich_html": "<b>{{ name }}</b>", "only_english": "English",
      "cart": { "items": { "one": "{{ count }} item", "other": "{{ count }} items" } } }
    """,
    "locales/de.json": "{ \"hello\": \"Hallo {{ name }}\" }", "theme.json": manifest,
  ]
  private static let manifest = """
    { "id": "minimal", "name": "Minimal", "version": "1", "engine": "1", "locales": ["en", "de"],
      "slots": { "header": {}, "product.price.after": {} }, "layout_slots": ["header"] }
    """

  private func host(
    locale: String = "en", currency: String = "EUR", images: ImageAddress = .asGiven, isPreview: Bool = false,
    warn: (@Sendable (String) -> Void)? = nil
  ) throws -> RenderHost {
    RenderHost(
      theme: try Fixtures.theme(Self.files), locale: locale, currency: currency, images: images, isPreview: isPreview, warn: warn)
  }

  private static let image = Value.object([
    ("src", .string("/images/a.jpg")), ("alt", .string("A \"red\" shoe")), ("width", .int(1200)), ("height", .int(800)),
  ])

  @Test(arguments: [
    ("{{ 'hello' | t: name: 'Ana' }}", "Hello Ana"), ("{{ 'hello' | t: name: '<i>' }}", "Hello &lt;i&gt;"),
    ("{{ 'cart.items' | t: count: 1 }}", "1 item"), ("{{ 'cart.items' | t: count: 3 }}", "3 items"),
    ("{{ 'hello' | t: name: evil }}", "Hello &lt;b&gt;&amp;&quot;&#39;"),
    ("{{ 'rich_html' | t: name: evil }}", "<b>&lt;b&gt;&amp;&quot;&#39;</b>"),
    ("{{ 'rich_html' | t: name: safe }}", "<b><i>ok</i></b>"), ("{{ 'not.add_to_cart' | t }}", "Add to cart"),
    ("{{ evil | t }}", "&lt;b&gt;&amp;&quot;&#39;"),
    ("{{ 'Ähren & Co.: 20% off!' | handle }}", "ähren-co-20-off"), ("{{ \"Men's  Shoes\" | handleize }}", "mens-shoes"),
    ("{{ evil | handle }}", "b"),
    ("{{ 1 | pluralize: 'item', 'items' }}", "item"), ("{{ 0 | pluralize: 'item', 'items' }}", "items"),
    ("{{ 1 | pluralize: evil, 'items' }}", "&lt;b&gt;&amp;&quot;&#39;"),
    ("{{ 1250 | weight_with_unit }}", "1.25\u{A0}kg"), ("{{ 1000 | weight_with_unit: 'kg' }}", "1\u{A0}kg"),
    ("{{ 'x' | weight_with_unit }}", ""),
    ("{{ 1 | weight_with_unit: evil }}", "0\u{A0}&lt;b&gt;&amp;&quot;&#39;"),
    ("{{ '2024-05-01T10:00:00Z' | time_tag }}", "<time datetime=\"2024-05-01T10:00:00Z\">1 May 2024</time>"),
    ("{{ '2024-05-01' | time_tag: format: 'month_year' }}", "<time datetime=\"2024-05-01T00:00:00Z\">May 2024</time>"),
    ("{{ evil | time_tag }}", "&lt;b&gt;&amp;&quot;&#39;"),
    ("{{ 'Red & blue' | highlight: 'BLUE' }}", "Red &amp; <strong class=\"highlight\">blue</strong>"),
    ("{{ evil | highlight: '<b>' }}", "<strong class=\"highlight\">&lt;b&gt;</strong>&amp;&quot;&#39;"),
    ("{{ 'a b-c' | camelize }}", "ABC"),
    ("{{ 'Shoes' | link_to: '/c?a=1&b=2', 'All' }}", "<a href=\"/c?a=1&amp;b=2\" title=\"All\">Shoes</a>"),
    (
      "{{ evil | link_to: evil, evil, class: evil }}",
      "<a href=\"&lt;b&gt;&amp;&quot;&#39;\" title=\"&lt;b&gt;&amp;&quot;&#39;\" class=\"&lt;b&gt;&amp;&quot;&#39;\">&lt;b&gt;&amp;&quot;&#39;</a>"
    ),
    ("{{ safe | link_to: '/x' }}", "<a href=\"/x\"><i>ok</i></a>"), ("{{ 'x' | link_to: script }}", "<a>x</a>"),
    (
      "{{ 'x' | link_to: '/x', '', onclick: 'alert(1)', style: 'x', data_id: 7, rel: 'nofollow' }}",
      "<a href=\"/x\" data-id=\"7\" rel=\"nofollow\">x</a>"
    ),
    ("{{ '/p/x' | within: collection }}", "/p/x"),
    ("{{ script | stylesheet_tag }}", ""), ("{{ script | script_tag }}", ""), ("{{ '' | stylesheet_tag }}", ""),
    (
      "{{ evil | stylesheet_tag: media: evil }}",
      "<link rel=\"stylesheet\" href=\"&lt;b&gt;&amp;&quot;&#39;\" media=\"&lt;b&gt;&amp;&quot;&#39;\">"
    ),
    ("{{ '/a.js' | script_tag: defer: true, async: false, src: 'x' }}", "<script src=\"/a.js\" defer></script>"),
    ("{{ '/a.css' | preload_tag: as: 'style' }}", "<link rel=\"preload\" href=\"/a.css\" as=\"style\">"),
    ("{{ 'gone.css' | append: evil | asset_url }}", ""), ("{{ 'icon.svg' | inline_asset_content }}", "<svg></svg>"),
    ("{{ evil | inline_asset_content }}", ""),
    ("{{ evil | placeholder_svg_tag: evil | slice: 0, 47 }}", "<svg class=\"&lt;b&gt;&amp;&quot;&#39;\" viewBox="),
    ("{{ image | image_url: width: 400 }}", "/images/a.jpg"), ("{{ script | image_url }}", ""), ("{{ nothing | image_url }}", ""),
    ("{{ evil | img_url: evil }}", "&lt;b&gt;&amp;&quot;&#39;"), ("{{ 'data:text/html,x' | image_url }}", ""),
    ("{{ 'data:image/svg+xml,x' | image_url }}", "data:image/svg+xml,x"),
    (
      "{{ image | image_tag: width: 600, loading: 'lazy', class: evil, onerror: 'x' }}",
      "<img src=\"/images/a.jpg\" alt=\"A &quot;red&quot; shoe\" width=\"600\" height=\"400\" loading=\"lazy\" class=\"&lt;b&gt;&amp;&quot;&#39;\">"
    ),
    (
      "{{ image | image_tag: alt: evil }}",
      "<img src=\"/images/a.jpg\" alt=\"&lt;b&gt;&amp;&quot;&#39;\" width=\"1200\" height=\"800\">"
    ),
    ("{{ image | image_tag: height: 400, alt: '' }}", "<img src=\"/images/a.jpg\" alt=\"\" width=\"600\" height=\"400\">"),
    ("{{ product | image_tag }}", "<img src=\"/images/a.jpg\" alt=\"A &quot;red&quot; shoe\" width=\"1200\" height=\"800\">"),
    (
      "{{ '/a.svg' | image_tag: width: 10, height: 20, sizes: '50vw' }}",
      "<img src=\"/a.svg\" alt=\"\" width=\"10\" height=\"20\">"
    ),
    ("{{ '/a.svg' | image_url | image_tag: width: 10, height: 20 }}", "<img src=\"/a.svg\" alt=\"\" width=\"10\" height=\"20\">"),
    (
      "{{ '/a.png' | img_tag: evil, evil }}",
      "<img src=\"/a.png\" alt=\"&lt;b&gt;&amp;&quot;&#39;\" class=\"&lt;b&gt;&amp;&quot;&#39;\">"
    ),
    ("{{ script | image_tag }}", ""), ("{{ nothing | image_tag }}", ""),
    (
      "{{ paginate | default_pagination }}",
      "<span class=\"prev\"><a href=\"?page=1&amp;a=1\" rel=\"prev\">&laquo;</a></span><span class=\"page\"><a href=\"?page=1\">1</a></span><span class=\"page current\" aria-current=\"page\">2</span><span class=\"deco\">&hellip;&lt;</span><span class=\"page\">x</span>"
    ),
    ("{{ evil | default_pagination }}", ""),
  ])
  func prints(_ source: String, _ expected: String) throws {
    let hostile = Value.string("<b>&\"'")
    let paginate = Value.object([
      ("previous", .object([("url", .string("?page=1&a=1"))])), ("next", .object([("url", .string(""))])),
      (
        "parts",
        .array([
          .object([("title", .string("1")), ("url", .string("?page=1")), ("is_link", .bool(true))]),
          .object([("title", .string("2")), ("is_link", .bool(false))]),
          .object([("title", .safeHTML("&hellip;&lt;")), ("is_link", .bool(false))]),
          .object([("title", .string("x")), ("url", .string("javascript:alert(1)")), ("is_link", .bool(true))]),
        ])
      ),
    ])
    let globals: [String: Value] = [
      "evil": hostile, "safe": .safeHTML("<i>ok</i>"), "script": .string(" java\u{0A}script:alert(1)"), "image": Self.image,
      "product": .object([("featured_image", Self.image)]), "paginate": paginate, "nothing": .null,
    ]
    let result = try Rendering.render(source, globals, host: try host())
    #expect(result.text == expected)
    #expect(result.problems == [])
  }

  @Test func assetsHaveFingerprintedPaths() throws {
    let result = try Rendering.render("{{ 'theme.css' | asset_url | stylesheet_tag }}", host: try host())
    let asset = try #require(try Fixtures.theme(Self.files).assets["theme.css"])
    #expect(result.text == "<link rel=\"stylesheet\" href=\"/assets/minimal/\(asset.fingerprintedName)\">")
    #expect(try Fixtures.theme(Self.files).assetsByPath["/assets/minimal/\(asset.fingerprintedName)"]?.name == "theme.css")
  }

  @Test func localesFallBackAndWarn() throws {
    let told = Mutex<[String]>([])
    let german = try host(locale: "de-AT", warn: { text in told.withLock { $0.append(text) } })
    #expect(try Rendering.render("{{ 'hello' | t: name: 'X' }}", host: german).text == "Hallo X")
    #expect(try Rendering.render("{{ 'only_english' | t }}", host: german).text == "English")
    #expect(told.withLock { $0 } == [])
    #expect(try Rendering.render("{{ 'no.such_text' | t }}", host: german).text == "Such text")
    #expect(try Rendering.render("{{ 'hello' | t }}", host: german).text == "Hallo ")
    #expect(
      told.withLock { $0 } == [
        "no text 'no.such_text' in 'de-AT' or the default locale", "the text 'hello' wants 'name', which is not given",
      ])
    #expect(try Rendering.render("{{ 'no.such_text' | t }}", host: try host(isPreview: true)).text == "no.such_text")
  }

  @Test func imagesGoThroughTheServiceWhenThereIsOne() throws {
    let host = try host(images: ImageAddress(template: "/img?src={url}&w={width}"))
    func text(_ source: String) throws -> String { try Rendering.render(source, ["image": Self.image], host: host).text }
    #expect(try text("{{ image | image_url: width: 400 }}") == "/img?src=%2Fimages%2Fa.jpg&amp;w=400")
    #expect(try text("{{ image | image_url }}") == "/images/a.jpg")
    #expect(try text("{{ image | image_url: width: 999999 }}") == "/images/a.jpg")
    #expect(try text("{{ '/a.svg' | image_url: width: 400 }}") == "/a.svg")
    #expect(
      try text("{{ 'https://x.example/a.png?v=1' | img_url: '100x' }}")
        == "/img?src=https%3A%2F%2Fx.example%2Fa.png%3Fv%3D1&amp;w=100")
    let tag = try text("{{ image | image_tag: widths: '200, 400', sizes: '50vw' }}")
    #expect(
      tag.contains(
        "srcset=\"/img?src=%2Fimages%2Fa.jpg&amp;w=200 200w, /img?src=%2Fimages%2Fa.jpg&amp;w=400 400w\" sizes=\"50vw\""),
      "\(tag)")
  }

  @Test func moneyWithoutAPageIsAComplaintNotACrash() throws {
    #expect(try Rendering.render("{{ 100 | money }}").problems.count == 1)
    #expect(try Rendering.render("{{ 'theme.css' | asset_url }}").text == "theme.css")
  }
}
