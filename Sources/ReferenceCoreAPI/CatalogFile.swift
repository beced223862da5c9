import CoreAPIClient
import FoundationEssentials

/// One shop's catalogue as a document (docs/core-api.md lists its keys), and the translations beside it. Products are in the
/// shop's own order. Amounts are strings in the document's currency.
package struct CatalogFile: Hashable, Sendable {
  package var currency: String
  package var site: Site
  package var collections: [CoreAPIClient.Collection]
  package var menus: [Menu]
  package var products: [Product]
  /// BCP 47, of its texts; nil where it does not say.
  package var locale: String?
  package var rates: [ExchangeRate] = []
  /// What lists of products are counted by, in order; see ``FacetKey``.
  package var filters: [String] = []
  package var pages: [ContentPage] = []
  package var blogs: [Blog] = []
  package var articles: [Article] = []
  package var redirects: [Moved] = []
  /// Canonical addresses of what was there and will not be again.
  package var gone: [String] = []
  /// Of its texts, from files beside it: no part of the document.
  package var translations: [CatalogTranslation] = []

  /// Where something was, and where it is now: canonical addresses.
  package struct Moved: Hashable, Sendable, Codable {
    package var path: String
    package var target: String
    package init(path: String, target: String) { (self.path, self.target) = (path, target) }
  }

  package init(
    currency: String, site: Site, collections: [CoreAPIClient.Collection] = [], menus: [Menu] = [], products: [Product] = []
  ) {
    self.currency = currency
    self.site = site
    self.collections = collections
    self.menus = menus
    self.products = products
  }

  package init(path: String) throws(CatalogError) {
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: path)) } catch {
      throw CatalogError(
        .file, "the catalogue cannot be read", file: path,
        remedy: "check the path and its permissions, or make one with `storefront catalog import FILE… --tenant ID`")
    }
    try self.init(json: data, file: path)
  }

  /// - Parameter file: what errors call the document.
  package init(json data: Data, file: String) throws(CatalogError) {
    let document = Decoded.self
    do {
      let head = try Document.decoder(currency: nil).decode(Head.self, from: data)
      guard Money.isCurrency(head.currency) else {
        throw CatalogError(
          .content, "\u{201C}\(head.currency.prefix(12))\u{201D} is not an ISO 4217 currency code", file: file,
          line: JSONPlace(of: ["currency"], in: data)?.line, path: "currency", remedy: "write three capital letters, such as EUR")
      }
      let body = try Document.decoder(currency: head.currency).decode(document, from: data)
      self.init(
        currency: head.currency, site: body.site, collections: body.collections ?? [], menus: body.menus ?? [],
        products: body.products ?? [])
      locale = body.locale
      rates = body.rates ?? []
      filters = body.filters ?? []
      pages = body.pages ?? []
      blogs = body.blogs ?? []
      articles = body.articles ?? []
      redirects = body.redirects ?? []
      gone = body.gone ?? []
    } catch let error as CatalogError {
      throw error
    } catch let error as DecodingError {
      throw CatalogError(decoding: error, in: data, file: file)
    } catch {
      throw CatalogError(.syntax, "\(error)", file: file)
    }
    try CatalogCheck(file: file, data: data).catalog(self)
  }

  /// The same catalogue gives the same bytes, whenever and wherever it is written.
  package func json() throws(CatalogError) -> Data {
    do { return try Document.encoder(currency: currency).encode(self) + [0x0a] } catch {
      throw CatalogError(.content, "the catalogue cannot be written as JSON: \(error)")
    }
  }

  /// Writes beside the file and renames, so that a reader sees the old catalogue or the new one; makes missing folders.
  package func write(to path: String) throws(CatalogError) {
    let data = try json()
    do {
      let url = URL(filePath: path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try data.write(to: url, options: .atomic)
    } catch {
      throw CatalogError(
        .file, "the catalogue cannot be written: \(error)", file: path,
        remedy: "check that the folder is there and writable, and that the disk has room")
    }
  }

  /// What an import says nothing of stays as the owner wrote it in the older catalogue: the site but its name, pages, posts, moved
  /// addresses, menus of other names, filters, and rates while they are of the same currency.
  package mutating func keepOwn(of old: CatalogFile) {
    let name = site.name
    site = old.site
    site.name = name
    locale = locale ?? old.locale
    if currency == old.currency { rates = old.rates }
    filters = old.filters
    menus += old.menus.filter { menu in !menus.contains { $0.handle == menu.handle } }
    (pages, blogs, articles) = (old.pages, old.blogs, old.articles)
    (redirects, gone) = (old.redirects, old.gone)
  }

  /// What is as it was in the older catalogue was last changed when that says: an import of the same files dates nothing anew.
  package mutating func keepDates(of old: CatalogFile) {
    let products = Dictionary(old.products.map { ($0.id, $0) }) { first, _ in first }
    for index in self.products.indices {
      guard let before = products[self.products[index].id] else { continue }
      var dated = self.products[index]
      dated.updatedAt = before.updatedAt
      if dated == before { self.products[index] = dated }
    }
    let collections = Dictionary(old.collections.map { ($0.id, $0) }) { first, _ in first }
    for index in self.collections.indices {
      guard let before = collections[self.collections[index].id] else { continue }
      var dated = self.collections[index]
      dated.updatedAt = before.updatedAt
      if dated == before { self.collections[index] = dated }
    }
  }

  private struct Head: Decodable { let currency: String }

  private struct Decoded: Decodable {
    let site: Site
    let collections: [CoreAPIClient.Collection]?
    let menus: [Menu]?
    let products: [Product]?
    let locale: String?
    let rates: [ExchangeRate]?
    let filters: [String]?
    let pages: [ContentPage]?
    let blogs: [Blog]?
    let articles: [Article]?
    let redirects: [Moved]?
    let gone: [String]?
  }
}

