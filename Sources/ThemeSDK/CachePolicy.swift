/// How long a filler's output may be kept, and what it differs by.
public struct CachePolicy: Hashable, Sendable {
  /// What the output of a filler may differ by; everything else is the same for all shoppers of a tenant.
  public enum Dimension: String, Hashable, Sendable, CaseIterable, Comparable {
    /// The page: its kind, the product or collection it is about, and the query parameters that count.
    case page
    /// The language of the page.
    case locale
    /// The currency of the page.
    case currency

    /// By name, so that keys made of dimensions are the same in every process.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  /// Seconds; 0 means it is rendered for every page.
  public var seconds: Int
  /// What the output differs by: as declared, and what the templates were seen to read.
  public var vary: Set<Dimension>

  /// Five minutes, differing by page, locale and currency: right for every filler, if not the fastest for all.
  public static let standard = CachePolicy(seconds: 300, vary: Set(Dimension.allCases))

  /// Not kept at all: what one shopper is shown.
  public static let none = CachePolicy(seconds: 0, vary: Set(Dimension.allCases))

  /// A policy of `seconds`, differing by `vary`.
  public init(seconds: Int, vary: Set<Dimension>) {
    self.seconds = seconds
    self.vary = vary
  }
}

/// When a filler is shown. Only what a page declares can be asked, so that a slot map can be cached.
public struct Condition: Hashable, Sendable {
  /// Page kinds (`product`, `collection` …) to show it on; empty means all.
  public var pages: Set<String>
  /// Locales (`en`, `de` …) to show it in; empty means all.
  public var locales: Set<String>
  /// Currencies (`EUR` …) to show it in; empty means all.
  public var currencies: Set<String>

  /// Always shown.
  public static let always = Condition()

  /// A condition of pages, locales and currencies; an empty set asks nothing.
  public init(pages: Set<String> = [], locales: Set<String> = [], currencies: Set<String> = []) {
    self.pages = pages
    self.locales = locales
    self.currencies = currencies
  }

  /// Whether it holds for a page. A locale or currency the page does not declare fails a condition that asks for one.
  public func holds(for page: PageContext) -> Bool {
    (pages.isEmpty || pages.contains(page.kind))
      && (locales.isEmpty || page.locale.map(locales.contains) == true)
      && (currencies.isEmpty || page.currency.map(currencies.contains) == true)
  }
}

/// What a page declares about itself before any data is read: conditions and templates are chosen by it alone.
public struct PageContext: Hashable, Sendable {
  /// One of `kinds`.
  public var kind: String
  /// The alternate template, as in `templates/product.wide.json`; nil for the plain one.
  public var template: String?
  /// The page's locale, such as `de`.
  public var locale: String?
  /// The page's currency, such as `EUR`.
  public var currency: String?

  /// The kinds of pages there are. A theme has a template for each of the first five; a shop whose theme has none for one of the
  /// others has no such pages.
  public static let kinds = [
    "index", "collection", "product", "search", "404", "page", "blog", "article", "cart", "wishlist", "compare",
  ]
  /// The kinds whose pages are one shopper's own.
  public static let privateKinds: Set<String> = ["cart", "wishlist", "compare"]

  /// The kind of a template's name: `product` of `product.wide`.
  static func kind(of template: String) -> String { String(template.prefix { $0 != "." }) }

  /// A page of a kind, and what else it declares.
  public init(kind: String, template: String? = nil, locale: String? = nil, currency: String? = nil) {
    self.kind = kind
    self.template = template
    self.locale = locale
    self.currency = currency
  }
}
