// Reads a theme's files into its parts. Nothing stops at the first fault: each step works with what the steps before
// could read and adds its findings, so that an author sees all of them at once. The order is that of dependence:
// templates and schemas, then the manifest's slots, then what places sections in slots, then the checks that need all.

import TemplateEngine

struct ThemeLoader {
  /// What a theme is made of, once everything was read.
  struct Parts {
    var manifest = ThemeManifest()
    var revision = ""
    var layout: Template
    var layouts: [String: Template] = [:]
    var snippets: [String: Template] = [:]
    var settingDefinitions: [SettingDefinition] = []
    var settingValues: [(id: String, value: Value)] = []
    var assets: [String: Asset] = [:]
    var warnings: [Finding] = []
    var locales: [String: Translations] = [:]
    var sections: [String: Section] = [:]
    var templates: [String: [Filler]] = [:]
    var templateLayouts: [String: String] = [:]
    var defaults: [String: [Filler]] = [:]
    var staticSections: [String: Filler] = [:]
  }

  static let folders = ["assets", "config", "layout", "locales", "sections", "snippets", "templates"]
  static let requiredTemplates = ["index", "collection", "product", "search", "404"]

  private let contents: Contents
  private var report: Report
  private var compiler: TemplateCompiler
  private var manifest = ThemeManifest()
  private var manifestReader = ThemeManifestReader()
  private var sections: [String: Section] = [:]
  /// Sections with a fault in their template or schema.
  private var broken: Set<String> = []
  private var snippets: [String: Template] = [:]
  /// What each snippet is passed wherever it is rendered.
  private var parameters: [String: Set<String>] = [:]
  private let revision: String

  init(contents: Contents, report: Report) {
    self.contents = contents
    self.report = report
    self.report.origins = contents.origins
    compiler = TemplateCompiler(contents: contents)
    revision = ContentHash.of(contents.layers)
  }

  mutating func load() throws(ThemeError) -> Theme {
    manifestReader.read(contents, report: &report)
    manifest = manifestReader.manifest
    snippets = compiler.compile(folder: "snippets", report: &report)
    let layouts = compiler.compile(folder: "layout", report: &report)
    let legacy = compiler.compile(folder: "templates", report: &report)
    let compiled = compiler.compile(folder: "sections", report: &report)
    parameters = compiler.parameters
    readSections(compiled)
    let (locales, defaultLocale) = LocaleReader.read(contents, report: &report)
    settleLocales(locales, default: defaultLocale)
    let assets = AssetReader.read(contents, report: &report)
    let (definitions, values) = SettingsReader.read(contents, report: &report)
    settleLayoutSlots(layouts["theme"])
    for (_, layout) in layouts.sorted(by: { $0.key < $1.key }) {
      report.addPrivateReads(
        TemplateNeeds.of(layout, snippets: snippets, parameters: parameters), by: "a layout", duty: "cannot be kept",
        why: allShoppers, wayOut: askedFor)
    }

    var templates: [String: [Filler]] = [:]
    var templateLayouts: [String: String] = [:]
    readTemplates(into: &templates, layouts: &templateLayouts, known: Set(layouts.keys))
    for (name, template) in legacy where templates[name] == nil { templates[name] = [filler(ofLegacy: template, name: name)] }
    for name in Self.requiredTemplates where templates[name] == nil && contents.files["templates/\(name).json"] == nil {
      report.add(
        .error, "missing-template", "there is no templates/\(name).json", in: "templates", why: "every shop has this page",
        wayOut: "add the file with its \"sections\" and \"order\"")
    }
    var defaults = readGroups()
    for (slot, fillers) in readDefaults() { defaults[slot] = fillers }
    check(locales: locales, assets: assets)

    guard let layout = layouts["theme"], !report.hasErrors else { throw failure() }
    var parts = Parts(layout: layout)
    parts.manifest = manifest
    parts.revision = revision
    parts.layouts = layouts
    parts.snippets = snippets
    parts.settingDefinitions = definitions
    parts.settingValues = values
    parts.assets = assets
    parts.warnings = report.sorted
    parts.locales = locales
    parts.sections = sections
    parts.templates = templates
    parts.templateLayouts = templateLayouts
    parts.defaults = defaults
    parts.staticSections = sections.mapValues { section in
      filler(
        Placement(
          id: section.type, type: section.type,
          section: PlacementReader.section(
            id: section.type, type: section.type, settings: .object(section.settings.map { ($0.id, $0.standard) }), blocks: []),
          cache: section.cache, condition: .always), section, slot: "")
    }
    return Theme(parts)
  }

