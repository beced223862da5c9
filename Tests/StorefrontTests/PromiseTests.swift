import ChangeLog
import EventLoop
import Testing

@testable import FragmentCache
@testable import Storefront

/// What comes between the question whether it is there and the wait for it is not lost.
@Suite struct PromiseTests {
  @LoopActor @Test func promise() async throws {
    let promise = Promise<Int>()
    var got: Int?
    Task { @LoopActor in got = try await promise.value() }
    Task { @LoopActor in _ = try await promise.keep { 7 } }
    for _ in 0..<500 where got == nil { await Loop.sleep(for: .milliseconds(2)) }
    #expect(got == 7)
  }

  @LoopActor @Test func flight() async throws {
    let flight = Flight<Int>(since: 0)
    var isOver = false
    Task { @LoopActor in
      await flight.wait()
      isOver = true
    }
    Task { @LoopActor in flight.land(.abandoned) }
    for _ in 0..<500 where !isOver { await Loop.sleep(for: .milliseconds(2)) }
    #expect(isOver)
  }
}
