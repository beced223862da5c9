import TemplateEngine

/// Reads placed sections: of JSON templates, section groups and `defaults`. Builds each one's `section` value once.
struct PlacementReader {
  let sections: [String: Section]
  /// Sections whose file is there and has findings of its own: what places them is not to blame.
  let broken: Set<String>
  let file: String
  /// The template the sections are placed in, such as `product.wide`; nil elsewhere.
  let template: String?

  static let keys = ["type", "settings", "blocks", "block_order", "disabled", "custom_css", "cache", "condition", "name"]

  /// The sections of a JSON template or group, in its `order`.
  func template(_ object: ObjectReader, report: inout Report) -> [Placement] {
    guard let entries = object.object("sections", report: &report) else {
      if object.node["sections"] == nil { object.missing("sections", "{ … }", report: &report) }
      return []
    }
    var order: [(text: String, place: Place)] = object.strings("order", report: &report) ?? []
    if object.node["order"] == nil { order = (entries.node.members ?? []).map { ($0.name, $0.place) } }
    let ids = (entries.node.members ?? []).map(\.name)
    var placements: [Placement] = []
    var seen: Set<String> = []
    for (id, place) in order {
      guard seen.insert(id).inserted else {
        report.add(.error, "duplicate-section", "'\(id)' stands twice in the order", in: file, at: place)
        continue
      }
      guard let node = entries.node[id] else {
        report.add(
          .error, "unknown-section", "the order names '\(id)', which is not among the sections", in: file, at: place,
          wayOut: NearMiss.wayOut(id, in: ids, otherwise: "add it to \"sections\", or take it out of \"order\""))
        continue
      }
      guard let section = ObjectReader(node, subject: "the section '\(id)'", file: file, report: &report) else { continue }
      section.checkKeys(Self.keys, report: &report)
      if let placement = placement(section, id: id, typeKey: "type", report: &report) { placements.append(placement) }
    }
    for member in entries.node.members ?? [] where !seen.contains(member.name) {
      report.add(
        .warning, "unordered-section", "the section '\(member.name)' is not in the order", in: file, at: member.place,
        why: "it is not rendered", wayOut: "add it to \"order\", or set \"disabled\": true")
    }
    return placements
  }

  /// The placed sections of `"defaults": {"header": [{"id", "section", "settings"}]}`.
  func defaults(_ nodes: [JSONNode], slot: String, report: inout Report) -> [Placement] {
    var placements: [Placement] = []
    var seen: Set<String> = []
    for node in nodes {
      guard let section = ObjectReader(node, subject: "this filler of '\(slot)'", file: file, report: &report) else { continue }
      section.checkKeys(["id", "section"] + Self.keys, report: &report)
      let typeKey = section.node["section"] == nil && section.node["type"] != nil ? "type" : "section"
      guard let id = section.string("id", required: true, report: &report) else { continue }
      guard seen.insert(id).inserted else {
        report.add(
          .error, "duplicate-filler", "the slot '\(slot)' has two fillers '\(id)'", in: file, at: section.node["id"]?.place)
        continue
      }
      if let placement = placement(section, id: id, typeKey: typeKey, report: &report) { placements.append(placement) }
    }
    return placements
  }

  /// One placed section, or nil when it is disabled or faulty.
  private func placement(_ object: ObjectReader, id: String, typeKey: String, report: inout Report) -> Placement? {
    guard ManifestReader.isFillerID(id) else {
      report.add(
        .error, "bad-id", "'\(id)' cannot be an id", in: file, at: object.node.place, why: "plugins anchor to it by name",
        wayOut: "use letters, digits, '-' and '_', at most 64")
      return nil
    }
    guard let type = object.string(typeKey, required: true, report: &report) else { return nil }
    guard let section = sections[type] else {
      if broken.contains(type) { return nil }
      report.add(
        .error, "unknown-section", "there is no section '\(type)'", in: file, at: object.node[typeKey]?.place,
        wayOut: NearMiss.wayOut(type, in: broken.union(sections.keys), otherwise: "add sections/\(type).liquid"))
      return nil
    }
    if object.bool("disabled", report: &report) == true { return nil }
    checkPlace(of: section, at: object.node[typeKey]?.place, report: &report)
    let settings = values(
      object.object("settings", report: &report), section.settings, owner: "section '\(type)'", isBroken: broken.contains(type),
      report: &report)
    let blocks = blocks(object, section, report: &report)
    return Placement(
      id: id, type: type, section: Self.section(id: id, type: type, settings: settings, blocks: blocks),
      cache: ManifestReader.cache(object, report: &report) ?? section.cache,
      condition: ManifestReader.condition(object, report: &report))
  }

