/// A slot as a theme declares it in `theme.json`.
public struct SlotDeclaration: Hashable, Sendable {
  /// The slot's name.
  public let name: String
  /// What it passes to its fillers beside what every template can read.
  public let context: [String]
  /// For plugin authors.
  public let about: String?
}

/// What `theme.json` says, checked.
public struct ThemeManifest: Sendable {
  /// The theme's id, which is its folder's name: lower-case letters, digits, `-`.
  public var id = ""
  /// Its name for people.
  public var name = ""
  /// Its version, as its author counts.
  public var version = ""
  /// The interface it was written for; this one is `1`.
  public var engine = "1"
  /// The theme it extends, which stands beside it; nil for one that stands alone.
  public var base: String?
  /// Who made it.
  public var author: String?
  /// The locales it has texts for; the first is its default.
  public var locales: [String] = []
  /// The slots it offers, by name.
  public var slots: [String: SlotDeclaration] = [:]
  /// The slots its layout prints.
  public var layoutSlots: [String] = []
  /// Route patterns by page kind, such as `product` to `/products/:handle`; empty when it has no wish.
  public var routes: [String: String] = [:]
  /// Assets the first paint needs, by name, in order.
  public var criticalAssets: [String] = []
  /// Products on one page of a collection or search, 1 to 250.
  public var productsPerPage = 24
}

/// What `plugin.json` says, checked.
public struct PluginManifest: Sendable {
  /// The plugin's id, which is its folder's name.
  public var id = ""
  /// Its name for people.
  public var name = ""
  /// Its version, as its author counts.
  public var version = ""
  /// What it may do, such as `storefront.slot:product.price.after`.
  public var permissions: Set<String> = []
  /// Assets the first paint needs, by name, in order.
  public var criticalAssets: [String] = []
}
