import Glibc
import TemplateEngine
import ThemeSDK

/// `storefront template render`: one template with data from a file, for a theme author who wants to see what comes out,
/// or many from a file of cases.
enum TemplateCommand {
  static let render = Command(
    "template render", summary: "Render one template with data from a file, or a file of cases",
    operands: "FILE|-", operandCount: 0...1,
    options: [
      .value("data", "FILE", "a JSON object; its members are the template's variables"),
      .value("partials", "DIR", "a folder of NAME.liquid for render and include"),
      .value("cases", "FILE|-", "renders each line of a JSON-lines file instead of FILE"),
      .value(
        "escaping", "auto|manual",
        "auto escapes what is printed unless it is safe HTML; manual prints as Liquid does (default auto; with --cases manual)"),
      .value("grammar", "liquid|extended", "extended adds not, parentheses, choices, lists, embed, extends (default liquid)"),
      .value(
        "errors", "inline|fail",
        "inline prints a fault as Liquid does and goes on; fail ends the render there (default inline; with --cases fail)"),
      LimitsOption.option,
    ],
    discussion: """
      Prints the page on standard output. Faults in a template go to standard error with their place, an excerpt and a
      suggestion; exit code 1. Slots and sections have no page here and print nothing.

      --cases reads one JSON object a line and answers each, an empty one too, with one line in the same order, at once:
        {"template": "{{ x }}", "data": {"x": 1}, "partials": {"NAME": "…"}}    data and partials may be left out
        {"output": "1"}
        {"error": {"message": "…", "template": "NAME", "line": 1, "column": 4}, "output": "what was printed before"}
      It is an error when the template does not compile, when a limit ends the render, and with --errors fail at the first
      fault: a filter that complains, a partial that is missing or does not compile. "template" is the partial's name, or
      "template". A line that is no case is answered by an error with the file's name and the line's number in it, and the
      run goes on. Exit code 0 when all lines were answered.
      """,
    examples: [
      .init("storefront template render card.liquid --data product.json", "a snippet with the data it is made for"),
      .init("echo '{{ \"a b\" | upcase }}' | storefront template render -", "a template from standard input"),
      .init("storefront template render page.liquid --limits steps=5000,output=100000", "what a tighter budget does to a page"),
      .init("storefront template render --cases suite.jsonl > answers.jsonl", "a conformance suite, one answer a line"),
    ]
  ) { invocation in
    let limits = try LimitsOption.limits(of: invocation)
    if let path = invocation.value("cases") { return try renderCases(path, limits, invocation) }
    guard let path = invocation.operands.first else { throw invocation.usage("needs FILE|- or --cases FILE") }
    let environment = try environment(of: invocation, usually: .auto)
    let template = try compile(bytes(of: path), name: path == "-" ? "standard input" : path, in: environment)
    let partials = try invocation.value("partials").map { try library($0, in: environment) } ?? PartialLibrary()
    return show(
      Render(
        template, globals: try globals(invocation.value("data")), partials: partials, limits: limits,
        errors: try errorMode(of: invocation, usually: .inline), now: time(nil)))
  }

  private static func renderCases(_ path: String, _ limits: Limits, _ invocation: Invocation) throws -> Int32 {
    for name in ["data", "partials"] where invocation.has(name) {
      throw invocation.usage("--\(name) does not go with --cases: a case brings its own \"\(name)\"")
    }
    if let file = invocation.operands.first { throw invocation.usage("--cases takes the place of \"\(file)\"; give one of them") }
    let cases = TemplateCases(
      environment: try environment(of: invocation, usually: .manual), limits: limits,
      errors: try errorMode(of: invocation, usually: .fail), now: time(nil), name: path == "-" ? "standard input" : path)
    let input = try descriptor(of: path)
    defer { if input > STDIN_FILENO { close(input) } }
    try cases.run(from: input, to: STDOUT_FILENO)
    return ExitCode.ok
  }

