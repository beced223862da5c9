import EventLoop
import Testing

@testable import Storefront

/// What a fragment's key must hold whatever its author declared: everything that its output was seen to differ by.
@Suite(.serialized) struct FragmentTests {
  private static func plugin(_ fillers: String, slots: [String]) -> String {
    let permissions = slots.map { "\"storefront.slot:\($0)\"" }.joined(separator: ",")
    return #"{"id":"extra","name":"Extra","version":"1","permissions":[\#(permissions)],"fillers":[\#(fillers)]}"#
  }

  @LoopActor @Test func aWrapperDiffersByWhatItWraps() async throws {
    let filler = #"{"id":"box","slot":"main","op":"wrap:main","template":"note.liquid","cache":{"ttl":300,"vary":["locale"]}}"#
    let stage = try Stage([
      "Plugins/extra/plugin.json": Self.plugin(filler, slots: ["main"]),
      "Plugins/extra/templates/note.liquid": "<aside>{{ content }}</aside>",
    ])
    #expect(try await stage.get("/products/linen").body.contains("<aside><h1>Linen one</h1>"))
    let other = try await stage.get("/products/hostile").body
    #expect(other.contains("<aside><h1>&lt;script") && !other.contains("<h1>Linen one"))
  }

  @LoopActor @Test func aFillerWithASlotDiffersByWhatTheSlotHolds() async throws {
    let stage = try Stage([
      "Themes/plain/sections/header.liquid":
        #"<header>{% slot 'card.price.after' %}</header>{% schema %}{"name":"Header","cache":{"ttl":600,"vary":[]}}{% endschema %}"#,
      "Plugins/extra/templates/note.liquid": "<em>{{ request.path }}</em>",
    ])
    #expect(try await stage.get("/products/linen").body.contains("<header><em>/products/linen</em>"))
    #expect(try await stage.get("/collections/shirts").body.contains("<header><em>/collections/shirts</em>"))
  }

  @LoopActor @Test func besideAProductThePageCountsIfItIsRead() async throws {
    let stage = try Stage([
      "Plugins/extra/templates/note.liquid": "<em>{{ product.title }} for {{ search.terms }}</em>",
      "Themes/plain/sections/search.liquid":
        "{% for product in search.results %}<li>{% slot 'card.price.after', product: product.handle %}</li>{% endfor %}{% schema %}{}{% endschema %}",
    ])
    #expect(try await stage.get("/search?q=linen").body.contains("<em>Linen one for linen</em>"))
    #expect(try await stage.get("/search?q=linen+one").body.contains("<em>Linen one for linen one</em>"))
    #expect(try await stage.get("/collections/shirts").body.contains("<em>Linen one for </em>"))
  }

  @LoopActor @Test func oneSectionIDInTwoTemplatesIsTwoSections() async throws {
    let section = #"{"sections":{"promo":{"type":"promo","settings":{"text":"TEXT"}}},"order":["promo"]}"#
    let stage = try Stage([
      "Themes/plain/sections/promo.liquid":
        #"<b>{{ section.settings.text }}</b>{% schema %}{"name":"Promo","settings":[{"type":"text","id":"text","label":"Text"}],"cache":{"ttl":300,"vary":[]}}{% endschema %}"#,
      "Themes/plain/templates/index.json": section.replacing("TEXT", with: "home"),
      "Themes/plain/templates/product.json": section.replacing("TEXT", with: "product"),
    ])
    #expect(try await stage.get("/").body.contains("<b>home</b>"))
    #expect(try await stage.get("/products/linen").body.contains("<b>product</b>"))
  }

  @LoopActor @Test func aRecommendationIsOfItsPage() async throws {
    let stage = try Stage([
      "Plugins/extra/plugin.json": Self.plugin(
        #"{"id":"more","slot":"product.price.after","op":"append","template":"note.liquid","cache":{"ttl":300,"vary":["locale"]}}"#,
        slots: ["product.price.after"]),
      "Plugins/extra/templates/note.liquid": "{% for other in recommendations.products %}<em>{{ other.handle }}</em>{% endfor %}",
    ])
    #expect(try await stage.get("/products/linen").body.contains("<em>hostile</em>"))
    #expect(try await stage.get("/products/hostile").body.contains("<em>linen</em>"))
  }
}
