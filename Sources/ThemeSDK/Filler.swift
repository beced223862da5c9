import TemplateEngine

/// Something that fills a slot: a compiled template, its settings, and how it may be cached.
public struct Filler: Sendable {
  /// Whose it is.
  public enum Origin: Hashable, Sendable {
    /// One of the theme's own.
    case theme(String)
    /// A plugin's.
    case plugin(String)
  }

  /// Its id in its origin: a section's id, or the filler's id in `plugin.json`.
  public let id: String
  /// Whose it is; its assets, snippets and translations are looked up there.
  public let origin: Origin
  /// The slot it fills.
  public let slot: String
  /// The section type, such as `main-product`, or the plugin's template name.
  public let type: String
  /// What is rendered.
  public let template: Template
  /// The snippets its template may render.
  public let partials: any PartialSource
  /// The template's `section`: `id`, `type`, `settings`, `blocks`. Built once; the same for every page.
  public let section: Value
  /// How long its output may be kept and what it differs by.
  public internal(set) var cache: CachePolicy
  /// When it is shown; a `SlotMap` has only those whose condition holds.
  public let condition: Condition
  /// The names from the outside its template and snippets read, such as `product` or `shop`.
  public let reads: Set<String>
  /// Whether it shows what is one shopper's own (`cart`, `wishlist`, `compare`, `customer`): it is not kept, and stands in nothing
  /// that is. What wraps a private filler is private.
  public internal(set) var isPrivate: Bool
  /// Whether a slot or section may stand in its template or a snippet of it: then its output holds other fillers' output.
  public let holdsSlots: Bool
  /// The content hash of its theme or plugin, for cache keys.
  public let revision: String
  /// What it wraps: rendered first, joined, and given to the template as `content`. Empty unless it wraps.
  public internal(set) var wrapped: [Filler] = []

  /// The names it reads that differ from page to page, such as `product` or `request`.
  public var pageReads: Set<String> { reads.intersection(TemplateNeeds.pageNames) }

  /// Its id across origins: `price` for a theme's filler, `reviews/stars` for a plugin's. Unique in a slot.
  public var qualifiedID: String {
    switch origin {
    case .theme: id
    case .plugin(let plugin): "\(plugin)/\(id)"
    }
  }
}

/// Something to know about a slot map that does not stop a page: a missing anchor, slot or permission.
public struct SlotWarning: Hashable, Sendable, CustomStringConvertible {
  /// What kind of warning.
  public enum Kind: String, Hashable, Sendable {
    /// The filler aims at a slot the theme does not offer; it is not rendered.
    case noSuchSlot = "no-such-slot"
    /// The filler's anchor is not in the slot; it is appended, or not rendered if it removes or wraps.
    case noSuchAnchor = "no-such-anchor"
    /// Fillers anchor to each other in a circle; the first by plugin and id is appended.
    case circularAnchor = "circular-anchor"
    /// The plugin did not ask for `storefront.slot:<name>`; the filler is not rendered.
    case missingPermission = "missing-permission"
    /// Another filler with a higher claim already replaced the anchor; this one is not rendered.
    case alreadyReplaced = "already-replaced"
    /// The wrapper's anchor was removed; there is nothing to wrap.
    case nothingToWrap = "nothing-to-wrap"
    /// A plugin was given twice; the first by revision is used.
    case duplicatePlugin = "duplicate-plugin"
    /// The filler reads data the slot does not declare.
    case undeclaredContext = "undeclared-context"
  }

  /// What kind of warning.
  public let kind: Kind
  /// The plugin it is about.
  public let plugin: String
  /// The filler's id, empty when the whole plugin is meant.
  public let filler: String
  /// The slot it aims at.
  public let slot: String
  /// One sentence: what, why, and the way out.
  public let message: String

  /// `plugin/filler in slot: message [kind]`.
  public var description: String {
    "\(plugin)\(filler.isEmpty ? "" : "/\(filler)")\(slot.isEmpty ? "" : " in \(slot)"): \(message) [\(kind.rawValue)]"
  }
}

/// What a plugin does to a slot.
public enum SlotOperation: Hashable, Sendable {
  /// After everything the slot has.
  case append
  /// Before everything the slot has.
  case prepend
  /// Directly before the filler with this id.
  case before(String)
  /// Directly after the filler with this id.
  case after(String)
  /// In the place of the filler with this id.
  case replace(String)
  /// Around the filler with this id, which the wrapper prints as `{{ content }}`.
  case wrap(String)
  /// The filler with this id is not rendered.
  case remove(String)

  /// Reads `append`, `before:price` …; nil when the text is none of them.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let anchor = parts.count == 2 ? parts[1] : nil
    switch (parts[0], anchor) {
    case ("append", nil): self = .append
    case ("prepend", nil): self = .prepend
    case ("before", let id?) where !id.isEmpty: self = .before(id)
    case ("after", let id?) where !id.isEmpty: self = .after(id)
    case ("replace", let id?) where !id.isEmpty: self = .replace(id)
    case ("wrap", let id?) where !id.isEmpty: self = .wrap(id)
    case ("remove", let id?) where !id.isEmpty: self = .remove(id)
    default: return nil
    }
  }

  static let names = ["append", "prepend", "before", "after", "replace", "wrap", "remove"]

  /// The id it is anchored to, nil for `append` and `prepend`.
  public var anchor: String? {
    switch self {
    case .append, .prepend: nil
    case .before(let id), .after(let id), .replace(let id), .wrap(let id), .remove(let id): id
    }
  }

  /// The operation without its anchor, as in the manifest.
  public var name: String {
    switch self {
    case .append: "append"
    case .prepend: "prepend"
    case .before: "before"
    case .after: "after"
    case .replace: "replace"
    case .wrap: "wrap"
    case .remove: "remove"
    }
  }
}

/// A plugin's filler and where it wants to stand.
public struct PluginFiller: Sendable {
  /// Its id in the plugin.
  public let id: String
  /// The slot it aims at.
  public let slot: String
  /// What it does there.
  public let operation: SlotOperation
  /// Orders fillers with the same operation and anchor: lower first; 100 when the manifest does not say.
  public let priority: Int
  /// What is rendered; nil for `remove`.
  public let filler: Filler?
  /// When it takes part.
  public let condition: Condition
}
