import ChangeLog
import Tenancy
import Testing

@testable import FragmentCache

@Suite struct FragmentStoreTests {
  // MARK: What is kept

  @Test func whatIsMadeIsKeptAndServed() throws {
    try Desk.run { desk in
      await desk.ask("first")
      await desk.end(.success("one"))
      #expect(desk.got["first"]?.provenance == .made(.absent, stored: true))
      desk.wait(.seconds(30))
      await desk.ask("second")
      #expect(desk.got["second"]?.content == "one")
      #expect(desk.got["second"]?.provenance == .hit(ttl: .seconds(70)))
      #expect(desk.makings == 1)
    }
  }

  @Test(arguments: [(Duration.seconds(99), true), (.seconds(100), false), (.seconds(101), false)])
  func aLifeEnds(after: Duration, isHit: Bool) throws {
    try Desk.run { desk in
      await desk.keep("one")
      desk.wait(after)
      await desk.ask("later")
      #expect((desk.got["later"] != nil) == isHit)
      if !isHit {
        await desk.end(.success("two"))
        #expect(desk.got["later"]?.provenance == .made(.stale, stored: true))
      }
    }
  }

  @Test func checkingAgainRenewsNoLife() throws {
    try Desk.run { desk in
      await desk.keep("one")
      for _ in 0..<9 {
        desk.touch("other")
        desk.wait(.seconds(10))
        guard case .fresh = desk.store.lookUp(desk.key()) else {
          _ = Issue.record("should be kept")
          return
        }
      }
      desk.wait(.seconds(10))
      guard case .miss(.stale) = desk.store.lookUp(desk.key()) else {
        _ = Issue.record("should have ended")
        return
      }
    }
  }

  @Test func aCheckRaisesThePositionThatIsShown() throws {
    try Desk.run { desk in
      await desk.keep("one")
      desk.touch("other")
      guard case .fresh(let fragment, _) = desk.store.lookUp(desk.key()) else {
        _ = Issue.record("should be kept")
        return
      }
      #expect(fragment.asOf == desk.log.end)
    }
  }

  @Test(arguments: [false, true]) func aTouchEndsIt(isHard: Bool) throws {
    try Desk.run { desk in
      await desk.keep("one")
      desk.touch("a", hard: isHard)
      await desk.ask("later")
      #expect(desk.got["later"] == nil)
      await desk.end(.success("two"))
      #expect(desk.got["later"]?.content == "two")
    }
  }

  @Test func whatIsMadeWhileItsTagIsTouchedIsNotServedToTheNext() throws {
    try Desk.run { desk in
      await desk.ask("first")
      desk.touch("a")
      await desk.end(.success("old"))
      #expect(desk.got["first"]?.content == "old")
      await desk.ask("second")
      #expect(desk.got["second"] == nil)
    }
  }

  @Test func lessCanBeKeptThanWasMade() throws {
    try Desk.run(capacity: 8000) { desk in
      for number in 0..<50 {
        await desk.ask("\(number)", key: "\(number)")
        await desk.end(.success("x"))
        guard case .fresh = desk.store.lookUp(desk.key("0")) else {
          _ = Issue.record("what is used should stay")
          return
        }
      }
      #expect(desk.store.cost <= 8000)
      #expect(desk.store.count < 50)
    }
  }

  // MARK: Stale while it is made again

  @Test func aSoftTouchIsServedAsStaleAndOneCallerRefreshes() throws {
    try Desk.run { desk in
      await desk.keep("one", staleFor: .seconds(10))
      desk.touch("a")
      await desk.ask("second")
      #expect(desk.got["second"]?.freshness == .stale)
      #expect(desk.got["second"]?.wantsRefresh == true)
      await desk.ask("refresher", isRefresh: true)
      await desk.ask("third")
      #expect(desk.got["third"]?.freshness == .stale)
      #expect(desk.got["third"]?.wantsRefresh == false)
      await desk.end(.success("two"))
      await desk.ask("fourth")
      #expect(desk.got["fourth"]?.content == "two")
      #expect(desk.got["fourth"]?.freshness == .fresh)
    }
  }

  @Test func aRefreshThatNeverBeginsIsAskedForAgain() throws {
    try Desk.run { desk in
      await desk.keep("one", staleFor: .seconds(10))
      desk.touch("a")
      await desk.ask("second")
      desk.wait(.seconds(2))
      await desk.ask("third")
      #expect(desk.got["third"]?.wantsRefresh == true)
      guard case .stale(let ttl)? = desk.got["third"]?.provenance else {
        _ = Issue.record("should be stale")
        return
      }
      #expect(ttl == .seconds(-2))
    }
  }

