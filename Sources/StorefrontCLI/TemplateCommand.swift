import Glibc
import TemplateEngine
import ThemeSDK

/// `storefront template render`: one template with data from a file, for a theme author who wants to see what comes out.
enum TemplateCommand {
  static let render = Command(
    "template render", summary: "Render one template with data from a file",
    operands: "FILE|-", operandCount: 1...1,
    options: [
      .value("data", "FILE", "a JSON object; its members are the template's variables"),
      .value("partials", "DIR", "a folder of NAME.liquid for render and include"),
      .value("escaping", "auto|manual", "auto escapes what is printed unless it is safe HTML (default auto)"),
    ],
    discussion: """
      Prints the page on standard output. Faults in a template go to standard error with their place, an excerpt and a
      suggestion; exit code 1. Slots and sections have no page here and print nothing.
      """,
    examples: [
      .init("storefront template render card.liquid --data product.json", "a snippet with the data it is made for"),
      .init("echo '{{ \"a b\" | upcase }}' | storefront template render -", "a template from standard input"),
    ]
  ) { invocation in
    let escaping: Environment.Escaping =
      try invocation.choice("escaping", of: ["auto", "manual"]) == "manual" ? .manual : .auto
    let environment = Environment.storefront(escaping: escaping)
    let path = invocation.operands[0]
    let template = try compile(text(of: path), name: path == "-" ? "standard input" : path, in: environment)
    let partials = try invocation.value("partials").map { try library($0, in: environment) } ?? PartialLibrary()
    return show(Render(template, globals: try globals(invocation.value("data")), partials: partials))
  }

  /// Runs to the end, and says on standard error what had nothing to show and what went wrong.
  private static func show(_ render: Render) -> Int32 {
    var failure: RenderError?
    run: while true {
      switch render.resume() {
      case .done: break run
      case .yielded: continue
      case .needs(let requests):
        for request in requests {
          Program.complain("nothing to show for \(request.kind) \(request.arguments.joined(separator: ", "))", hint: nil)
          render.supply(.string(""), for: request)
        }
      case .failed(let error):
        failure = error
        break run
      }
    }
    Program.put(render.takeOutput(), to: STDOUT_FILENO)
    for problem in render.problems { Program.put(problem.description, to: STDERR_FILENO) }
    if let failure { Program.put(failure.description, to: STDERR_FILENO) }
    return failure == nil && render.problems.isEmpty ? ExitCode.ok : ExitCode.findings
  }

  private static func compile(_ source: String, name: String, in environment: Environment) throws -> Template {
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
      templates[String(name.dropLast(".liquid".count))] = try compile(text(of: path), name: path, in: environment)
    }
    return PartialLibrary(templates)
  }

  private static func globals(_ path: String?) throws -> [String: Value] {
    guard let path else { return [:] }
    let data: Value
    let bytes = Array(try text(of: path).utf8)
    do throws(JSONError) { data = try Value(json: bytes) } catch {
      throw CommandError("\(path): \(error)", hint: "--data takes a JSON object", code: ExitCode.findings)
    }
    guard let members = data.members else {
      throw CommandError("\(path): not a JSON object", hint: "write {\"name\": …}", code: ExitCode.findings)
    }
    return Dictionary(members, uniquingKeysWith: { $1 })
  }

  /// A file's text, a pipe's as well: a shell gives `<(command)` as one.
  private static func text(of path: String) throws -> String {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    defer { if descriptor > STDIN_FILENO { close(descriptor) } }
    guard descriptor >= 0, let bytes = readAll(descriptor) else {
      throw CommandError(
        "\(path) cannot be read: \(String(cString: strerror(errno)))", hint: "check the path and its permissions")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func readAll(_ descriptor: Int32) -> [UInt8]? {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return count == 0 ? all : nil }
      all += buffer[..<count]
    }
  }
}
