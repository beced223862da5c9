@testable import TemplateEngine

/// What a template does with data written as JSON: its output, or `error: ` and the cause.
func outcome(_ source: String, _ json: String = "{}", partials: [String: String] = [:]) -> String {
  do {
    var data: [String: Value] = [:]
    for (name, value) in try Value(json: Array(json.utf8)).members ?? [] { data[name] = value }
    return try rendered(source, data, partials: partials)
  } catch let error as RenderError {
    return "error: \(error.place.message)"
  } catch let error as TemplateErrors {
    return "refused: \(error.errors.map(\.message).joined(separator: "; "))"
  } catch {
    return "\(error)"
  }
}

/// The same where errors are printed in their place: a `!` and the cause.
func inlined(_ source: String, _ json: String = "{}", partials: [String: String] = [:]) throws -> String {
  var data: [String: Value] = [:]
  for (name, value) in try Value(json: Array(json.utf8)).members ?? [] { data[name] = value }
  let text = try rendered(source, data, partials: partials, errors: .inline)
  return text.replacing("Liquid error (test line 1): ", with: "!")
}