  @Test func staleEndsWithItsTimeAndWithAHardTouch() throws {
    try Desk.run { desk in
      await desk.keep("one", staleFor: .seconds(10))
      desk.touch("a")
      guard case .stale = desk.store.lookUp(desk.key()) else {
        _ = Issue.record("should be stale")
        return
      }
      desk.wait(.seconds(11))
      guard case .miss = desk.store.lookUp(desk.key()) else {
        _ = Issue.record("its time is over")
        return
      }
      await desk.keep("two", staleFor: .seconds(10))
      desk.touch("a", hard: true)
      desk.touch("a")
      guard case .miss = desk.store.lookUp(desk.key()) else {
        _ = Issue.record("hard is never stale")
        return
      }
    }
  }

  // MARK: Flights

  @Test func thoseWhoComeMeanwhileWaitForOneMaking() throws {
    try Desk.run { desk in
      for name in ["a", "b", "c"] { await desk.ask(name) }
      #expect(desk.makings == 1)
      await desk.end(.success("one"))
      #expect(desk.got.count == 3)
      #expect(desk.got["c"]?.provenance == .collapsed(.absent))
    }
  }

  /// The flight began before the change that the later request must show; the one after it serves all who wait.
  @Test func aWaiterTakesOnlyWhatServesItsOwnArrival() throws {
    try Desk.run { desk in
      await desk.ask("before")
      desk.touch("a")
      for name in ["after", "after too"] { await desk.ask(name) }
      await desk.end(.success("old"))
      #expect(desk.got["before"]?.content == "old")
      #expect(desk.got["after"] == nil)
      #expect(desk.makings == 2)
      await desk.end(.success("new"))
      #expect(desk.got["after"]?.content == "new")
      #expect(desk.got["after too"]?.content == "new")
      #expect(desk.makings == 2)
    }
  }

  @Test func aTouchAfterTheArrivalDoesNotSendAWaiterAway() throws {
    try Desk.run { desk in
      for name in ["a", "b"] { await desk.ask(name) }
      desk.touch("a")
      await desk.end(.success("one"))
      #expect(desk.got["b"]?.content == "one")
    }
  }

  @Test func anErrorGoesToThoseWhoWaitAndTheNextTriesAgain() throws {
    try Desk.run { desk in
      for name in ["a", "b", "c"] { await desk.ask(name) }
      await desk.end(.failure(Desk.Upstream.down))
      #expect(desk.failed.count == 3)
      #expect(desk.makings == 1)
      for name in ["d", "e"] { await desk.ask(name) }
      #expect(desk.makings == 2)
      await desk.end(.success("one"))
      #expect(desk.got["d"]?.content == "one")
      #expect(desk.got["e"]?.content == "one")
    }
  }

  /// "There is no such product" is an answer too: whoever came after it was published does not get what was read before.
  @Test func anErrorIsNotForThoseWhoCameAfterAChangeItDidNotSee() throws {
    try Desk.run { desk in
      for name in ["leader", "before"] { await desk.ask(name) }
      desk.touch("a")
      for name in ["after", "after too"] { await desk.ask(name) }
      await desk.end(.failure(Desk.Upstream.down))
      #expect(Set(desk.failed.keys) == ["leader", "before"])
      #expect(desk.makings == 2)
      await desk.end(.success("published"))
      #expect(desk.got["after"]?.content == "published")
      #expect(desk.got["after too"]?.content == "published")
      #expect(desk.makings == 2)
    }
  }

  /// However many wait, and from whatever positions: no two makings of one key at a time, and one more for all who wait.
  @Test func aSourceThatFailsSeesOneCallAtATime() throws {
    try Desk.run { desk in
      await desk.ask("leader")
      for name in 0..<5 {
        desk.touch("a")
        await desk.ask("\(name)")
      }
      await desk.end(.failure(Desk.Upstream.down))
      #expect(desk.failed.count == 1)
      #expect(desk.waiting == 1)
      await desk.ask("late")
      await desk.end(.failure(Desk.Upstream.down))
      #expect(desk.failed.count == 7)
      #expect(desk.waiting == 0)
      #expect(desk.makings == 2)
    }
  }

  @Test func aCancelledLeaderFailsNobodyElse() throws {
    try Desk.run { desk in
      for name in ["a", "b", "c"] { await desk.ask(name) }
      desk.cancel("a")
      await desk.end(.success("never seen"))
      #expect(desk.failed["a"] is CancellationError)
      #expect(desk.failed.count == 1)
      #expect(desk.makings == 2)
      await desk.end(.success("one"))
      #expect(desk.got["b"]?.content == "one")
      #expect(desk.got["c"]?.content == "one")
      #expect(desk.makings == 2)
    }
  }

