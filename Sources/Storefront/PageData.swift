import ChangeLog
import CoreAPIClient
import EventLoop
import FragmentCache
import Session
import TemplateEngine
import Tenancy

/// What one page shows, as a promise: nothing is fetched before something looks at it, and nothing twice.
///
/// A template stops at the first look at `product`, `menus['main']` and the like with a `DataRequest`; this is where such a request
/// is turned into a read of the core API and a value. Each fragment takes the tags, the position and the life of exactly the reads
/// it looked at into its own basis.
@LoopActor final class PageData {
  /// A value and what it rests on.
  struct Reading: Sendable {
    var value: Value
    var tags: [Tag] = []
    /// Before the read was issued.
    var moment: Moment
    var validFor: Duration?
  }

  /// What the page is about.
  enum Subject: Sendable {
    case none
    case product(Product)
    case collection(Collection, Page<Product>)
    case search(Page<Product>)
    case page(ContentPage)
    case blog(Blog, Page<Article>)
    case article(Article, Blog)
  }

  static let articlesOnPage = 12
  /// Of the products whose price changed last.
  static let priceChanges = 8
  /// Different things one page may ask the core API for.
  static let mostReads = 200

  /// A template asks for more than a page may.
  struct TooManyReads: Error {}

  let shop: Shop
  /// Without the variant once the product turns out not to have it.
  private(set) var route: PageRoute
  /// The address named a choice that the product does not have. Any number of such addresses can be written.
  private(set) var ignoresVariant = false
  /// Products on one page of a listing.
  let pageSize: Int
  /// Of the shopper, where the page is one shopper's own.
  let session: ShopperSession?
  let api: any CoreAPI
  let reads: ShopReads
  let follower: Follower
  var tenant: Tenant { shop.tenant }
  var market: Market { shop.market }
  private var readings: [DataRequest: Promise<Reading>] = [:]
  private var subject: Promise<(Subject?, Reading)>?
  /// What the shopper's lists name, by handle.
  var ownProducts: [String: Promise<Product?>] = [:]
  /// Lists of products that were read, for fillers that are placed on a card.
  private var met: [(products: [Product], reading: Reading)] = []
  var site: Site?

  init(
    of shop: Shop, route: PageRoute, pageSize: Int, for session: ShopperSession? = nil, from api: any CoreAPI, _ reads: ShopReads,
    following follower: Follower
  ) {
    self.shop = shop
    self.route = route
    self.pageSize = pageSize
    self.session = session
    self.api = api
    self.reads = reads
    self.follower = follower
  }

  /// The names templates may look at, none of them fetched yet.
  static let names = [
    "shop", "product", "collection", "search", "page", "blog", "article", "paginate", "recommendations", "price_changes",
    "all_collections", "page_title", "page_description",
  ]
  static let lookups = [
    "menus": "menu", "linklists": "menu", "collections": "collection-of", "all_products": "product-of", "blogs": "blog-of",
  ]

  /// What the page is about; nil where there is no such thing, or no such page of it.
  func mainSubject() async throws -> (Subject?, Reading) {
    if let subject { return try await subject.value() }
    let promise = Promise<(Subject?, Reading)>()
    subject = promise
    return try await promise.keep { try await fetchSubject() }
  }

  var subjectAtOnce: (Subject?, Reading)? { subject?.made }

  /// What can be said without waiting, from what the page or its shop has read before: most of what a page asks for. A call that may
  /// wait costs more than this answer.
  func readingAtOnce(_ request: DataRequest) -> Reading? {
    if let promise = readings[request] { return promise.made }
    guard readings.count < PageData.mostReads, let reading = fetchedAtOnce(request) else { return nil }
    readings[request] = Promise(reading)
    return reading
  }

  func reading(_ request: DataRequest) async throws -> Reading {
    if let promise = readings[request] { return try await promise.value() }
    guard readings.count < PageData.mostReads else { throw TooManyReads() }
    let promise = Promise<Reading>()
    readings[request] = promise
    return try await promise.keep { try await fetch(request) }
  }

  /// A product by handle, for a filler placed beside it.
  func product(_ handle: String) async throws -> Reading {
    for (products, reading) in met {
      guard let product = products.first(where: { $0.handle == handle }) else { continue }
      var own = reading
      own.value = .bound(product)
      own.tags = [Tag(tenant.id, product.tagName)]
      return own
    }
    return try await reading(DataRequest(kind: "product-of", arguments: [handle]))
  }

  /// A choice that the product does not have is no choice: what is made is made as without it.
  func checkVariant(of product: Product?) {
    guard !route.variant.isEmpty, let product, !product.variants.contains(where: { $0.id == route.variant }) else { return }
    route.variant = ""
    ignoresVariant = true
  }

  func meet(_ products: [Product], _ reading: Reading) { met.append((products, reading)) }
}
