// Fragments by key, each with the position up to which it shows every change (its asOf).
//
// A look-up checks an entry once for each turn of the follower: no tag of it touched after its asOf, in the same epoch, above the
// floor. If so its asOf is raised to the position it was checked at (its life is not renewed); the next look-up in the same turn
// compares two numbers. An entry that failed the check stays, for two uses: within its stale time after a soft change it is served
// as stale while one caller refreshes it; and when making it anew fails, it is the last known good unless a hard change
// touched it. What came from an older read never replaces what came from a newer one.
//
// One flight per key. A request that finds a flight takes its result only if that serves the request's own arrival position: the
// flight may have read before a change that the request must show. Otherwise it starts a flight of its own, whose reads
// are later than all who wait then, so that at most one more turn serves them all. A failure has no asOf, and may say what was
// true when the flight began ("there is no such product"): it is given to those who had come by then or to whom nothing was known
// since; of the others one tries again, so that a failing source sees one call per key at a time. A cancelled leader fails nobody
// else. A result that may not be shared is made by each for itself, side by side.
//
// The same class coalesces and keeps reads of the core API, when its content is an answer.

import ChangeLog

/// Lives on its owner's actor, as its follower does. Look-ups are compiled for the contents there are: a page makes several, and what
/// is generic has to find its types each time.
package final class FragmentStore<Content> {
  private let follower: Follower
  private var shelf: Shelf<Entry>
  private var flights: [FragmentKey: Flight<Content>] = [:]
  package private(set) var counts = Counts()

  private struct Entry {
    var fragment: Fragment<Content>
    var checkedTurn: UInt64 = 0
    var refreshAsked: Duration?
  }

  /// For operators. Whoever looks up, finds nothing and then asks for it is counted once.
  package struct Counts: Sendable {
    package var hits = 0
    package var stale = 0
    /// Requests that had to make it or wait for another's making, refreshes included.
    package var misses = 0
    /// Of these, those who got what another made.
    package var collapsed = 0
    /// Makings that failed, however many waited; not those that were cancelled.
    package var failures = 0
    package var lastKnownGood = 0
  }

  /// Waiters whom two flights did not serve (sources slower than changes) make theirs alone.
  private let patience = 2
  /// After this time a caller that was asked to refresh and has not begun is no longer waited for.
  private let refreshPatience = Duration.seconds(1)
  private let lastKnownGoodFor: Duration

  /// - Parameters:
  ///   - capacity: bytes of the fragments kept, by their own account. With 0 nothing is kept, and nobody takes what another made:
  ///     every request is made for itself.
  ///   - follower: of the log that names what changed; stores that are part of one another share it.
  ///   - lastKnownGoodFor: how long after its life a fragment may stand in for one that cannot be made.
  package init(capacity: Int, following follower: Follower, lastKnownGoodFor: Duration = .seconds(86_400)) {
    self.follower = follower
    self.lastKnownGoodFor = lastKnownGoodFor
    shelf = Shelf(capacity: capacity)
  }

  package var count: Int { shelf.count }
  package var cost: Int { shelf.cost }

  /// Never waits.
  @_specialize(where Content == [UInt8])
  @_specialize(where Content == any Sendable)
  @_specialize(where Content:_Class)
  package func lookUp(_ key: FragmentKey) -> Lookup<Content> {
    let found = find(key)
    switch found {
    case .fresh: counts.hits += 1
    case .stale: counts.stale += 1
    case .miss: break
    }
    return found
  }

  /// Whether a look-up would find it fresh; counts as none.
  @_specialize(where Content == [UInt8])
  @_specialize(where Content == any Sendable)
  @_specialize(where Content:_Class)
  package func hasFresh(_ key: FragmentKey) -> Bool {
    let now = follower.now
    guard let place = shelf.place(of: key), shelf[place].fragment.basis.freshUntil > now else { return false }
    return shelf[place].checkedTurn == follower.turn || check(place, key)
  }

  /// What is kept under the key if it may be served (stale included), else what `make` makes: once for all who wait for it.
  /// - Parameter make: gets the moment before which nothing was read; see `Basis`. Its errors may rest on nothing older
  ///   either: they go to all who wait and came before a later change was known, unless a last known good stands in; then what
  ///   is served carries them as its `failure`.
  package func fragment(
    _ key: FragmentKey, make: (Moment) async throws -> Fragment<Content>
  ) async throws -> Served<Content> {
    switch lookUp(key) {
    case .fresh(let fragment, let ttl): Served(fragment, .hit(ttl: ttl))
    case .stale(let fragment, let ttl, let refresh): Served(fragment, .stale(ttl: ttl), wantsRefresh: refresh)
    case .miss(let miss): try await join(key, miss, make)
    }
  }

  /// The same, but what is stale is made again: for the caller that was asked to.
  @_specialize(where Content == [UInt8])
  @_specialize(where Content == any Sendable)
  @_specialize(where Content:_Class)
  @discardableResult
  package func refresh(
    _ key: FragmentKey, make: (Moment) async throws -> Fragment<Content>
  ) async throws -> Served<Content> {
    switch find(key) {
    case .fresh(let fragment, let ttl):
      counts.hits += 1
      return Served(fragment, .hit(ttl: ttl))
    case .stale: return try await join(key, .stale, make)
    case .miss(let miss): return try await join(key, miss, make)
    }
  }

  private func find(_ key: FragmentKey) -> Lookup<Content> {
    let now = follower.now
    follower.catchUp(now: now)
    guard let place = shelf.place(of: key) else { return .miss(.absent) }
    let ttl = shelf[place].fragment.basis.freshUntil - now
    // What has expired is not checked: raising its asOf would keep what is made in its stead from replacing it.
    guard ttl > .zero else { return .miss(.stale) }
    if shelf[place].checkedTurn == follower.turn || check(place, key) {
      shelf.mark(place)
      return .fresh(shelf[place].fragment, ttl: ttl)
    }
    guard mayBeStale(shelf[place].fragment, key, now: now) else { return .miss(.stale) }
    shelf.mark(place)
    let fragment = shelf[place].fragment
    return .stale(fragment, ttl: staleness(of: fragment, now: now), refresh: askRefresh(place, key, now: now))
  }

  /// For operators and tests: no change is lost by it, so it needs none in the log.
  package func forget(_ key: FragmentKey) { shelf.remove(key) }
}

