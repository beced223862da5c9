// What a shop says beside its products: pages and posts.

import FoundationEssentials
import HTTP
import Tenancy

package struct ContentPage: Hashable, Sendable, Identifiable {
  package var id: String
  package var handle: String
  package var title: String
  package var body: SanitizedHTML
  /// BCP 47, where the page is not in the market's language.
  package var language: String?
  package var updatedAt: Date

  package init(
    id: String, handle: String, title: String, body: SanitizedHTML = .empty, language: String? = nil, updatedAt: Date
  ) {
    self.id = id
    self.handle = handle
    self.title = title
    self.body = body
    self.language = language
    self.updatedAt = updatedAt
  }
}

package struct Blog: Hashable, Sendable, Identifiable {
  package var id: String
  package var handle: String
  package var title: String
  /// Of its newest article, if that is later than its own.
  package var updatedAt: Date

  package init(id: String, handle: String, title: String, updatedAt: Date) {
    (self.id, self.handle, self.title, self.updatedAt) = (id, handle, title, updatedAt)
  }
}

package struct Article: Hashable, Sendable, Identifiable {
  package var id: String
  /// The handle of the blog it stands in.
  package var blog: String { didSet { path = Self.path(of: handle, in: blog) } }
  /// Unique in its blog.
  package var handle: String { didSet { path = Self.path(of: handle, in: blog) } }
  /// Its address in the market it was read for.
  package private(set) var path: String
  package var title: String
  /// Plain text.
  package var excerpt: String
  package var body: SanitizedHTML
  package var author: String
  package var image: Image?
  package var tags: [String]
  package var publishedAt: Date
  package var updatedAt: Date

  package init(
    id: String, blog: String, handle: String, title: String, excerpt: String = "", body: SanitizedHTML = .empty,
    author: String = "", image: Image? = nil, tags: [String] = [], publishedAt: Date, updatedAt: Date
  ) {
    self.id = id
    self.blog = blog
    self.handle = handle
    path = Self.path(of: handle, in: blog)
    self.title = title
    self.excerpt = excerpt
    self.body = body
    self.author = author
    self.image = image
    self.tags = tags
    self.publishedAt = publishedAt
    self.updatedAt = updatedAt
  }

  /// ``path`` as a stored property, which it is nowhere else: there it cannot be set.
  package static let storedPath: any KeyPath<Article, String> & Sendable = \.path

  package mutating func locate(in market: Market) { path = market.path(.article(blog: blog, handle)) }

  private static func path(of handle: String, in blog: String) -> String {
    "/blogs/" + PercentEncoding.segment(blog) + "/" + PercentEncoding.segment(handle)
  }
}

/// What became of an address.
package enum Redirect: Hashable, Sendable {
  /// The canonical address, percent-encoded, of what used to be there.
  case moved(to: String)
  /// It was there and will not be again.
  case gone
}
