// Which products a question ranges over, in which order, and until when that stays true. All of them are looked at, not
// only those of the page asked for: a sale that begins on page 3 may move a product to page 1.

import CoreAPIClient
import FoundationEssentials

extension Shop {
  func list(_ query: ProductQuery, at now: Date) -> (page: Page<Product>, boundary: Date?) {
    let search = query.text.map(SearchIndex.Query.init)
    var found: [(item: Item, rank: Int)] = []
    var boundary: Date?
    for item in items {
      if let collection = query.collection, !item.handles.contains(collection) { continue }
      var rank = 0
      if let search, !search.words.isEmpty {
        guard let found = item.index.rank(search) else { continue }
        rank = found
      }
      boundary = item.sooner(boundary, after: now)
      if item.isShown(at: now) { found.append((item, rank)) }
    }
    // A query of signs alone ("!!!") was meant as a search and finds nothing; a blank one is no search.
    if let search, search.words.isEmpty, !search.folded.isEmpty { found = [] }

    var order = Array(found.indices)
    func sort(_ isBefore: (Int, Int) -> Bool?) {
      order.sort { isBefore($0, $1) ?? ($0 < $1) }
    }
    func prices() -> [Decimal] { found.map { $0.item.product.shown(at: now).price.amount } }
    switch query.sort {
    case .manual: if search != nil { sort { Self.descending(found[$0].rank, found[$1].rank) } }
    case .title:
      let titles = found.map { Folding.folded($0.item.product.title) }
      sort { titles[$0] == titles[$1] ? nil : titles[$0] < titles[$1] }
    case .priceAscending:
      let prices = prices()
      sort { Self.descending(prices[$1], prices[$0]) }
    case .priceDescending:
      let prices = prices()
      sort { Self.descending(prices[$0], prices[$1]) }
    case .newest:
      let dates = found.map { $0.item.product.publishedAt ?? $0.item.product.updatedAt }
      sort { Self.descending(dates[$0], dates[$1]) }
    case .bestSelling: sort { Self.descending(found[$0].item.product.sold ?? 0, found[$1].item.product.sold ?? 0) }
    }

    let (first, overflow) = (query.page - 1).multipliedReportingOverflow(by: query.size)
    let shown = overflow || first >= order.count ? [] : order[first...].prefix(query.size)
    let items = shown.map { found[$0].item.shown(at: now) }
    let page = Page(
      items: items, total: order.count, number: query.page, size: query.size,
      hasMore: !items.isEmpty && first + items.count < order.count)
    return (page, boundary)
  }

  /// nil when equal: the shop's order decides.
  private static func descending<Key: Comparable>(_ left: Key, _ right: Key) -> Bool? { left == right ? nil : left > right }
}
