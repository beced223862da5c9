import CoreAPIClient
import TemplateEngine

/// A collection with one page of its products.
struct CollectionDrop: Bindable {
  let collection: Collection
  private let products: [Product]
  private let total: Int?
  private let sort: String

  init(collection: Collection, products: [Product] = [], total: Int? = nil, sort: String = "") {
    self.collection = collection
    self.products = products
    self.total = total
    self.sort = sort
  }

  static let shape = Shape<CollectionDrop>(
    .field("id", \.collection.id),
    .field("handle", \.collection.handle),
    .field("title", \.collection.title),
    .html("description", \.collection.description.html),
    .computed("url") { .string(PageRoute(.collection, handle: $0.collection.handle).path) },
    .computed("image") { $0.collection.image.map { .bound($0) } ?? .null },
    .field("products", \.products),
    .computed("products_count") { .int($0.total ?? $0.collection.productCount) },
    .field("all_products_count", \.collection.productCount),
    .field("sort_by", \.sort),
    .computed("default_sort_by") { _ in .string("manual") },
    .computed("sort_options") { _ in .models(SortDrop.all) }
  )
}

/// An order a listing can be asked for. The name is the key of a translation: a theme says how it is called.
struct SortDrop: Bindable {
  let value: String

  static let shape = Shape<SortDrop>(
    .field("value", \.value),
    .computed("name") { .string(SortDrop.names[$0.value] ?? $0.value) }
  )

  static let all = ["manual", "best-selling", "title-ascending", "price-ascending", "price-descending", "created-descending"]
    .map(SortDrop.init)

  private static let names = [
    "manual": "Featured", "best-selling": "Best selling", "title-ascending": "Alphabetically, A–Z",
    "price-ascending": "Price, low to high", "price-descending": "Price, high to low", "created-descending": "Newest",
  ]
}

/// The result of a search.
struct SearchDrop: Bindable {
  let terms: String
  private let results: [Product]
  private let total: Int?

  init(terms: String, page: Page<Product>) {
    self.terms = terms
    results = page.items
    total = page.total
  }

  static let shape = Shape<SearchDrop>(
    .field("terms", \.terms),
    .computed("performed") { .bool(!$0.terms.isEmpty) },
    .field("results", \.results),
    .computed("results_count") { .int($0.total ?? $0.results.count) },
    .computed("types") { _ in .array([.string("product")]) }
  )
}

/// Where a listing's page stands among its pages.
struct PaginateDrop: Bindable {
  let route: PageRoute
  let size: Int
  let total: Int

  static let shape = Shape<PaginateDrop>(
    .field("current_page", \.route.page),
    .field("page_size", \.size),
    .field("items", \.total),
    .computed("pages") { .int($0.pages) },
    .computed("previous") {
      $0.route.page > 1 ? .bound(PartDrop(title: "←", url: $0.route.target(page: $0.route.page - 1))) : .null
    },
    .computed("next") {
      $0.route.page < $0.pages ? .bound(PartDrop(title: "→", url: $0.route.target(page: $0.route.page + 1))) : .null
    },
    .computed("parts") { .models($0.parts) }
  )

  var pages: Int { max(1, (total + size - 1) / size) }

  /// First, last and two on either side of the current page, with gaps between.
  private var parts: [PartDrop] {
    var parts: [PartDrop] = []
    var previous = 0
    for page in 1...pages where page == 1 || page == pages || abs(page - route.page) <= 2 {
      if page > previous + 1 { parts.append(PartDrop(title: "…", url: nil)) }
      parts.append(PartDrop(title: "\(page)", url: page == route.page ? nil : route.target(page: page)))
      previous = page
    }
    return parts
  }
}

struct PartDrop: Bindable {
  let title: String
  let url: String?

  static let shape = Shape<PartDrop>(
    .field("title", \.title),
    .field("url", \.url),
    .computed("is_link") { .bool($0.url != nil) }
  )
}
