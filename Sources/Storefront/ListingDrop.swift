import CoreAPIClient
import TemplateEngine

/// A collection with one page of its products.
struct CollectionDrop: Bindable {
  let collection: Collection
  var products: [Product] = []
  var total: Int?
  var sort = ""

  static let shape = Shape<CollectionDrop>(
    ("id", { .string($0.collection.id) }),
    ("handle", { .string($0.collection.handle) }),
    ("title", { .string($0.collection.title) }),
    ("description", { .safeHTML($0.collection.description.html) }),
    ("url", { .string(PageRoute(.collection, handle: $0.collection.handle).path) }),
    ("image", { $0.collection.image.map { .bound(ImageDrop(image: $0)) } ?? .null }),
    ("products", { .models($0.products.map { ProductDrop(product: $0) }) }),
    ("products_count", { .int($0.total ?? $0.collection.productCount) }),
    ("all_products_count", { .int($0.collection.productCount) }),
    ("sort_by", { .string($0.sort) }),
    ("default_sort_by", { _ in .string("manual") }),
    ("sort_options", { _ in .models(SortDrop.all) })
  )
}

/// An order a listing can be asked for. The name is the key of a translation: a theme says how it is called.
struct SortDrop: Bindable {
  let value: String

  static let shape = Shape<SortDrop>(
    ("value", { .string($0.value) }),
    ("name", { .string(SortDrop.names[$0.value] ?? $0.value) })
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
  let page: Page<Product>

  static let shape = Shape<SearchDrop>(
    ("terms", { .string($0.terms) }),
    ("performed", { .bool(!$0.terms.isEmpty) }),
    ("results", { .models($0.page.items.map { ProductDrop(product: $0) }) }),
    ("results_count", { .int($0.page.total ?? $0.page.items.count) }),
    ("types", { _ in .array([.string("product")]) })
  )
}

/// Where a listing's page stands among its pages.
struct PaginateDrop: Bindable {
  let route: PageRoute
  let size: Int
  let total: Int

  static let shape = Shape<PaginateDrop>(
    ("current_page", { .int($0.route.page) }),
    ("page_size", { .int($0.size) }),
    ("items", { .int($0.total) }),
    ("pages", { .int($0.pages) }),
    ("previous", { $0.route.page > 1 ? .bound(PartDrop(title: "←", url: $0.route.target(page: $0.route.page - 1))) : .null }),
    ("next", { $0.route.page < $0.pages ? .bound(PartDrop(title: "→", url: $0.route.target(page: $0.route.page + 1))) : .null }),
    ("parts", { .models($0.parts) })
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
    ("title", { .string($0.title) }),
    ("url", { $0.url.map { .string($0) } ?? .null }),
    ("is_link", { .bool($0.url != nil) })
  )
}
