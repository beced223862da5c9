// Reads a plugin's files into its parts, collecting every finding, as the theme's loader does.

import TemplateEngine

struct PluginLoader {
  static let folders = ["assets", "locales", "snippets", "templates"]
  static let fillerKeys = ["id", "slot", "op", "template", "settings", "priority", "cache", "private", "condition"]

  private let contents: Contents
  private var report: Report
  private var compiler: TemplateCompiler
  private var manifest = PluginManifest()
  private let file = "plugin.json"
  private let revision: String

  init(contents: Contents, report: Report) {
    self.contents = contents
    self.report = report
    compiler = TemplateCompiler(contents: contents)
    revision = ContentHash.of(contents.files)
  }

  mutating func load() throws(ThemeError) -> Plugin {
    let snippets = compiler.compile(folder: "snippets", report: &report)
    let templates = compiler.compile(folder: "templates", report: &report)
    let (locales, standard) = LocaleReader.read(contents, report: &report)
    let assets = AssetReader.read(contents, report: &report)
    let defaultLocale = standard ?? (locales["en"] != nil ? "en" : locales.keys.sorted().first ?? "en")
    let fillers = readManifest(templates: templates, snippets: snippets)
    var known = ThemeCheck.Known()
    known.snippets = Set(snippets.keys)
    known.assets = Set(assets.keys)
    known.defaultLocale = defaultLocale
    known.texts = locales[defaultLocale]
    ThemeCheck(known: known).run(compiler, report: &report)
    ThemeCheck.compare(locales, default: defaultLocale, report: &report)
    if report.hasErrors {
      let name = manifest.id.isEmpty ? contents.folder.split(separator: "/").last.map(String.init) ?? "?" : manifest.id
      throw ThemeError(subject: "plugin '\(name)'", folder: contents.folder, findings: report.sorted)
    }
    return Plugin(
      manifest: manifest, revision: revision, fillers: fillers, snippets: snippets, assets: assets, locales: locales,
      defaultLocale: defaultLocale, warnings: report.sorted)
  }

  private mutating func readManifest(templates: [String: Template], snippets: [String: Template]) -> [PluginFiller] {
    guard contents.files[file] != nil else {
      report.add(
        .error, "missing-manifest", "there is no plugin.json", in: file, wayOut: "docs/plugins.md shows the smallest one")
      return []
    }
    guard let node = contents.json(file, report: &report),
      let object = ObjectReader(node, subject: "plugin.json", file: file, report: &report)
    else { return [] }
    object.checkKeys(
      ["$schema", "id", "name", "version", "author", "description", "engine", "permissions", "fillers", "assets"], report: &report
    )
    manifest.id = ManifestReader.id(object, folder: contents.folder, report: &report)
    manifest.name = object.string("name", required: true, report: &report) ?? ""
    manifest.version = object.string("version", required: true, report: &report) ?? ""
    for (permission, place) in object.strings("permissions", report: &report) ?? [] {
      if let slot = permission.wholeSuffix(after: "storefront.slot:"), ManifestReader.isSlotName(slot) {
        manifest.permissions.insert(permission)
      } else {
        report.add(
          .error, "unknown-permission", "there is no permission '\(permission)'", in: file, at: place,
          wayOut: "permissions are written 'storefront.slot:<slot>'")
      }
    }
    manifest.criticalAssets = ManifestReader.criticalAssets(object, in: contents, report: &report) ?? []
    var fillers: [PluginFiller] = []
    var ids: Set<String> = []
    for element in object.elements("fillers", report: &report) ?? [] {
      guard let entry = ObjectReader(element, subject: "this filler", file: file, report: &report) else { continue }
      if let filler = readFiller(entry, ids: &ids, templates: templates, snippets: snippets) { fillers.append(filler) }
    }
    return fillers
  }

  private mutating func readFiller(
    _ entry: ObjectReader, ids: inout Set<String>, templates: [String: Template], snippets: [String: Template]
  ) -> PluginFiller? {
    entry.checkKeys(Self.fillerKeys, report: &report)
    guard let id = entry.string("id", required: true, report: &report) else { return nil }
    let idPlace = entry.node["id"]?.place
    guard ManifestReader.isFillerID(id) else {
      report.add(
        .error, "bad-id", "'\(id)' cannot be an id", in: file, at: idPlace, wayOut: "use letters, digits, '-' and '_', at most 64"
      )
      return nil
    }
    if !ids.insert(id).inserted {
      report.add(
        .error, "duplicate-filler", "two fillers have the id '\(id)'", in: file, at: idPlace, wayOut: "give each its own")
    }
    guard let slot = slot(entry), let operation = operation(entry) else { return nil }
    let condition = ManifestReader.condition(entry, report: &report)
    let priority = entry.int("priority", in: -1_000_000...1_000_000, report: &report) ?? 100
    if case .remove = operation {
      if let template = entry.node["template"] {
        report.add(.error, "needless-template", "a filler that removes has no template", in: file, at: template.place)
      }
      return PluginFiller(id: id, slot: slot, operation: operation, priority: priority, filler: nil, condition: condition)
    }
    guard let filler = content(entry, id: id, slot: slot, operation, condition, templates: templates, snippets: snippets) else {
      return nil
    }
    return PluginFiller(id: id, slot: slot, operation: operation, priority: priority, filler: filler, condition: condition)
  }