  private func failure() -> ThemeError {
    let name = manifest.id.isEmpty ? contents.folder.split(separator: "/").last.map(String.init) ?? "?" : manifest.id
    return ThemeError(subject: "theme '\(name)'", folder: contents.folder, findings: report.sorted)
  }

  // MARK: the manifest

  private mutating func settleLocales(_ locales: [String: Translations], default standard: String?) {
    for tag in manifest.locales where locales[tag] == nil && !locales.isEmpty {
      report.add(
        .error, "missing-locale", "theme.json lists the locale '\(tag)', and there is no locales/\(tag).json", in: "theme.json",
        wayOut: "add the file, or take '\(tag)' out")
    }
    if manifest.locales.isEmpty { manifest.locales = locales.keys.sorted() }
    // What a theme lists itself goes before what a file of the one it extends is named.
    let isOfBase = standard.map { contents.origins["locales/\($0).default.json"] != nil } ?? false
    if let standard, manifest.locales.first != standard, !(isOfBase && manifestReader.listsLocales) {
      manifest.locales = [standard] + manifest.locales.filter { $0 != standard }
    }
  }

  /// The layout prints the slots the manifest says, and the two places every layout has.
  private mutating func settleLayoutSlots(_ layout: Template?) {
    let file = "layout/theme.liquid"
    guard let scan = compiler.scans[file] else {
      if contents.files[file] == nil {
        report.add(.error, "missing-layout", "there is no layout/theme.liquid", in: file, why: "it is the document of every page")
      }
      return
    }
    let printed = scan.tagged.filter { $0.name == "slot" }
    for slot in manifest.layoutSlots where slot != "main" && !printed.contains(where: { $0.text == slot }) {
      report.add(
        .error, "slot-not-printed", "theme.json lists '\(slot)' in layout_slots, and the layout does not print it", in: file,
        wayOut: "add {% slot '\(slot)' %}, or take it out of \"layout_slots\"")
    }
    for use in printed where !manifest.layoutSlots.contains(use.text) { manifest.layoutSlots.append(use.text) }
    if !manifest.layoutSlots.contains("main") { manifest.layoutSlots.append("main") }
    guard let layout else { return }
    let names = Set(layout.analysis.variables.map(\.name))
    let printsMain = names.contains("content_for_layout") || printed.contains { $0.text == "main" }
    if !printsMain {
      report.add(
        .error, "no-content", "the layout does not print {{ content_for_layout }}", in: file,
        why: "the page's content would be lost")
    }
    if !names.contains("content_for_header") {
      report.add(
        .error, "no-content", "the layout does not print {{ content_for_header }}", in: file,
        why: "styles, canonical link and structured data would be lost", wayOut: "print it at the end of <head>")
    }
  }

  // MARK: sections and what places them

  private mutating func readSections(_ compiled: [String: Template]) {
    broken = Set(contents.paths(in: "sections", ending: ".liquid").map(Self.stem)).subtracting(compiled.keys)
    for (type, template) in compiled.sorted(by: { $0.key < $1.key }) {
      let path = "sections/\(type).liquid"
      var section = Section(type: type, template: template)
      section.needs = TemplateNeeds.of(template, snippets: snippets, parameters: parameters)
      if let schema = compiler.schema(of: path, report: &report) {
        SchemaReader.read(schema, into: &section, file: path, report: &report)
      } else if compiler.scans[path]?.schemas.isEmpty == false {
        broken.insert(type)
      }
      sections[type] = section
      guard !section.isPrivate, !broken.contains(type) else { continue }
      report.addPrivateReads(
        section.needs, by: "a section", duty: "must say \"private\": true in its schema",
        why: "the output of '\(type)' is kept and shown to every shopper",
        wayOut: "add \"private\": true to the schema of \(contents.origins[path] ?? path)")
    }
  }

