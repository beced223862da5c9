import FoundationEssentials

@testable import TemplateEngine

/// The folder beside the project with data that is read in place; tests that need it are skipped where it is absent.
enum Shared {
  static let folder: String = {
    var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    parts.removeLast(3)
    return parts.joined(separator: "/") + "/../shared"
  }()

  static func has(_ path: String) -> Bool { FileManager.default.fileExists(atPath: folder + "/" + path) }

  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: folder + "/" + path)))
  }
}

/// One render from source to text, for tests that look at nothing else.
func rendered(
  _ source: String, _ data: [String: Value] = [:], partials: [String: String] = [:],
  escaping: Environment.Escaping = .manual, limits: Limits = Limits(), errors: Render.ErrorMode = .fail,
  environment given: Environment? = nil
) throws -> String {
  let environment = given ?? Environment(escaping: escaping)
  var library: [String: Template] = [:]
  for (name, text) in partials { library[name] = try environment.compile(text, name: name) }
  let render = Render(
    try environment.compile(source, name: "test"), globals: data, partials: PartialLibrary(library), limits: limits,
    errors: errors, now: 1_700_000_000)
  switch render.resume() {
  case .done: return String(decoding: render.takeOutput(), as: UTF8.self)
  case .failed(let error): throw error
  case .needs(let requests): throw Unexpected("needs \(requests)")
  case .yielded: throw Unexpected("yielded without a slice")
  }
}

struct Unexpected: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
