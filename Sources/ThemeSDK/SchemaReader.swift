import TemplateEngine

/// Reads `{% schema %}` of sections and `config/settings_schema.json`: Shopify's formats, with `cache` and `private` beside.
enum SchemaReader {
  static let sectionKeys = [
    "name", "tag", "class", "limit", "settings", "max_blocks", "blocks", "presets", "default", "locales", "enabled_on",
    "disabled_on", "templates", "cache", "private",
  ]

  /// The section with what its schema says.
  static func read(_ node: JSONNode, into section: inout Section, file: String, report: inout Report) {
    guard let schema = ObjectReader(node, subject: "the schema", file: file, report: &report) else { return }
    schema.checkKeys(sectionKeys, report: &report)
    section.settings = settings(schema.elements("settings", report: &report) ?? [], file: file, report: &report)
    section.maximumBlocks = schema.int("max_blocks", in: 0...1250, report: &report) ?? 50
    section.cache = ManifestReader.cache(schema, report: &report)
    section.isPrivate = ManifestReader.isPrivate(schema, report: &report)
    var types: Set<String> = []
    for element in schema.elements("blocks", report: &report) ?? [] {
      guard let block = ObjectReader(element, subject: "this block", file: file, report: &report),
        let type = block.string("type", required: true, report: &report)
      else { continue }
      if !types.insert(type).inserted {
        report.add(.error, "duplicate-block", "the block type '\(type)' is defined twice", in: file, at: element.place)
      }
      section.blocks.append(
        .init(
          type: type, limit: block.int("limit", in: 1...1250, report: &report),
          settings: settings(block.elements("settings", report: &report) ?? [], file: file, report: &report)))
    }
    section.enabledOn = templates(schema.object("enabled_on", report: &report), report: &report)
    section.disabledOn = templates(schema.object("disabled_on", report: &report), report: &report) ?? []
  }

  private static func templates(_ object: ObjectReader?, report: inout Report) -> Set<String>? {
    guard let names = object?.strings("templates", report: &report) else { return nil }
    return names.contains { $0.text == "*" } ? nil : Set(names.map(\.text))
  }

  /// The settings of a schema; those without a value (`header`, `paragraph`) are left out.
  static func settings(_ nodes: [JSONNode], file: String, report: inout Report) -> [SettingDefinition] {
    var definitions: [SettingDefinition] = []
    var ids: Set<String> = []
    for node in nodes {
      guard let setting = ObjectReader(node, subject: "this setting", file: file, report: &report),
        let type = setting.string("type", required: true, report: &report)
      else { continue }
      guard let kind = SettingDefinition.Kind(rawValue: type) else {
        report.add(
          .warning, "unknown-setting-type", "there is no setting type '\(type)'", in: file, at: setting.node["type"]?.place,
          why: "the setting is left out",
          wayOut: NearMiss.wayOut(type, in: SettingDefinition.Kind.allCases.map(\.rawValue)))
        continue
      }
      guard kind.hasValue else { continue }
      guard let id = setting.string("id", required: true, report: &report), !id.isEmpty else { continue }
      guard ids.insert(id).inserted else {
        report.add(.error, "duplicate-setting", "the setting '\(id)' is defined twice", in: file, at: setting.node["id"]?.place)
        continue
      }
      let definition = SettingDefinition(
        id: id, kind: kind, options: options(setting, report: &report), minimum: setting.node["min"]?.number,
        maximum: setting.node["max"]?.number, standard: setting.node["default"])
      if let standard = setting.node["default"], definition.value(of: standard, trust: .theme) == nil {
        report.add(
          .error, "bad-default", "the default of '\(id)' must be \(definition.expectation), not \(standard.description)",
          in: file,
          at: standard.place)
      }
      definitions.append(definition)
    }
    return definitions
  }

  private static func options(_ setting: ObjectReader, report: inout Report) -> [String] {
    (setting.elements("options", report: &report) ?? []).compactMap { $0["value"]?.string ?? $0.string }
  }
}

extension JSONNode {
  var number: Double? {
    switch content {
    case .int(let int): Double(int)
    case .double(let double): double
    default: nil
    }
  }
}
