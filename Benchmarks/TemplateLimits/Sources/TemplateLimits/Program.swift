import TemplateEngine

/// A template that is meant to do harm.
struct Program {
  var name: String
  var source: [UInt8]
  var partials: [String: String] = [:]
  var data: [String: Value] = [:]
  var escaping = Environment.Escaping.auto
  var compilesOnly = false

  init(_ name: String, _ source: String, _ partials: [String: String] = [:]) {
    self.name = name
    self.source = Array(source.utf8)
    self.partials = partials
    data = HostData.all
  }

  /// Bytes that are only compiled.
  init(compiling name: String, _ source: String) {
    self.name = "compile: " + name
    self.source = Array(source.utf8)
    compilesOnly = true
  }
}

/// Data as large as a careless host might give it.
enum HostData {
  struct Model: Bindable {
    var title: String
    var price: Int
    static let shape = Shape<Model>(("title", { .string($0.title) }), ("price", { .int($0.price) }))
  }

  static let text = String(repeating: "the quick <brown> fox & dög, ", count: 140_000)
  static let all: [String: Value] = [
    "text": .string(text), "html": .safeHTML(bytes: Array(text.utf8)), "spaces": .string(String(repeating: " ", count: 4 << 20)),
    "tags": .string(String(repeating: "<", count: 4 << 20)), "digits": .string(String(repeating: "7", count: 4 << 20)),
    "ink": .string(String(repeating: "ß", count: 2 << 20)), "lines": .string(String(repeating: "\n", count: 4 << 20)),
    "numbers": .array((0..<1_000_000).map { .int(($0 &* 7919) % 1_000_003) }),
    "words": .array((0..<300_000).map { .string("Word \(($0 &* 7919) % 300_007) of the list") }),
    "texts": .array((0..<200).map { .string(String(repeating: "x", count: 100_000) + "\($0)") }),
    "maps": .array((0..<200_000).map { .object([("title", .string("t\($0 % 1000)")), ("price", .int($0))]) }),
    "models": .models((0..<200_000).map { Model(title: "Title \($0 % 1000)", price: $0) }),
    "nested": (0..<60).reduce(Value.array([.int(1)])) { inner, _ in .array([inner, inner]) },
    "deep": (0..<5000).reduce(Value.array([.int(1)])) { inner, _ in .array([inner]) },
    "wide": .object((0..<50_000).map { ("key\($0)", .int($0)) }),
    "late": .array((0..<5000).map { .deferred(DataRequest(kind: "late", arguments: ["\($0)"])) }),
    "all": .lookup(kind: "all"),
  ]
}