  /// What templates see as `section`.
  static func section(id: String, type: String, settings: Value, blocks: [Value]) -> Value {
    .object([("id", .string(id)), ("type", .string(type)), ("settings", settings), ("blocks", .array(blocks))])
  }

  private func checkPlace(of section: Section, at place: Place?, report: inout Report) {
    guard let template else { return }
    let kind = PageContext.kind(of: template)
    let isEnabled = section.enabledOn.map { $0.contains(kind) || $0.contains(template) } ?? true
    if isEnabled && !section.disabledOn.contains(kind) && !section.disabledOn.contains(template) { return }
    report.add(
      .error, "section-not-enabled", "the section '\(section.type)' is not made for the template '\(template)'", in: file,
      at: place,
      why: "its schema says so in 'enabled_on' or 'disabled_on'")
  }

  /// The settings by definition, defaults where none is given.
  private func values(
    _ object: ObjectReader?, _ definitions: [SettingDefinition], owner: String, isBroken: Bool, report: inout Report
  ) -> Value {
    let known = definitions.map(\.id)
    for member in object?.node.members ?? [] where !known.contains(member.name) && !isBroken {
      report.add(
        .warning, "unknown-setting", "the \(owner) has no setting '\(member.name)'", in: file, at: member.place,
        why: "it is ignored",
        wayOut: NearMiss.wayOut(member.name, in: known))
    }
    return .object(
      definitions.map { definition in
        guard let node = object?.node[definition.id] else { return (definition.id, definition.standard) }
        if let value = definition.value(of: node, trust: .theme) { return (definition.id, value) }
        report.add(
          .warning, "bad-setting", "'\(definition.id)' must be \(definition.expectation), not \(node.description)", in: file,
          at: node.place, why: "its default is used")
        return (definition.id, definition.standard)
      })
  }

  private func blocks(_ object: ObjectReader, _ section: Section, report: inout Report) -> [Value] {
    guard let entries = object.object("blocks", report: &report) else { return [] }
    let members = entries.node.members ?? []
    let order = object.strings("block_order", report: &report) ?? members.map { ($0.name, $0.place) }
    var blocks: [Value] = []
    var counts: [String: Int] = [:]
    for (id, place) in order {
      guard let node = entries.node[id] else {
        report.add(
          .error, "unknown-block", "the block order names '\(id)', which is not among the blocks", in: file, at: place,
          wayOut: NearMiss.wayOut(id, in: members.map(\.name)))
        continue
      }
      guard let block = ObjectReader(node, subject: "the block '\(id)'", file: file, report: &report),
        let type = block.string("type", required: true, report: &report)
      else { continue }
      if block.bool("disabled", report: &report) == true { continue }
      let definition = section.blocks.first { $0.type == type }
      guard definition != nil || section.takesAnyBlock else {
        report.add(
          .error, "unknown-block", "the section '\(section.type)' has no block type '\(type)'", in: file,
          at: block.node["type"]?.place,
          wayOut: NearMiss.wayOut(type, in: section.blocks.map(\.type)))
        continue
      }
      counts[type, default: 0] += 1
      if let limit = definition?.limit, counts[type] == limit + 1 {
        report.add(.error, "too-many-blocks", "more than \(limit) blocks '\(type)'", in: file, at: place)
      }
      let settings = values(
        block.object("settings", report: &report), definition?.settings ?? [], owner: "block '\(type)'",
        isBroken: broken.contains(section.type), report: &report)
      blocks.append(
        .object([
          ("id", .string(id)), ("type", .string(type)), ("settings", settings), ("shopify_attributes", .safeHTML("")),
        ]))
    }
    if blocks.count > section.maximumBlocks {
      report.add(
        .error, "too-many-blocks", "\(blocks.count) blocks, and the section '\(section.type)' takes \(section.maximumBlocks)",
        in: file,
        at: entries.node.place)
    }
    return blocks
  }
}
