/// One page of a list. A page beyond the end has no items and the true total.
package struct Page<Item: Sendable>: Sendable {
  package var items: [Item]
  /// Of the whole list, filtered; nil when the platform does not count.
  package var total: Int?
  /// From 1.
  package var number: Int
  package var size: Int
  package var hasMore: Bool
  /// In the shop's order; empty where the question did not ask for them.
  package var facets: [Facet]

  package init(items: [Item], total: Int?, number: Int, size: Int, hasMore: Bool, facets: [Facet] = []) {
    self.items = items
    self.total = total
    self.number = number
    self.size = size
    self.hasMore = hasMore
    self.facets = facets
  }
}

extension Page: Equatable where Item: Equatable {}