// MARK: Validity

extension FragmentStore {
  /// Checks the entry at the position held now. Raises its asOf to it if no change it depends on is missing.
  private func check(_ place: Int, _ key: FragmentKey) -> Bool {
    guard verdict(shelf[place].fragment, key) == .valid else { return false }
    let position = follower.knowledge.position
    if shelf[place].fragment.asOf.number < position.number { shelf[place].fragment.asOf = position }
    shelf[place].checkedTurn = follower.turn
    return true
  }

  private func verdict(_ fragment: Fragment<Content>, _ key: FragmentKey) -> Verdict {
    follower.knowledge.verdict(of: key.tenant, asOf: fragment.asOf, tags: fragment.tags)
  }

  private func mayBeStale(_ fragment: Fragment<Content>, _ key: FragmentKey, now: Duration) -> Bool {
    fragment.basis.staleFor > .zero && verdict(fragment, key) == .soft
      && follower.isKnown(fragment.asOf, within: fragment.basis.staleFor, now: now)
  }

  /// Whether a result that this request did not make may be given to it.
  private func serves(_ fragment: Fragment<Content>, _ key: FragmentKey, arrival: Moment) -> Bool {
    guard fragment.basis.freshUntil > arrival.time else { return false }
    if verdict(fragment, key) == .valid { return true }
    let epoch = follower.knowledge.position.epoch
    return fragment.asOf.epoch == epoch && arrival.position.epoch == epoch
      && fragment.asOf.number >= arrival.position.number
  }

  /// Negative: how long ago the first change that it misses was seen, or its life ended.
  private func staleness(of fragment: Fragment<Content>, now: Duration) -> Duration {
    min(.seconds(-1), fragment.basis.freshUntil - now, .zero - follower.timeBehind(fragment.asOf, now: now))
  }

