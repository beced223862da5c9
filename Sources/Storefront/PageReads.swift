import ChangeLog
import CoreAPIClient
import EventLoop
import FoundationEssentials
import TemplateEngine
import Tenancy

/// How each name is read, and what each read rests on.
extension PageData {
  func fetchSubject() async throws -> (Subject?, Reading) {
    let moment = follower.moment
    switch route.kind {
    case .index, .notFound, .cart, .wishlist, .compare: return (Subject.none, Reading(value: .null, moment: moment))
    case .page:
      let answer = try await api.contentPage(route.handle, in: market)
      return (answer.value.map(Subject.page), reading(answer, at: moment, tags: [TagName.page(route.handle)]))
    case .blog:
      let blog = try await reads.blog(route.blog, in: market)
      guard let found = blog.answer.value else { return (nil, Reading(blog, of: tenant.id, tags: [TagName.blog(route.blog)])) }
      let articles = try await api.articles(of: route.blog, page: route.page, size: PageData.articlesOnPage, in: market)
      var own = reading(articles, at: moment, tags: [TagName.articles(of: route.blog)])
      own.rest(on: blog, of: tenant.id, tags: [TagName.blog(route.blog)])
      let isBeyond = route.page > 1 && articles.value.items.isEmpty
      return (isBeyond ? nil : .blog(found, articles.value), own)
    case .article:
      let answer = try await api.article(route.handle, of: route.blog, in: market)
      var own = reading(answer, at: moment, tags: [TagName.articles(of: route.blog)])
      guard let article = answer.value else { return (nil, own) }
      let blog = try await reads.blog(route.blog, in: market)
      own.rest(on: blog, of: tenant.id, tags: [TagName.blog(route.blog)])
      return (blog.answer.value.map { .article(article, $0) }, own)
    case .product:
      let answer = try await api.product(route.handle, in: market)
      checkVariant(of: answer.value)
      let reading = reading(answer, at: moment, tags: answer.value.map { [$0.tagName] } ?? [TagName.allProducts])
      return (answer.value.map(Subject.product), reading)
    case .collection:
      let collection: ShopReads.Read<Collection?>
      let listing: Answer<Page<Product>>
      if let kept = reads.keptCollection(route.handle, in: market) {
        collection = everything(kept, route.handle)
        // Nobody asks for the list of what is not there.
        guard collection.answer.value != nil else { return (nil, missing(collection)) }
        listing = try await self.listing()
      } else {
        // Side by side: the list is not asked for what the collection says.
        let list = Loop.task { try await self.listing() }
        collection = try await self.collection(route.handle)
        guard collection.answer.value != nil else { return (nil, missing(collection)) }
        listing = try await list.value
      }
      guard let found = collection.answer.value else { return (nil, missing(collection)) }
      // The collection's own first: parts that show nothing else of the subject begin alike.
      var own = reading(
        listing, at: moment, tags: [TagName.collection(route.handle), TagName.list(route.handle)], showing: listing.value.items)
      own.rest(on: collection, of: tenant.id, tags: [])
      meet(listing.value.items, own)
      let isBeyond = route.page > 1 && listing.value.items.isEmpty
      return (isBeyond ? nil : .collection(found, listing.value), own)
    case .search:
      guard !route.terms.isEmpty else {
        return (
          .search(Page(items: [], total: 0, number: 1, size: pageSize, hasMore: false)),
          Reading(value: .null, moment: moment)
        )
      }
      let sort = Router.sorts[route.sort] ?? .manual
      let answer = try await api.products(query(text: route.terms, sort: sort), in: market)
      let own = reading(answer, at: moment, tags: [TagName.search, TagName.allProducts], showing: answer.value.items)
      meet(answer.value.items, own)
      let isBeyond = route.page > 1 && answer.value.items.isEmpty
      return (isBeyond ? nil : .search(answer.value), own)
    }
  }

