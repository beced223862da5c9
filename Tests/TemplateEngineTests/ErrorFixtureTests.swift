import FoundationEssentials
import Testing

@testable import TemplateEngine

/// The folder `Errors`: a file for each error a template can have, with all that is printed of it. A file has parts that begin with
/// a line `-- name`: `template` (or `template of COUNT times` what follows), `partial NAME`, `data` (JSON), `limits` (`steps=5 …`),
/// `grammar` (`extended`) and `printed`.
///
/// With `WRITE_ERRORS=1` in the environment the printed parts are written anew, to be read before they are committed.
struct ErrorFixtureTests {
  struct Fixture: CustomTestStringConvertible {
    let name: String
    var parts: [(heading: String, text: String)] = []

    init(_ name: String) throws {
      self.name = name
      for line in try ErrorFixtureTests.text("Tests/TemplateEngineTests/Errors/\(name)").split(
        separator: "\n", omittingEmptySubsequences: false)
      {
        if line.hasPrefix("-- ") {
          parts.append((String(line.dropFirst(3)), ""))
        } else if !parts.isEmpty {
          parts[parts.count - 1].text += line + "\n"
        }
      }
      // The last line end of a part is the file's, not the template's.
      for at in parts.indices { while parts[at].text.hasSuffix("\n") { parts[at].text.removeLast() } }
    }

    subscript(heading: String) -> String? { parts.first { $0.heading == heading }?.text }

    var testDescription: String { name }

    /// What is printed when the template is compiled and, when that works, rendered until its first error.
    func printed() throws -> String {
      var environment = Environment(grammar: self["grammar"] == "extended" ? .extended : .liquid)
      environment.addTag("slot", .request)
      environment.addTag("schema", .rawBlock)
      var partials: [String: String] = [:]
      for part in parts where part.heading.hasPrefix("partial ") { partials[String(part.heading.dropFirst(8))] = part.text }
      var globals: [String: Value] = [:]
      if let data = self["data"] {
        for (name, value) in try Value(json: Array(data.utf8)).members ?? [] { globals[name] = value }
      }
      let source = try #require(self["template"] ?? repeated)
      let template: Template
      do throws(TemplateErrors) { template = try environment.compile(source, name: "page.liquid") } catch {
        return error.description
      }
      let render = Render(template, globals: globals, partials: Sources(texts: partials), limits: try limits(), errors: .fail)
      while true {
        switch render.resume() {
        case .failed(let error): return error.description
        case .done: return "no error"
        case .yielded: continue
        case .needs(let requests):
          // A host that answers a question with the same question.
          for request in requests { render.supply(.deferred(request), for: request) }
        }
      }
    }

    private var repeated: String? {
      parts.first { $0.heading.hasPrefix("template of ") }.flatMap { part in
        Int(part.heading.split(separator: " ")[2]).map { String(repeating: part.text, count: $0) }
      }
    }

    private func limits() throws -> Limits {
      var limits = Limits()
      for word in self["limits"]?.split(separator: " ") ?? [] {
        let pair = word.split(separator: "=")
        let number = try #require(Int(pair[1]))
        switch pair[0] {
        case "steps": limits.steps = number
        case "output": limits.outputBytes = number
        case "depth": limits.depth = number
        case "assigned": limits.assignedBytes = number
        case "requests": limits.requests = number
        default: throw Unexpected("no limit \(pair[0])")
        }
      }
      return limits
    }
  }

  struct Sources: PartialSource {
    let texts: [String: String]
    var names: [String] { Array(texts.keys) }
    func template(named name: String) throws(TemplateErrors) -> Template? {
      guard let text = texts[name] else { return nil }
      return try Environment().compile(text, name: name)
    }
  }

  static let root = Shared.folder.dropLast("/../shared".count)

