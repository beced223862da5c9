import Testing

@testable import TemplateEngine

/// Members of every kind, read where they lie, beside the same members computed and the same data as maps: a template cannot tell.
struct FieldTests {
  struct Maker: Bindable {
    var name: String
    var since: Int?
    static let shape = Shape<Maker>(.field("name", \.name), .field("since", \.since))
  }

  /// A list of its own kind in it.
  struct Node: Bindable {
    var title: String
    var nodes: [Node]
    static let shape = Shape<Node>(.field("title", \.title), .field("nodes", \.nodes))
  }

  final class Shelf: Bindable {
    let label: String
    let makers: [Maker]
    init(label: String, makers: [Maker]) { (self.label, self.makers) = (label, makers) }
    static let shape = Shape<Shelf>(.field("label", \.label), .field("makers", \.makers))
  }

  struct Item: Bindable {
    var title: String
    var subtitle: String?
    var story: String
    var cents: Int
    var before: Int?
    var weight: Double
    var isSold: Bool
    var maker: Maker
    var makers: [Maker]
    var root: Node

    static let shape = Shape<Item>(
      .field("title", \.title), .field("subtitle", \.subtitle), .html("story", \.story), .field("cents", \.cents),
      .field("before", \.before), .field("weight", \.weight), .field("sold", \.isSold), .field("maker", \.maker),
      .field("makers", \.makers), .first("lead", of: \.makers), .field("root", \.root), .field("since", \.maker.since),
      .computed("double") { .int($0.cents * 2) }, .computed("picked") { .bound($0.maker) })

    /// The same as a map.
    var map: Value {
      func map(_ maker: Maker) -> Value {
        .object([("name", .string(maker.name)), ("since", maker.since.map { .int($0) } ?? .null)])
      }
      func map(_ node: Node) -> Value {
        .object([("title", .string(node.title)), ("nodes", .array(node.nodes.map { map($0) }))])
      }
      return .object([
        ("title", .string(title)), ("subtitle", subtitle.map { .string($0) } ?? .null), ("story", .safeHTML(story)),
        ("cents", .int(cents)), ("before", before.map { .int($0) } ?? .null), ("weight", .double(weight)),
        ("sold", .bool(isSold)), ("maker", map(maker)), ("makers", .array(makers.map { map($0) })),
        ("lead", makers.first.map { map($0) } ?? .null), ("root", map(root)),
        ("since", maker.since.map { .int($0) } ?? .null), ("double", .int(cents * 2)), ("picked", map(maker)),
      ])
    }
  }

  static let items: [Item] = (0..<5).map { item($0) }

  static func item(_ number: Int) -> Item {
    let leaves = [Node(title: "b\(number)", nodes: [])]
    let root = Node(title: "r", nodes: [Node(title: "a", nodes: leaves), Node(title: "c", nodes: [])])
    let isEven = number % 2 == 0
    return Item(
      title: isEven ? "T<\(number)>" : "A title that is longer than a word & \(number)",
      subtitle: number % 3 == 0 ? nil : "sub \"\(number)\"", story: "<b>\(number)</b>", cents: number * 1_000 - 1,
      before: isEven ? number * 2_000 : nil, weight: Double(number) / 4, isSold: number == 3,
      maker: Maker(name: "M'\(number)", since: number == 2 ? nil : 1900 + number),
      makers: (0..<number).map { Maker(name: "m\($0)", since: $0) }, root: root)
  }

