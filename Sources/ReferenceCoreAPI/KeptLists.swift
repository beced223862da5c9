import CoreAPIClient
import Synchronization

/// The last lists that one state of a catalogue gave. A copy of a product counts two dozen references; a list that is asked for again
/// is one.
final class KeptLists: Sendable {
  private static let most = 16

  private let lists = Mutex<[ProductQuery: Page<Product>]>([:])

  subscript(query: ProductQuery) -> Page<Product>? {
    get { lists.withLock { $0[query] } }
    set {
      lists.withLock { lists in
        if lists.count >= Self.most { lists.removeAll(keepingCapacity: true) }
        lists[query] = newValue
      }
    }
  }
}
