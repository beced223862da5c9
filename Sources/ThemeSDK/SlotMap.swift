import TemplateEngine

/// Which fillers fill which slot of a page, after plugins were overlaid on the theme's defaults.
///
/// Immutable and shared: made once per theme revision, plugin set and page kind. Look-up is one hash.
public struct SlotMap: Sendable {
  private let slots: [String: [Filler]]
  /// What the overlay had to leave out or place elsewhere, in a fixed order.
  public let warnings: [SlotWarning]
  /// What the page is.
  public let page: PageContext

  init(page: PageContext, slots: [String: [Filler]], warnings: [SlotWarning]) {
    self.page = page
    self.slots = slots
    self.warnings = warnings
  }

  /// The slot's fillers in the order they are printed; empty for a slot that has none or that the theme lacks.
  public func fillers(in slot: String) -> [Filler] { slots[slot] ?? [] }

  /// The slots that have a filler, by name.
  public var filledSlots: [String] { slots.keys.sorted() }
}

extension SlotMap {
  /// Overlays plugins on default fillers. Pure; see `Overlay` for the rules.
  static func overlaying(
    _ plugins: [Plugin], on defaults: [String: [Filler]], of theme: ThemeManifest, page: PageContext
  ) -> SlotMap {
    var warnings: [SlotWarning] = []
    var entries: [String: [Overlay.Entry]] = [:]
    for plugin in distinct(plugins, warnings: &warnings) {
      for filler in plugin.fillers where filler.condition.holds(for: page) {
        func warn(_ kind: SlotWarning.Kind, _ message: String) {
          warnings.append(.init(kind: kind, plugin: plugin.id, filler: filler.id, slot: filler.slot, message: message))
        }
        let permission = "storefront.slot:\(filler.slot)"
        // 004-20
        guard plugin.manifest.permissions.contains(permission) else {
          warn(.missingPermission, "plugin.json does not ask for the permission '\(permission)', so this is not rendered")
          continue
        }
        // 003-9
        guard let slot = theme.slots[filler.slot] else {
          let meant = NearMiss.of(filler.slot, in: theme.slots.keys).map { "; did you mean '\($0)'?" } ?? ""
          warn(.noSuchSlot, "theme '\(theme.id)' has no slot '\(filler.slot)', so this is not rendered\(meant)")
          continue
        }
        for name in filler.undeclaredReads(in: slot) {
          warn(.undeclaredContext, "it reads '\(name)', which the slot does not declare in its context")
        }
        entries[filler.slot, default: []].append(.init(plugin: plugin.id, filler: filler))
      }
    }
    var slots: [String: [Filler]] = [:]
    for slot in Set(defaults.keys).union(entries.keys).sorted() {
      let fillers = Overlay.fill(slot, defaults: defaults[slot] ?? [], with: entries[slot] ?? [], warnings: &warnings)
      if !fillers.isEmpty { slots[slot] = fillers }
    }
    return SlotMap(page: page, slots: slots, warnings: warnings)
  }

  /// Each plugin once, by id: of two with one id the greater revision, so that the order given does not matter.
  private static func distinct(_ plugins: [Plugin], warnings: inout [SlotWarning]) -> [Plugin] {
    var byID: [String: Plugin] = [:]
    var repeated: Set<String> = []
    for plugin in plugins {
      if let known = byID[plugin.id] {
        repeated.insert(plugin.id)
        if known.revision >= plugin.revision { continue }
      }
      byID[plugin.id] = plugin
    }
    for id in repeated.sorted() {
      warnings.append(
        .init(kind: .duplicatePlugin, plugin: id, filler: "", slot: "", message: "the plugin is given more than once"))
    }
    return byID.values.sorted { $0.id < $1.id }
  }
}

extension PluginFiller {
  /// Data names the template reads that only some slots pass, and this one does not.
  fileprivate func undeclaredReads(in slot: SlotDeclaration) -> [String] {
    guard let filler else { return [] }
    let declared = Set(slot.context)
    return ["article", "blog", "collection", "page", "product", "search"].filter { name in
      !declared.contains(name)
        && filler.template.analysis.variables.contains {
          $0.name == name || $0.name.hasPrefix(name + ".") || $0.name.hasPrefix(name + "[")
        }
    }
  }
}
