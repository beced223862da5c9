import CoreAPIClient
import FoundationEssentials
import Tenancy

/// What decoding alone cannot see: two products at one address, a collection that is not there.
struct CatalogCheck {
  /// What errors call the document.
  let file: String
  let data: Data

  private func fail(_ reason: String, _ path: [String], remedy: String) -> CatalogError {
    let place = JSONPlace(of: path, in: data)
    return CatalogError(
      .content, reason, file: file, line: place?.line, column: place?.column, path: JSONPlace.text(path), remedy: remedy)
  }

  private static let ownRule = "give each its own"

  /// Each can be part of an address, and none is there twice.
  private func unique(_ handles: [String], of what: String, in section: String) throws(CatalogError) {
    var known: Set<String> = []
    for (index, handle) in handles.enumerated() {
      let path = [section, "\(index)", "handle"]
      guard Handle.isValid(handle) else {
        throw fail(
          "\u{201C}\(handle)\u{201D} cannot be part of an address", path,
          remedy: "write 1 to 200 bytes without blanks, control characters and any of / ? # % \\ < > \"")
      }
      guard known.insert(handle).inserted else {
        throw fail("a second \(what) with the handle \u{201C}\(handle)\u{201D}", path, remedy: Self.ownRule)
      }
    }
  }

  func catalog(_ catalog: CatalogFile) throws(CatalogError) {
    if let locale = catalog.locale, !Market.isLanguageTag(locale) {
      throw fail(
        "\u{201C}\(locale.prefix(40))\u{201D} is no language tag", ["locale"], remedy: "write one such as en, de or pt-BR")
    }
    try unique(catalog.collections.map(\.handle), of: "collection", in: "collections")
    try products(of: catalog)
    try unique(catalog.pages.map(\.handle), of: "page", in: "pages")
    try articles(of: catalog)
    try rates(of: catalog)
    try filters(of: catalog)
    try redirects(of: catalog)
  }

  private func products(of catalog: CatalogFile) throws(CatalogError) {
    let known = Set(catalog.collections.map(\.handle))
    var ids: Set<String> = []
    for (index, product) in catalog.products.enumerated() where product.id.isEmpty || !ids.insert(product.id).inserted {
      throw fail(
        "a second product with the id \u{201C}\(product.id)\u{201D}, or an empty one", ["products", "\(index)", "id"],
        remedy: Self.ownRule)
    }
    try unique(catalog.products.map(\.handle), of: "product", in: "products")
    for (index, product) in catalog.products.enumerated() {
      for (position, handle) in product.collections.enumerated() where !known.contains(handle) {
        throw fail(
          "there is no collection \u{201C}\(handle)\u{201D}", ["products", "\(index)", "collections", "\(position)"],
          remedy: "add it to \"collections\", or take it out here")
      }
    }
  }

  private func articles(of catalog: CatalogFile) throws(CatalogError) {
    try unique(catalog.blogs.map(\.handle), of: "blog", in: "blogs")
    let blogs = Set(catalog.blogs.map(\.handle))
    try unique(catalog.articles.map(\.handle), of: "article", in: "articles")
    for (index, article) in catalog.articles.enumerated() where !blogs.contains(article.blog) {
      throw fail(
        "there is no blog \u{201C}\(article.blog)\u{201D}", ["articles", "\(index)", "blog"],
        remedy: "add it to \"blogs\", or name another here")
    }
  }

  private func rates(of catalog: CatalogFile) throws(CatalogError) {
    var currencies: Set<String> = [catalog.currency]
    for (index, rate) in catalog.rates.enumerated() where !currencies.insert(rate.currency).inserted {
      throw fail(
        rate.currency == catalog.currency
          ? "\(rate.currency) is the catalogue's own currency" : "a second rate for \(rate.currency)",
        ["rates", "\(index)", "currency"], remedy: "take one of the two out")
    }
  }

  private func filters(of catalog: CatalogFile) throws(CatalogError) {
    var known: Set<String> = []
    for (index, filter) in catalog.filters.enumerated() {
      guard FacetKey(filter) != nil else {
        throw fail(
          "\u{201C}\(filter.prefix(80))\u{201D} is nothing to filter by", ["filters", "\(index)"],
          remedy: "write availability, price, vendor, type, option:NAME or attribute:KEY")
      }
      guard known.insert(filter).inserted else {
        throw fail("a second filter \u{201C}\(filter)\u{201D}", ["filters", "\(index)"], remedy: "take one of the two out")
      }
    }
  }

  private func redirects(of catalog: CatalogFile) throws(CatalogError) {
    let rule = "write a canonical path of this shop, such as /products/old-coat"
    var known: Set<String> = []
    for (index, moved) in catalog.redirects.enumerated() {
      for (name, path) in [("path", moved.path), ("target", moved.target)] where !Redirects.isPath(path) {
        throw fail("\u{201C}\(path.prefix(80))\u{201D} is no path", ["redirects", "\(index)", name], remedy: rule)
      }
      guard known.insert(Redirects.canonical(moved.path)).inserted else {
        throw fail(
          "a second redirect from \(moved.path)", ["redirects", "\(index)", "path"], remedy: "take one of the two out")
      }
    }
    for (index, path) in catalog.gone.enumerated() {
      guard Redirects.isPath(path) else {
        throw fail("\u{201C}\(path.prefix(80))\u{201D} is no path", ["gone", "\(index)"], remedy: rule)
      }
      guard known.insert(Redirects.canonical(path)).inserted else {
        throw fail("\(path) is redirected, or gone already", ["gone", "\(index)"], remedy: "take one of the two out")
      }
    }
    if let index = Redirects.loop(in: catalog.redirects) {
      throw fail(
        "the redirect from \(catalog.redirects[index].path) leads back to where it begins", ["redirects", "\(index)", "target"],
        remedy: "name the address where the thing is now")
    }
  }

  /// What a translation speaks of is there.
  func handles(_ named: some Swift.Collection<String>, in known: [String], of section: String) throws(CatalogError) {
    let known = Set(known)
    guard let handle = named.sorted().first(where: { !known.contains($0) }) else { return }
    throw fail(
      "the catalogue has no \u{201C}\(handle)\u{201D} among its \(section)", [section, handle],
      remedy: "write the handle as the catalogue has it, or take this out")
  }
}
