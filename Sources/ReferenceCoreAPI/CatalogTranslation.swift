import CoreAPIClient
import FoundationEssentials
import Tenancy

/// A catalogue's texts in another language: `TENANT.LOCALE.json` beside `TENANT.json`. What it leaves out stays in the file's language.
package struct CatalogTranslation: Hashable, Sendable {
  /// BCP 47.
  package let locale: String
  package let site: Site?
  /// Every short text of the file's language that is not a title of its own: menu titles, option names and values, attributes'
  /// labels, text values and units, product types, price units, descriptions of pictures, parts of variants' titles.
  package let words: [String: String]
  // By handle, which is the same in all languages.
  package let products: [String: Texts]
  package let collections: [String: Texts]
  package let pages: [String: Texts]
  package let blogs: [String: Texts]
  package let articles: [String: Texts]

  package struct Site: Hashable, Sendable, Decodable {
    package let name: String?
    package let tagline: String?
    package let description: String?
    package let address: String?
  }

  package struct Texts: Hashable, Sendable {
    package let title: String?
    /// Of a product or collection its description.
    package let body: SanitizedHTML?
    /// Of an article.
    package let excerpt: String?
  }

  /// - Parameters:
  ///   - locale: the language, from the file's name.
  ///   - file: what errors call the document.
  ///   - catalog: what it translates.
  package init(json data: Data, locale: String, file: String, of catalog: CatalogFile) throws(CatalogError) {
    guard Market.isLanguageTag(locale) else {
      throw CatalogError(
        .file, "\u{201C}\(locale.prefix(40))\u{201D} is no language tag", file: file,
        remedy: "name a translation after its shop and language, such as acme.de.json or acme.pt-BR.json")
    }
    let document: Decoded
    do { document = try Document.decoder(currency: nil).decode(Decoded.self, from: data) } catch let error as DecodingError {
      throw CatalogError(decoding: error, in: data, file: file)
    } catch {
      throw CatalogError(.syntax, "\(error)", file: file)
    }
    self.locale = locale
    site = document.site
    words = document.words ?? [:]
    products = document.products?.entries ?? [:]
    collections = document.collections?.entries ?? [:]
    pages = document.pages?.entries ?? [:]
    blogs = document.blogs?.entries ?? [:]
    articles = document.articles?.entries ?? [:]
    let check = CatalogCheck(file: file, data: data)
    try check.handles(products.keys, in: catalog.products.map(\.handle), of: "products")
    try check.handles(collections.keys, in: catalog.collections.map(\.handle), of: "collections")
    try check.handles(pages.keys, in: catalog.pages.map(\.handle), of: "pages")
    try check.handles(blogs.keys, in: catalog.blogs.map(\.handle), of: "blogs")
    try check.handles(articles.keys, in: catalog.articles.map(\.handle), of: "articles")
  }

  /// A person wrote all of it, so a field that means nothing is a mistake and not another system's business.
  private struct Decoded: Decodable {
    let site: Site?
    let words: [String: String]?
    let products: Section<Described>?
    let collections: Section<Titled>?
    let pages: Section<Paged>?
    let blogs: Section<Named>?
    let articles: Section<Posted>?

    private enum Key: String, CodingKey, CaseIterable { case site, words, products, collections, pages, blogs, articles }
    private enum SiteKey: String, CodingKey, CaseIterable { case name, tagline, description, address }

    init(from decoder: any Decoder) throws {
      try refuseUnknown(decoder, Key.self)
      let from = try decoder.container(keyedBy: Key.self)
      if from.contains(.site) { try refuseUnknown(try from.superDecoder(forKey: .site), SiteKey.self) }
      site = try from.decodeIfPresent(Site.self, forKey: .site)
      words = try from.decodeIfPresent([String: String].self, forKey: .words)
      products = try from.decodeIfPresent(Section<Described>.self, forKey: .products)
      collections = try from.decodeIfPresent(Section<Titled>.self, forKey: .collections)
      pages = try from.decodeIfPresent(Section<Paged>.self, forKey: .pages)
      blogs = try from.decodeIfPresent(Section<Named>.self, forKey: .blogs)
      articles = try from.decodeIfPresent(Section<Posted>.self, forKey: .articles)
    }
  }

  /// The fields that one kind of thing has, by the name of each text.
  private protocol Fields: CodingKey, CaseIterable, RawRepresentable<String> {
    static var title: Self { get }
    static var body: Self? { get }
    static var excerpt: Self? { get }
  }

  private enum Described: String, Fields {
    case title, descriptionHTML
    static let body: Self? = .descriptionHTML
    static let excerpt: Self? = nil
  }

  private enum Titled: String, Fields {
    case title, description
    static let body: Self? = .description
    static let excerpt: Self? = nil
  }

  private enum Paged: String, Fields {
    case title, bodyHTML
    static let body: Self? = .bodyHTML
    static let excerpt: Self? = nil
  }

  private enum Named: String, Fields {
    case title
    static let body: Self? = nil
    static let excerpt: Self? = nil
  }

  private enum Posted: String, Fields {
    case title, bodyHTML, teaser = "excerpt"
    static let body: Self? = .bodyHTML
    static let excerpt: Self? = .teaser
  }

  private struct Section<Key: Fields>: Decodable {
    let entries: [String: Texts]

    init(from decoder: any Decoder) throws {
      entries = try [String: Entry](from: decoder).mapValues(\.texts)
    }

    private struct Entry: Decodable {
      let texts: Texts

      init(from decoder: any Decoder) throws {
        try refuseUnknown(decoder, Key.self)
        let from = try decoder.container(keyedBy: Key.self)
        texts = Texts(
          title: try from.decodeIfPresent(String.self, forKey: Key.title),
          body: try Key.body.flatMap { try from.decodeIfPresent(SanitizedHTML.self, forKey: $0) },
          excerpt: try Key.excerpt.flatMap { try from.decodeIfPresent(String.self, forKey: $0) })
      }
    }
  }
}

private struct AnyName: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

private func refuseUnknown<Key: CodingKey & CaseIterable & RawRepresentable<String>>(_ decoder: any Decoder, _: Key.Type) throws {
  let from = try decoder.container(keyedBy: AnyName.self)
  for key in from.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) where Key(rawValue: key.stringValue) == nil {
    throw DecodingError.dataCorruptedError(
      forKey: key, in: from,
      debugDescription: "\u{201C}\(key.stringValue.prefix(40))\u{201D} is not known here; there are "
        + Key.allCases.map(\.rawValue).joined(separator: ", "))
  }
}

extension CatalogFile {
  /// Reads every `NAME.LOCALE.json` beside the catalogue `NAME.json`.
  package mutating func readTranslations(beside path: String) throws(CatalogError) {
    let url = URL(filePath: path)
    let folder = url.deletingLastPathComponent()
    let stem = url.deletingPathExtension().lastPathComponent + "."
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: folder.path) } catch {
      throw CatalogError(.file, "the folder of the catalogue cannot be read", file: folder.path, remedy: "check its permissions")
    }
    translations = []
    for name in names.sorted() where name.hasPrefix(stem) && name.hasSuffix(".json") && name.count > stem.count + 5 {
      let file = folder.appending(path: name).path
      let data: Data
      do { data = try Data(contentsOf: URL(filePath: file)) } catch {
        throw CatalogError(.file, "the translation cannot be read", file: file, remedy: "check its permissions")
      }
      let locale = String(name.dropFirst(stem.count).dropLast(".json".count))
      translations.append(try CatalogTranslation(json: data, locale: locale, file: file, of: self))
    }
  }
}