  @Test(
    arguments: [Environment.Escaping.manual, .auto],
    [
      "{% for i in items %}{{ i.title }}|{{ i.subtitle }}|{{ i.story }}|{{ i.cents }}|{{ i.before }}|{{ i.weight }}|{{ i.sold }};{% endfor %}",
      "{% for i in items %}{{ i.title | escape }}|{{ i.subtitle | escape }}|{{ i.story | escape }}|{{ i.cents | escape }};{% endfor %}",
      "{% for i in items %}{{ i.maker.name }}{{ i.maker.since }}{{ i.since }}{{ i.picked.name }}{{ i.double }};{% endfor %}",
      "{% for i in items %}{% for m in i.makers %}{{ m.name }}{{ m.since }}{{ forloop.index }},{% else %}none{% endfor %};{% endfor %}",
      "{% for i in items reversed %}{% for m in i.makers limit: 2 offset: 1 %}{{ m.name }},{% endfor %}{% endfor %}",
      "{% for i in items %}{% if i.before > i.cents %}1{% endif %}{% if i.before == nil %}2{% endif %}{% if i.before %}3{% endif %}{% if i.sold %}4{% endif %}{% if i.subtitle %}5{% endif %}{% if i.before != 4000 %}6{% endif %}{% if i.cents <= i.before %}7{% endif %};{% endfor %}",
      "{% for i in items %}{% for a in i.root.nodes %}{{ a.title }}{% for b in a.nodes %}{{ b.title }}{{ b.nodes.size }}{% endfor %}{% endfor %}{% endfor %}",
      "{{ items | map: 'maker' | map: 'name' | join: ',' }}{{ items | where: 'sold' | map: 'cents' }}{{ items | sum: 'cents' }}",
      "{% assign first = items.first %}{% assign maker = first.maker %}{{ maker.name }}{{ first.makers.size }}{{ first.makers.first.name }}",
      "{% for i in mixed %}{{ i.title }}/{{ i.maker.name }}/{{ i.name }};{% endfor %}",
      "{% for i in items %}{{ i[key] }}{{ i['maker']['name'] }}{{ i.nothing }}{{ i.maker.nothing }}{{ i.title.nothing }}{% endfor %}",
      "{% for i in items %}{{ i.lead.name }}{{ i.lead.since }}{% if i.lead %}1{% endif %}{% if i.lead == nil %}2{% endif %}{% if i.lead.since == 0 %}3{% endif %}{{ i.lead }};{% endfor %}",
      "{% for i in items %}{% assign lead = i.lead %}{% assign name = i.lead.name | upcase %}{{ lead.name }}{{ name }}{{ i['lead'].name }}{{ i.lead.nothing }};{% endfor %}{{ items | map: 'lead' | map: 'name' | join: ',' }}",
      "{% for i in items %}{% render 'card', item: i, maker: i.maker %}{% endfor %}{% render 'card' for items as item %}",
      "{% for i in items %}{% assign kept = i.maker %}{% assign list = i.makers %}{% endfor %}{{ kept.name }}{{ list.last.name }}",
      "{% if items.first.maker == items.first.maker %}same{% endif %}{% if items.first.maker == items.last.maker %}not{% endif %}",
      "{{ items }}|{{ items.first.makers }}|{{ nested }}|{{ items.last.maker }}",
      "{{ items | append: '.' }}|{{ items.last.makers | upcase }}|{{ nested | append: '.' }}|{% capture c %}{{ items }}{% endcapture %}{{ c }}",
      "{{ items | json }}|{{ nested | join: '-' }}|{{ items | map: 'makers' | join: '-' }}|{{ items | map: 'makers' }}",
      "{{ items }}|{{ items.first.makers }}|{{ nested }}|{{ items.last.maker }}",
      "{{ items | append: '.' }}|{{ items.last.makers | upcase }}|{{ nested | append: '.' }}|{% capture c %}{{ items }}{% endcapture %}{{ c }}",
      "{{ items | json }}|{{ nested | join: '-' }}|{{ items | map: 'makers' | join: '-' }}|{{ items | map: 'makers' }}",
      "{% capture c %}{% for i in items %}{{ i.title }}{{ i.story }}{% endfor %}{% endcapture %}{{ c }}",
    ]) func readsAsMapsDo(_ escaping: Environment.Escaping, _ source: String) throws
  {
    let maps = Self.items.map(\.map)
    let mixed = [Value.bound(Self.items[1]), maps[2], .bound(Self.items[2].maker), .int(1), .bound(Self.items[3]), maps[1]]
    let partials = ["card": "[{{ item.title }}{{ maker.name }}{{ item.maker.since }}]"]
    let bound = try rendered(
      source,
      [
        "items": .models(Self.items), "mixed": .array(mixed),
        "nested": .array([.models(Self.items), .models(Self.items[2].makers)]), "key": .string("cents"),
      ], partials: partials,
      escaping: escaping)
    let mapped = try rendered(
      source,
      [
        "items": .array(maps), "nested": .array([.array(maps), maps[2]["makers"] ?? .null]),
        "mixed": .array([maps[1], maps[2], mixed[2], .int(1), maps[3], maps[1]]), "key": .string("cents"),
      ],
      partials: partials, escaping: escaping)
    // Equal maps are equal; a model is equal to itself.
    #expect(bound == mapped)
  }