extension CatalogFile: Encodable {
  private enum CodingKeys: String, CodingKey {
    case currency, locale, rates, filters, site, collections, menus, products, pages, blogs, articles, redirects, gone
  }

  package func encode(to encoder: any Encoder) throws {
    var to = encoder.container(keyedBy: CodingKeys.self)
    try to.encode(currency, forKey: .currency)
    try to.encodeIfPresent(locale, forKey: .locale)
    if !rates.isEmpty { try to.encode(rates, forKey: .rates) }
    if !filters.isEmpty { try to.encode(filters, forKey: .filters) }
    try to.encode(site, forKey: .site)
    try to.encode(collections, forKey: .collections)
    try to.encode(menus, forKey: .menus)
    try to.encode(products, forKey: .products)
    if !pages.isEmpty { try to.encode(pages, forKey: .pages) }
    if !blogs.isEmpty { try to.encode(blogs, forKey: .blogs) }
    if !articles.isEmpty { try to.encode(articles, forKey: .articles) }
    if !redirects.isEmpty { try to.encode(redirects, forKey: .redirects) }
    if !gone.isEmpty { try to.encode(gone, forKey: .gone) }
  }
}

extension CatalogError {
  init(decoding error: DecodingError, in data: Data, file: String) {
    let context: DecodingError.Context
    let reason: String
    var remedy: String?
    switch error {
    case .keyNotFound(let key, let found):
      context = found
      reason = "\u{201C}\(key.stringValue)\u{201D} is missing"
      remedy = "add it; docs/core-api.md lists what a catalogue says"
    case .valueNotFound(let type, let found):
      context = found
      reason = "null where a \(type) is needed"
    case .typeMismatch(let type, let found):
      context = found
      reason = "this is not a \(type)"
    case .dataCorrupted(let found):
      context = found
      reason = error.isSyntax ? "this is not JSON" : found.debugDescription
    @unknown default:
      self.init(.syntax, "\(error)", file: file)
      return
    }
    let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
    let place = error.isSyntax ? nil : JSONPlace(of: path, in: data)
    self.init(
      error.isSyntax ? .syntax : .content, reason, file: file, line: place?.line, column: place?.column,
      path: path.isEmpty ? nil : JSONPlace.text(path), remedy: remedy)
  }
}
