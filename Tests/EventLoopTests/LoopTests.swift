import Glibc
import Testing

@testable import EventLoop

@Suite struct LoopTests {
  @Test @LoopActor func actorIsOnTheLoop() async {
    #expect(Loop.executor.isOnLoop)
    #expect(Loop.assumeIsolated { 5 } == 5)
  }

  @Test func othersAreNot() async {
    #expect(!Loop.executor.isOnLoop)
    let isOnLoop = await Task { @LoopActor in Loop.executor.isOnLoop }.value
    #expect(isOnLoop)
  }

  @Test @LoopActor func jobsKeepTheirOrder() async {
    let order = Order()
    var tasks: [Task<Void, Never>] = []
    for index in 0..<1000 { tasks.append(Task { @LoopActor in order.seen.append(index) }) }
    for task in tasks { await task.value }
    #expect(order.seen == Array(0..<1000))
  }

  /// Work that has begun is not put behind work that has not, however long the turn was before it.
  @Test @LoopActor func aShareIsOnesOwn() async {
    func spin() { let start = Loop.now(); while start.duration(to: Loop.now()) < .milliseconds(2) {} }
    var wentOn = false
    // Whoever is interrupted by the system for a millisecond has had its share without using it; not a hundred times.
    for _ in 0..<100 where !wentOn {
      wentOn = await Loop.staying {
        spin()
        let others = Order()
        let other = Task { @LoopActor in others.seen.append(1) }
        await LoopShare().giveWay()
        let isFirst = others.seen.isEmpty
        await other.value
        return isFirst
      }
    }
    #expect(wentOn)
    let others = Order()
    let share = LoopShare()
    spin()
    let other = Task { @LoopActor in others.seen.append(1) }
    await share.giveWay()
    #expect(others.seen == [1])
    await other.value
  }

  /// What a request relies on. With an `executorPreference:` the task is enqueued instead (Swift 6.3.1).
  @Test @LoopActor func immediateTaskRunsToItsFirstAwait() async {
    let order = Order()
    let task = Task.immediate { @LoopActor in
      order.seen.append(1)
      await Loop.sleep(for: .milliseconds(1))
      order.seen.append(3)
    }
    order.seen.append(2)
    await task.value
    #expect(order.seen == [1, 2, 3])
  }

  /// The point of the executor: what stays on the loop never crosses a thread.
  @Test @LoopActor func childTasksStayOnTheLoop() async {
    @concurrent func elsewhere() async -> Bool { Loop.executor.isOnLoop }
    let (one, two) = await withTaskExecutorPreference(Loop.executor) {
      async let one = elsewhere()
      async let two = elsewhere()
      return await (one, two)
    }
    #expect(one && two)
  }

  @Test @LoopActor func sleepIsNeverShort() async {
    for milliseconds in [0, 1, 5, 20] {
      let start = Loop.now()
      await Loop.sleep(for: .milliseconds(milliseconds))
      #expect(start.duration(to: Loop.now()) >= .milliseconds(milliseconds))
      #expect(Loop.executor.isOnLoop)
    }
  }

  @Test func cancellationEndsASleep() async {
    let task = Task { @LoopActor in await Loop.sleep(for: .seconds(3600)) }
    let early = Task { @LoopActor in
      withUnsafeCurrentTask { $0?.cancel() }
      await Loop.sleep(for: .seconds(3600))
    }
    task.cancel()
    await task.value
    await early.value
  }

  @Test @LoopActor func workLeavesTheLoopAndComesBack() async throws {
    let wasOnLoop = await Loop.offLoop { Loop.executor.isOnLoop }
    #expect(!wasOnLoop)
    #expect(Loop.executor.isOnLoop)
    struct Broken: Error {}
    await #expect(throws: Broken.self) { try await Loop.offLoop(throwing: { throw Broken() }) }
    #expect(try await Loop.offLoop(throwing: { 7 }) == 7)
  }

  @Test @LoopActor func loopGoesOnWhileWorkIsDone() async {
    let work = Task { @LoopActor in _ = await Loop.offLoop { usleep(20_000) } }
    var turns = 0
    let timer = Timer(after: .milliseconds(1), repeating: .milliseconds(1)) { turns += 1 }
    await work.value
    timer.stop()
    #expect(turns > 0)
  }

  @Test @LoopActor func jobsWithoutEndLetTimersFire() async {
    var isDone = false
    let timer = Timer(after: .milliseconds(5)) { isDone = true }
    while !isDone { await Task.yield() }
    #expect(isDone)
    timer.stop()
  }