  @Test func readsMembersOfClasses() throws {
    let shelves = [
      Shelf(label: "one", makers: [Maker(name: "a", since: nil)]), Shelf(label: "a label as long as that", makers: []),
    ]
    let source = "{% for s in shelves %}{{ s.label }}:{% for m in s.makers %}{{ m.name }}{% endfor %};{% endfor %}"
    #expect(try rendered(source, ["shelves": .models(shelves)]) == "one:a;a label as long as that:;")
  }

  /// What a render keeps outlives the values it was given.
  @Test func keepsWhatItPointsTo() throws {
    let template = try Environment().compile("{{ shelf.makers.first.name }}{{ m.name }}{{ m.since }}", name: "t")
    func render() -> Render {
      let maker = Maker(name: String(repeating: "long ", count: 8), since: 7)
      return Render(template, globals: ["shelf": .bound(Shelf(label: "x", makers: [maker])), "m": .bound(maker)])
    }
    let renders = (0..<100).map { _ in render() }
    for render in renders {
      while case .yielded = render.resume(steps: 1) {}
      #expect(String(decoding: render.takeOutput(), as: UTF8.self) == String(repeating: "long ", count: 16) + "7")
    }
  }

  /// Paths that are written alike and are not the same.
  @Test func tellsPathsApart() throws {
    let data: [String: Value] = [
      "a": .object([("b", .object([("c", .int(1))])), ("b.c", .int(2)), ("b", .object([("c", .int(1))]))]),
      "list": .array([.object([("x", .int(3))]), .object([("x", .int(4))])]),
    ]
    let source =
      "{{ a.b.c }}{{ a['b.c'] }}{{ a.b.c }}{{ a['b']['c'] }}{% for i in list %}{{ i.x }}{% endfor %}{% assign i = a %}{{ i.b.c }}"
    #expect(try rendered(source, data) == "1211341")
  }

  /// A look-up site that has seen one table is not deceived by another that came to lie at the same address.
  @Test func remembersTheTableItself() throws {
    var environment = Environment()
    environment.addFilter(
      "pair",
      Filter { input, _, _ in
        let number = input.int ?? 0
        return number % 2 == 0
          ? .object([("a", .int(number)), ("b", .string("b"))])
          : .object([("x", .string("x")), ("y", .string("y")), ("b", .int(-number)), ("a", .string("a\(number)"))])
      })
    let source = "{% for i in (1..400) %}{% assign p = i | pair %}{{ p.a }}{{ p.b }}{% assign p = nil %}{% endfor %}"
    let expected = (1...400).map { $0 % 2 == 0 ? "\($0)b" : "a\($0)-\($0)" }.joined()
    #expect(try rendered(source, environment: environment) == expected)
  }

  final class Counted: Bindable {
    let name = "c"
    static let shape = Shape<Counted>(.field("name", \.name))
  }

  /// Frames wait for their next use in pools that they refer to: nothing of it is left behind.
  @Test func frees() throws {
    weak var model: Counted?
    do {
      let counted = Counted()
      model = counted
      let partial = """
        {% for i in list %}{{ i.name }}{% endfor %}{% if n > 0 %}{% assign m = n | minus: 1 %}\
        {% render 'p', n: m, list: list %}{% endif %}
        """
      #expect(
        try rendered("{% render 'p', n: 2, list: list %}", ["list": .models([counted])], partials: ["p": partial]) == "ccc")
    }
    #expect(model == nil)
  }

  @Test func texts() throws {
    // Every length up to beyond what is carried by value, clean and not, in every place.
    for length in 0..<40 {
      for dirty in [nil, 0, length / 2, length - 1] {
        var text = (0..<length).map { _ in "x" }
        if let dirty, dirty >= 0, dirty < length { text[dirty] = "<" }
        let maker = Maker(name: text.joined(), since: length)
        let expected = text.joined().replacing("<", with: "&lt;")
        let source = "[{{ m.name }}][{{ m.name | escape }}]{{ m.since }}"
        #expect(try rendered(source, ["m": .bound(maker)], escaping: .auto) == "[\(expected)][\(expected)]\(length)")
        #expect(try rendered(source, ["m": .bound(maker)]) == "[\(maker.name)][\(expected)]\(length)")
      }
    }
  }
}
