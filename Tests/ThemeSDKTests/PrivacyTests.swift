import TemplateEngine
import Testing

@testable import ThemeSDK

/// What one shopper is shown is said to be so, and kept by nobody.
@Suite struct PrivacyTests {
  private static let count = """
    <b>{{ cart.item_count }}</b>{% schema %}{ "private": true, "settings": [{ "type": "text", "id": "x", "default": "y" }] }{% endschema %}
    """
  private static let cart = """
    { "sections": { "lines": { "type": "lines", "cache": { "ttl": 60 } }, "text": { "type": "text" } }, "order": ["lines", "text"] }
    """

  private func theme() throws -> Theme {
    try Fixtures.theme([
      "sections/count.liquid": Self.count, "templates/cart.json": Self.cart,
      "sections/lines.liquid": "{% render 'lines' %}{% schema %}{ \"private\": true }{% endschema %}",
      "snippets/lines.liquid": "{% for item in cart.items %}{{ item.title }}{% endfor %}",
      "templates/compare.liquid": "{{ compare.count }}",
    ])
  }

  @Test func aPrivateSectionIsKnownAndNotKept() throws {
    let theme = try theme()
    let count = try #require(theme.section("count"))
    #expect(count.isPrivate && count.cache == .none && count.section["settings"]?["x"]?.string == "y")
    #expect(theme.section("text")?.isPrivate == false)
    let main = theme.slots(for: "cart", filledBy: []).fillers(in: "main")
    #expect(main.map(\.isPrivate) == [true, false])
    #expect(main.map(\.cache) == [.none, .standard])
    #expect(theme.slots(for: "compare", filledBy: []).fillers(in: "main").map(\.isPrivate) == [true])
    #expect(theme.hasTemplate("cart") && theme.hasTemplate("compare") && !theme.hasTemplate("wishlist"))
  }

  @Test func whatIsSaidOfACacheBesideItIsWarnedOf() throws {
    let section = "{{ cart.item_count }}{% schema %}{ \"private\": true, \"cache\": { \"ttl\": 60 } }{% endschema %}"
    let theme = try Fixtures.theme(["sections/count.liquid": section])
    #expect(theme.warnings.map(\.code) == ["private-cache"])
    #expect(theme.section("count")?.cache == CachePolicy.none)
  }

  @Test func aPluginsPrivateFillerIsNotKeptNorWhatWrapsIt() throws {
    let theme = try theme()
    let heart = try Fixtures.plugin(
      "minimal",
      [
        "plugin.json": """
        { "id": "minimal", "name": "M", "version": "1", "permissions": ["storefront.slot:product.price.after"],
          "fillers": [{ "id": "heart", "slot": "product.price.after", "template": "note.liquid", "private": true }] }
        """, "templates/note.liquid": "{{ wishlist.count }}",
      ])
    let frame = try Fixtures.plugin(
      "frame",
      [
        "plugin.json": """
        { "id": "frame", "name": "F", "version": "1", "permissions": ["storefront.slot:product.price.after"],
          "fillers": [{ "id": "frame", "slot": "product.price.after", "op": "wrap:minimal/heart", "template": "note.liquid" }] }
        """, "templates/note.liquid": "<div>{{ content }}</div>",
      ])
    func filler(_ plugins: [Plugin]) throws -> Filler {
      try #require(theme.slots(for: "product", filledBy: plugins).fillers(in: "product.price.after").first)
    }
    #expect(try filler([heart]).isPrivate && filler([heart]).cache == .none)
    #expect(try filler([heart, frame]).isPrivate && filler([heart, frame]).cache == .none)
    #expect(frame.fillers.first?.filler?.isPrivate == false)
  }