  @Test(arguments: [(true, Duration.zero), (false, .seconds(100))])
  func whatMayNotBeSharedIsMadeByEachSideBySide(shares: Bool, ttl: Duration) throws {
    try Desk.run { desk in
      for name in ["a", "b", "c"] { await desk.ask(name, ttl: ttl, shares: shares) }
      #expect(desk.makings == 1)
      await desk.end(.success("a's"))
      #expect(desk.got["a"]?.provenance == .made(.absent, stored: false))
      #expect(desk.makings == 3)
      #expect(desk.waiting == 2)
      await desk.end(.success("b's"))
      await desk.end(.success("c's"))
      #expect(desk.got["c"]?.content == "c's")
      #expect(desk.store.count == 0)
    }
  }

  @Test func withoutRoomEachRequestIsMadeForItself() throws {
    try Desk.run(capacity: 0) { desk in
      for name in ["a", "b"] { await desk.ask(name) }
      #expect(desk.makings == 2)
      await desk.end(.success("a's"))
      await desk.end(.success("b's"))
      #expect(desk.got["a"]?.provenance == .made(.absent, stored: false))
      #expect(desk.got["b"]?.content == "b's")
      await desk.ask("later")
      #expect(desk.makings == 3)
      await desk.end(.failure(Desk.Upstream.down))
      #expect(desk.failed["later"] != nil)
    }
  }

  // MARK: Last known good

  @Test func whatCannotBeMadeIsServedAsLastKnownGood() throws {
    try Desk.run { desk in
      await desk.keep("one")
      desk.touch("a")
      desk.wait(.seconds(500))
      await desk.ask("later")
      await desk.end(.failure(Desk.Upstream.down))
      #expect(desk.got["later"]?.content == "one")
      #expect(desk.got["later"]?.provenance == .lastKnownGood(ttl: .seconds(-400)))
      #expect(desk.got["later"]?.freshness == .lastKnownGood)
    }
  }

  /// Whoever made it and whoever waited can say why it is not what it should be.
  @Test func whatStandsInSaysWhatFailed() throws {
    try Desk.run { desk in
      await desk.keep("one")
      #expect(desk.got["keeper"]?.failure == nil)
      desk.touch("a")
      for name in ["leader", "waiter"] { await desk.ask(name) }
      await desk.end(.failure(Desk.Upstream.down))
      for name in ["leader", "waiter"] {
        #expect(desk.got[name]?.provenance == .lastKnownGood(ttl: .seconds(-1)))
        #expect(desk.got[name]?.failure as? Desk.Upstream == .down)
      }
    }
  }

  @Test func lastKnownGoodDiesByAHardTouch() throws {
    try Desk.run { desk in
      await desk.keep("one")
      desk.touch("a", hard: true)
      desk.touch("a")
      await desk.ask("later")
      await desk.end(.failure(Desk.Upstream.down))
      #expect(desk.failed["later"] is Desk.Upstream)
    }
  }

  @Test func lastKnownGoodDoesNotLastForEver() throws {
    try Desk.run { desk in
      await desk.keep("one")
      desk.wait(.seconds(90_000))
      await desk.ask("later")
      await desk.end(.failure(Desk.Upstream.down))
      #expect(desk.failed["later"] is Desk.Upstream)
    }
  }

  // MARK: Counts

  /// Whoever looks up first and then refreshes, and whoever only refreshes, is counted once.
  @Test func eachRequestIsCountedOnce() throws {
    try Desk.run { desk in
      guard case .miss = desk.store.lookUp(desk.key()) else {
        _ = Issue.record("nothing is kept")
        return
      }
      for name in ["a", "b"] { await desk.ask(name, isRefresh: true) }
      await desk.end(.success("one"))
      await desk.ask("c", isRefresh: true)
      await desk.ask("d")
      desk.touch("a")
      await desk.ask("e")
      await desk.end(.failure(Desk.Upstream.down))
      await desk.ask("f", key: "other")
      desk.cancel("f")
      await desk.end(.success("never seen"))
      let counts = desk.store.counts
      #expect((counts.hits, counts.stale, counts.misses) == (2, 0, 4))
      #expect((counts.collapsed, counts.failures, counts.lastKnownGood) == (1, 1, 1))
    }
  }

  // MARK: Tenants

  @Test func tenantsShareNoKey() throws {
    let (one, two) = (try TenantID("one"), try TenantID("two"))
    #expect(FragmentKey(one, "page") != FragmentKey(two, "page"))
    #expect(FragmentKey(one, "ab", "c") != FragmentKey(one, "a", "bc"))
    #expect(FragmentKey(one, "a", "") != FragmentKey(one, "a"))
    #expect(FragmentKey(one, "a") == FragmentKey(one, "a"))
    #expect(FragmentKey(one, { $0.append(300) }) != FragmentKey(one, { $0.append(44) }))
    #expect(Set((0..<10_000).map { FragmentKey(one, "page", "\($0)") }).count == 10_000)
  }
}
