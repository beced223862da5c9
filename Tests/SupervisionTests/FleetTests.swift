import Testing

@testable import Supervision

/// A fleet with a clock of its own: `after` lets time pass in small steps, as the supervisor's loop does.
private struct Scene {
  var fleet: Fleet
  var now: SuspendingClock.Instant
  var starts: [(slot: Int, generation: Int)] = []
  var signals: [Int32: [Fleet.Signal]] = [:]
  var events: [String] = []
  var exitCode: Int32?
  var nextProcess: Int32 = 100
  var refusesToStart = false
  /// Workers that beat by themselves while time passes.
  var alive: Set<Int32> = []

  init(slots: Int = 1, companions: [String] = [], _ change: (inout Patience) -> Void = { _ in }) {
    var patience = Patience()
    change(&patience)
    now = .now
    fleet = Fleet(slots: slots, companions: companions, patience: patience, now: now)
    fleet.tick(now: now)
    act()
  }

  mutating func act() {
    while true {
      let actions = fleet.takeActions()
      if actions.isEmpty { return }
      for action in actions {
        switch action {
        case .start(let slot, let generation):
          starts.append((slot, generation))
          if refusesToStart {
            fleet.couldNotStart(slot: slot, reason: "no such file", now: now)
          } else {
            fleet.started(nextProcess, slot: slot, generation: generation, now: now)
            nextProcess += 1
          }
        case .send(let signal, let process): signals[process, default: []].append(signal)
        case .closeSockets: events.append("sockets closed")
        case .write(let line): events.append(line.event)
        case .exit(let code): exitCode = exitCode ?? code
        }
      }
    }
  }

  mutating func ready(_ processes: Int32...) {
    for process in processes {
      alive.insert(process)
      fleet.signOfLife(process, now: now)
      act()
    }
  }

  mutating func ended(_ process: Int32, _ ending: Fleet.Ending = .code(0)) {
    alive.remove(process)
    fleet.ended(process, ending, now: now)
    fleet.tick(now: now)
    act()
  }

  mutating func after(_ duration: Duration) {
    let end = now.advanced(by: duration)
    while now < end {
      now = min(end, now.advanced(by: .milliseconds(50)))
      for process in alive { fleet.signOfLife(process, now: now) }
      fleet.tick(now: now)
      act()
    }
  }

  mutating func reload() {
    fleet.reload(now: now)
    act()
  }

  mutating func stop() {
    fleet.stop(now: now)
    act()
  }
}

@Suite struct FleetTests {
  @Test func startsOneWorkerForEachSlot() {
    let scene = Scene(slots: 3)
    #expect(scene.starts.map(\.slot) == [0, 1, 2])
    #expect(scene.fleet.slots.map(\.serving) == [100, 101, 102])
  }

  @Test func beatingWorkerIsLeftAlone() {
    var scene = Scene()
    scene.ready(100)
    scene.after(.seconds(60))
    #expect(scene.signals.isEmpty)
    #expect(scene.starts.count == 1)
  }

  @Test func frozenWorkerIsKilledAndReplacedAtOnce() {
    var scene = Scene()
    scene.ready(100)
    scene.after(.seconds(20))
    scene.alive.remove(100)
    scene.after(.milliseconds(2900))
    #expect(scene.signals.isEmpty)
    scene.after(.milliseconds(150))
    #expect(scene.signals[100] == [.kill])
    scene.ended(100, .signal(9))
    #expect(scene.fleet.slots[0].serving == 101)
  }

  @Test func workerThatNeverGetsReadyIsKilledOnce() {
    var scene = Scene()
    scene.after(.seconds(14))
    #expect(scene.signals.isEmpty)
    scene.after(.seconds(5))
    #expect(scene.signals[100] == [.kill])
  }

  @Test func aStoppedSupervisorBlamesNobody() {
    var scene = Scene()
    scene.ready(100)
    scene.after(.seconds(1))
    scene.now = scene.now.advanced(by: .seconds(40))  // no tick in between: this process did not run
    scene.fleet.tick(now: scene.now)
    scene.act()
    #expect(scene.signals.isEmpty)
    scene.alive.remove(100)
    scene.after(.seconds(4))
    #expect(scene.signals[100] == [.kill])
  }