  /// Why something that is no section cannot read what is one shopper's own, and the way out.
  private let allShoppers = "its output is kept and shown to every shopper"
  private let askedFor =
    "read it in a section whose schema says \"private\": true, and let the page ask for that one: "
    + "hx-get=\"{{ routes.fragments_url }}/NAME\""

  private mutating func readTemplates(
    into templates: inout [String: [Filler]], layouts: inout [String: String], known: Set<String>
  ) {
    for path in contents.paths(in: "templates", ending: ".json") {
      let name = String(path.dropFirst("templates/".count).dropLast(".json".count))
      guard let node = contents.json(path, report: &report),
        let object = ObjectReader(node, subject: "this template", file: path, report: &report)
      else { continue }
      object.checkKeys(["name", "layout", "wrapper", "sections", "order"], report: &report)
      checkKind(of: name, path)
      if let layout = object.node["layout"] {
        if layout.bool == false {
          layouts[name] = ""
        } else if let text = layout.string, known.contains(text) {
          layouts[name] = text
        } else {
          report.add(
            .error, "unknown-layout", "there is no layout \(layout.description)", in: path, at: layout.place,
            wayOut: NearMiss.wayOut(layout.string ?? "", in: known, otherwise: "name a file of layout/, or false for none"))
        }
      }
      let reader = PlacementReader(sections: sections, broken: broken, file: path, template: name)
      templates[name] = fillers(reader.template(object, report: &report), slot: "main")
    }
  }

  private mutating func checkKind(of name: String, _ path: String) {
    let kind = PageContext.kind(of: name)
    guard !PageContext.kinds.contains(kind), let close = NearMiss.of(kind, in: PageContext.kinds) else { return }
    report.add(
      .warning, "unknown-page", "there are no pages of the kind '\(kind)'", in: path, why: "the template is never used",
      wayOut: "did you mean '\(close)'?")
  }

  /// Section groups (`sections/header-group.json`) are default fillers of the slot of their name.
  private mutating func readGroups() -> [String: [Filler]] {
    var groups: [String: [Filler]] = [:]
    for path in contents.paths(in: "sections", ending: ".json") {
      let name = String(path.dropFirst("sections/".count).dropLast(".json".count))
      guard let node = contents.json(path, report: &report),
        let object = ObjectReader(node, subject: "this section group", file: path, report: &report)
      else { continue }
      object.checkKeys(["type", "name", "sections", "order"], report: &report)
      let reader = PlacementReader(sections: sections, broken: broken, file: path, template: nil)
      groups[name] = fillers(reader.template(object, report: &report), slot: name)
      if manifest.slots[name] == nil { manifest.slots[name] = SlotDeclaration(name: name, context: [], about: nil) }
    }
    return groups
  }

  private mutating func readDefaults() -> [String: [Filler]] {
    let file = "theme.json"
    var defaults: [String: [Filler]] = [:]
    guard let (object, folder) = manifestReader.defaults else { return [:] }
    report.folder = folder
    defer { report.folder = "" }
    let reader = PlacementReader(sections: sections, broken: broken, file: file, template: nil)
    for member in object.node.members ?? [] {
      guard member.name != "main" else {
        report.add(
          .error, "main-default", "'defaults' cannot fill 'main'", in: file, at: member.place,
          why: "the JSON templates are the default fillers of 'main'", wayOut: "put the section into templates/*.json")
        continue
      }
      if manifest.slots[member.name] == nil {
        report.add(
          .error, "unknown-slot", "'defaults' fills the slot '\(member.name)', which is not declared", in: file, at: member.place,
          wayOut: NearMiss.wayOut(member.name, in: manifest.slots.keys, otherwise: "add it to \"slots\""))
      }
      guard let nodes = object.elements(member.name, report: &report) else { continue }
      defaults[member.name] = fillers(reader.defaults(nodes, slot: member.name, report: &report), slot: member.name)
    }
    return defaults
  }

