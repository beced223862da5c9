import TemplateEngine

extension Environment {
  /// An environment with every filter and tag of a storefront: what templates of themes and plugins are compiled with.
  ///
  /// - Parameters:
  ///   - escaping: `.auto` for themes with a `theme.json`; `.manual` for Shopify themes without.
  ///   - grammar: `.extended` where an author asked for it.
  public static func storefront(escaping: Escaping = .auto, grammar: Grammar = .liquid) -> Environment {
    var environment = Environment(escaping: escaping, grammar: grammar)
    for (name, filter) in hostFilters { environment.addFilter(name, filter) }
    for name in ["slot", "section", "sections"] { environment.addTag(name, .request) }
    for name in ["schema", "stylesheet", "javascript"] { environment.addTag(name, .rawBlock) }
    return environment
  }

  /// The names of the host's own filters.
  static var storefrontHostFilters: [String] { hostFilters.map(\.name) }

  private static let hostFilters: [(name: String, filter: Filter)] =
    TextFilters.all + NumberFilters.all + MoneyFilters.all + AssetFilters.all + ImageFilters.all + LinkFilters.all
}
