import TemplateEngine

/// `asset_url` and the tags around addresses of styles and scripts.
enum AssetFilters {
  static let all: [(name: String, filter: Filter)] = [
    ("asset_url", assetURL), ("inline_asset_content", inlineContent), ("stylesheet_tag", stylesheet), ("script_tag", script),
    ("preload_tag", preload),
  ]

  private static let assetURL = Filter(total: { input, _, host in
    guard let host else { return .string(input.plainText) }
    if let path = host.assetPath(input.plainText) { return .string(path) }
    host.page.warn?("no asset '\(input.plainText)'")
    return .string("")
  })

  /// The text of an SVG, style sheet or script of the theme's own: its author's words, so it is HTML.
  private static let inlineContent = Filter(total: { input, _, host in
    guard let asset = host?.asset(input.plainText), let text = String(validating: asset.bytes, as: UTF8.self) else {
      host?.page.warn?("no asset '\(input.plainText)'")
      return .string("")
    }
    return .safeHTML(text)
  })

  private static let stylesheet = Filter(total: { input, arguments, _ in
    guard let address = address(input) else { return .string("") }
    let media = (arguments["media"] ?? arguments[0]).plainText
    return .safeHTML(
      "<link rel=\"stylesheet\"\(Markup.attribute("href", address))\(media.isEmpty ? "" : Markup.attribute("media", media))>")
  })

  private static let script = Filter(total: { input, arguments, _ in
    guard let address = address(input) else { return .string("") }
    return .safeHTML("<script\(Markup.attribute("src", address))\(Attributes.given(arguments, except: []))></script>")
  })

  private static let preload = Filter(total: { input, arguments, _ in
    guard let address = address(input) else { return .string("") }
    return .safeHTML("<link rel=\"preload\"\(Markup.attribute("href", address))\(Attributes.given(arguments, except: ["rel"]))>")
  })

  /// Nothing for an address that is empty or runs something.
  private static func address(_ input: Value) -> String? {
    let text = input.plainText
    return text.isEmpty || !Address.isSafe(text) ? nil : text
  }
}

/// Attributes an author gives to a tag filter by name.
enum Attributes {
  /// ` name="value"` for each, escaped. Names that could run a script or replace what the filter prints are left out;
  /// `true` is an attribute without a value, `false` and nil are none.
  static func given(_ arguments: FilterArguments, except printed: Set<String>) -> String {
    var result = ""
    var seen = printed
    for (name, value) in arguments.named {
      let attribute = name.replacing("_", with: "-").lowercased()
      guard Markup.isAttributeName(attribute), seen.insert(attribute).inserted else { continue }
      switch value.plainText {
      case "": continue
      case "false": continue
      case "true" where ["async", "defer", "crossorigin", "inert", "hidden", "nomodule"].contains(attribute):
        result += " \(attribute)"
      case let text: result += Markup.attribute(attribute, text)
      }
    }
    return result
  }
}
