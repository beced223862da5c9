import TemplateEngine

/// Compiles the Liquid files of a theme or plugin and checks what can be checked of one template.
struct TemplateCompiler {
  let contents: Contents
  let environment: Environment
  /// Scans of the compiled sources by path, for checks that need all files read.
  private(set) var scans: [String: LiquidScan] = [:]
  private(set) var compiled: [String: Template] = [:]
  /// What each snippet is passed by every template that was compiled and renders it.
  var parameters: [String: Set<String>] {
    scans.values.flatMap(\.calls).reduce(into: [:]) { all, call in
      all[call.snippet] = all[call.snippet]?.intersection(call.arguments) ?? call.arguments
    }
  }

  init(contents: Contents, environment: Environment = .storefront()) {
    self.contents = contents
    self.environment = environment
  }

  /// Compiles one file; each problem of its source is a finding.
  mutating func compile(_ path: String, report: inout Report) -> Template? {
    guard isSmallEnough(path, &report), let source = contents.text(path, report: &report) else { return nil }
    scans[path] = LiquidScan(source)
    do {
      let template = try environment.compile(source, name: contents.origins[path] ?? path)
      compiled[path] = template
      return template
    } catch {
      for problem in error.errors {
        report.add(
          .error, "template", problem.message, in: path, at: .init(line: problem.line, column: problem.column),
          excerpt: Self.excerpt(problem), wayOut: problem.suggestion)
      }
      return nil
    }
  }

  /// A template of this size is a file in the wrong place or an attack: nothing reads it, neither the scan nor the engine.
  private func isSmallEnough(_ path: String, _ report: inout Report) -> Bool {
    guard let size = contents.files[path]?.count, size > Contents.largestTemplate else { return true }
    report.add(
      .error, "template-too-large", "this template is \(size) bytes", in: path,
      why: "a .liquid file may have \(Contents.largestTemplate >> 10) KiB",
      wayOut: "move parts of it to snippets, and texts, pictures and scripts to locales/ and assets/")
    return false
  }

  private static func excerpt(_ problem: TemplateError) -> String? {
    problem.excerpt.isEmpty ? nil : "    \(problem.excerpt)\n    \(String(repeating: " ", count: problem.caret))^"
  }

  /// Compiles all `.liquid` files of a folder, by their names without the ending.
  mutating func compile(folder: String, report: inout Report) -> [String: Template] {
    var templates: [String: Template] = [:]
    for path in contents.paths(in: folder, ending: ".liquid") {
      let name = String(path.dropFirst(folder.utf8.count + 1).dropLast(".liquid".utf8.count))
      if let template = compile(path, report: &report) { templates[name] = template }
    }
    return templates
  }

  /// The schema of a compiled file, as JSON with the places of the Liquid file.
  func schema(of path: String, report: inout Report) -> JSONNode? {
    guard let schemas = scans[path]?.schemas, let first = schemas.first else { return nil }
    if let second = schemas.dropFirst().first {
      report.add(.error, "two-schemas", "a second {% schema %}", in: path, at: second.place, wayOut: "put all in one")
    }
    do {
      return try JSONNode.read(first.text, startingAt: first.place)
    } catch {
      report.add(.error, "bad-json", "the schema is not valid JSON: \(error.message)", in: path, at: error.place)
      return nil
    }
  }
}
