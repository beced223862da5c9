import TemplateEngine

/// Reads `config/settings_schema.json` and `config/settings_data.json`: the theme's global settings and their values.
enum SettingsReader {
  static func read(
    _ contents: Contents, report: inout Report
  ) -> (definitions: [SettingDefinition], values: [(id: String, value: Value)]) {
    let definitions = definitions(contents, report: &report)
    let current = data(contents, report: &report)
    let ignored = ["sections", "blocks", "content_for_index", "platform_customizations"]
    let file = "config/settings_data.json"
    for member in current?.members ?? []
    where !ignored.contains(member.name) && !definitions.contains(where: { $0.id == member.name }) {
      report.add(
        .warning, "unknown-setting", "settings_schema.json has no setting '\(member.name)'", in: file, at: member.place,
        why: "it is ignored", wayOut: NearMiss.wayOut(member.name, in: definitions.map(\.id)))
    }
    let values = definitions.map { definition -> (id: String, value: Value) in
      guard let node = current?[definition.id] else { return (definition.id, definition.standard) }
      if let value = definition.value(of: node, trust: .theme) { return (definition.id, value) }
      report.add(
        .warning, "bad-setting", "'\(definition.id)' must be \(definition.expectation), not \(node.description)", in: file,
        at: node.place, why: "its default is used")
      return (definition.id, definition.standard)
    }
    return (definitions, values)
  }

  private static func definitions(_ contents: Contents, report: inout Report) -> [SettingDefinition] {
    let file = "config/settings_schema.json"
    guard let node = contents.json(file, report: &report) else { return [] }
    guard let groups = node.elements else {
      report.add(.error, "wrong-type", "the settings schema must be a list of groups, not \(node.kind)", in: file, at: node.place)
      return []
    }
    var settings: [JSONNode] = []
    for group in groups {
      guard let object = ObjectReader(group, subject: "this group", file: file, report: &report) else { continue }
      settings += object.elements("settings", report: &report) ?? []
    }
    return SchemaReader.settings(settings, file: file, report: &report)
  }

  /// The values in force: `current`, or the preset it names.
  private static func data(_ contents: Contents, report: inout Report) -> JSONNode? {
    let file = "config/settings_data.json"
    guard let node = contents.json(file, report: &report), let current = node["current"] else { return nil }
    guard let preset = current.string else { return current }
    if let values = node["presets"]?[preset] { return values }
    report.add(
      .error, "unknown-preset", "there is no preset '\(preset)'", in: file, at: current.place,
      wayOut: NearMiss.wayOut(preset, in: (node["presets"]?.members ?? []).map(\.name), otherwise: "add it to \"presets\""))
    return nil
  }
}
