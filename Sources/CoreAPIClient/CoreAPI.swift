import Tenancy

/// What the storefront asks of a commerce platform: reads only, each for one market of a tenant, in its language and currency.
/// Something that a shopper may not see (unknown, draft, archived, another tenant's) is nil or left out, never an error; a tenant
/// that the platform does not know is `unavailable`, since its shop exists for us and an empty one would be a lie.
package protocol CoreAPI: Sendable {
  func site(_ market: Market) async throws(CoreAPIError) -> Answer<Site>
  func product(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Product?>
  func products(_ query: ProductQuery, in market: Market) async throws(CoreAPIError) -> Answer<Page<Product>>
  func collection(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Collection?>
  func collections(in market: Market) async throws(CoreAPIError) -> Answer<[Collection]>
  func menu(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Menu?>
  func contentPage(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<ContentPage?>
  func blog(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Blog?>
  /// The newest first. A blog that is not there has none.
  /// - Parameters:
  ///   - page: from 1.
  ///   - size: 1 to `ProductQuery.largestPage`; more is cut to it.
  func articles(of blog: String, page: Int, size: Int, in market: Market) async throws(CoreAPIError) -> Answer<Page<Article>>
  func article(_ handle: String, of blog: String, in market: Market) async throws(CoreAPIError) -> Answer<Article?>
  /// What became of an address that names nothing any more.
  /// - Parameter path: canonical (`/products/old-coat`), percent-encoded or not.
  func redirect(from path: String, in market: Market) async throws(CoreAPIError) -> Answer<Redirect?>
  /// Everything with an address of its own, for the sitemap.
  func sitemapEntries(in market: Market) async throws(CoreAPIError) -> Answer<[SitemapEntry]>
}

/// A value and how long it stays true.
package struct Answer<T: Sendable>: Sendable {
  package var value: T
  /// Until a price, sale or publication changes by the clock alone, counted from the moment of the answer, for
  /// everything that the question ranges over and not only for the items shown. nil: no such moment is planned.
  package var validFor: Duration?
  /// The source's progress: an answer with mark m shows every change whose mark is m or less.
  package var mark: UInt64

  package init(_ value: T, validFor: Duration? = nil, mark: UInt64 = 0) {
    (self.value, self.validFor, self.mark) = (value, validFor, mark)
  }
}

extension Answer: Equatable where T: Equatable {}
