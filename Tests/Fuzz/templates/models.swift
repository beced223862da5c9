/// Typed models with members of every kind, read where they lie in memory, and the same as maps: a template cannot tell.
///
/// Two models are equal when they are one, two maps when they hold the same, so every model here has a `number` of its own.
enum Models {
  struct Maker: Bindable {
    var name: String
    var since: Int?
    var number: Int
    static let shape = Shape<Maker>(.field("name", \.name), .field("since", \.since), .field("number", \.number))

    var map: Value {
      .object([("name", .string(name)), ("since", since.map { .int($0) } ?? .null), ("number", .int(number))])
    }
  }

  /// A list of its own kind in it.
  struct Node: Bindable {
    var title: String
    var number: Int
    var nodes: [Node]
    static let shape = Shape<Node>(.field("title", \.title), .field("number", \.number), .field("nodes", \.nodes))

    var map: Value {
      .object([("title", .string(title)), ("number", .int(number)), ("nodes", .array(nodes.map(\.map)))])
    }
  }

  final class Shelf: Bindable {
    let label: String
    let number: Int
    let makers: [Maker]
    init(label: String, number: Int, makers: [Maker]) { (self.label, self.number, self.makers) = (label, number, makers) }
    static let shape = Shape<Shelf>(.field("label", \.label), .field("number", \.number), .field("makers", \.makers))

    var map: Value {
      .object([("label", .string(label)), ("number", .int(number)), ("makers", .array(makers.map(\.map)))])
    }
  }

  struct Item: Bindable {
    var title: String
    var subtitle: String?
    var story: String
    var price: Int
    var before: Int?
    var weight: Double
    var isSold: Bool
    var maker: Maker
    var makers: [Maker]
    var root: Node

    static let shape = Shape<Item>(
      .field("title", \.title), .field("subtitle", \.subtitle), .html("story", \.story), .field("price", \.price),
      .field("before", \.before), .field("weight", \.weight), .field("sold", \.isSold), .field("maker", \.maker),
      .field("makers", \.makers), .field("root", \.root), .field("since", \.maker.since),
      .computed("double") { .int($0.price &* 2) }, .computed("tags") { .array([.string($0.title), .null]) },
      .inPlace("shout") { .string($0.pointee.title + $0.pointee.story) })

    var map: Value { .object(members) }

    var members: [(String, Value)] {
      [
        ("title", .string(title)), ("subtitle", subtitle.map { .string($0) } ?? .null), ("story", .safeHTML(story)),
        ("price", .int(price)), ("before", before.map { .int($0) } ?? .null), ("weight", .double(weight)),
        ("sold", .bool(isSold)), ("maker", maker.map), ("makers", .array(makers.map(\.map))), ("root", root.map),
        ("since", maker.since.map { .int($0) } ?? .null), ("double", .int(price &* 2)),
        ("tags", .array([.string(title), .null])), ("shout", .string(title + story)),
      ]
    }
  }

  /// With the members of a model that lies in it.
  struct Detail: Bindable {
    var note: String
    var item: Item

    static let shape = Shape<Detail>(
      including: \.item, .field("note", \.note), .computed("double") { .string($0.note) })

    var map: Value { .object(item.members.filter { $0.0 != "double" } + [("note", .string(note)), ("double", .string(note))]) }
  }

  // Short and long, clean and not, empty, outside of ASCII: text is carried by value or by address.
  private static let texts = [
    "", "T", "tea & cake", "a title longer than sixteen bytes", "é☃\u{1F600} <b>longer than sixteen</b>", "it's", "12",
    "fifteen bytes !",
  ]

  private static func text(_ number: Int) -> String { texts[number % texts.count] }

  private static func maker(_ number: Int) -> Maker {
    Maker(name: text(number), since: number % 3 == 0 ? nil : number - 4, number: number)
  }

  private static func node(_ number: Int, depth: Int) -> Node {
    Node(
      title: text(number), number: number,
      nodes: depth <= 0 ? [] : (1...2).map { node(number * 2 + $0, depth: depth - $0) })
  }

  private static func item(_ number: Int) -> Item {
    Item(
      title: text(number), subtitle: number % 2 == 0 ? text(number + 3) : nil, story: "<i>\(number)</i>",
      price: number * 100 - 100,
      before: number % 3 == 1 ? number * 150 : nil, weight: Double(number) / 4, isSold: number == 2, maker: maker(number + 20),
      makers: (0..<number).map { maker(number * 10 + 30 + $0) }, root: node(number * 1000 + 100, depth: min(number, 3)))
  }

  private static let items = (0..<4).map(item)
  private static let shelves = [
    Shelf(label: text(4), number: 1, makers: [maker(1), maker(2)]), Shelf(label: "", number: 2, makers: []),
  ]
  private static let others = (5..<8).map(item)
  private static let detail = Detail(note: text(4), item: item(8))

  static let bound: [String: Value] = [
    "items": .models(items), "item": .bound(item(4)), "detail": .bound(detail), "shelves": .models(shelves),
    "both": .array([.bound(others[0]), others[1].map, .bound(maker(9)), .int(1), .models([maker(10)]), .bound(others[2])]),
  ]

  /// The same data without a model in it.
  static let mapped: [String: Value] = [
    "items": .array(items.map(\.map)), "item": item(4).map, "detail": detail.map, "shelves": .array(shelves.map(\.map)),
    "both": .array([others[0].map, others[1].map, maker(9).map, .int(1), .array([maker(10).map]), others[2].map]),
  ]
}
