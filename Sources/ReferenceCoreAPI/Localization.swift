// What a file says, as one market is told it: texts in its language where there are such, prices in its currency, addresses as
// they read there. What nobody translated stays in the file's language and says so.

import CoreAPIClient
import FoundationEssentials
import Tenancy

struct Localization: Sendable {
  let market: Market
  /// nil where the file's own texts are the market's.
  private let translation: Translation?
  private let rate: ExchangeRate?
  private let currency: String
  /// Of texts that say no other.
  private let locale: String?

  /// A translation as it is looked up: products by id, since an edit may change a handle.
  final class Translation: Sendable {
    let texts: CatalogTranslation
    let products: [String: CatalogTranslation.Texts]

    init(_ texts: CatalogTranslation, of products: [Product]) {
      self.texts = texts
      self.products = Dictionary(
        products.compactMap { product in texts.products[product.handle].map { (product.id, $0) } }
      ) { first, _ in first }
    }
  }

  /// As the file says it, at canonical addresses.
  init(ownMarketOf tenant: TenantID, _ file: CatalogFile) {
    market = Market(of: tenant, locale: file.locale ?? "", currency: file.currency)
    (translation, rate, currency, locale) = (nil, nil, file.currency, file.locale)
  }

  /// - Parameter own: the file's.
  init(_ market: Market, own: Localization, translations: [String: Translation], rates: [ExchangeRate]) {
    self.market = market
    (currency, locale) = (own.currency, own.locale)
    rate = rates.first { $0.currency == market.currency }
    let language = Self.language(market.locale)
    let isOwn = own.locale.map { Self.language($0) == language } ?? false
    // A text for Austria comes from that for German where there is no own; the file's own language needs none.
    translation = translations[market.locale] ?? (isOwn ? nil : translations[language])
  }

  private static func language(_ locale: String) -> String { String(locale.prefix { $0 != "-" }) }

  /// Whether texts are other than the file's.
  var isTranslated: Bool { translation != nil }

  func word(_ text: String) -> String { translation?.texts.words[text] ?? text }

  private func price(_ money: Money) -> Money { rate?.converted(money, from: currency) ?? money }

  /// Of a text that was not translated: what its reader must be told.
  private func foreign(_ own: String?) -> String? {
    guard let language = own ?? locale, Self.language(language) != Self.language(market.locale) else { return nil }
    return language
  }

  private func image(_ image: Image) -> Image {
    var image = image
    image.alt = word(image.alt)
    return image
  }

  // MARK: Products

  func product(_ own: Product) -> Product {
    var product = own
    let texts = translation?.products[own.id]
    if let title = texts?.title { product.title = title }
    if let body = texts?.body { product.descriptionHTML = body }
    product.language = texts == nil ? foreign(own.language) : nil
    if translation != nil {
      product.type = word(own.type)
      product.unit = word(own.unit)
      product.images = own.images.map(image)
      product.options = own.options.map { .init(name: word($0.name), values: $0.values.map(word)) }
      product.attributes = own.attributes.map(attribute)
    }
    if translation != nil || rate != nil { product.variants = own.variants.map(variant) }
    if rate != nil {
      product.price = price(own.price)
      product.compareAt = own.compareAt.map(price)
      product.priceChange = own.priceChange.map { .init(at: $0.at, from: price($0.from)) }
    }
    product.locate(in: market)
    return product
  }

  private func attribute(_ own: Product.Attribute) -> Product.Attribute {
    var attribute = own
    attribute.label = word(own.label)
    attribute.unit = word(own.unit)
    if own.type == .text { attribute.value = word(own.value) }
    return attribute
  }

  private func variant(_ own: Variant) -> Variant {
    var variant = own
    variant.title = title(ofVariant: own.title)
    variant.options = own.options.map(word)
    variant.price = price(own.price)
    variant.compareAt = own.compareAt.map(price)
    variant.image = own.image.map(image)
    variant.sale = own.sale.map { .init(price: price($0.price), startsAt: $0.startsAt, endsAt: $0.endsAt) }
    return variant
  }

  private static let between = " / "

  private func title(ofVariant title: String) -> String {
    guard let words = translation?.texts.words else { return title }
    if let whole = words[title] { return whole }
    var parts: [String] = []
    var rest = title[...]
    while let cut = rest.firstRange(of: Self.between) {
      parts.append(word(String(rest[..<cut.lowerBound])))
      rest = rest[cut.upperBound...]
    }
    return (parts + [word(String(rest))]).joined(separator: Self.between)
  }

  // MARK: What surrounds them

  func site(_ own: Site) -> Site {
    guard let texts = translation?.texts.site else { return own }
    var site = own
    site.name = texts.name ?? own.name
    site.tagline = texts.tagline ?? own.tagline
    site.description = texts.description ?? own.description
    site.address = texts.address ?? own.address
    site.logo = own.logo.map(image)
    return site
  }

  func collection(_ own: CoreAPIClient.Collection) -> CoreAPIClient.Collection {
    guard let translation else { return own }
    var collection = own
    let texts = translation.texts.collections[own.handle]
    collection.title = texts?.title ?? own.title
    collection.description = texts?.body ?? own.description
    collection.image = own.image.map(image)
    return collection
  }

  /// Its addresses stay canonical: who prints a menu knows the market.
  func menu(_ own: Menu) -> Menu {
    func items(_ own: [Menu.Item]) -> [Menu.Item] {
      own.map { .init(title: word($0.title), url: $0.url, items: items($0.items)) }
    }
    return translation == nil ? own : Menu(handle: own.handle, items: items(own.items))
  }

  func page(_ own: ContentPage) -> ContentPage {
    var page = own
    let texts = translation?.texts.pages[own.handle]
    page.title = texts?.title ?? own.title
    page.body = texts?.body ?? own.body
    page.language = texts == nil ? foreign(own.language) : nil
    return page
  }

  func blog(_ own: Blog) -> Blog {
    var blog = own
    blog.title = translation?.texts.blogs[own.handle]?.title ?? own.title
    return blog
  }

  func article(_ own: Article) -> Article {
    var article = own
    if let translation {
      let texts = translation.texts.articles[own.handle]
      article.title = texts?.title ?? own.title
      article.excerpt = texts?.excerpt ?? own.excerpt
      article.body = texts?.body ?? own.body
      article.image = own.image.map(image)
    }
    article.locate(in: market)
    return article
  }
}
