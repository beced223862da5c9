import Testing

@testable import TemplateEngine

struct LimitTests {
  /// Runs to the end and answers the error with what was printed before.
  static func failure(_ source: String, _ partials: [String: String] = [:], limits: Limits = Limits(), slice: Int = .max) throws
    -> (error: RenderError, printed: Int)?
  {
    let environment = Environment()
    var library: [String: Template] = [:]
    for (name, text) in partials { library[name] = try environment.compile(text, name: name) }
    let render = Render(
      try environment.compile(source, name: "t"), partials: PartialLibrary(library), limits: limits, errors: .inline)
    while true {
      switch render.resume(steps: slice) {
      case .done: return nil
      case .failed(let error): return (error, render.takeOutput().count)
      case .yielded: continue
      case .needs: return nil
      }
    }
  }

  static let endless: [(String, [String: String], RenderError.Cause)] = [
    ("{% for i in (1..9223372036854775807) %}{% endfor %}", [:], .steps),
    ("{% for i in (1..100000) %}{% for j in (1..100000) %}{% assign x = j %}{% endfor %}{% endfor %}", [:], .steps),
    (
      "{% for i in (-9223372036854775808..9223372036854775807) %}{{ i }} is a number, one of more than anybody counts{% endfor %}",
      [:], .outputBytes
    ),
    ("{% for i in (1..1000000) %}0123456789012345678901234567890123456789{% endfor %}", [:], .outputBytes),
    ("{% render 'self' %}", ["self": "x{% render 'self' %}"], .depth),
    ("{% include 'self' %}", ["self": "x{% include 'self' %}"], .depth),
    ("{% assign x = 'ab' %}{% for i in (1..64) %}{% assign x = x | append: x %}{% endfor %}", [:], .stepsAtOnce),
    ("{% assign x = 'ab' %}{% for i in (1..64) %}{% capture x %}{{ x }}{{ x }}{% endcapture %}{% endfor %}", [:], .stepsAtOnce),
    ("{{ (1..9223372036854775807) | join: ',' }}", [:], .steps),
    ("{{ (1..300000) | join: ',' }}", [:], .stepsAtOnce),
    ("{{ (1..300000) | reverse | size }}", [:], .stepsAtOnce),
    ("{% capture x %}{% for i in (1..2000000) %}0123456789{% endfor %}{% endcapture %}", [:], .stepsAtOnce),
    ("{% for i in (1..2000000) %}{% assign f = forloop %}{% endfor %}", [:], .steps),
    ("{% for i in (1..2000000) %}{% cycle i: 1, 2 %}{% endfor %}", [:], .steps),
    ("{% for i in (1..2000000) %}{% render 'none' %}{% endfor %}", [:], .steps),
    ("{% for i in (1..20000) %}{% capture c %}{% for j in (1..i) %}{{ j }}{% endfor %}{% endcapture %}{% endfor %}", [:], .steps),
    ("{% render 'p' for (1..9000000) as q %}", ["p": "{{ forloop.index }}"], .steps),
    ("{{ a\(String(repeating: "[0]", count: 16_600)) }}", [:], .stepsAtOnce),
    ("{% assign x = 'a' %}{% for i in (1..20) %}{% assign x = x | replace: 'a', 'aaaaaaaa' %}{% endfor %}", [:], .stepsAtOnce),
    (
      "{% assign x = (1..30000) | join: ',' %}{% for i in (1..200) %}{% assign y = x | split: ',' %}{% endfor %}", [:],
      .stepsAtOnce
    ),
  ]

  @Test(arguments: endless.indices) func endsAtTheSamePlace(_ index: Int) throws {
    let (source, partials, cause) = Self.endless[index]
    let first = try #require(try Self.failure(source, partials))
    #expect(first.error.cause == cause || cause == .steps && first.error.cause == .assignedBytes, "\(first.error)")
    let second = try #require(try Self.failure(source, partials, slice: 997))
    #expect(first.error == second.error)
    #expect(first.printed == second.printed)
  }

  /// 256 KiB, and a text that differs from its beginning only at the end.
  static let long = "{% assign s = 'aaaaaaaaaaaaaaaa' %}{% for i in (1..14) %}{% assign s = s | append: s %}{% endfor %}"
  static let untilStopped: [String] = [
    "{% if h contains n %}{% endif %}", "{% assign x = h | replace: n, '' %}", "{% assign x = h | replace_first: n, '' %}",
    "{% assign x = h | replace_last: n, '' %}", "{% assign x = h | remove: n %}", "{% assign x = h | remove_last: n %}",
    "{% assign x = h | split: n %}", "{% if s == t %}{% endif %}", "{% if s < t %}{% endif %}", "{% if s >= t %}{% endif %}",
    "{% case s %}{% when t %}{% endcase %}", "{% if s == blank %}{% endif %}", "{% assign x = s.size %}",
    "{% assign x = s | size %}", "{% assign x = s | slice: 262143 %}", "{% assign x = s | slice: 0 %}",
    "{% assign x = s | truncate: 262143 %}",
  ]

