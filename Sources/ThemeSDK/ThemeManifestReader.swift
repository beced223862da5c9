/// Reads `theme.json` of a theme and of those it extends, the farthest first, so that what a nearer one says stands.
struct ThemeManifestReader {
  private(set) var manifest = ThemeManifest()
  /// `defaults`, and what leads to the folder whose `theme.json` says it.
  private(set) var defaults: (object: ObjectReader, folder: String)?
  /// What leads to the folder whose `theme.json` declares a slot.
  private(set) var folders: [String: String] = [:]
  /// Whether the theme itself lists its locales.
  private(set) var listsLocales = false
  /// Whether all of them could be read.
  private(set) var isWhole = true

  private static let file = "theme.json"
  private static let keys = [
    "$schema", "id", "name", "version", "engine", "extends", "author", "description", "license_id", "locales", "slots",
    "layout_slots", "defaults", "routes", "assets", "products_per_page",
  ]

  mutating func read(_ contents: Contents, report: inout Report) {
    for layer in contents.layers {
      report.folder = layer.path
      read(layer, in: contents, report: &report)
      report.folder = ""
    }
    if manifest.slots["main"] == nil { manifest.slots["main"] = SlotDeclaration(name: "main", context: [], about: nil) }
  }

  private mutating func read(_ layer: Layer, in contents: Contents, report: inout Report) {
    let file = Self.file
    guard let bytes = layer.files[file] else {
      report.add(.error, "missing-manifest", "there is no theme.json", in: file, wayOut: "docs/themes.md shows the smallest one")
      return isWhole = false
    }
    guard let node = Contents.json(bytes, file: file, report: &report),
      let object = ObjectReader(node, subject: "theme.json", file: file, report: &report)
    else { return isWhole = false }
    object.checkKeys(Self.keys, report: &report)
    let isFirst = manifest.id.isEmpty
    manifest.id = ManifestReader.id(object, folder: layer.name, report: &report)
    manifest.name = object.string("name", required: true, report: &report) ?? ""
    manifest.version = object.string("version", required: true, report: &report) ?? ""
    manifest.base = object.node["extends"]?.string
    if let author = object.string("author", report: &report) { manifest.author = author }
    if let engine = object.string("engine", required: isFirst, report: &report), engine != "1" {
      report.add(
        .error, "unknown-engine", "the theme is written for engine '\(engine)'", in: file, at: object.node["engine"]?.place,
        why: "this storefront has engine '1'", wayOut: "use a storefront that has it, or set \"engine\": \"1\"")
    }
    let locales = locales(object, report: &report)
    listsLocales = !locales.isEmpty
    manifest.locales = locales + manifest.locales.filter { !locales.contains($0) }
    readSlots(object, folder: layer.path, report: &report)
    // Which slots a layout prints is said of the layout that is there.
    if layer.files["layout/theme.liquid"] != nil { manifest.layoutSlots = [] }
    if let slots = object.strings("layout_slots", report: &report) { manifest.layoutSlots = slots.map(\.text) }
    if let routes = routes(object, report: &report) { manifest.routes = routes }
    if let names = ManifestReader.criticalAssets(object, in: contents, report: &report) { manifest.criticalAssets = names }
    if let count = object.int("products_per_page", in: 1...250, report: &report) { manifest.productsPerPage = count }
    if let node = ObjectReader(object.node["defaults"], subject: "'defaults'", file: file, report: &report) {
      defaults = (node, layer.path)
    }
  }

  private func locales(_ object: ObjectReader, report: inout Report) -> [String] {
    var tags: [String] = []
    for (tag, place) in object.strings("locales", report: &report) ?? [] {
      if LocaleReader.isTag(tag) {
        tags.append(tag)
      } else {
        report.add(
          .error, "bad-locale", "'\(tag)' is not a locale tag", in: Self.file, at: place, wayOut: "write it as in en or pt-BR")
      }
    }
    return tags
  }

  private func routes(_ object: ObjectReader, report: inout Report) -> [String: String]? {
    guard let members = object.object("routes", report: &report)?.node.members else { return nil }
    var routes: [String: String] = [:]
    for member in members {
      if let route = member.value.string, route.hasPrefix("/") {
        routes[member.name] = route
      } else {
        report.add(
          .error, "bad-route", "the route of '\(member.name)' must be a path such as '/products/:handle'", in: Self.file,
          at: member.value.place)
      }
    }
    return routes
  }

  private mutating func readSlots(_ object: ObjectReader, folder: String, report: inout Report) {
    for member in object.object("slots", report: &report)?.node.members ?? [] {
      guard ManifestReader.isSlotName(member.name) else {
        report.add(
          .error, "bad-slot-name", "'\(member.name)' cannot be a slot's name", in: object.file, at: member.place,
          wayOut: "use dotted parts of lower-case letters, digits, '-' and '_', as in product.price.after")
        continue
      }
      folders[member.name] = folder
      guard let slot = ObjectReader(member.value, subject: "the slot '\(member.name)'", file: object.file, report: &report) else {
        manifest.slots[member.name] = SlotDeclaration(name: member.name, context: [], about: nil)
        continue
      }
      slot.checkKeys(["context", "description", "many", "accepts", "cache", "fallback"], report: &report)
      manifest.slots[member.name] = SlotDeclaration(
        name: member.name, context: (slot.strings("context", report: &report) ?? []).map(\.text),
        about: slot.string("description", report: &report))
    }
  }
}
