import Testing

@testable import Redis

@Suite struct BreakerTests {
  /// Whether any of so many failures opened it.
  func fail(_ breaker: inout Breaker, times: Int) -> Bool {
    var opened = false
    for _ in 1...times { opened = breaker.failed() || opened }
    return opened
  }

  @Test func opensAfterFiveInARowAndNotBefore() {
    var breaker = Breaker()
    for _ in 1...2 {
      let opened = fail(&breaker, times: 4)
      #expect(!opened)
      #expect(breaker.state == .closed)
      breaker.succeeded()
    }
    let opened = fail(&breaker, times: 5)
    #expect(opened)
    #expect(breaker.state == .open)
  }

  @Test func oneTryDecides() {
    var breaker = Breaker()
    _ = fail(&breaker, times: 5)
    breaker.tries()
    #expect(breaker.state == .halfOpen)
    let openedAgain = fail(&breaker, times: 1)
    #expect(!openedAgain)
    #expect(breaker.state == .open)
    // Once connected it is closed on probation, until a call is answered.
    for _ in 1...2 {
      breaker.tries()
      breaker.connected()
      #expect(breaker.state == .closed)
      let opened = fail(&breaker, times: 1)
      #expect(opened)
    }
    breaker.tries()
    breaker.connected()
    breaker.succeeded()
    let opened = fail(&breaker, times: 4)
    #expect(!opened)
  }

  @Test func pausesGrowToASecond() {
    var breaker = Breaker()
    var pauses: [Duration] = []
    for _ in 1...40 {
      _ = breaker.failed()
      pauses.append(breaker.pause(jitter: 0))
      #expect(breaker.pause(jitter: 1) == breaker.pause(jitter: 0) / 2)
    }
    #expect(pauses.prefix(3) == [.milliseconds(10), .milliseconds(20), .milliseconds(40)])
    #expect(pauses == pauses.sorted())
    #expect(pauses.last == .seconds(1))
  }
}
