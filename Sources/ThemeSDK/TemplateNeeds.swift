import TemplateEngine

/// What a template depends on, with the snippets it renders: the names it reads from outside, and what its output
/// differs by. Found from the analysis, without running anything.
struct TemplateNeeds: Sendable {
  /// Names from the outside, such as `product`.
  var reads: Set<String> = []
  /// What the output differs by, whatever the author declared.
  var dimensions: Set<CachePolicy.Dimension> = []
  /// Whether a slot or section may stand in it.
  var holdsSlots = false
  /// The first read of each name that is one shopper's own, wherever it stands.
  var privateReads: [PrivateRead] = []

  /// A look at what is one shopper's own.
  struct PrivateRead: Sendable {
    let name: String
    let file: String
    let place: Place
  }

  /// Names that differ from shopper to shopper: what is made from them is kept by nobody.
  static let privateNames: Set<String> = ["cart", "wishlist", "compare", "customer"]

  /// Names that differ from page to page.
  static let pageNames: Set<String> = [
    "product", "collection", "search", "article", "blog", "page", "request", "template", "canonical_url", "page_title",
    "page_description", "current_page", "current_tags", "paginate", "handle", "content_for_layout", "content_for_header", "error",
    "recommendations", "localization",
  ]
  /// Tags whose output is other fillers'.
  static let slotTags: Set<String> = ["slot", "section", "sections"]
  static let moneyFilters: Set<String> = [
    "money", "money_with_currency", "money_without_trailing_zeros", "money_without_currency",
  ]
  static let localeFilters: Set<String> = [
    "t", "translate", "time_tag", "date", "pluralize", "weight_with_unit", "default_pagination", "number", "metafield_text",
  ]
  /// Names of what is in one language and currency, which is nearly all a shop says.
  static let localeNames: Set<String> = pageNames.union([
    "shop", "routes", "linklists", "menus", "collections", "all_collections", "all_products", "blogs", "price_changes",
  ])

  /// Needs of `template` and all snippets in reach. A snippet whose name is computed may be any: it counts as reading
  /// what differs by everything.
  ///
  /// - Parameter parameters: names that a snippet is passed wherever it is rendered, by the snippet.
  static func of(
    _ template: Template, snippets: [String: Template], parameters: [String: Set<String>] = [:]
  ) -> TemplateNeeds {
    var needs = TemplateNeeds()
    var seen: Set<String> = []
    var waiting: [(template: Template, given: Set<String>)] = [(template, [])]
    while let (next, given) = waiting.popLast() {
      let analysis = next.analysis
      if analysis.hasDynamicNames {
        needs.dimensions = Set(CachePolicy.Dimension.allCases)
        needs.holdsSlots = true
      }
      if analysis.tags.contains(where: { slotTags.contains($0.name) }) { needs.holdsSlots = true }
      for variable in analysis.variables {
        let name = String(variable.name.prefix { $0 != "." && $0 != "[" })
        needs.reads.insert(name)
        if pageNames.contains(name) { needs.dimensions.insert(.page) }
        if localeNames.contains(name) { needs.dimensions.formUnion([.locale, .currency]) }
        if privateNames.contains(name), !given.contains(name), !needs.privateReads.contains(where: { $0.name == name }) {
          needs.privateReads.append(PrivateRead(name: name, file: next.name, place: Place(variable)))
        }
      }
      for filter in analysis.filters {
        if moneyFilters.contains(filter.name) { needs.dimensions.formUnion([.currency, .locale]) }
        if localeFilters.contains(filter.name) { needs.dimensions.insert(.locale) }
      }
      for partial in analysis.partials where seen.insert(partial.name).inserted {
        if let snippet = snippets[partial.name] { waiting.append((snippet, parameters[partial.name] ?? [])) }
      }
    }
    return needs
  }
}

extension Report {
  /// Reads of what is one shopper's own by something that all shoppers are shown alike.
  ///
  /// - Parameters:
  ///   - reader: what reads, such as `a section`.
  ///   - duty: what it must do instead, such as `must say "private": true in its schema`.
  ///   - why: whose output that is.
  mutating func addPrivateReads(_ needs: TemplateNeeds, by reader: String, duty: String, why: String, wayOut: String) {
    for read in needs.privateReads {
      add(
        .error, "private-read", "\(reader) that reads '\(read.name)' \(duty)", in: read.file, at: read.place, why: why,
        wayOut: wayOut)
    }
  }
}