  @Test(arguments: [
    ("{% render 'price', price: 5, compare: product.compare_at_price %}", "", true),
    ("{% render 'price',\n  price: 5,\n  compare: 7 %}", "{% render 'price', compare: nil %}", true),
    ("{%- render 'price' with 7 as compare -%}", "", true),
    ("{% liquid\n  render 'price', compare: 7\n%}", "", true),
    ("{% render 'price', price: 5 %}", "", false), ("{% render 'price', price: compare %}", "", false),
    ("{% render 'price', compare: 7 %}", "{% render 'price' %}", false), ("{% render 'price', price: 'compare: x' %}", "", false),
    ("{% liquid\n  render 'price'\n  assign compare = 5\n%}", "", false),
  ])
  func whatASnippetIsPassedIsNoShoppers(_ section: String, _ other: String, _ isLoaded: Bool) throws {
    func load() throws -> Theme {
      try Fixtures.theme([
        "sections/a.liquid": section, "sections/b.liquid": other,
        "snippets/price.liquid": "{% if compare %}{{ compare }}{% endif %}",
      ])
    }
    if isLoaded { _ = try load() } else { #expect(throws: ThemeError.self) { try load() } }
  }

  @Test func aKindOfPageThatIsNearlyOneIsWarnedOf() throws {
    let theme = try Fixtures.theme([
      "templates/articel.json": "{ \"sections\": {} }", "templates/blog.wide.json": "{ \"sections\": {} }",
      "templates/list-collections.json": "{ \"sections\": {} }",
      "templates/page.json": """
      { "sections": { "text": { "type": "text", "condition": { "page": ["wishlst"] } } } }
      """,
    ])
    #expect(
      theme.warnings.map { "\($0.file) \($0.code) \($0.wayOut ?? "")" } == [
        "templates/articel.json unknown-page did you mean 'article'?",
        "templates/page.json unknown-page did you mean 'wishlist'?",
      ])
  }

  @Test(arguments: [
    ("{{ localization.language.iso_code }}", "currency locale page"), ("{{ blogs['journal'].title }}", "currency locale"),
    ("{{ price_changes.products.size }}", "currency locale"), ("{{ routes.search_url }}", "currency locale"),
    ("{{ article.title }}", "currency locale page"), ("{{ page.title }}", "currency locale page"),
    ("{{ canonical_url }}", "currency locale page"), ("{{ collections['a'].title }}", "currency locale"),
    ("{{ shop.name }}", "currency locale"), ("{{ section.id }} {{ settings.accent }}", ""),
  ])
  func dependsOnWhatItReads(_ source: String, _ dimensions: String) throws {
    let template = try Environment.storefront().compile(source, name: "x")
    let needs = TemplateNeeds.of(template, snippets: [:])
    #expect(needs.dimensions.map(\.rawValue).sorted().joined(separator: " ") == dimensions)
  }

  @Test(arguments: [("page", "page.content.after"), ("article", "article.content.after"), ("blog", "blog.list.after")])
  func aFillerReadsWhatItsSlotPasses(_ name: String, _ slot: String) throws {
    func plugin(_ slot: String) throws -> Plugin {
      try Fixtures.plugin(
        "minimal",
        [
          "plugin.json": """
          { "id": "minimal", "name": "M", "version": "1", "permissions": ["storefront.slot:\(slot)"],
            "fillers": [{ "id": "note", "slot": "\(slot)", "template": "note.liquid" }] }
          """, "templates/note.liquid": "{{ \(name).title }}",
        ])
    }
    let theme = try Fixtures.theme([
      "theme.json": """
      { "id": "minimal", "name": "M", "version": "1", "engine": "1",
        "slots": { "header": {}, "product.price.after": {}, "\(slot)": { "context": ["\(name)"] } } }
      """,
      "sections/a.liquid": "{% slot '\(slot)' %}",
    ])
    #expect(theme.slots(for: name, filledBy: [try plugin(slot)]).warnings == [])
    #expect(theme.slots(for: name, filledBy: [try plugin("header")]).warnings.map(\.kind) == [.undeclaredContext])
  }
}
