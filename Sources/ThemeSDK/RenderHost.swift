import TemplateEngine

/// What filters may know of the page they run in; given to `Render(host:)`.
///
/// Make one for a page, and `scoped(to:)` for each filler, so that a plugin's filters find the plugin's own assets and
/// texts. Copying is one reference.
public struct RenderHost: Sendable {
  final class Page: Sendable {
    let theme: Theme
    let plugins: [String: Plugin]
    let locale: String
    let currency: String
    let baseURL: String
    let images: ImageAddress
    let isPreview: Bool
    let money: MoneyFormat
    let numbers: NumberFormat
    let warn: (@Sendable (String) -> Void)?

    init(
      theme: Theme, plugins: [Plugin], locale: String, currency: String, baseURL: String, images: ImageAddress, isPreview: Bool,
      warn: (@Sendable (String) -> Void)?
    ) {
      self.theme = theme
      self.plugins = Dictionary(plugins.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      self.locale = locale
      self.currency = currency
      self.baseURL = baseURL
      self.images = images
      self.isPreview = isPreview
      self.money = MoneyFormat.of(locale: locale, currency: currency)
      self.numbers = NumberFormat.of(locale: locale)
      self.warn = warn
    }
  }

  /// Behind one reference: a host is copied with every filter.
  private final class Scope: Sendable {
    let page: Page
    let plugin: Plugin?

    init(_ page: Page, _ plugin: Plugin? = nil) { (self.page, self.plugin) = (page, plugin) }
  }

  private let scope: Scope
  var page: Page { scope.page }
  var plugin: Plugin? { scope.plugin }

  /// A host for the pages of one tenant in one locale and currency.
  ///
  /// - Parameters:
  ///   - theme: the theme that is rendered.
  ///   - plugins: the tenant's active plugins.
  ///   - locale: the page's locale tag, such as `de`.
  ///   - currency: the ISO 4217 code prices are in.
  ///   - baseURL: what stands before `/`-paths, such as `/de` for a locale in the path; empty for none.
  ///   - images: how addresses of resized pictures are made.
  ///   - isPreview: whether missing texts show their key.
  ///   - warn: told in words of each thing that is missing in a render, such as a text.
  public init(
    theme: Theme, plugins: [Plugin] = [], locale: String, currency: String, baseURL: String = "",
    images: ImageAddress = .asGiven, isPreview: Bool = false, warn: (@Sendable (String) -> Void)? = nil
  ) {
    scope = Scope(
      Page(
        theme: theme, plugins: plugins, locale: locale, currency: currency, baseURL: baseURL, images: images,
        isPreview: isPreview,
        warn: warn))
  }

  /// The same page, for a filler: its origin's assets and texts come first.
  public func scoped(to filler: Filler) -> RenderHost {
    guard case .plugin(let id) = filler.origin else { return plugin == nil ? self : RenderHost(Scope(page)) }
    return RenderHost(Scope(page, page.plugins[id]))
  }

  private init(_ scope: Scope) { self.scope = scope }

  /// The path of an asset, such as `/assets/fashion/theme.3f2a….css`: the plugin's own in its fillers, else the theme's.
  public func assetPath(_ name: String) -> String? {
    if let path = plugin?.assetPath(name) { return path }
    return page.theme.assetPath(name)
  }

  /// An asset by its own name: the plugin's in its fillers, else the theme's.
  func asset(_ name: String) -> Asset? { plugin?.assets[name] ?? page.theme.assets[name] }

  /// The text of a key and the locale it was found in: the plugin's own texts, then the theme's; the page's locale, its
  /// language, then the default locale.
  func text(_ key: String, count: Double?) -> Translations.Text? {
    for translations in (plugin?.translations(for: page.locale) ?? []) + page.theme.translations(for: page.locale) {
      if let text = translations.text(key, count: count) { return text }
    }
    return nil
  }
}
