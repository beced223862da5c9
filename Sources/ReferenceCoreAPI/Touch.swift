// What an edit touches: everything that shows the product as it was, and everything that will show it as it is.

import ChangeLog
import CoreAPIClient

struct Touch {
  var names: [String]
  let `class`: ChangeClass

  /// - Parameters: nil: the product did not exist, or does not any more.
  init(from before: Product?, to after: Product?) {
    var names: Set<String> = []
    let visible = [before, after].compactMap { $0 }.filter { $0.status == .active }
    for product in [before, after].compactMap({ $0 }) { names.insert(TagName.product(product.id)) }
    let wasIn = before.map { $0.status == .active ? Set($0.collections) : [] } ?? []
    let isIn = after.map { $0.status == .active ? Set($0.collections) : [] } ?? []
    for handle in wasIn.union(isIn) { names.insert(TagName.list(handle)) }
    for handle in wasIn.symmetricDifference(isIn) { names.insert(TagName.collection(handle)) }
    if wasIn != isIn { names.insert(TagName.collections) }
    if !visible.isEmpty { names.formUnion([TagName.allProducts, TagName.search]) }
    self.names = names.sorted()
    self.class = Self.isHard(from: before, to: after) ? .hard : .soft
  }

  /// Stock and unpublishing: nobody may be shown what cannot be bought, not even for a moment.
  private static func isHard(from before: Product?, to after: Product?) -> Bool {
    guard let before, before.status == .active else { return false }
    guard let after, after.status == .active else { return true }
    func stock(_ product: Product) -> [String] {
      product.variants.map { "\($0.id) \($0.available) \($0.inventory.map(String.init) ?? "")" } + ["\(product.available)"]
    }
    return stock(before) != stock(after)
  }
}
