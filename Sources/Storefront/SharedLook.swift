import EventLoop
import FragmentCache
import Tenancy

/// What the shared cache said of one page's fragments: they were looked for together, in one round trip, before the page was made.
@LoopActor final class SharedLook {
  /// How long one page waits in all for what other processes are making.
  private var patience = Duration.milliseconds(250)
  private let shared: SharedFragments
  private var found: [FragmentKey: SharedFragments.Found] = [:]

  /// - Parameter keys: the page's first, then those of its parts.
  init(for keys: [FragmentKey], in shared: SharedFragments) async {
    self.shared = shared
    for (key, state) in zip(keys, await shared.find(keys)) { found[key] = state }
  }

  /// What is there under the key; what another process is making is waited for, shortly.
  func fragment(_ key: FragmentKey) async -> Fragment<[UInt8]>? {
    switch found[key] {
    case .fragment(let fragment): return fragment
    case .busy where patience > .zero:
      let start = Loop.now()
      let fragment = await shared.awaited(key, atMost: patience)
      patience -= start.duration(to: Loop.now())
      return fragment
    default: return nil
    }
  }

  /// Shares what was made under a key that was looked for.
  func made(_ fragment: Fragment<[UInt8]>, _ key: FragmentKey) {
    guard found[key] != nil else { return }
    found[key] = nil
    shared.store(fragment, under: key)
  }

  /// The page is made, or failed: what was not made for it may be made by others.
  func end() {
    shared.release(found.compactMap { key, state in if case .lead = state { key } else { nil } })
    found = [:]
  }
}