  func fetch(_ request: DataRequest) async throws -> Reading {
    let moment = follower.moment
    let key = request.arguments.first ?? ""
    switch request.kind {
    case "shop": return shop(try await reads.site(in: market))
    case "menu": return menu(key, try await reads.menu(key, in: market))
    case "collection-of":
      let collection = try await collection(key)
      guard let found = collection.answer.value else {
        return Reading(collection, of: tenant.id, tags: [TagName.collection(key)])
      }
      let read = try await reads.products(of: key == "all" ? nil : key, count: pageSize, in: market)
      let listing = read.answer
      var own = Reading(read, of: tenant.id, tags: [TagName.list(key)], showing: listing.value.items)
      own.rest(on: collection, of: tenant.id, tags: [TagName.collection(key)])
      own.value = .bound(
        CollectionDrop(collection: found, routes: market.routes, products: listing.value.items, total: listing.value.total))
      meet(listing.value.items, own)
      return own
    case "product-of":
      let answer = try await api.product(key, in: market)
      var own = reading(answer, at: moment, tags: answer.value.map { [$0.tagName] } ?? [TagName.allProducts])
      own.value = answer.value.map { .bound($0) } ?? .null
      return own
    case "all_collections":
      let read = try await reads.collections(in: market)
      let all = read.answer.value
      var own = Reading(read, of: tenant.id, tags: [TagName.collections] + all.map { TagName.collection($0.handle) })
      own.value = .models(all.map { CollectionDrop(collection: $0, routes: market.routes) })
      return own
    case "recommendations": return try await recommendations(moment)
    case "price_changes":
      let read = try await reads.products(of: nil, sort: .priceChanged, count: PageData.priceChanges, in: market)
      let changed = read.answer.value.items
      var own = Reading(read, of: tenant.id, tags: [TagName.allProducts], showing: changed)
      own.value = .object([("products", .models(changed))])
      meet(changed, own)
      return own
    case "cart", "wishlist", "compare": return try await owned(request, at: moment)
    case "blog-of":
      let blog = try await reads.blog(key, in: market)
      guard let found = blog.answer.value else { return Reading(blog, of: tenant.id, tags: [TagName.blog(key)]) }
      let read = try await reads.articles(of: key, count: PageData.articlesOnPage, in: market)
      var own = Reading(read, of: tenant.id, tags: [TagName.articles(of: key)])
      own.rest(on: blog, of: tenant.id, tags: [TagName.blog(key)])
      own.value = .bound(
        BlogDrop(blog: found, routes: market.routes, articles: read.answer.value.items, total: read.answer.value.total))
      return own
    default:
      let (subject, own) = try await mainSubject()
      var beside = Beside()
      switch request.kind {
      case "product": beside.collections = try await reads.collections(in: market)
      case "page_title", "page_description": beside.shop = try await reading(DataRequest(kind: "shop", arguments: []))
      default: break
      }
      return ofSubject(request.kind, subject, own, beside)
    }
  }

  func fetchedAtOnce(_ request: DataRequest) -> Reading? {
    switch request.kind {
    case "shop": return reads.keptSite(in: market).map(shop)
    case "menu":
      let key = request.arguments.first ?? ""
      return reads.keptMenu(key, in: market).map { menu(key, $0) }
    case "product", "collection", "search", "page", "blog", "article", "paginate", "page_title", "page_description":
      guard let (subject, own) = subjectAtOnce else { return nil }
      var beside = Beside()
      switch (request.kind, subject) {
      case ("product", .product):
        guard let collections = reads.keptCollections(in: market) else { return nil }
        beside.collections = collections
      case ("page_title", _), ("page_description", _):
        guard let shop = readingAtOnce(DataRequest(kind: "shop", arguments: [])) else { return nil }
        beside.shop = shop
      default: break
      }
      return ofSubject(request.kind, subject, own, beside)
    default: return nil
    }
  }

  private func missing(_ read: ShopReads.Read<Collection?>) -> Reading {
    Reading(read, of: tenant.id, tags: [TagName.collection(route.handle)])
  }

  private func shop(_ read: ShopReads.Read<Site>) -> Reading {
    var own = Reading(read, of: tenant.id, tags: [TagName.site])
    site = read.answer.value
    own.value = .bound(ShopDrop(shop: shop, site: read.answer.value))
    return own
  }

  private func menu(_ handle: String, _ read: ShopReads.Read<Menu?>) -> Reading {
    var own = Reading(read, of: tenant.id, tags: [TagName.menu(handle)])
    own.value = read.answer.value.map { .bound(MenuDrop(menu: $0, routes: market.routes)) } ?? .null
    return own
  }

  /// What a name needs beside the subject.
  private struct Beside {
    var shop: Reading?
    var collections: ShopReads.Read<[Collection]>?
  }

