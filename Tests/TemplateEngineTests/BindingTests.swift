import Testing

@testable import TemplateEngine

struct BindingTests {
  struct Maker: Bindable {
    var name: String
    static let shape = Shape<Maker>(("name", { .string($0.name) }))
  }
  struct Item: Bindable {
    var title: String
    var cents: Int
    var maker: Maker
    var tags: [String]
    static let shape = Shape<Item>(
      ("title", { .string($0.title) }), ("price", { .int($0.cents) }), ("maker", { .bound($0.maker) }),
      ("tags", { .array($0.tags.map { .string($0) }) }))
  }
  static let items = (1...3).map {
    Item(title: "T\($0)", cents: $0 * 100, maker: Maker(name: "M\($0)"), tags: ["a\($0)", "b"])
  }

  @Test(arguments: [
    ("{% for i in items %}{{ i.title }}-{{ i.price }}-{{ i.maker.name }};{% endfor %}", "T1-100-M1;T2-200-M2;T3-300-M3;"),
    ("{{ items.size }}{{ items.first.title }}{{ items.last.title }}{{ items[1].title }}{{ items[-1]['title'] }}", "3T1T3T2T3"),
    ("{{ items | map: 'title' | join: ',' }}", "T1,T2,T3"),
    ("{{ items | where: 'price', 200 | map: 'title' }}", "T2"),
    ("{{ items | sort: 'price' | reverse | map: 'price' | join }}", "300 200 100"),
    ("{{ items | sum: 'price' }}", "600"),
    ("{{ one.nothing }}{{ one.tags | join: '+' }}{{ one.tags.size }}", "a1+b2"),
    ("{% for pair in one %}{{ pair[0] }} {% endfor %}", "title price maker tags "),
    ("{{ one.maker | json }}", "{\"name\":\"M1\"}"),
    ("{% if one == one %}same{% endif %}{% if one.title contains 'T' %}has{% endif %}", "samehas"),
    ("{% assign key = 'price' %}{{ one[key] }}", "100"),
    ("{% for x in mixed %}{{ x.title }},{% endfor %}", "T1,json,,T3,"),
    ("{% render 'p' for items as i %}{% render 'p', i: one %}", "T1.T2.T3.T1."),
  ]) func looksAtModels(_ source: String, _ expected: String) throws {
    let data: [String: Value] = [
      "items": .models(Self.items), "one": .bound(Self.items[0]),
      "mixed": .array([
        .bound(Self.items[0]), .object([("other", .int(1)), ("title", .string("json"))]), .int(3), .bound(Self.items[2]),
      ]),
    ]
    #expect(try rendered(source, data, partials: ["p": "{{ i.title }}."]) == expected)
  }

  /// A list of models is printed as a list of maps is, one by one: what data may say depends on the data before it.
  @Test(arguments: LateDataTests.spots) func printsAListOfModelsAnywhere(_ spot: String) throws {
    let source = spot.replacing("V", with: "{{ items }}")
    let maps = Value.array(
      Self.items.map {
        .object([
          ("title", .string($0.title)), ("price", .int($0.cents)), ("maker", .object([("name", .string($0.maker.name))])),
          ("tags", .array($0.tags.map { .string($0) })),
        ])
      })
    let template = try Environment(escaping: .auto).compile(source, name: "t")
    func output(_ items: Value) -> String {
      let render = Render(template, globals: ["items": items])
      _ = render.resume()
      return String(decoding: render.takeOutput(), as: UTF8.self)
    }
    #expect(output(.models(Self.items)) == output(maps))
  }

  struct Wrapped: Bindable {
    var count: Int
    var item: Item
    static let shape = Shape<Wrapped>(
      including: \.item, .field("count", \.count), .computed("price") { .int($0.item.cents + $0.count) },
      .inPlace("shout") { .string($0.pointee.item.title + "!") })
  }

