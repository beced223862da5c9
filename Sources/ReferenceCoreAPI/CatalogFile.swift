import CoreAPIClient
import FoundationEssentials

/// One shop's catalogue as a document: `{"currency": "EUR", "site": …, "collections": […], "menus": […], "products": […]}`.
/// Products are in the shop's own order. Amounts are strings in the document's currency.
package struct CatalogFile: Hashable, Sendable {
  package var currency: String
  package var site: Site
  package var collections: [CoreAPIClient.Collection]
  package var menus: [Menu]
  package var products: [Product]
  /// BCP 47, of its texts; nil where it does not say.
  package var locale: String?
  package var pages: [ContentPage] = []
  package var blogs: [Blog] = []
  package var articles: [Article] = []
  package var redirects: [Moved] = []
  /// Canonical addresses of what was there and will not be again.
  package var gone: [String] = []

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
    try check(file: file, data: data)
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

  /// What decoding alone cannot see: two products at one address, a collection that is not there.
  private func check(file: String, data: Data) throws(CatalogError) {
    func fail(_ reason: String, _ path: [String], remedy: String) -> CatalogError {
      let place = JSONPlace(of: path, in: data)
      return CatalogError(
        .content, reason, file: file, line: place?.line, column: place?.column, path: JSONPlace.text(path), remedy: remedy)
    }
    var known: Set<String> = []
    for (index, collection) in collections.enumerated() {
      let path = ["collections", "\(index)", "handle"]
      guard Handle.isValid(collection.handle) else {
        throw fail("\u{201C}\(collection.handle)\u{201D} cannot be part of an address", path, remedy: Self.handleRule)
      }
      guard known.insert(collection.handle).inserted else {
        throw fail("a second collection with the handle \u{201C}\(collection.handle)\u{201D}", path, remedy: "give each its own")
      }
    }
    var ids: Set<String> = []
    var handles: Set<String> = []
    for (index, product) in products.enumerated() {
      let path = ["products", "\(index)"]
      guard !product.id.isEmpty, ids.insert(product.id).inserted else {
        throw fail(
          "a second product with the id \u{201C}\(product.id)\u{201D}, or an empty one", path + ["id"],
          remedy: "give each its own")
      }
      guard Handle.isValid(product.handle) else {
        throw fail("\u{201C}\(product.handle)\u{201D} cannot be part of an address", path + ["handle"], remedy: Self.handleRule)
      }
      guard handles.insert(product.handle).inserted else {
        throw fail(
          "a second product with the handle \u{201C}\(product.handle)\u{201D}", path + ["handle"], remedy: "give each its own")
      }
      for (position, handle) in product.collections.enumerated() where !known.contains(handle) {
        throw fail(
          "there is no collection \u{201C}\(handle)\u{201D}", path + ["collections", "\(position)"],
          remedy: "add it to \"collections\", or take it out here")
      }
    }
  }

  private static let handleRule = "write 1 to 200 bytes without blanks, control characters and any of / ? # % \\ < > \""

  private struct Head: Decodable { let currency: String }

  private struct Decoded: Decodable {
    let site: Site
    let collections: [CoreAPIClient.Collection]?
    let menus: [Menu]?
    let products: [Product]?
    let locale: String?
    let pages: [ContentPage]?
    let blogs: [Blog]?
    let articles: [Article]?
    let redirects: [Moved]?
    let gone: [String]?
  }
}

extension CatalogFile: Encodable {}

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
