/// The names of what a shop's fragments depend on and its changes touch. Whoever tags and whoever touches must write them
/// alike, so both ask here. Each is used with a tenant.
package enum TagName {
  /// One product, by id: its handle may change.
  package static func product(_ id: String) -> String { "product:" + id }
  /// A collection's own title, text, picture and count.
  package static func collection(_ handle: String) -> String { "collection:" + handle }
  /// What a list of the collection's products shows: which they are, their order, titles, prices, pictures.
  package static func list(_ collection: String) -> String { "list:" + collection }
  /// The list of all products. An answer "there is no such product" depends on this too: the product may be made.
  package static let allProducts = "list:all"
  /// Results of a text search.
  package static let search = "search"
  package static func menu(_ handle: String) -> String { "menu:" + handle }
  package static let site = "site"
  /// The list of collections.
  package static let collections = "collections"
  package static func page(_ handle: String) -> String { "page:" + handle }
  package static func blog(_ handle: String) -> String { "blog:" + handle }
  /// A blog's articles: which they are, and each of them.
  package static func articles(of blog: String) -> String { "articles:" + blog }
  /// What became of addresses. An answer that nothing did depends on it too.
  package static let redirects = "redirects"
}
