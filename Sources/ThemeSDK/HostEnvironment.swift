import TemplateEngine

extension Environment {
  /// The names of all filters of such an environment, sorted: the engine's and the host's.
  public static let storefrontFilterNames: [String] = []

  /// An environment with every filter and tag of a storefront: what templates of themes and plugins are compiled with.
  ///
  /// - Parameter escaping: `.auto` for themes with a `theme.json`; `.manual` for Shopify themes without.
  public static func storefront(escaping: Escaping = .auto) -> Environment {
    var environment = Environment(escaping: escaping)
    for name in ["slot", "section", "sections"] { environment.addTag(name, .request) }
    for name in ["schema", "stylesheet", "javascript"] { environment.addTag(name, .rawBlock) }
    return environment
  }
}
