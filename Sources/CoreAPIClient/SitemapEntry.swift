import FoundationEssentials

package struct SitemapEntry: Hashable, Sendable {
  package enum Kind: String, Sendable, CaseIterable { case product, collection, page, blog, article }

  package var kind: Kind
  package var handle: String
  /// Of an article; nil of everything else.
  package var blog: String?
  package var updatedAt: Date
  package var images: [String]

  package init(kind: Kind, handle: String, blog: String? = nil, updatedAt: Date, images: [String] = []) {
    (self.kind, self.handle, self.blog, self.updatedAt, self.images) = (kind, handle, blog, updatedAt, images)
  }

  /// nil of an article that does not say where it stands.
  package var address: ShopAddress? {
    switch kind {
    case .product: .product(handle)
    case .collection: .collection(handle)
    case .page: .page(handle)
    case .blog: .blog(handle)
    case .article: blog.map { .article(blog: $0, handle) }
    }
  }
}
