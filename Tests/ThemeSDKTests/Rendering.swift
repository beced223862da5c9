import TemplateEngine
import Testing

@testable import ThemeSDK

/// Renders templates as the storefront does, without its cache and its loop.
enum Rendering {
  struct Result {
    let text: String
    let problems: [String]
  }

  /// One template with globals and a host.
  static func render(_ source: String, _ globals: [String: Value] = [:], host: RenderHost? = nil) throws -> Result {
    let template = try Environment.storefront().compile(source, name: "test")
    return try run(Render(template, globals: globals, errors: .inline, host: host)) { _ in .null }
  }

  static func run(_ render: Render, answer: (DataRequest) throws -> Value) throws -> Result {
    while true {
      switch render.resume(steps: 10_000) {
      case .done:
        return Result(text: String(decoding: render.takeOutput(), as: UTF8.self), problems: render.problems.map(\.description))
      case .yielded: continue
      case .failed(let error): throw error
      case .needs(let requests): for request in requests { render.supply(try answer(request), for: request) }
      }
    }
  }

  /// A whole page: the layout, its slots, what fills them.
  static func page(
    _ theme: Theme, _ page: PageContext, plugins: [Plugin] = [], globals: [String: Value] = [:], host: RenderHost
  ) throws -> Result {
    let slots = theme.slots(for: page, filledBy: plugins)
    var globals = globals
    globals["settings"] = theme.settings
    globals["content_for_header"] = .safeHTML("")
    func fill(_ filler: Filler) throws -> String {
      var inner = globals
      inner["section"] = filler.section
      inner["content"] = .safeHTML(try filler.wrapped.map(fill).joined())
      let render = Render(
        filler.template, globals: inner, partials: filler.partials, errors: .fail, host: host.scoped(to: filler))
      return try run(render, answer: answer).text
    }
    func answer(_ request: DataRequest) throws -> Value {
      let name = request.arguments.first ?? ""
      if request.kind == "section" { return .safeHTML(try theme.section(name).map(fill) ?? "") }
      return .safeHTML(try slots.fillers(in: name).map(fill).joined())
    }
    globals["content_for_layout"] = .deferred(DataRequest(kind: "slot", arguments: ["main"]))
    let layout = try #require(theme.layout(for: page))
    return try run(Render(layout, globals: globals, partials: theme.partials, errors: .fail, host: host), answer: answer)
  }
}
