import Testing

@testable import TemplateEngine

/// Data that is supplied while the template runs takes other ways through the engine than data that was there. It must not cost
/// otherwise: a limit ends both renders at one place.
struct LateDataTests {
  static let sources = [
    "{{ list | join: ',' }}", "{{ list }}", "{{ lazy }}", "{{ lazy.title }}", "{{ lazy.nothing }}", "{{ list.size }}",
    "{{ lazy.size }}",
    "{% for i in mixed %}{{ i }}{% endfor %}", "{% for i in mixed %}{{ i.title }}{% endfor %}",
    "{% for i in mixed %}{{ i.nothing }}{{ i.nothing.at.all }}{% endfor %}",
    "{% for i in mixed %}{{ i.size }}{{ i.first }}{% endfor %}",
    "{% for i in mixed %}{% if i.nothing %}{% endif %}{% assign x = i.nothing %}{% endfor %}",
    "{% for q in list %}{{ q }}{% endfor %}",
    "{{ all.a.b }}", "{{ all['c'] }}", "{% assign z = lazy %}{{ z.title }}{{ z.nothing }}", "{% if lazy == list %}a{% endif %}",
    "{{ mixed }}",
    "{{ mixed | join }}", "{{ mixed | json }}", "{% capture c %}{{ lazy.title }}{% endcapture %}{{ c }}",
    "<a href='{{ lazy.title }}'>",
    "{% cycle lazy.title, list %}", "{% case lazy.title %}{% when 'x' %}{% endcase %}",
    "{{ lazy.made.nothing }}{{ lazy.made.in }}",
  ]

  static func answer(_ request: DataRequest) -> Value {
    switch request.kind {
    case "lazy": .object([("title", .string("<late>")), ("on", .bool(true)), ("made", .object([("in", .int(1))]))])
    case "list": .array([.string("d"), .int(4), .array([.string("'")])])
    default: .string("[\(request.arguments.joined())]")
    }
  }

  static func globals(late: Bool) -> [String: Value] {
    func value(_ kind: String) -> Value {
      let request = DataRequest(kind: kind, arguments: ["1"])
      return late ? .deferred(request) : answer(request)
    }
    return [
      "lazy": value("lazy"), "list": value("list"), "all": .lookup(kind: "all"),
      "mixed": .array([.int(1), value("lazy"), value("list")]),
    ]
  }

  @Test(arguments: sources, [Environment.Escaping.auto, .manual]) func costsTheSame(
    _ source: String, _ escaping: Environment.Escaping
  ) throws {
    let template = try Environment(escaping: escaping).compile(Array(source.utf8), name: "t")
    func rendered(late: Bool) -> (output: [UInt8], steps: Int) {
      let render = Render(template, globals: Globals(Self.globals(late: late)), partials: PartialLibrary(), errors: .silent)
      while case .needs(let requests) = render.resume() {
        for request in requests { render.supply(Self.answer(request), for: request) }
      }
      return (render.takeOutput(), render.stepsTaken)
    }
    let there = rendered(late: false)
    let late = rendered(late: true)
    #expect(late.output == there.output)
    #expect(late.steps == there.steps)
  }
}