  static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: "\(root)/\(path)")), as: UTF8.self)
  }

  static func names(in folder: String, ending suffix: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)").filter { $0.hasSuffix(suffix) }.sorted()
  }

  static let fixtures: [Fixture] = {
    do { return try names(in: "Tests/TemplateEngineTests/Errors", ending: ".txt").map { try Fixture($0) } } catch {
      fatalError("\(error)")
    }
  }()

  static let writes = ProcessInfo.processInfo.environment["WRITE_ERRORS"] != nil

  @Test(arguments: fixtures) func printsAllOfIt(_ fixture: Fixture) throws {
    let printed = try fixture.printed()
    if Self.writes {
      var text = ""
      for part in fixture.parts where part.heading != "printed" { text += "-- \(part.heading)\n\(part.text)\n" }
      text += "-- printed\n\(printed)\n"
      try Data(text.utf8).write(to: URL(filePath: "\(Self.root)/Tests/TemplateEngineTests/Errors/\(fixture.name)"))
    }
    #expect(printed == fixture["printed"])
  }

  /// Every message and suggestion in the engine's source is printed by a fixture; one that is new needs its file.
  @Test func everyMessageHasAFixture() throws {
    let printed = Self.fixtures.compactMap { $0["printed"] }.joined(separator: "\n").split(separator: "\n")
    var messages = 0
    // What is wrong with JSON has no place in a template; BindingTests has it.
    for name in try Self.names(in: "Sources/TemplateEngine", ending: ".swift") where name != "JSONReader.swift" {
      for pieces in MessageScan(try Self.text("Sources/TemplateEngine/\(name)")).messages() {
        messages += 1
        #expect(printed.contains { Self.has($0, pieces) }, "\(name): no fixture prints \"\(pieces.joined(separator: "…"))\"")
      }
    }
    #expect(messages > 80)
  }

  private static func has(_ line: Substring, _ pieces: [String]) -> Bool {
    var rest = line
    for piece in pieces where !piece.isEmpty {
      guard let found = rest.firstRange(of: piece) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }
}

/// Finds the texts in calls that report something. A text is its pieces between interpolations.
private struct MessageScan {
  private static let calls = ["SyntaxFault(", "fault(", "FilterError(", "unexpected(", "expect(", "wants = [", "return \""]
  private let source: [Character]
  private var at = 0

  init(_ source: String) {
    let code = source.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.contains("///") }
    self.source = Array(code.joined(separator: "\n"))
  }

  func messages() -> [[String]] {
    var found: [[String]] = []
    for call in Self.calls {
      let wanted = Array(call)
      for start in source.indices.dropLast(wanted.count) where source[start] == wanted[0] {
        guard source[start..<start + wanted.count].elementsEqual(wanted) else { continue }
        guard start == 0 || !(source[start - 1].isLetter || source[start - 1] == ".") || call == "fault(" else { continue }
        var scan = self
        // A returned text is itself what begins; a call's texts are inside.
        scan.at = start + wanted.count - (call.hasSuffix("\"") ? 1 : 0)
        if call.hasSuffix("\"") { found.append(scan.text()) } else { found += scan.texts() }
      }
    }
    // Words that are told by their neighbours: a return of a name, a key.
    return found.filter { $0.joined().count > 6 && $0.joined().contains(" ") }
  }

  /// All texts up to the end of the call.
  private mutating func texts() -> [[String]] {
    var found: [[String]] = []
    var depth = 1
    while at < source.count, depth > 0 {
      switch source[at] {
      case "(", "[", "{": depth += 1
      case ")", "]", "}": depth -= 1
      case "\"":
        found.append(text())
        continue
      default: break
      }
      at += 1
    }
    return found
  }

  private mutating func text() -> [String] {
    var pieces = [""]
    at += 1
    while at < source.count, source[at] != "\"" {
      if source[at] == "\\" {
        at += 1
        if source[at] == "(" {
          at += 1
          _ = texts()
          pieces.append("")
          continue
        }
      }
      pieces[pieces.count - 1].append(source[at])
      at += 1
    }
    at += 1
    return pieces
  }
}
