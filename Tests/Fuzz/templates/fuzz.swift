/// Fuzzes the engine, compiled into one module with it. An input is a byte of options, a template, and after a line `===` each the
/// partial `p` and a JSON map of data; see `corpus/`. Beside crashes, hangs and memory it looks for broken promises: a limit
/// that is overrun, an error without a place, a slice or late data that changes what is printed, a typed model that is not read as
/// the map of the same members, automatic escaping that changes what needs no escaping, an extended grammar that changes what
/// Liquid means.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  Trial(UnsafeBufferPointer(start: start, count: count)).run()
  return 0
}

struct Trial {
  static let limits = Limits(steps: 6000, outputBytes: 16_384, depth: 7, assignedBytes: 32_768, requests: 20)

  let source: [UInt8]
  let partial: [UInt8]
  let data: [UInt8]
  let escaping: Environment.Escaping
  let errors: Render.ErrorMode
  let slice: Int
  let grammar: Environment.Grammar

  init(_ input: UnsafeBufferPointer<UInt8>) {
    let options = Int(input.first ?? 0)
    let parts = Trial.parts(Array(input.dropFirst()))
    source = parts[0]
    partial = parts.count > 1 ? parts[1] : Array("({{ q }}{{ y.z[0] }}{% if x %}{% render 'p' %}{% endif %})".utf8)
    data = parts.count > 2 ? parts[2] : []
    escaping = options & 1 == 0 ? .manual : .auto
    errors = [.inline, .silent, .fail, .inline][options >> 1 & 3]
    slice = [1, 2, 7, 50, 300, 1000, 3, 5000][options >> 3 & 7]
    // A letter means Liquid, a digit the extended grammar.
    grammar = options & 0x40 == 0 ? .extended : .liquid
  }

  private static func parts(_ bytes: [UInt8]) -> [[UInt8]] {
    var needle = Needle(Array("\n===\n".utf8))
    var parts: [[UInt8]] = []
    var from = 0
    while parts.count < 2, let place = needle.find(in: bytes, from: from) {
      parts.append(Array(bytes[from..<place]))
      from = place + 5
    }
    return parts + [Array(bytes[from...])]
  }

  // MARK: What is expected

  func run() {
    guard let template = compiled(source, "t", escaping) else { return }
    let partials = library(escaping)
    let globals = Data.globals(lazily: false).merging(Data.read(data)) { $1 }
    let whole = rendered(template, partials, globals, slice: .max)
    // What nothing is asked of is found done by the next instruction.
    check(whole.steps <= Trial.limits.steps + 2000, "steps")
    check(whole.output.count <= Trial.limits.outputBytes, "output")
    check(whole.problems.count <= 100, "problems")
    for problem in whole.problems + (whole.error.map { [$0] } ?? []) { checkPlace(problem.place) }
    let sliced = rendered(template, partials, globals, slice: slice)
    check(sliced == whole, "slices of \(slice) change the render:\n\(whole)\n\(sliced)")
    let late = rendered(template, partials, Data.globals(lazily: true).merging(Data.read(data)) { $1 }, slice: .max)
    if late.error?.cause != .requests, whole.error?.cause != .requests {
      check(
        late.output == whole.output && late.error == whole.error && late.problems == whole.problems,
        "late data changes the render:\n\(whole)\n\(late)")
    }
    let mapped = rendered(template, partials, globals.merging(maps(in: globals)) { $1 }, slice: .max)
    checkSame(whole, mapped, "maps instead of models change the render")
    if grammar == .extended { checkGrammar(whole, globals) }
    checkEscaping()
  }

  /// The maps for the models whose names the input's own data did not take.
  private func maps(in globals: [String: Value]) -> [String: Value] {
    let own = Set(Data.read(data).keys)
    return Models.mapped.filter { !own.contains($0.key) && globals[$0.key] != nil }
  }

