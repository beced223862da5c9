import Delivery
import FragmentCache

extension CacheStatus {
  /// What `Cache-Status` says of something a store served.
  /// - Parameter now: on the follower's clock.
  init<Content>(_ served: Served<Content>, at now: Duration) {
    let left = Int((served.fragment.basis.freshUntil - now).components.seconds)
    switch served.provenance {
    case .hit(let ttl): self.init(.hit(ttl: Int(ttl.components.seconds)))
    case .stale(let ttl): self.init(.staleHit(ttl: Int(ttl.components.seconds)))
    case .lastKnownGood(let ttl): self.init(.lastKnownGood(ttl: Int(ttl.components.seconds)))
    case .made(let miss, let stored):
      self.init(.miss(ttl: stored ? left : 0, stored: stored, collapsed: false, wasStale: miss == .stale))
    case .collapsed(let miss): self.init(.miss(ttl: left, stored: false, collapsed: true, wasStale: miss == .stale))
    }
  }
}
