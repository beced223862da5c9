// Which products a question ranges over, in which order, and until when that stays true. All of them are looked at, not
// only those of the page asked for: a sale that begins on page 3 may move a product to page 1.

import CoreAPIClient
import FoundationEssentials

extension Shop {
  func list(_ query: ProductQuery, at now: Date) -> (page: Page<Product>, boundary: Date?) {
    let search = query.text.map(SearchIndex.Query.init)
    var found: [(product: Product, rank: Int)] = []
    var boundary: Date?
    for item in items {
      if let collection = query.collection, !item.product.collections.contains(collection) { continue }
      var rank = 0
      if let search, !search.words.isEmpty {
        guard let found = item.index.rank(search) else { continue }
        rank = found
      }
      if let next = item.product.boundary(after: now) { boundary = boundary.map { min($0, next) } ?? next }
      if item.product.isShown(at: now) { found.append((item.product.shown(at: now), rank)) }
    }
    // A query of signs alone ("!!!") was meant as a search and finds nothing; a blank one is no search.
    if let search, search.words.isEmpty, !search.folded.isEmpty { found = [] }

    var order = Array(found.indices)
    func sort(_ isBefore: (Int, Int) -> Bool?) {
      order.sort { isBefore($0, $1) ?? ($0 < $1) }
    }
    switch query.sort {
    case .manual: sort { Self.descending(found[$0].rank, found[$1].rank) }
    case .title:
      let titles = found.map { Folding.folded($0.product.title) }
      sort { titles[$0] == titles[$1] ? nil : titles[$0] < titles[$1] }
    case .priceAscending: sort { Self.descending(found[$1].product.price.amount, found[$0].product.price.amount) }
    case .priceDescending: sort { Self.descending(found[$0].product.price.amount, found[$1].product.price.amount) }
    case .newest:
      let dates = found.map { $0.product.publishedAt ?? $0.product.updatedAt }
      sort { Self.descending(dates[$0], dates[$1]) }
    case .bestSelling: sort { Self.descending(found[$0].product.sold ?? 0, found[$1].product.sold ?? 0) }
    }

    let (first, overflow) = (query.page - 1).multipliedReportingOverflow(by: query.size)
    let items = overflow || first >= order.count ? [] : order[first...].prefix(query.size).map { found[$0].product }
    let page = Page(
      items: items, total: order.count, number: query.page, size: query.size,
      hasMore: !items.isEmpty && first + items.count < order.count)
    return (page, boundary)
  }

  /// nil when equal: the shop's order decides.
  private static func descending<Key: Comparable>(_ left: Key, _ right: Key) -> Bool? { left == right ? nil : left > right }
}