  private func fillers(_ placements: [Placement], slot: String) -> [Filler] {
    placements.compactMap { placement in sections[placement.type].map { filler(placement, $0, slot: slot) } }
  }

  private func filler(_ placement: Placement, _ section: Section, slot: String) -> Filler {
    Filler(
      id: placement.id, origin: .theme(manifest.id), slot: slot, type: placement.type, template: section.template,
      partials: PartialLibrary(snippets), section: placement.section,
      cache: section.isPrivate ? .none : DeclaredCache.policy(placement.cache, needs: section.needs),
      condition: placement.condition, reads: section.needs.reads, isPrivate: section.isPrivate,
      holdsSlots: section.needs.holdsSlots, revision: revision)
  }

  /// A whole page in one `templates/<name>.liquid`, as older themes have them.
  private mutating func filler(ofLegacy template: Template, name: String) -> Filler {
    let needs = TemplateNeeds.of(template, snippets: snippets, parameters: parameters)
    let isPrivate = PageContext.privateKinds.contains(PageContext.kind(of: name))
    if !isPrivate {
      report.addPrivateReads(
        needs, by: "a template", duty: "must be that of the cart, the wish list or the comparison", why: allShoppers,
        wayOut: askedFor)
    }
    return Filler(
      id: "template", origin: .theme(manifest.id), slot: "main", type: name, template: template,
      partials: PartialLibrary(snippets),
      section: PlacementReader.section(id: "template", type: name, settings: .object([]), blocks: []),
      cache: isPrivate ? .none : .standard, condition: .always, reads: needs.reads, isPrivate: isPrivate,
      holdsSlots: needs.holdsSlots, revision: revision)
  }

  // MARK: checks

  private mutating func check(locales: [String: Translations], assets: [String: Asset]) {
    var known = ThemeCheck.Known()
    known.snippets = Set(contents.paths(in: "snippets", ending: ".liquid").map(Self.stem))
    known.sections = Set(contents.paths(in: "sections", ending: ".liquid").map(Self.stem))
    known.slots = manifestReader.isWhole ? manifest.slots.keys.sorted() : nil
    known.assets = Set(assets.keys)
    known.defaultLocale = manifest.locales.first ?? "en"
    known.texts = locales[known.defaultLocale]
    ThemeCheck(known: known).run(compiler, report: &report)
    ThemeCheck.compare(locales, default: known.defaultLocale, report: &report)
    if !report.hasErrors { warnOfUnusedSlots() }
    for (path, template) in compiler.compiled.sorted(by: { $0.key < $1.key }) {
      for tag in ["stylesheet", "javascript"] where template.rawBlocks[tag] != nil {
        report.add(
          .warning, "block-not-collected", "{% \(tag) %} is not collected into an asset", in: path,
          why: "its text reaches no page", wayOut: "move it to a file of assets/")
      }
    }
  }

  private mutating func warnOfUnusedSlots() {
    let tags = compiler.scans.values.flatMap { scan in scan.tagged.filter { $0.name == "slot" || $0.name == "sections" } }
    let printed = Set(tags.map(\.text))
    let isDynamic = compiler.compiled.values.contains { $0.analysis.hasDynamicNames }
    for slot in manifest.slots.keys.sorted() where slot != "main" && !printed.contains(slot) && !isDynamic {
      report.folder = manifestReader.folders[slot] ?? ""
      report.add(
        .warning, "unused-slot", "the slot '\(slot)' is declared, and no template prints it", in: "theme.json",
        why: "a plugin that fills it would not be seen", wayOut: "add {% slot '\(slot)' %}, or take it out of \"slots\"")
    }
    report.folder = ""
  }

  private static func stem(_ path: String) -> String {
    String((path.split(separator: "/").last ?? "").prefix { $0 != "." })
  }
}