  private static func environment(of invocation: Invocation, usually: Environment.Escaping) throws -> Environment {
    let escapings: [String: Environment.Escaping] = ["auto": .auto, "manual": .manual]
    let grammars: [String: Environment.Grammar] = ["liquid": .liquid, "extended": .extended]
    return .storefront(
      escaping: try invocation.choice("escaping", of: escapings.keys.sorted()).flatMap { escapings[$0] } ?? usually,
      grammar: try invocation.choice("grammar", of: grammars.keys.sorted()).flatMap { grammars[$0] } ?? .liquid)
  }

  private static func errorMode(of invocation: Invocation, usually: Render.ErrorMode) throws -> Render.ErrorMode {
    let choices: [String: Render.ErrorMode] = ["inline": .inline, "fail": .fail]
    return try invocation.choice("errors", of: choices.keys.sorted()).flatMap { choices[$0] } ?? usually
  }

  /// Runs to the end, and says on standard error what had nothing to show and what went wrong.
  private static func show(_ render: Render) -> Int32 {
    let failure = run(render) { request in
      Program.complain("nothing to show for \(request.kind) \(request.arguments.joined(separator: ", "))", hint: nil)
    }
    Program.put(render.takeOutput(), to: STDOUT_FILENO)
    for problem in render.problems { Program.put(problem.description, to: STDERR_FILENO) }
    if let failure { Program.put(failure.description, to: STDERR_FILENO) }
    return failure == nil && render.problems.isEmpty ? ExitCode.ok : ExitCode.findings
  }

  /// Runs to the end and returns why it failed, if it did. What a template asks the host for is nothing here.
  static func run(_ render: Render, missing: (DataRequest) -> Void) -> RenderError? {
    while true {
      switch render.resume() {
      case .done: return nil
      case .yielded: continue
      case .needs(let requests):
        for request in requests {
          missing(request)
          render.supply(.string(""), for: request)
        }
      case .failed(let error): return error
      }
    }
  }

  static func compile(_ source: [UInt8], name: String, in environment: Environment) throws -> Template {
    do throws(TemplateErrors) { return try environment.compile(source, name: name) } catch {
      throw CommandError(error.description, hint: nil, code: ExitCode.findings)
    }
  }

  private static func library(_ folder: String, in environment: Environment) throws -> PartialLibrary {
    guard let names = Environs.files(in: folder, endingIn: ".liquid") else {
      throw CommandError("the folder \(folder) cannot be read", hint: "--partials names a folder of NAME.liquid files")
    }
    var templates: [String: Template] = [:]
    for name in names {
      let path = "\(folder)/\(name)"
      templates[String(name.dropLast(".liquid".count))] = try compile(bytes(of: path), name: path, in: environment)
    }
    return PartialLibrary(templates)
  }

  private static func globals(_ path: String?) throws -> [String: Value] {
    guard let path else { return [:] }
    let data: Value
    let bytes = try bytes(of: path)
    do throws(JSONError) { data = try Value(json: bytes) } catch {
      throw CommandError("\(path): \(error)", hint: "--data takes a JSON object", code: ExitCode.findings)
    }
    guard let members = data.members else {
      throw CommandError("\(path): not a JSON object", hint: "write {\"name\": …}", code: ExitCode.findings)
    }
    return Dictionary(members, uniquingKeysWith: { $1 })
  }

  /// A file's bytes, a pipe's as well: a shell gives `<(command)` as one.
  static func bytes(of path: String) throws -> [UInt8] {
    let descriptor = try descriptor(of: path)
    defer { if descriptor > STDIN_FILENO { close(descriptor) } }
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path) }
      guard count > 0 else { return all }
      all += buffer[..<count]
    }
  }

  private static func descriptor(of path: String) throws -> Int32 {
    if path == "-" { return STDIN_FILENO }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    return descriptor
  }

  private static func unreadable(_ path: String) -> CommandError {
    CommandError("\(path) cannot be read: \(String(cString: strerror(errno)))", hint: "check the path and its permissions")
  }
}
