import CoreAPIClient
import TemplateEngine
import Tenancy

/// A collection with one page of its products.
struct CollectionDrop: Bindable {
  let collection: Collection
  private let routes: Routes
  private let products: [Product]
  private let total: Int?
  private let sort: String
  private let narrowed: NarrowedListing?

  init(
    collection: Collection, routes: Routes, products: [Product] = [], total: Int? = nil, sort: String = "",
    narrowed: NarrowedListing? = nil
  ) {
    self.collection = collection
    self.routes = routes
    self.products = products
    self.total = total
    self.sort = sort
    self.narrowed = narrowed
  }

  static let shape = Shape<CollectionDrop>(
    .field("id", \.collection.id),
    .field("handle", \.collection.handle),
    .field("title", \.collection.title),
    .computed("description") { .safeHTML($0.collection.description.html(in: $0.routes)) },
    .computed("url") { .string($0.routes.path(.collection($0.collection.handle))) },
    .computed("image") { $0.collection.image.map { .bound($0) } ?? .null },
    .field("products", \.products),
    .computed("products_count") { .int($0.total ?? $0.collection.productCount) },
    .field("all_products_count", \.collection.productCount),
    .field("sort_by", \.sort),
    .computed("default_sort_by") { _ in .string("manual") },
    .computed("sort_options") { _ in .models(SortDrop.all) },
    .computed("filters") { .models($0.narrowed?.filters ?? []) },
    .computed("filtered") { .bool($0.narrowed?.isNarrowed ?? false) },
    .computed("unfiltered_url") { .string($0.narrowed?.wholeAddress ?? "") }
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
  private let narrowed: NarrowedListing

  init(terms: String, page: Page<Product>, narrowed: NarrowedListing) {
    self.terms = terms
    self.narrowed = narrowed
    results = page.items
    total = page.total
  }

  static let shape = Shape<SearchDrop>(
    .field("terms", \.terms),
    .computed("performed") { .bool(!$0.terms.isEmpty) },
    .field("results", \.results),
    .computed("results_count") { .int($0.total ?? $0.results.count) },
    .computed("types") { _ in .array([.string("product")]) },
    .field("sort_by", \.narrowed.route.sort),
    .computed("sort_options") { _ in .models(SortDrop.all) },
    .computed("filters") { .models($0.narrowed.filters) },
    .computed("filtered") { .bool($0.narrowed.isNarrowed) },
    .computed("unfiltered_url") { .string($0.narrowed.wholeAddress) }
  )
}

/// Where a listing's page stands among its pages.
struct PaginateDrop: Bindable {
  let route: PageRoute
  let routes: Routes
  let size: Int
  let total: Int

  static let shape = Shape<PaginateDrop>(
    .field("current_page", \.route.page),
    .field("page_size", \.size),
    .field("items", \.total),
    .computed("pages") { .int($0.pages) },
    .computed("previous") {
      $0.route.page > 1 ? .bound(PartDrop(title: "←", url: $0.target($0.route.page - 1))) : .null
    },
    .computed("next") {
      $0.route.page < $0.pages ? .bound(PartDrop(title: "→", url: $0.target($0.route.page + 1))) : .null
    },
    .computed("parts") { .models($0.parts) }
  )

  private func target(_ page: Int) -> String { route.target(in: routes, page: page) }

  var pages: Int { max(1, (total + size - 1) / size) }

  /// First, last and two on either side of the current page, with gaps between.
  private var parts: [PartDrop] {
    var parts: [PartDrop] = []
    var previous = 0
    for page in 1...pages where page == 1 || page == pages || abs(page - route.page) <= 2 {
      if page > previous + 1 { parts.append(PartDrop(title: "…", url: nil)) }
      parts.append(PartDrop(title: "\(page)", url: page == route.page ? nil : target(page)))
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
