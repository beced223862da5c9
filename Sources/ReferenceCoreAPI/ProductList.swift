// Which products a question ranges over, in which order, and until when that stays true. All of them are looked at, not
// only those of the page asked for: a sale that begins on page 3 may move a product to page 1.

import CoreAPIClient
import FoundationEssentials

extension Shop {
  func list(_ query: ProductQuery, at now: Date) -> (page: Page<Product>, boundary: Date?) {
    let market = localization.market
    if let kept = lists.page(query, in: market) { return (kept, nil) }
    let (page, boundary) = made(query, at: now)
    // What no moment changes is the same until an edit. Nobody knows how many searches and choices of filters there will be, and
    // each is asked once.
    let isCommon = query.text == nil && query.filters.isEmpty && query.priceFrom == nil && query.priceTo == nil
    if boundary == nil, isCommon { lists.keep(page, for: query, in: market) }
    return (page, boundary)
  }

  private func made(_ query: ProductQuery, at now: Date) -> (page: Page<Product>, boundary: Date?) {
    let search = query.text.map(SearchIndex.Query.init)
    let positions = positions(in: query.collection)
    var found: [(at: Int, rank: Int)] = []
    found.reserveCapacity(positions.count)
    var boundary: Date?
    var count = FacetCount(query, facets)
    // A query of signs alone ("!!!") was meant as a search and finds nothing; a blank one is no search.
    let isNonsense = search.map { $0.words.isEmpty && !$0.folded.isEmpty } ?? false
    for at in positions where !isNonsense {
      var rank = 0
      if let search, !search.words.isEmpty {
        guard let found = items[at].index.rank(search) else { continue }
        rank = found
      }
      if query.sort == .priceChanged, items[at].product.priceChange == nil { continue }
      if !plain[at] {
        let item = items[at]
        boundary = item.sooner(boundary, after: now)
        guard item.isShown(at: now) else { continue }
      }
      if count.isIdle || count.matches(items[at], at: at, in: facets, now: now) { found.append((at, rank)) }
    }

    var order = Array(found.indices)
    func sort(_ isBefore: (Int, Int) -> Bool?) { order.sort { isBefore($0, $1) ?? ($0 < $1) } }
    func prices() -> [Decimal] { found.map { items[$0.at].price(at: now).amount } }
    switch query.sort {
    case .manual: if search != nil { sort { Self.descending(found[$0].rank, found[$1].rank) } }
    case .title:
      let titles = found.map { Folding.folded(items[$0.at].product.title) }
      sort { titles[$0] == titles[$1] ? nil : titles[$0] < titles[$1] }
    case .priceAscending:
      let prices = prices()
      sort { Self.descending(prices[$1], prices[$0]) }
    case .priceDescending:
      let prices = prices()
      sort { Self.descending(prices[$0], prices[$1]) }
    case .newest:
      let dates = found.map { items[$0.at].product.publishedAt ?? items[$0.at].product.updatedAt }
      sort { Self.descending(dates[$0], dates[$1]) }
    case .priceChanged:
      let dates = found.map { items[$0.at].product.priceChange?.at ?? .distantPast }
      sort { Self.descending(dates[$0], dates[$1]) }
    case .bestSelling: sort { Self.descending(items[found[$0].at].product.sold ?? 0, items[found[$1].at].product.sold ?? 0) }
    }

    let (first, overflow) = (query.page - 1).multipliedReportingOverflow(by: query.size)
    let shown = overflow || first >= order.count ? [] : order[first...].prefix(query.size)
    let onPage = shown.map { items[found[$0].at].shown(at: now) }
    let page = Page(
      items: onPage, total: order.count, number: query.page, size: query.size,
      hasMore: !onPage.isEmpty && first + onPage.count < order.count, facets: query.withFacets ? count.facets(of: self) : [])
    return (page, boundary)
  }

  /// nil when equal: the shop's order decides.
  private static func descending<Key: Comparable>(_ left: Key, _ right: Key) -> Bool? { left == right ? nil : left > right }
}