  /// Names that show the page's subject from one side.
  private func ofSubject(_ name: String, _ subject: Subject?, _ reading: Reading, _ beside: Beside) -> Reading {
    var own = reading
    switch (name, subject) {
    case ("product", .product(let product)):
      let all = beside.collections?.answer.value ?? []
      let collections = product.collections.compactMap { handle in all.first { $0.handle == handle } }
      own.value = .bound(
        ProductDrop(product: product, selectedVariant: route.variant, collections: collections, routes: market.routes))
      if let read = beside.collections {
        own.rest(on: read, of: tenant.id, tags: [TagName.collections] + collections.map { TagName.collection($0.handle) })
      }
    case ("collection", .collection(let collection, let page)):
      own.value = .bound(
        CollectionDrop(
          collection: collection, routes: market.routes, products: page.items, total: page.total, sort: route.sort,
          narrowed: NarrowedListing(route: route, market: market, facets: page.facets)))
    case ("search", .search(let page)):
      own.value = .bound(
        SearchDrop(terms: route.terms, page: page, narrowed: NarrowedListing(route: route, market: market, facets: page.facets)))
    case ("page", .page(let page)): own.value = .bound(ContentPageDrop(page: page, routes: market.routes))
    case ("blog", .blog(let blog, let articles)):
      own.value = .bound(BlogDrop(blog: blog, routes: market.routes, articles: articles.items, total: articles.total))
    case ("blog", .article(_, let blog)): own.value = .bound(BlogDrop(blog: blog, routes: market.routes))
    case ("article", .article(let article, _)): own.value = .bound(ArticleDrop(article: article, routes: market.routes))
    case ("paginate", .collection(_, let page)), ("paginate", .search(let page)):
      own.value = .bound(
        PaginateDrop(route: route, routes: market.routes, size: page.size, total: page.total ?? page.items.count))
    case ("paginate", .blog(_, let page)):
      own.value = .bound(
        PaginateDrop(route: route, routes: market.routes, size: page.size, total: page.total ?? page.items.count))
    case ("page_title", _), ("page_description", _):
      guard let site, let shop = beside.shop else { return own }
      // What a list is called does not depend on what it lists.
      if case .collection = subject { own.tags = [Tag(tenant.id, TagName.collection(route.handle))] }
      if case .search = subject { own.tags = [] }
      own.value = .string(
        name == "page_title"
          ? PageHeading.title(of: subject, searching: route.terms, in: site) : PageHeading.description(of: subject, in: site))
      own.tags += shop.tags
      own.rest(on: shop.moment, validFor: shop.validFor)
    default: own.value = .null
    }
    return own
  }

  private func recommendations(_ moment: Moment) async throws -> Reading {
    guard case (.product(let product)?, _) = try await mainSubject() else { return Reading(value: .null, moment: moment) }
    let collection = product.collections.first
    let read = try await reads.products(of: collection == "all" ? nil : collection, count: 9, in: market)
    let listing = read.answer
    var own = Reading(read, of: tenant.id, tags: [TagName.list(collection ?? "all")], showing: listing.value.items)
    let others = Array(listing.value.items.filter { $0.id != product.id }.prefix(4))
    own.value = .object([("products", .models(others)), ("performed", .bool(true))])
    meet(others, own)
    return own
  }

  private func collection(_ handle: String) async throws -> ShopReads.Read<Collection?> {
    everything(try await reads.collection(handle, in: market), handle)
  }

  /// `all` is every shop's collection of everything, whether or not the catalogue has one of that name.
  private func everything(_ read: ShopReads.Read<Collection?>, _ handle: String) -> ShopReads.Read<Collection?> {
    guard read.answer.value == nil, handle == "all" else { return read }
    var everything = read
    everything.answer.value = Collection(id: "all", handle: "all", title: "All products", updatedAt: .distantPast)
    return everything
  }

  /// The page's own list.
  private func listing() async throws -> Answer<Page<Product>> {
    try await api.products(
      query(collection: route.handle == "all" ? nil : route.handle, sort: Router.sorts[route.sort] ?? .manual), in: market)
  }

  /// Narrowed as the address says.
  private func query(collection: String? = nil, text: String? = nil, sort: ProductQuery.Sort) -> ProductQuery {
    ProductQuery(
      collection: collection, text: text, filters: route.filters.filters, priceFrom: route.filters.priceFrom,
      priceTo: route.filters.priceTo, sort: sort, page: route.page, size: pageSize, withFacets: true)
  }

  private func reading<T>(_ answer: Answer<T>, at moment: Moment, tags: [String], showing products: [Product] = []) -> Reading {
    Reading(
      value: .null, tags: PageData.Reading.tags(tags, showing: products, of: tenant.id), moment: moment, validFor: answer.validFor
    )
  }
}

extension PageData.Reading {
  init<T>(_ read: ShopReads.Read<T>, of tenant: TenantID, tags: [String], showing products: [Product] = []) {
    self.init(
      value: .null, tags: Self.tags(tags, showing: products, of: tenant), moment: read.moment, validFor: read.answer.validFor)
  }

  fileprivate static func tags(_ names: [String], showing products: [Product], of tenant: TenantID) -> [Tag] {
    var tags: [Tag] = []
    tags.reserveCapacity(names.count + products.count)
    for name in names { tags.append(Tag(tenant, name)) }
    // By place: as an element of a sequence each product would be copied.
    for index in products.indices { tags.append(Tag(tenant, products[index].tagName)) }
    return tags
  }

  /// It shows what another read said, too: it claims no more than either.
  mutating func rest<T>(on read: ShopReads.Read<T>, of tenant: TenantID, tags more: [String]) {
    tags += more.map { Tag(tenant, $0) }
    rest(on: read.moment, validFor: read.answer.validFor)
  }

  mutating func rest(on other: Moment, validFor otherLife: Duration?) {
    if let otherLife {
      let left = otherLife + other.time - moment.time
      validFor = validFor.map { min($0, left) } ?? left
    }
    // Of two lives of the log neither is older: the one that is over serves nobody.
    let isOlder = other.position.epoch != moment.position.epoch || other.position.number < moment.position.number
    if isOlder { moment = Moment(position: other.position, time: moment.time) }
  }
}