  @Test func deathsInARowWaitLongerEachTime() {
    var scene = Scene { $0.firstStarts = 100 }
    scene.ready(100)
    var waits: [Duration] = []
    var process: Int32 = 100
    for _ in 0..<10 {
      let died = scene.now
      scene.ended(process, .signal(11))
      while scene.fleet.slots[0].serving == nil { scene.after(.milliseconds(50)) }
      waits.append(died.duration(to: scene.now))
      process += 1
    }
    #expect(waits.prefix(5) == [.zero, .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)])
    #expect(waits.last == .seconds(10))
    // One that stays up ends the row.
    scene.ready(process)
    scene.after(.seconds(11))
    scene.ended(process, .signal(9))
    #expect(scene.fleet.slots[0].serving == process + 1)
  }

  @Test(arguments: [Int32(2), 3]) func firstWorkerThatSaysItsSettingsAreWrongEndsTheSupervisor(code: Int32) {
    var scene = Scene(slots: 2)
    scene.ended(100, .code(code))
    #expect(scene.signals[101] == [.terminate])
    #expect(scene.exitCode == nil)
    scene.ended(101)
    #expect(scene.exitCode == code)
  }

  @Test func nothingEverReadyGivesUp() {
    var scene = Scene { $0.firstStarts = 5 }
    var process: Int32 = 100
    while scene.exitCode == nil && process < 120 {
      scene.ended(process, .signal(6))
      scene.after(.seconds(1))
      process += 1
    }
    #expect(scene.exitCode == 3)
    #expect(scene.starts.count == 5)
  }

  @Test func aProgramThatIsNotThereGivesUp() {
    var scene = Scene { $0.firstStarts = 3 }
    scene.refusesToStart = true
    scene.ended(100, .signal(9))
    scene.after(.seconds(2))
    #expect(scene.exitCode == 3)
  }

  @Test func reloadDrainsTheOldOnlyWhenAllNewAreReady() {
    var scene = Scene(slots: 2)
    scene.ready(100, 101)
    scene.reload()
    #expect(scene.starts.suffix(2).map(\.generation) == [2, 2])
    scene.ready(102)
    #expect(scene.signals.isEmpty)
    scene.ready(103)
    #expect(scene.signals == [100: [.terminate], 101: [.terminate]])
    #expect(scene.fleet.slots.map(\.serving) == [102, 103])
    scene.ended(100)
    scene.ended(101)
    scene.after(.seconds(60))
    #expect(scene.starts.count == 4)
    #expect(scene.exitCode == nil)
  }

  @Test func reloadThatFailsKeepsTheOld() {
    var scene = Scene(slots: 2)
    scene.ready(100, 101)
    scene.reload()
    scene.ready(102)
    scene.ended(103, .code(3))
    #expect(scene.signals == [102: [.terminate]])
    #expect(scene.fleet.slots.map(\.serving) == [100, 101])
    #expect(scene.events.contains("reload-failed"))
    scene.ended(102)
    scene.after(.seconds(60))
    #expect(scene.starts.count == 4)
  }

  @Test func reloadWhoseWorkersCannotStartKeepsTheOld() {
    var scene = Scene(slots: 2)
    scene.ready(100, 101)
    scene.refusesToStart = true
    scene.reload()
    #expect(scene.fleet.slots.map(\.serving) == [100, 101])
    #expect(scene.signals.isEmpty)
  }

  @Test func reloadThatNeverGetsReadyKeepsTheOld() {
    var scene = Scene()
    scene.ready(100)
    scene.reload()
    scene.after(.seconds(16))
    #expect(scene.signals[101] == [.kill])
    scene.ended(101, .signal(9))
    #expect(scene.fleet.slots[0].serving == 100)
    #expect(scene.signals[100] == nil)
  }