  /// Nothing else may happen on the loop for a while: neither the work nor what it makes may wait for that.
  @Test @LoopActor func theTurnsEndComesOnceAndBeforeTheLoopSleeps() async {
    let order = Order()
    await withCheckedContinuation { continuation in
      Loop.atTurnEnd {
        order.seen.append(1)
        Loop.atTurnEnd { Task { @LoopActor in continuation.resume() } }
      }
    }
    await Task.yield()
    #expect(order.seen == [1])
  }

  @Test @LoopActor func repeatingTimerStops() async {
    var count = 0
    let timer = Timer(after: .zero, repeating: .milliseconds(1)) { count += 1 }
    while count < 3 { await Loop.sleep(for: .milliseconds(1)) }
    timer.stop()
    let stopped = count
    await Loop.sleep(for: .milliseconds(10))
    #expect(count == stopped)
  }

  @Test @LoopActor func releasedTimerIsStopped() async {
    var count = 0
    do { _ = Timer(after: .milliseconds(1)) { count += 1 } }
    await Loop.sleep(for: .milliseconds(10))
    #expect(count == 0)
  }

  @Test @LoopActor func signalIsSeen() async {
    var count = 0
    let source = SignalSource(SIGUSR2) { count += 1 }
    kill(getpid(), SIGUSR2)
    while count == 0 { await Loop.sleep(for: .milliseconds(1)) }
    #expect(count == 1)
    withExtendedLifetime(source) {}
  }

  @Test @LoopActor func stallsAreSeen() async {
    let before = Loop.stalls
    await Task { @LoopActor in _ = usleep(5_000) }.value
    await Loop.sleep(for: .milliseconds(1))
    let after = Loop.stalls
    #expect(after.count > before.count)
    #expect(after.largest >= 5_000)
  }

  @Test func pipeBeats() throws {
    // A pair of sockets, for it can be had close-on-exec: a program that another test starts just now must not keep an end open.
    var ends: [Int32] = [0, 0]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
    let writer = Pipe(writingTo: ends[1])
    #expect(writer.beat(7))
    var byte: UInt8 = 0
    #expect(read(ends[0], &byte, 1) == 1)
    #expect(byte == 7)
    for _ in 0..<100_000 { writer.beat() }
    #expect(writer.beat())
    close(ends[0])
    #expect(!writer.beat())
    close(ends[1])
  }
}

@LoopActor private final class Order {
  var seen: [Int] = []
}

@Suite struct HistogramTests {
  @Test func quantiles() {
    var histogram = Histogram()
    #expect(histogram.quantile(0.5) == 0)
    for value: UInt64 in [0, 1, 3, 100, 1000] { histogram.record(microseconds: value) }
    #expect(histogram.count == 5)
    #expect(histogram.sum == 1104)
    #expect(histogram.quantile(0) == 0)
    #expect(histogram.quantile(0.4) == 1)
    #expect(histogram.quantile(0.6) == 3)
    #expect(histogram.quantile(0.8) == 127)
    #expect(histogram.quantile(1) == 1000)
  }

  @Test(arguments: [0, 1, 2, 3, 4, 1023, 1024, UInt64.max]) func buckets(_ value: UInt64) {
    var histogram = Histogram()
    histogram.record(microseconds: value)
    let index = histogram.buckets.indices.first { histogram.buckets[$0] == 1 }!
    #expect(index == histogram.buckets.count - 1 || value <= Histogram.upperBound(of: index))
    #expect(index == 0 || value > Histogram.upperBound(of: index - 1))
  }
}

@Suite struct MonotonicInstantTests {
  @Test func arithmetic() {
    let instant = MonotonicInstant(nanoseconds: 1_000)
    #expect(instant.advanced(by: .microseconds(2)) == MonotonicInstant(nanoseconds: 3_000))
    #expect(instant.duration(to: MonotonicInstant(nanoseconds: 500)) == .nanoseconds(-500))
    #expect(instant < MonotonicInstant(nanoseconds: 1_001))
    #expect(MonotonicInstant.now <= MonotonicInstant.now)
  }

  static let rounded: [(Duration, UInt64)] = [
    (.zero, 0), (.nanoseconds(1), 1), (.milliseconds(1), 1), (.microseconds(1001), 2), (.seconds(-1), 0),
  ]

  @Test(arguments: rounded)
  func timersRoundUp(_ duration: Duration, _ milliseconds: UInt64) {
    #expect(duration.inTimerMilliseconds == milliseconds)
  }

  @Test func longDurationsSaturate() {
    #expect(Duration.seconds(Int64.max).inNanoseconds == .max)
    #expect(Duration.seconds(Int64.min).inNanoseconds == .min)
    #expect(Duration.milliseconds(1500).inNanoseconds == 1_500_000_000)
  }
}
