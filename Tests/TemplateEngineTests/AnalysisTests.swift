import Testing

@testable import TemplateEngine

struct AnalysisTests {
  @Test func listsWhatATemplateUses() throws {
    var environment = Environment(escaping: .auto)
    environment.addTag("slot", .request)
    environment.addTag("section", .request)
    environment.addTag("schema", .rawBlock)
    let template = try environment.compile(
      """
      {% assign mine = product.title | upcase %}{{ mine }}{% for p in collection.products %}{{ p.title }}{{ shop['name'] }}{% endfor %}
      {% render 'card', x: settings.color %}{% slot 'a', key: 'v' %}{% section 'b' %}{{ list[i].x }}
      {% schema %}{"name": "S"}{% endschema %}
      """, name: "t")
    let analysis = template.analysis
    #expect(
      analysis.variables.map(\.name) == ["product.title", "collection.products", "shop.name", "settings.color", "i", "list[].x"])
    #expect(analysis.filters.map(\.name) == ["upcase"])
    #expect(analysis.partials.map(\.name) == ["card"])
    #expect(analysis.partials.first?.line == 2)
    #expect(
      analysis.requests == [
        DataRequest(kind: "slot", arguments: ["a", "key=v"]), DataRequest(kind: "section", arguments: ["b"]),
      ])
    #expect(!analysis.hasDynamicNames)
    #expect(template.rawBlocks == ["schema": "{\"name\": \"S\"}"])
    #expect(analysis.tags.contains { $0.name == "schema" && $0.line == 3 })
  }

  @Test func saysWhenNamesAreComputed() throws {
    #expect(try Environment().compile("{% include name %}", name: "t").analysis.hasDynamicNames)
    var environment = Environment()
    environment.addTag("slot", .request)
    #expect(try environment.compile("{% slot x %}", name: "t").analysis.hasDynamicNames)
  }
}
