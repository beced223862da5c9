import Synchronization
import TemplateEngine

/// `storefront template render --cases FILE`: many small renders in one process, for conformance suites and for programs
/// that compare engines. Each line of the input is a case and is answered by one line, in order, as soon as it is known.
struct TemplateCases {
  let environment: Environment
  let limits: Limits
  let errors: Render.ErrorMode
  let now: Int
  /// What the answers call the input.
  let name: String

  static let longestLine = 64 << 20

  /// Reads to the end and writes an answer for each line.
  func run(from input: Int32, to output: Int32) throws {
    var lines = LineReader(input, longest: Self.longestLine)
    var number = 0
    while let line = try next(&lines, after: number) {
      number += 1
      let answer =
        switch line {
        case .line(let bytes): answer(Array(bytes), number)
        case .tooLong: malformed("this line is longer than \(Self.longestLine) bytes", number, column: 1)
        }
      Program.put(try JSONOutput.text(answer), to: output)
    }
  }

  private func next(_ lines: inout LineReader, after number: Int) throws(CommandError) -> LineReader.Line? {
    do { return try lines.next() } catch {
      throw CommandError("\(name) cannot be read behind line \(number): \(error)", hint: "check the path and its permissions")
    }
  }

  private func answer(_ line: [UInt8], _ number: Int) -> Answer {
    let document: Value
    do throws(JSONError) { document = try Value(json: line) } catch {
      let column = String(decoding: line[..<min(error.offset, line.count)], as: UTF8.self).unicodeScalars.count + 1
      return malformed("this line is not JSON: \(error.message)", number, column: column)
    }
    let example = "{\"template\": \"\u{2026}\", \"data\": {\u{2026}}, \"partials\": {\"NAME\": \"\u{2026}\"}}"
    guard document.members != nil, let source = document["template"]?.string else {
      return malformed("a case is an object with a \"template\": \(example)", number, column: 1)
    }
    var globals: [String: Value] = [:]
    if let data = document["data"], !data.isNull {
      guard let members = data.members else { return malformed("\"data\" is an object: \(example)", number, column: 1) }
      for (name, value) in members { globals[name] = value }
    }
    var partials: [String: String] = [:]
    if let given = document["partials"], !given.isNull {
      guard let members = given.members else { return malformed("\"partials\" is an object: \(example)", number, column: 1) }
      for (name, value) in members {
        guard let text = value.string else { return malformed("the partial \"\(name)\" is not a text", number, column: 1) }
        partials[name] = text
      }
    }
    return render(source, globals, SourceLibrary(texts: partials, environment: environment))
  }

  private func render(_ source: String, _ globals: [String: Value], _ partials: SourceLibrary) -> Answer {
    let template: Template
    do throws(TemplateErrors) { template = try environment.compile(source, name: "template") } catch {
      return Answer(error: .init(error.errors[0]), output: "")
    }
    let render = Render(template, globals: globals, partials: partials, limits: limits, errors: errors, now: now)
    let failure = TemplateCommand.run(render) { _ in }
    return Answer(
      error: failure.map { .init($0.place) }, output: String(decoding: render.takeOutput(), as: UTF8.self))
  }

  private func malformed(_ message: String, _ line: Int, column: Int) -> Answer {
    Answer(error: .init(message: message, template: name, line: line, column: column), output: "")
  }

  /// One line of the output.
  struct Answer: Encodable {
    struct Fault: Encodable {
      let message: String
      let template: String
      let line: Int
      let column: Int
    }

    let error: Fault?
    let output: String
  }
}

extension TemplateCases.Answer.Fault {
  init(_ place: TemplateError) {
    self.init(message: place.message, template: place.template, line: place.line, column: place.column)
  }
}

/// A case's partials: one is compiled when it is first asked for, so that one that is never used may be broken, as in Liquid.
final class SourceLibrary: PartialSource {
  private let texts: [String: String]
  private let environment: Environment
  private let compiled = Mutex<[String: Result<Template, TemplateErrors>]>([:])

  init(texts: [String: String], environment: Environment) {
    self.texts = texts
    self.environment = environment
  }

  func template(named name: String) throws(TemplateErrors) -> Template? {
    guard let text = texts[name] else { return nil }
    return try compiled.withLock { known in
      if let result = known[name] { return result }
      let result = Result { () throws(TemplateErrors) in try environment.compile(text, name: name) }
      known[name] = result
      return result
    }.get()
  }
}
