import Delivery
import FragmentCache

extension CacheStatus {
  /// What `Cache-Status` says of something a store served.
  /// - Parameter now: on the follower's clock.
  init<Content>(_ served: Served<Content>, at now: Duration, isLogLost: Bool) {
    let left = Int((served.fragment.basis.freshUntil - now).components.seconds)
    switch served.provenance {
    case .hit(let ttl): self.init(.hit(ttl: Int(ttl.components.seconds)), isLogLost: isLogLost)
    case .loaded(let ttl): self.init(.sharedHit(ttl: Int(ttl.components.seconds)), isLogLost: isLogLost)
    case .stale(let ttl): self.init(.staleHit(ttl: Int(ttl.components.seconds)), isLogLost: isLogLost)
    case .lastKnownGood(let ttl): self.init(.lastKnownGood(ttl: Int(ttl.components.seconds)), isLogLost: isLogLost)
    case .made(let miss, let stored):
      self.init(.miss(ttl: stored ? left : 0, stored: stored, collapsed: false, wasStale: miss == .stale), isLogLost: isLogLost)
    case .collapsed(let miss):
      self.init(.miss(ttl: left, stored: false, collapsed: true, wasStale: miss == .stale), isLogLost: isLogLost)
    }
  }
}