  /// What Liquid reads means the same in the extended grammar.
  private func checkGrammar(_ whole: Result, _ globals: [String: Value]) {
    guard let template = compiled(source, "t", escaping, .liquid) else { return }
    let isPartialRead = compiled(partial, "p", escaping, .liquid) != nil
    guard isPartialRead || compiled(partial, "p", escaping) == nil else { return }
    checkSame(whole, rendered(template, library(escaping, .liquid), globals, slice: .max), "the grammar changes the render")
  }

  /// Work is not the same, so that a limit may end one of the two.
  private func checkSame(_ one: Result, _ other: Result, _ broken: String) {
    for result in [one, other] { if let error = result.error, error.cause != .fault { return } }
    check(
      one.output == other.output && one.error == other.error && one.problems == other.problems, "\(broken):\n\(one)\n\(other)")
  }

  /// Where nothing needs escaping, automatic escaping prints what manual escaping prints. Templates that escape or decode
  /// themselves are left out.
  private func checkEscaping() {
    let special: Set<UInt8> = Set("<>&\"'".utf8)
    for word in Trial.escapingWords where [source, partial].contains(where: { Trial.contains(word, in: $0) }) { return }
    let plain = Data.plain(data)
    guard let manual = compiled(source, "t", .manual), let auto = compiled(source, "t", .auto) else { return }
    let expected = rendered(manual, library(.manual), plain, slice: .max, errors: .silent)
    guard expected.error == nil, expected.problems.isEmpty else { return }
    let found = rendered(auto, library(.auto), plain, slice: .max, errors: .silent)
    // Lists and maps inside of text have quotes.
    if !expected.output.contains(where: special.contains) {
      check(found.output == expected.output, "auto prints what manual does not:\n\(expected)\n\(found)")
    }
  }

  private static let escapingWords = [
    "escape", "h", "decode", "json", "raw", "newline_to_br", "slot", "forloop", "tablerowloop", "\"", "'", "<", ">", "&",
  ].map { Array($0.utf8) }

  private static func contains(_ word: [UInt8], in text: [UInt8]) -> Bool {
    var needle = Needle(word)
    return needle.find(in: text) != nil
  }

  // MARK: Compiling and rendering

  private func compiled(
    _ source: [UInt8], _ name: String, _ escaping: Environment.Escaping, _ grammar: Environment.Grammar? = nil
  ) -> Template? {
    var environment = Environment(escaping: escaping, grammar: grammar ?? self.grammar)
    environment.addTag("slot", .request)
    environment.addTag("schema", .rawBlock)
    do throws(TemplateErrors) {
      let template = try environment.compile(source, name: name)
      let analysis = template.analysis
      for use in analysis.variables + analysis.filters + analysis.tags + analysis.partials {
        check(use.line > 0 && use.column > 0, "place of a use")
      }
      return template
    } catch {
      check(!error.errors.isEmpty && error.errors.count <= Compiler.maximumFaults, "number of errors")
      for place in error.errors { checkPlace(place) }
      check(!error.description.isEmpty, "description")
      return nil
    }
  }

  private func library(_ escaping: Environment.Escaping, _ grammar: Environment.Grammar? = nil) -> PartialLibrary {
    guard let template = compiled(partial, "p", escaping, grammar) else { return PartialLibrary() }
    return PartialLibrary(["p": template])
  }

  struct Result: Equatable {
    var output: [UInt8] = []
    var error: RenderError?
    var problems: [RenderError] = []
    var steps = 0
  }

  private func rendered(
    _ template: Template, _ partials: PartialLibrary, _ globals: [String: Value], slice: Int, errors: Render.ErrorMode? = nil
  ) -> Result {
    let render = Render(
      template, globals: globals, partials: partials, limits: Trial.limits, errors: errors ?? self.errors, now: 1_000_000_000)
    var result = Result()
    for _ in 0...(2 * Trial.limits.steps + 100) {
      let outcome = render.resume(steps: slice)
      result.output += render.takeOutput()
      switch outcome {
      case .yielded: continue
      case .needs(let requests): for request in requests { render.supply(Data.answer(request), for: request) }
      case .done, .failed:
        if case .failed(let error) = outcome { result.error = error }
        result.problems = render.problems
        result.steps = render.stepsTaken
        return result
      }
    }
    fatalError("a render does not end")
  }