  @Test(arguments: untilStopped) func longTextsAreChargedByTheirLength(_ work: String) throws {
    let texts = Self.long + "{% assign t = s | append: '' %}{% assign h = s | append: s %}{% assign n = s | append: 'b' %}"
    let limits = Limits(steps: 150_000, stepsAtOnce: .max, assignedBytes: 1 << 40)
    let failed = try #require(try Self.failure(texts + "{% for i in (1..40) %}\(work){% endfor %}", limits: limits))
    #expect(failed.error.cause == .steps)
  }

  @Test(arguments: [
    "{{ 'March 14, 2016 10:00' | date: '%Y' }}", "{{ 1 | date: '%a, %b %d, %y' }}", "{{ i | date: '%c%c%c%c%c%c%c%c' }}",
  ]) func datesAreChargedAsWhatTheyTake(_ work: String) throws {
    let failed = try #require(
      try Self.failure("{% for i in (1..400) %}\(work){% endfor %}", limits: Limits(steps: 20_000)))
    #expect(failed.error.cause == .steps)
  }

  /// No slice is longer than it was asked to be by more than one instruction, and no instruction is longer than its limit.
  @Test(arguments: endless.indices) func slicesAreBounded(_ index: Int) throws {
    let (source, partials, _) = Self.endless[index]
    var library: [String: Template] = [:]
    for (name, text) in partials { library[name] = try Environment().compile(text, name: name) }
    let limits = Limits(stepsAtOnce: 1000)
    let render = Render(
      try Environment().compile(source, name: "t"), partials: PartialLibrary(library), limits: limits, errors: .silent)
    var before = 0
    while case .yielded = render.resume(steps: 500) {
      #expect(render.stepsTaken - before <= 500 + 1000 + 300)
      before = render.stepsTaken
    }
  }

  /// A filter over a list of data that is not there yet runs again for each element: not for ever.
  @Test func workThatIsRepeatedEnds() throws {
    let late = (0..<900).map { Value.deferred(DataRequest(kind: "late", arguments: ["\($0)"])) }
    let render = Render(
      try Environment().compile("{{ late | join }}", name: "t"), globals: ["late": .array(late)],
      limits: Limits(steps: 100_000, requests: 1000))
    for _ in 0..<1000 {
      switch render.resume() {
      case .needs(let requests): for request in requests { render.supply(.string("x"), for: request) }
      case .failed(let error):
        #expect(error.cause == .steps)
        return
      default: throw Unexpected("neither needs nor failed")
      }
    }
    Issue.record("does not end")
  }

  @Test func longRequestsAreKeptWithinBounds() throws {
    let source = Self.long + "{% for i in (1..900) %}{% assign k = i | append: s %}{% assign x = all[k] %}{% endfor %}"
    let render = Render(
      try Environment().compile(source, name: "t"), globals: ["all": .lookup(kind: "all")],
      limits: Limits(steps: 1 << 40, stepsAtOnce: 1 << 40, assignedBytes: 4 << 20))
    for _ in 0..<1000 {
      switch render.resume() {
      case .needs(let requests): for request in requests { render.supply(.string("x"), for: request) }
      case .failed(let error):
        #expect(error.cause == .assignedBytes)
        return
      default: throw Unexpected("neither needs nor failed")
      }
    }
    Issue.record("does not end")
  }

  @Test func requestsAreCountedOnce() throws {
    let source = "{% for i in (1..400000) %}{% assign p = all_products[i].title %}{% assign q = all_products[i] %}{% endfor %}"
    let template = try Environment().compile(source, name: "t")
    for limit in [0, 1, 1000] {
      let render = Render(
        template, globals: ["all_products": .lookup(kind: "all_products")], limits: Limits(requests: limit))
      var asked = 0
      var cause: RenderError.Cause?
      while cause == nil, asked < 2000 {
        switch render.resume() {
        case .needs(let requests):
          // Resumed once without an answer: the same request again, not one more.
          guard case .needs(let again) = render.resume(), again == requests else { throw Unexpected("asks for something else") }
          for request in requests { render.supply(.object([("title", .string("x"))]), for: request) }
          asked += requests.count
        case .failed(let error): cause = error.cause
        default: throw Unexpected("neither needs nor failed")
        }
      }
      #expect(asked == limit)
      #expect(cause == .requests)
    }
  }

  /// A map's pairs are made turn by turn, and charged so: a slice has no more of them than it has steps for.
  @Test func pairsOfAMapAreChargedWhenTheyAreMade() throws {
    let wide = Value.object((0..<4000).map { ("key\($0)", .int($0)) })
    for loop in ["for p in wide", "tablerow p in wide"] {
      let end = loop.hasPrefix("for") ? "for" : "tablerow"
      let render = Render(
        try Environment().compile("{% \(loop) %}{{ p[0] }},{% end\(end) %}", name: "t"), globals: ["wide": wide])
      guard case .yielded = render.resume(steps: 700) else { throw Unexpected("must stop") }
      let printed = String(decoding: render.takeOutput(), as: UTF8.self).utf8.count { $0 == UInt8(ascii: ",") }
      #expect((50...100).contains(printed), "\(printed)")
    }
  }

  @Test func tokensAreExact() throws {
    func compiles(_ source: String, _ tokens: Int, _ grammar: Environment.Grammar = .liquid) -> Bool {
      var environment = Environment(grammar: grammar)
      environment.maximumTokens = tokens
      return (try? environment.compile(source, name: "t")) != nil
    }
    for (source, tokens) in [
      ("{{ a.b | plus: 1 }}", 9), ("{% if a == 1 %}x{% endif %}", 7), ("text", 0), ("{% liquid\n assign a = 1\n echo a\n%}", 8),
      ("{% for i in (1..3) %}{% endfor %}", 11),
    ] {
      #expect(compiles(source, tokens), "\(source)")
      #expect(tokens == 0 || !compiles(source, tokens - 1), "\(source)")
    }
    // One fault, wherever the last token is, and none that comes of having stopped there.
    let source =
      "{% if a %}{% for i in (1..3) reversed limit: 2 %}{{ a | append: 'b', c | default: d[1].e }}{% endfor %}{% endif %}"
    for tokens in 0..<36 {
      var environment = Environment()
      environment.maximumTokens = tokens
      let error = #expect(throws: TemplateErrors.self) { try environment.compile(source, name: "t") }
      #expect(error?.errors.map(\.message) == ["a template has at most \(tokens) tokens"])
    }
  }

  @Test func limitsAreExact() throws {
    let source = "{% for i in (1..10) %}ab{% endfor %}"
    #expect(try Self.failure(source, limits: Limits(outputBytes: 20)) == nil)
    let failed = try #require(try Self.failure(source, limits: Limits(outputBytes: 19)))
    #expect(failed.printed == 18)
    #expect(failed.error.cause == .outputBytes)
  }

  @Test(arguments: [
    "{{ 9223372036854775807 | plus: 1 }}", "{{ -9223372036854775808 | minus: 1 }}", "{{ -9223372036854775808 | abs }}",
    "{{ 9223372036854775807 | times: 9223372036854775807 }}", "{{ -9223372036854775808 | divided_by: -1 }}",
    "{{ -9223372036854775808 | modulo: -1 }}", "{{ 99999999999999999999999999 | plus: 1 }}", "{{ 1.5 | round: 9999999999 }}",
    "{{ 15 | round: -9223372036854775808 }}", "{{ 1e400 | ceil }}", "{{ '9999999999999999999' | times: 10 }}",
    "{{ 'abc' | slice: 9223372036854775807, 9223372036854775807 }}", "{{ 'abc' | slice: -9223372036854775808 }}",
    "{{ 'abc' | truncate: -9223372036854775808 }}", "{{ 'abc' | truncatewords: 9223372036854775807 }}",
    "{{ 9223372036854775807 | date: '%Y' }}", "{{ 'x' | date: '%999999999999d' }}", "{{ 0 | date: '%1024d%-' }}",
    "{{ 0 | date: '%' }}", "{% for i in (1..3) limit: 9223372036854775807 offset: 9223372036854775807 %}{{ i }}{% endfor %}",
    "{% for i in (1..3) offset: -5 limit: -5 %}{{ i }}{% endfor %}", "{% tablerow i in (1..3) cols: 0 %}{{ i }}{% endtablerow %}",
    "{% tablerow i in (1..3) cols: -9223372036854775808 %}{{ i }}{{ tablerowloop.row }}{% endtablerow %}",
    "{{ (1..3)[9223372036854775807] }}",
    "{% assign a = (1..3) %}{{ a[-9223372036854775808] }}{{ a.last }}{{ a.first }}{{ a.size }}",
    "{% decrement x %}{% increment x %}", "{{ 5.5 | modulo: 0.0 }}", "{{ 123456789012345678 | times: 1.000000000000000001 }}",
    "{{ 0.1 | divided_by: 3 }}", "{{ -0.0 | round }}", "{{ 179769313486231570000000000000000000000 | times: 1e300 }}",
  ]) func neverTraps(_ source: String) {
    _ = try? rendered(source, errors: .silent)
    _ = try? rendered(source, escaping: .auto, errors: .inline)
  }
}
