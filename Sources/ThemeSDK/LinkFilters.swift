import TemplateEngine

/// Filters that make links.
enum LinkFilters {
  static let all: [(name: String, filter: Filter)] = [
    ("link_to", linkTo), ("within", within), ("default_pagination", pagination),
  ]

  /// `{{ 'Shoes' | link_to: '/collections/shoes', 'All shoes' }}`; an address that would run something is left out.
  private static let linkTo = Filter(total: { input, arguments, _ in
    var tag = "<a"
    let address = arguments[0].plainText
    if Address.isSafe(address) { tag += Markup.attribute("href", address) }
    let title = arguments[1].plainText
    if !title.isEmpty { tag += Markup.attribute("title", title) }
    return .safeHTML(tag + Attributes.given(arguments, except: ["title"]) + ">\(input.markup)</a>")
  })

  /// A product has one address, wherever it is listed: the collection is not part of it.
  private static let within = Filter(total: { input, _, _ in input })

  /// The links of `paginate`: `previous`, `parts`, `next`.
  private static let pagination = Filter(total: { input, arguments, _ in
    let previous = (arguments["previous"] ?? arguments[0]).plainText
    let next = (arguments["next"] ?? arguments[1]).plainText
    var result = ""
    if let address = input["previous"]?["url"]?.plainText, !address.isEmpty {
      result += span("prev", link(address, text: previous.isEmpty ? "&laquo;" : Markup.escape(previous), rel: "prev"))
    }
    for part in input["parts"]?.array ?? [] {
      let title = (part["title"] ?? .null).markup
      let address = part["url"]?.plainText ?? ""
      if part["is_link"]?.plainText == "true" {
        result += span("page", link(address, text: title, rel: nil))
      } else if Int(title) != nil {
        result += "<span class=\"page current\" aria-current=\"page\">\(title)</span>"
      } else {
        result += "<span class=\"deco\">\(title)</span>"
      }
    }
    if let address = input["next"]?["url"]?.plainText, !address.isEmpty {
      result += span("next", link(address, text: next.isEmpty ? "&raquo;" : Markup.escape(next), rel: "next"))
    }
    return .safeHTML(result)
  })

  private static func span(_ name: String, _ content: String) -> String { "<span class=\"\(name)\">\(content)</span>" }

  private static func link(_ address: String, text: String, rel: String?) -> String {
    guard Address.isSafe(address) else { return text }
    return "<a\(Markup.attribute("href", address))\(rel.map { Markup.attribute("rel", $0) } ?? "")>\(text)</a>"
  }
}
