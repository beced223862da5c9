import TemplateEngine

/// A section as `sections/<type>.liquid` defines it: its template, and the settings and blocks of its schema.
struct Section: Sendable {
  struct Block: Sendable {
    let type: String
    let limit: Int?
    let settings: [SettingDefinition]
  }

  let type: String
  let template: Template
  var settings: [SettingDefinition] = []
  var blocks: [Block] = []
  var maximumBlocks = 50
  var cache: DeclaredCache?
  /// Shown to one shopper, and not kept.
  var isPrivate = false
  /// Template kinds it may stand in; nil means all.
  var enabledOn: Set<String>?
  var disabledOn: Set<String> = []
  /// What its template and snippets read and print, for `reads` and the cache's dimensions.
  var needs = TemplateNeeds()

  /// Accepts blocks of any type of the theme (`@theme`) or app (`@app`).
  var takesAnyBlock: Bool { blocks.contains { $0.type.hasPrefix("@") } }
}

/// `cache` as an author wrote it: what was not said is derived.
struct DeclaredCache: Sendable {
  var seconds: Int?
  var vary: Set<CachePolicy.Dimension>?

  /// The policy: what is declared, and every dimension the templates were seen to depend on. A declaration can leave a
  /// dimension out only if the output does not depend on it, since the wrong page would be shown otherwise.
  static func policy(_ declared: DeclaredCache?, needs: TemplateNeeds) -> CachePolicy {
    var policy = CachePolicy.standard
    if let seconds = declared?.seconds { policy.seconds = seconds }
    if let vary = declared?.vary { policy.vary = vary.union(needs.dimensions) }
    return policy
  }
}

/// One placed section of a JSON template, of `defaults`, or of a section group.
struct Placement: Sendable {
  let id: String
  let type: String
  let section: Value
  let cache: DeclaredCache?
  let condition: Condition
}