  @Test func includesAModel() throws {
    let wrapped = Wrapped(count: 7, item: Self.items[1])
    #expect(Wrapped.shape.names == ["title", "maker", "tags", "count", "price", "shout"])
    #expect(
      try rendered(
        "{{ w.title }} {{ w.maker.name }} {{ w.tags | join }} {{ w.count }} {{ w.price }} {{ w.shout }}",
        [
          "w": .bound(wrapped)
        ]) == "T2 M2 a2 b 7 207 T2!")
    #expect(
      try rendered(
        "{% for w in all %}{{ w.title }}{{ w.price }}{{ w.shout }} {% endfor %}",
        [
          "all": .models(Self.items.map { Wrapped(count: 1, item: $0) })
        ]) == "T1101T1! T2201T2! T3301T3! ")
  }

  @Test func hostsSeeTheModel() throws {
    var environment = Environment()
    environment.addFilter(
      "cents",
      Filter { input, arguments, context in
        .int((input.model(as: Item.self)?.cents ?? -1) + (arguments["plus"]?.int ?? 0) + (context.host as? Int ?? 0))
      })
    let render = Render(
      try environment.compile("{{ items[1] | cents: plus: 5 }}", name: "t"), globals: ["items": .models(Self.items)], host: 1000)
    guard case .done = render.resume() else { throw Unexpected("must end") }
    #expect(String(decoding: render.takeOutput(), as: UTF8.self) == "1205")
  }

  @Test func jsonRoundTrip() throws {
    let text = "{\"a\":[1,-2.5,true,null,\"\\u00e9\\ud83d\\ude00\\n\"],\"b\":{\"c\":\"d\"}}"
    let value = try Value(json: Array(text.utf8))
    #expect(try rendered("{{ v | json }}", ["v": value]) == "{\"a\":[1,-2.5,true,null,\"é😀\\n\"],\"b\":{\"c\":\"d\"}}")
  }

  @Test(arguments: [
    "", "{", "[1,", "\"a", "nul", "{\"a\" 1}", "1 2", "\"\\x\"", String(repeating: "[", count: 1000), "+1", "01", "-01", "1.",
    ".5",
    "1e", "1e+", "-", "--1", "NaN", "\"\\u+0a1\"", "\"\\u00g0\"", "\"a\u{9}b\"", "{\"a\":1,}", "\u{B}1", "{a:1}",
  ]) func jsonIsReadStrictly(_ broken: String) {
    #expect(throws: JSONError.self) { try Value(json: Array(broken.utf8)) }
  }

  @Test func jsonIsReadExactly() throws {
    func text(_ json: [UInt8]) throws -> String? { try Value(json: json).string }
    #expect(try text(Array(#""\ud83d\ude00 \ud800 \ud800\u0041 \udc00""#.utf8)) == "😀 \u{FFFD} \u{FFFD}A \u{FFFD}")
    #expect(try text([0x22, 0x61, 0xFF, 0xC3, 0x22]) == "a\u{FFFD}\u{FFFD}")
    #expect(try text([0xEF, 0xBB, 0xBF] + Array("\"a\"".utf8)) == "a")
    for (number, printed) in [
      ("9223372036854775807", "9223372036854775807"), ("-9223372036854775808", "-9223372036854775808"), ("-0", "0"),
      ("1.5e3", "1500.0"), ("0.1", "0.1"), ("1E2", "100.0"),
    ] {
      #expect(try rendered("{{ v }}", ["v": Value(json: Array(number.utf8))]) == printed)
    }
    let repeated = try Value(json: Array(#"{"a":1,"b":2,"a":3}"#.utf8))
    #expect(repeated.members?.map(\.0) == ["a", "b"])
    #expect(repeated["a"]?.int == 3)
  }

  @Test func concurrentRendersShareATemplate() async throws {
    let template = try Environment(escaping: .auto).compile(
      "{% for i in items %}{{ i.title }}{{ i.maker.name | upcase }}{% endfor %}", name: "t")
    let expected = "T1M1T2M2T3M3"
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<200).allSatisfy { _ in
            let render = Render(template, globals: ["items": .models(Self.items)])
            guard case .done = render.resume() else { return false }
            return String(decoding: render.takeOutput(), as: UTF8.self) == expected
          }
        }
      }
      for await same in group { #expect(same) }
    }
  }
}