  private func askRefresh(_ place: Int, _ key: FragmentKey, now: Duration) -> Bool {
    if let asked = shelf[place].refreshAsked, now - asked < refreshPatience { return false }
    guard flights[key] == nil else { return false }
    shelf[place].refreshAsked = now
    return true
  }
}

// MARK: Flights

extension FragmentStore {
  private func join(
    _ key: FragmentKey, _ miss: Miss, _ make: (Moment) async throws -> Fragment<Content>
  ) async throws -> Served<Content> {
    let arrival = follower.moment
    let arrivalTurn = follower.turn
    counts.misses += 1
    guard shelf.capacity > 0 else { return try await alone(key, miss, make) }
    var turns = 0
    while turns < patience, let flight = flights[key] {
      await flight.wait()
      switch flight.outcome {
      case .made(let fragment):
        guard fragment.basis.isShareable else { turns = patience; continue }
        if serves(fragment, key, arrival: arrival) {
          counts.collapsed += 1
          return Served(fragment, .collapsed(miss))
        }
        turns += 1
      case .failed(let error):
        // Not counted as a turn: nobody makes theirs alone, beside others, because the source fails.
        guard flight.turn >= arrivalTurn else { continue }
        return try lastKnownGood(key, after: error)
      case .abandoned, nil:
        try Task.checkCancellation()
      }
    }
    guard turns < patience else { return try await alone(key, miss, make) }
    return try await lead(key, miss, make)
  }

  private func lead(
    _ key: FragmentKey, _ miss: Miss, _ make: (Moment) async throws -> Fragment<Content>
  ) async throws -> Served<Content> {
    let moment = follower.moment
    let flight = Flight<Content>(since: follower.turn)
    flights[key] = flight
    do {
      let fragment = try await make(moment)
      let stored = keep(fragment, key)
      flights[key] = nil
      flight.land(.made(fragment))
      return served(fragment, miss, stored: stored)
    } catch {
      flights[key] = nil
      if Task.isCancelled {
        flight.land(.abandoned)
        throw error
      }
      counts.failures += 1
      flight.land(.failed(error))
      return try lastKnownGood(key, after: error)
    }
  }

  private func alone(
    _ key: FragmentKey, _ miss: Miss, _ make: (Moment) async throws -> Fragment<Content>
  ) async throws -> Served<Content> {
    do {
      let fragment = try await make(follower.moment)
      return served(fragment, miss, stored: keep(fragment, key))
    } catch {
      if !Task.isCancelled { counts.failures += 1 }
      return try lastKnownGood(key, after: error)
    }
  }

  private func served(_ fragment: Fragment<Content>, _ miss: Miss, stored: Bool) -> Served<Content> {
    Served(fragment, fragment.isLoaded ? .loaded(ttl: fragment.basis.freshUntil - follower.now) : .made(miss, stored: stored))
  }

  /// - Returns: whether it is kept for others.
  private func keep(_ fragment: Fragment<Content>, _ key: FragmentKey) -> Bool {
    guard fragment.basis.isShareable, fragment.basis.freshUntil > follower.now else { return false }
    guard fragment.asOf.epoch == follower.knowledge.position.epoch else { return false }
    if let place = shelf.place(of: key) {
      let kept = shelf[place].fragment.asOf
      if kept.epoch == fragment.asOf.epoch, kept.number > fragment.asOf.number { return false }
    }
    let overhead = 256 + key.byteCount + fragment.tags.count * MemoryLayout<Tag>.stride
    return shelf.insert(Entry(fragment: fragment), for: key, cost: fragment.cost + overhead)
  }

  private func lastKnownGood(_ key: FragmentKey, after error: any Error) throws -> Served<Content> {
    let now = follower.now
    guard let place = shelf.place(of: key) else { throw error }
    let fragment = shelf[place].fragment
    guard verdict(fragment, key) < .hard, now - fragment.basis.freshUntil < lastKnownGoodFor else { throw error }
    counts.lastKnownGood += 1
    return Served(fragment, lastKnownGood: staleness(of: fragment, now: now), after: error)
  }
}
