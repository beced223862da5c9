import ChangeLog

/// A piece of content and what it rests on.
package struct Fragment<Content> {
  package let content: Content
  package let basis: Basis
  /// Bytes that keeping it costs.
  package let cost: Int
  /// It shows every change up to here. Raised when it is checked at a later position; its life is not renewed by that.
  package internal(set) var asOf: Position
  /// It came from the shared cache: another process made it.
  package let isLoaded: Bool

  package init(_ content: Content, basis: Basis, cost: Int) {
    var basis = basis
    if basis.isShareable { basis.settle() }
    self.content = content
    self.basis = basis
    self.cost = cost
    asOf = basis.asOf
    isLoaded = false
  }

  /// - Parameter basis: of the entry that it was loaded as.
  package init(loaded content: Content, basis: Basis, cost: Int) {
    self.content = content
    self.basis = basis
    self.cost = cost
    asOf = basis.asOf
    isLoaded = true
  }

  package var tags: [Tag] { basis.tags }

  /// The same in another form.
  package func map<Other>(cost: Int? = nil, _ transform: (Content) throws -> Other) rethrows -> Fragment<Other> {
    let content = try transform(content)
    var other =
      isLoaded
      ? Fragment<Other>(loaded: content, basis: basis, cost: cost ?? self.cost)
      : Fragment<Other>(content, basis: basis, cost: cost ?? self.cost)
    other.asOf = asOf
    return other
  }
}

extension Fragment: Sendable where Content: Sendable {}

/// What a look-up found.
package enum Lookup<Content> {
  /// `ttl`: life left.
  case fresh(Fragment<Content>, ttl: Duration)
  /// Touched by soft changes only, all within its stale time: may be served, as stale. `refresh`: the caller is the one who is to
  /// start `refresh`, in a task of its own. `ttl` is negative: how long it has been stale.
  case stale(Fragment<Content>, ttl: Duration, refresh: Bool)
  case miss(Miss)
}

package enum Miss: Sendable {
  /// Nothing is kept under the key: `fwd=uri-miss`.
  case absent
  /// What is kept may not be served: `fwd=stale`.
  case stale
}

/// A fragment, and how it came to be, for `Cache-Status`.
package struct Served<Content> {
  package let fragment: Fragment<Content>
  package let provenance: Provenance
  /// This caller is the one who is to start `refresh`, in a task of its own.
  package let wantsRefresh: Bool
  /// Why it could not be made, to be logged and counted as a failed making is: not nil exactly for `.lastKnownGood`. All who
  /// waited for the making that failed get the same one.
  package let failure: (any Error)?

  init(_ fragment: Fragment<Content>, _ provenance: Provenance, wantsRefresh: Bool = false) {
    self.fragment = fragment
    self.provenance = provenance
    self.wantsRefresh = wantsRefresh
    failure = nil
  }

  init(_ fragment: Fragment<Content>, lastKnownGood ttl: Duration, after failure: any Error) {
    self.fragment = fragment
    provenance = .lastKnownGood(ttl: ttl)
    wantsRefresh = false
    self.failure = failure
  }

  package var content: Content { fragment.content }

  /// What the answer must say of itself: neither what is stale nor what has a stale part is stored downstream.
  package var freshness: Freshness { max(provenance.freshness, fragment.basis.freshness) }
}

extension Served: Sendable where Content: Sendable {}

package enum Provenance: Hashable, Sendable {
  /// `hit; ttl=376`
  case hit(ttl: Duration)
  /// Soft-touched, within its stale time. `hit; ttl=-12`
  case stale(ttl: Duration)
  /// Making it failed, and this is the last that was made: `hit; ttl=-12; detail=last-known-good`.
  case lastKnownGood(ttl: Duration)
  /// `fwd=uri-miss; stored`, `fwd=stale`
  case made(Miss, stored: Bool)
  /// Another process had made it: `hit; ttl=376; detail=shared`
  case loaded(ttl: Duration)
  /// Made by a flight that another request had started: `fwd=uri-miss; collapsed`
  case collapsed(Miss)

  var freshness: Freshness {
    switch self {
    case .hit, .loaded, .made, .collapsed: .fresh
    case .stale: .stale
    case .lastKnownGood: .lastKnownGood
    }
  }
}

package enum Freshness: Int, Comparable, Sendable {
  /// Shows every change up to the position at which it was asked for.
  case fresh
  /// May miss soft changes that are not older than the stale time.
  case stale
  /// May miss soft changes, because making it anew failed.
  case lastKnownGood

  package static func < (a: Freshness, b: Freshness) -> Bool { a.rawValue < b.rawValue }
}
