import CoreAPIClient
import Synchronization
import Tenancy

/// The lists that one state of a catalogue gave. A copy of a product counts two dozen references; a list that is asked for again is one.
/// All catalogues of a process share the room: a few megabytes, whoever asks for what.
struct KeptLists: Sendable {
  private struct Key: Hashable {
    let market: Market
    let state: UInt64
    let query: ProductQuery
  }

  private struct Kept {
    var pages: [Key: Page<Product>] = [:]
    var products = 0
    var states: UInt64 = 0
  }

  /// Products in all lists together.
  private static let most = 8192
  private static let kept = Mutex(Kept())

  /// Which state of which catalogue: an edit makes another.
  private let state = kept.withLock { kept in
    kept.states += 1
    return kept.states
  }

  func page(_ query: ProductQuery, in market: Market) -> Page<Product>? {
    Self.kept.withLock { $0.pages[Key(market: market, state: state, query: query)] }
  }

  /// An empty list is made as soon as it is found, and there is no end of questions that have one.
  func keep(_ page: Page<Product>, for query: ProductQuery, in market: Market) {
    guard !page.items.isEmpty else { return }
    Self.kept.withLock { kept in
      if kept.products + page.items.count > Self.most {
        kept.pages.removeAll(keepingCapacity: true)
        kept.products = 0
      }
      if kept.pages.updateValue(page, forKey: Key(market: market, state: state, query: query)) == nil {
        kept.products += page.items.count
      }
    }
  }
}