  private mutating func slot(_ entry: ObjectReader) -> String? {
    guard let slot = entry.string("slot", required: true, report: &report) else { return nil }
    let place = entry.node["slot"]?.place
    guard ManifestReader.isSlotName(slot) else {
      report.add(.error, "bad-slot-name", "'\(slot)' cannot be a slot's name", in: file, at: place)
      return nil
    }
    if !StandardSlot.names.contains(slot), let close = NearMiss.of(slot, in: StandardSlot.names) {
      report.add(
        .warning, "unknown-slot", "'\(slot)' is no standard slot", in: file, at: place,
        why: "only a theme that declares it shows this",
        wayOut: "did you mean '\(close)'?")
    }
    let permission = "storefront.slot:\(slot)"
    if !manifest.permissions.contains(permission) {
      report.add(
        .warning, "missing-permission", "the filler is not allowed into '\(slot)'", in: file, at: place,
        why: "it will not be rendered", wayOut: "add \"\(permission)\" to \"permissions\"")
    }
    return slot
  }

  private mutating func operation(_ entry: ObjectReader) -> SlotOperation? {
    guard let text = entry.string("op", report: &report) else { return entry.node["op"] == nil ? .append : nil }
    if let operation = SlotOperation(text) { return operation }
    let verb = String(text.prefix { $0 != ":" })
    let known = SlotOperation.names
    let wayOut =
      known.contains(verb)
      ? (verb.hasSuffix("pend") ? "write '\(verb)' alone" : "write '\(verb):<id>'") : NearMiss.wayOut(verb, in: known)
    report.add(
      .error, "unknown-operation", "'\(text)' is not an operation", in: file, at: entry.node["op"]?.place,
      why: "a filler can append, prepend, before:<id>, after:<id>, replace:<id>, wrap:<id> and remove:<id>", wayOut: wayOut)
    return nil
  }

  private mutating func content(
    _ entry: ObjectReader, id: String, slot: String, _ operation: SlotOperation, _ condition: Condition,
    templates: [String: Template], snippets: [String: Template]
  ) -> Filler? {
    guard let name = entry.string("template", required: true, report: &report) else { return nil }
    let place = entry.node["template"]?.place
    guard ManifestReader.plainName(name, at: place, in: file, report: &report) else { return nil }
    let stem = name.hasSuffix(".liquid") ? String(name.dropLast(".liquid".count)) : name
    guard let template = templates[stem] else {
      if contents.files["templates/\(stem).liquid"] == nil {
        report.add(
          .error, "missing-template", "there is no file templates/\(stem).liquid", in: file, at: place,
          wayOut: NearMiss.wayOut(stem, in: templates.keys, otherwise: "add the file"))
      }
      return nil
    }
    let needs = TemplateNeeds.of(template, snippets: snippets, parameters: compiler.parameters)
    if case .wrap = operation, !needs.reads.contains("content") {
      report.add(
        .warning, "content-not-printed", "the template wraps and does not print {{ content }}", in: "templates/\(stem).liquid",
        why: "what it wraps is not shown", wayOut: "print {{ content }}, or use 'replace'")
    }
    let isPrivate = ManifestReader.isPrivate(entry, report: &report)
    if !isPrivate {
      report.addPrivateReads(
        needs, by: "a filler", duty: "must say \"private\": true in plugin.json",
        why: "the output of '\(id)' is kept and shown to every shopper",
        wayOut: "add \"private\": true to the filler '\(id)'")
    }
    let settings = settings(entry, stem: stem)
    let cache = DeclaredCache.policy(ManifestReader.cache(entry, report: &report), needs: needs)
    return Filler(
      id: id, origin: .plugin(manifest.id), slot: slot, type: stem, template: template, partials: PartialLibrary(snippets),
      section: PlacementReader.section(id: id, type: stem, settings: settings, blocks: []),
      cache: isPrivate ? .none : cache, condition: condition, reads: needs.reads, isPrivate: isPrivate,
      holdsSlots: needs.holdsSlots, revision: revision)
  }

  /// The filler's settings: by the template's schema when it has one, else as they are.
  private mutating func settings(_ entry: ObjectReader, stem: String) -> Value {
    let given = entry.object("settings", report: &report)
    let path = "templates/\(stem).liquid"
    guard let schema = compiler.schema(of: path, report: &report),
      let object = ObjectReader(schema, subject: "the schema", file: path, report: &report)
    else { return given?.node.value ?? .object([]) }
    let definitions = SchemaReader.settings(object.elements("settings", report: &report) ?? [], file: path, report: &report)
    return .object(
      definitions.map { definition in
        (definition.id, given?.node[definition.id].flatMap { definition.value(of: $0, trust: .theme) } ?? definition.standard)
      })
  }
}

extension String {
  fileprivate func wholeSuffix(after prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
}
