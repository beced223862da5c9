import FoundationEssentials
import Tenancy

/// What the storefront asks of a commerce platform: reads only, each for one tenant. Something that a shopper may not
/// see (unknown, draft, archived, another tenant's) is nil or left out, never an error; a tenant that the platform does not
/// know is `unavailable`, since its shop exists for us and an empty one would be a lie.
package protocol CoreAPI: Sendable {
  func site(_ tenant: TenantID) async throws(CoreAPIError) -> Answer<Site>
  func product(_ handle: String, of tenant: TenantID) async throws(CoreAPIError) -> Answer<Product?>
  func products(_ query: ProductQuery, of tenant: TenantID) async throws(CoreAPIError) -> Answer<Page<Product>>
  func collection(_ handle: String, of tenant: TenantID) async throws(CoreAPIError) -> Answer<Collection?>
  func collections(of tenant: TenantID) async throws(CoreAPIError) -> Answer<[Collection]>
  func menu(_ handle: String, of tenant: TenantID) async throws(CoreAPIError) -> Answer<Menu?>
  /// Everything with an address of its own, for the sitemap.
  func sitemapEntries(of tenant: TenantID) async throws(CoreAPIError) -> Answer<[SitemapEntry]>
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

package struct ProductQuery: Hashable, Sendable {
  package enum Sort: String, Sendable, CaseIterable {
    /// The order that the shop gave; for a text search, the best match first.
    case manual
    case title, priceAscending = "price-ascending", priceDescending = "price-descending", newest
    case bestSelling = "best-selling"
  }

  package static let largestPage = 250

  /// A collection's handle; nil for all products.
  package var collection: String?
  /// Words that a product must all have; nil or blank for no search.
  package var text: String?
  package var sort: Sort
  /// From 1.
  package var page: Int
  /// 1 to `largestPage`; more is cut to it.
  package var size: Int

  package init(
    collection: String? = nil, text: String? = nil, sort: Sort = .manual, page: Int = 1, size: Int = 24
  ) {
    self.collection = collection
    self.text = text
    self.sort = sort
    self.page = max(1, page)
    self.size = min(max(1, size), Self.largestPage)
  }
}

/// One page of a list. A page beyond the end has no items and the true total.
package struct Page<Item: Sendable>: Sendable {
  package var items: [Item]
  /// nil when the platform does not count.
  package var total: Int?
  /// From 1.
  package var number: Int
  package var size: Int
  package var hasMore: Bool

  package init(items: [Item], total: Int?, number: Int, size: Int, hasMore: Bool) {
    (self.items, self.total, self.number, self.size, self.hasMore) = (items, total, number, size, hasMore)
  }
}

extension Page: Equatable where Item: Equatable {}

package struct SitemapEntry: Hashable, Sendable {
  package enum Kind: String, Sendable { case product, collection }

  package var kind: Kind
  package var handle: String
  package var updatedAt: Date
  package var images: [String]

  package init(kind: Kind, handle: String, updatedAt: Date, images: [String] = []) {
    (self.kind, self.handle, self.updatedAt, self.images) = (kind, handle, updatedAt, images)
  }
}
