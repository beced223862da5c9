import Testing

@testable import TemplateEngine

struct ResumptionTests {
  static let source = """
    {% assign a = deferred.title | upcase %}{{ a }}|{% for p in products limit: 3 %}{{ forloop.index }}:{{ p.title }}
    {% if p.lazy.on %}on{% else %}off{% endif %}{% endfor %}{% capture c %}<{{ deferred.title }}>{% endcapture %}{{ c }}
    {% case deferred.title %}{% when 'x' %}x{% when 'Deferred' %}yes{% endcase %}{{ collections.shoes.title }}
    {{ collections['hats'].title }}{% render 'p' for products as q %}{% slot 'main', key: deferred.title %}
    {{ products | map: 'lazy' | map: 'on' | join: ',' }}{% tablerow p in products cols: 2 %}{{ p.lazy.on }}{% endtablerow %}
    {% cycle deferred.title, 'b' %}{% include 'i' %}{{ wide }}{% increment n %}{{ products | json }}
    {% for i in (1..deferred.size) %}{{ i }}{% endfor %}{{ list }}
    """

  static func environment() -> Environment {
    var environment = Environment(escaping: .auto)
    environment.addTag("slot", .request)
    return environment
  }

  static func answer(_ request: DataRequest) -> Value {
    switch request.kind {
    case "lazy": .object([("on", .bool(request.arguments[0] != "1"))])
    case "deferred": .object([("title", .string("Deferred")), ("size", .int(3))])
    case "collections": .object([("title", .string("C<\(request.arguments[0])>"))])
    case "slot": .safeHTML("<slot>\(request.arguments.joined(separator: ";"))</slot>")
    default: .string("[\(request)]")
    }
  }

  static func globals(lazily: Bool) -> [String: Value] {
    func value(_ kind: String, _ arguments: [String] = []) -> Value {
      let request = DataRequest(kind: kind, arguments: arguments)
      return lazily ? .deferred(request) : answer(request)
    }
    let products = (0..<4).map { number in
      Value.object([("title", .string("P\(number)&")), ("lazy", value("lazy", ["\(number)"]))])
    }
    return [
      "deferred": value("deferred"), "products": .array(products), "collections": .lookup(kind: "collections"),
      "list": .array([.string("a"), value("text"), .string("b")]),
    ]
  }

  func run(_ source: String, lazily: Bool, slice: Int, answersPerStop: Int = 1) throws -> (text: String, stops: Int, steps: Int) {
    let environment = Self.environment()
    let partials = PartialLibrary([
      "p": try environment.compile("({{ q.title }}{% if q.lazy.on %}!{% endif %})", name: "p"),
      "i": try environment.compile(
        "{% for p in products %}{{ p.lazy.on }}{% if forloop.index == 2 %}{% break %}{% endif %}{% endfor %}", name: "i"),
    ])
    let render = Render(
      try environment.compile(source, name: "test"), globals: Self.globals(lazily: lazily), partials: partials, errors: .fail)
    var output: [UInt8] = []
    var stops = 0
    for _ in 0..<100_000 {
      let outcome = render.resume(steps: slice)
      output += render.takeOutput()
      switch outcome {
      case .done: return (String(decoding: output, as: UTF8.self), stops, render.stepsTaken)
      case .yielded: continue
      case .failed(let error): throw error
      case .needs(let requests):
        stops += 1
        for request in requests { render.supply(Self.answer(request), for: request) }
      }
    }
    throw Unexpected("does not end")
  }

  @Test func slicesAndDeferredDataChangeNothing() throws {
    let whole = try run(Self.source, lazily: false, slice: .max)
    #expect(whole.text.contains("DEFERRED"))
    #expect(whole.text.contains("<slot>main;key=Deferred</slot>"))
    for slice in [1, 2, 3, 7, 50, Int.max] {
      for lazily in [false, true] {
        let other = try run(Self.source, lazily: lazily, slice: slice)
        #expect(other.text == whole.text, "slice \(slice), lazily \(lazily)")
        #expect(other.steps == whole.steps, "slice \(slice), lazily \(lazily)")
        if lazily { #expect(other.stops > 5) }
      }
    }
  }

  @Test func anUnreadDeferredValueIsNotAskedFor() throws {
    let result = try run("{% if false %}{{ deferred.title }}{% endif %}ok", lazily: true, slice: .max)
    #expect(result.text == "ok" && result.stops == 0)
  }

  @Test func yieldsAtEachStep() throws {
    let render = Render(try Environment().compile("{% for i in (1..10) %}{{ i }}{% endfor %}", name: "t"))
    var yields = 0
    while case .yielded = render.resume(steps: 1) { yields += 1 }
    #expect(yields >= 20)
    #expect(String(decoding: render.takeOutput(), as: UTF8.self) == "12345678910")
  }
}