  private func checkPlace(_ place: TemplateError) {
    let text = place.template == "p" ? partial : source
    let lines = text.reduce(1) { $1 == 10 ? $0 + 1 : $0 }
    check(place.template == "p" || place.template == "t", "an error's template")
    check(place.line >= 1 && place.line <= lines && place.column >= 1 && place.column <= text.count + 1, "an error's place")
    check(place.caret >= 0 && place.caret <= place.excerpt.unicodeScalars.count, "an error's caret")
    check(!place.message.isEmpty, "an error's message")
  }

  private func check(_ holds: Bool, _ message: @autoclosure () -> String) {
    if !holds { fatalError("broken promise: " + message()) }
  }
}

/// What every trial's templates can look at.
enum Data {
  struct Model: Bindable {
    var title: String
    var price: Int
    var tags: [String]
    static let shape = Shape<Model>(
      ("title", { .string($0.title) }), ("price", { .int($0.price) }), ("tags", { .array($0.tags.map { .string($0) }) }))
  }
  private static let models = [
    Model(title: "Tea & Cake", price: 300, tags: ["a", "b"]), Model(title: "it's", price: 20, tags: []),
    Model(title: "<b>é☃</b>", price: -5, tags: ["c", "a"]),
  ]
  private static let fixed: [String: Value] = [
    "x": .string("a,b<c é\n\u{1F600}"), "y": .object([("z", .array([.int(1), .null, .string("é"), .double(1.5)]))]),
    "m": .models(models), "b": .bound(models[0]), "n": .int(.max), "f": .double(-0.1), "r": .range(1, 5),
    "html": .safeHTML("<i>&amp;</i>"), "bytes": .safeHTML(bytes: [60, 0xFF, 0xC3, 62]), "t": .bool(true),
    "deep": (0..<70).reduce(.array([.int(1)])) { value, _ in .array([value]) },
  ]

  static func answer(_ request: DataRequest) -> Value {
    switch request.kind {
    case "lazy": .object([("title", .string("<late>")), ("on", .bool(true)), ("size", .int(3))])
    case "again": .deferred(request)
    case "list": .array([.string("d"), .int(4), .array([.string("'")])])
    case "slot": .safeHTML("<p>\(request.arguments.joined(separator: ";"))</p>")
    default: .string("[\(request.arguments.joined())]")
    }
  }

  static func globals(lazily: Bool) -> [String: Value] {
    func value(_ kind: String) -> Value {
      let request = DataRequest(kind: kind, arguments: ["1"])
      return lazily ? .deferred(request) : answer(request)
    }
    return fixed.merging(Models.bound) { $1 }.merging(
      [
        "lazy": value("lazy"), "list": value("list"), "all": .lookup(kind: "all"),
        "again": .deferred(DataRequest(kind: "again", arguments: [])), "mixed": .array([.int(1), value("lazy"), value("list")]),
      ]
    ) { $1 }
  }

  static func read(_ json: [UInt8]) -> [String: Value] {
    guard let value = try? Value(json: json), let members = value.members else { return [:] }
    return Dictionary(members) { $1 }
  }

  /// Data that needs no escaping.
  static func plain(_ json: [UInt8]) -> [String: Value] {
    let scalars: [String: Value] = [
      "x": .string("a,b c é\n\u{1F600}"), "y": .array([.int(1), .null, .string("é"), .double(1.5)]), "n": .int(.max),
      "f": .double(-0.1), "r": .range(1, 5), "t": .bool(true),
    ]
    let texts = Data.read(json).filter { _, value in
      if case .string(let text, _) = value.storage { !Escaping.needsEscaping(text) } else { false }
    }
    return scalars.merging(texts) { $1 }
  }
}