  @Test func secondReloadWaitsForTheFirst() {
    var scene = Scene()
    scene.ready(100)
    scene.reload()
    scene.reload()
    #expect(scene.starts.count == 2)
    scene.ready(101)
    #expect(scene.starts.map(\.generation) == [1, 2, 3])
    scene.ready(102)
    #expect(scene.fleet.slots[0].serving == 102)
    #expect(scene.signals == [100: [.terminate], 101: [.terminate]])
  }

  @Test func workerThatDiesDuringAReloadIsFollowedByTheNextOne() {
    var scene = Scene()
    scene.ready(100)
    scene.reload()
    scene.ended(100, .signal(11))
    #expect(scene.starts.count == 2)
    scene.ready(101)
    #expect(scene.fleet.slots[0].serving == 101)
  }

  @Test func slotIsFilledAgainWhenBothOfItsWorkersDieInAReload() {
    var scene = Scene()
    scene.ready(100)
    scene.reload()
    scene.ended(100, .signal(11))
    scene.ended(101, .signal(11))
    scene.after(.seconds(1))
    #expect(scene.fleet.slots[0].serving == 102)
  }

  @Test func stopDrainsThenExits() {
    var scene = Scene(slots: 2)
    scene.ready(100, 101)
    scene.stop()
    #expect(scene.signals == [100: [.terminate], 101: [.terminate]])
    scene.ended(100)
    #expect(scene.exitCode == nil)
    scene.ended(101)
    #expect(scene.exitCode == 0)
    #expect(scene.starts.count == 2)
    #expect(scene.events.count { $0 == "sockets closed" } == 1)
  }

  @Test func workerThatIgnoresTheDrainIsKilledAtTheDeadline() {
    var scene = Scene()
    scene.ready(100)
    scene.stop()
    scene.after(.seconds(29))
    #expect(scene.signals[100] == [.terminate])
    scene.after(.seconds(2))
    #expect(scene.signals[100] == [.terminate, .kill])
  }

  @Test func stopDuringAReloadDrainsBothGenerations() {
    var scene = Scene()
    scene.ready(100)
    scene.reload()
    scene.stop()
    #expect(scene.signals == [100: [.terminate], 101: [.terminate]])
    scene.reload()
    #expect(scene.starts.count == 2)
  }

  @Test func companionThatFailsIsNoReasonToGiveUp() {
    var scene = Scene(companions: ["relay"])
    scene.ready(100)
    for process in Int32(101)...120 {
      scene.ended(process, .code(3))
      scene.after(.seconds(60))
    }
    #expect(scene.exitCode == nil)
    #expect(scene.fleet.slots[0].serving == 100)
    #expect(scene.fleet.slots[1].serving == 121)
  }

  @Test func companionThatIsReadyDoesNotHideThatNoWorkerIs() {
    var scene = Scene(companions: ["relay"])
    scene.ready(101)
    scene.ended(100, .code(3))
    #expect(scene.signals[101] == [.terminate])
    scene.ended(101)
    #expect(scene.exitCode == 3)
  }

  @Test func companionIsReplacedInAReload() {
    var scene = Scene(companions: ["relay"])
    scene.ready(100, 101)
    scene.reload()
    scene.ready(102)
    #expect(scene.signals.isEmpty)
    scene.ready(103)
    #expect(scene.signals == [100: [.terminate], 101: [.terminate]])
  }

  @Test func linesHaveTheSameFieldsAndEscapeWhatTheyCarry() {
    let line = EventLine(.error, "died", worker: 0, process: 7, generation: 2, reason: "a \"b\"\n\\")
    #expect(
      line.text(seconds: 1_763_692_200, milliseconds: 7)
        == #"{"ts":"2025-11-21T02:30:00.007Z","level":"error","event":"died","worker":0,"pid":7,"generation":2,"reason":"a \"b\"\n\\"}"#
    )
    #expect(
      EventLine(.info, "stopped").text(seconds: 0, milliseconds: 0)
        == #"{"ts":"1970-01-01T00:00:00.000Z","level":"info","event":"stopped"}"#)
  }
}
