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
    "{{ 'w' | append: mixed }}{{ 'w' | append: deep }}", "{{ mixed | append: 'w' }}{{ mixed | upcase }}{{ mixed | size }}",
    "{{ mixed | first }}{{ mixed | last }}{{ mixed | reverse }}{{ mixed | sort }}{{ mixed | uniq }}{{ mixed | compact }}",
    "{{ mixed | map: 'title' }}{{ mixed | where: 'title' }}{{ mixed | concat: mixed }}{{ mixed | slice: 0, 2 }}{{ mixed | sum }}",
    "{% if mixed contains 'd' %}a{% endif %}{% if mixed == deep %}a{% endif %}{% case mixed %}{% when deep %}b{% endcase %}",
    "{% cycle mixed: 1, 2 %}{% ifchanged %}{{ mixed }}{% endifchanged %}{% assign s = mixed %}{{ s }}{{ s[1] }}{{ s | join: s }}",
    "{{ 'x' | replace: 'x', mixed }}{{ mixed | escape }}{{ mixed | url_encode }}{{ mixed | strip_html }}{{ 'x' | date: mixed }}",
    "{% capture c %}{{ mixed }}{{ deep }}{% endcapture %}<a title='{{ c }}'>",
    "{% capture c %}<oh {{ mixed }}{{ deep }}{% endcapture %}{{ c }}", "<{% include p %}", "<a {% include p %}",
  ]

  /// The same value in every place an HTML page has.
  static let spots = [
    "<style>a{b:V}</style>", "<style>a{b:'V'}</style>", "<script>let x = V</script>", "<script>let x = 'V'</script>",
    "<a title='V'>",
    "<a title=V>", "<a href='V'>", "<a href='/?q=V'>", "<a onclick='V'>", "<a style='a: V'>", "<!-- V -->",
    "<textarea>V</textarea>",
    "<title>V</title>", "<V>", "<a V>", "<!-V>", "<?V>", "</V>", "<!-- a --V>", "</a V>", "<oV", "<o V", "<o a=V", "<a href=V",
  ]
  static let places = spots.flatMap { place in
    ["mixed", "lazy", "list", "deep"].map { place.replacing("V", with: "{{ \($0) }}") }
  }

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
      "p": .string("p"), "lazy": value("lazy"), "list": value("list"), "all": .lookup(kind: "all"),
      "mixed": .array([.int(1), value("lazy"), value("list")]), "deep": .array([.array([value("list")])]),
    ]
  }

  @Test(arguments: sources + places, [Environment.Escaping.auto, .manual]) func costsTheSame(
    _ source: String, _ escaping: Environment.Escaping
  ) throws {
    let template = try Environment(escaping: escaping).compile(Array(source.utf8), name: "t")
    let partial = try Environment(escaping: escaping).compile(Array("<o{{ mixed }}{{ deep }}".utf8), name: "p")
    let partials = PartialLibrary(["p": partial])
    func rendered(late: Bool) -> (output: [UInt8], steps: Int) {
      let render = Render(template, globals: Globals(Self.globals(late: late)), partials: partials, errors: .silent)
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
