// The supervisor's decisions, without its I/O: events go in (a worker was started, gave a sign of life, ended; the
// operator asks for a reload or a stop; time passed) and actions come out (start a worker for a slot, send a signal,
// write a line, exit).
//
// There is one slot per listening socket, and behind those one for each companion: a process that serves nobody but belongs to the
// service, as the relay does. A companion that fails is started again and again, and is no reason to give up. A slot has at most one worker that serves and at most one that is being
// brought up; workers that drain belong to no slot. A reload brings up a next worker for every slot and, only when all
// are ready, lets the serving ones drain; when one of them does not get there, the next ones are drained instead and
// the serving ones stay. Since the sockets belong to the slots and not to the workers, connections that wait in a
// socket's queue are served by whoever accepts from it next.

struct Fleet {
  typealias Instant = SuspendingClock.Instant

  enum Role: Equatable { case starting, serving, draining }

  struct Worker: Equatable {
    let slot: Int
    let generation: Int
    var role: Role
    /// The first moment it may be called late: not ready, not alive, or not drained, by its role.
    var deadline: Instant
    var servingSince: Instant?
    var wasKilled = false
  }

  struct Slot: Equatable {
    var serving: Int32?
    var next: Int32?
    /// Deaths in a row of workers that did not stay up; the wait before the next start grows with it.
    var failures = 0
    var startAt: Instant?
  }

  enum Signal: Equatable { case terminate, kill }

  enum Action: Equatable {
    case start(slot: Int, generation: Int)
    case send(Signal, to: Int32)
    /// Nobody is to be started any more: what connects from now on is refused at once, and does not wait in a queue
    /// that ends with this process. The workers still have the sockets and take what is in the queues.
    case closeSockets
    case write(EventLine)
    case exit(Int32)
  }

  enum Ending: Equatable {
    case code(Int32)
    case signal(Int32)

    var text: String {
      switch self {
      case .code(let code): "exit code \(code)"
      case .signal(let number): "signal \(number)"
      }
    }
  }

  let patience: Patience
  private let workerCount: Int
  private let companions: [String]
  private(set) var slots: [Slot]
  private(set) var workers: [Int32: Worker] = [:]
  private(set) var generation = 1
  private var isReloading = false
  private var reloadAgain = false
  private var isStopping = false
  private var hasServed = false
  private var lastTick: Instant
  private var actions: [Action] = []

  init(slots count: Int, companions: [String] = [], patience: Patience, now: Instant) {
    self.patience = patience
    self.companions = companions
    workerCount = count
    slots = .init(repeating: Slot(startAt: now), count: count + companions.count)
    lastTick = now
  }

  mutating func takeActions() -> [Action] {
    defer { actions = [] }
    return actions
  }

  // MARK: what happens to workers

  mutating func started(_ process: Int32, slot: Int, generation: Int, now: Instant) {
    workers[process] = Worker(
      slot: slot, generation: generation, role: .starting, deadline: now.advanced(by: patience.toBecomeReady))
    note("started", of: process)
    if isReloading && generation == self.generation && slots[slot].next == nil {
      slots[slot].next = process
    } else if !isReloading && !isStopping && slots[slot].serving == nil {
      slots[slot].serving = process
    } else {
      drain(process, now: now)  // asked for before a reload was given up, or before the stop
    }
  }

  mutating func couldNotStart(slot: Int, reason: String, now: Instant) {
    write(.error, "start-failed", slot: slot, reason: reason)
    failed(slot, asNext: isReloading, reason: reason, now: now)
  }

  /// The first sign of a worker says that it is ready; the ones after it, that it is alive.
  mutating func signOfLife(_ process: Int32, now: Instant) {
    guard var worker = workers[process] else { return }
    if worker.role == .draining { return }
    let wasStarting = worker.role == .starting
    worker.role = .serving
    worker.deadline = now.advanced(by: patience.betweenHeartbeats)
    if wasStarting { worker.servingSince = now }
    workers[process] = worker
    guard wasStarting else { return }
    if worker.slot < workerCount { hasServed = true }
    note("ready", of: process)
    if isReloading { finishReloadWhenReady(now: now) }
  }

  mutating func ended(_ process: Int32, _ ending: Ending, now: Instant) {
    guard let worker = workers.removeValue(forKey: process) else { return }
    let slot = worker.slot
    if worker.role == .draining {
      let level: EventLine.Level = ending == .code(0) ? .info : .warning
      write(level, "drained", worker: worker, process: process, reason: ending.text)
      exitWhenEmpty()
      return
    }
    write(.error, "died", worker: worker, process: process, reason: ending.text)
    if !hasServed, slot < workerCount, case .code(let code) = ending, code == 2 || code == 3 {
      // It has said on standard error what is wrong with its arguments or its environment; trying again changes nothing.
      giveUp(code: code, reason: "the first worker could not start", now: now)
    }
    let stayedUp = worker.servingSince.map { $0.duration(to: now) >= patience.toCountAsSteady } ?? false
    if slots[slot].next == process {
      slots[slot].next = nil
      failed(slot, asNext: true, reason: ending.text, now: now)
    } else {
      slots[slot].serving = nil
      if stayedUp { slots[slot].failures = 0 }
      failed(slot, asNext: false, reason: ending.text, now: now)
    }
    exitWhenEmpty()
  }

  // MARK: what the operator asks for

  mutating func reload(now: Instant) {
    if isStopping { return }
    if isReloading {
      reloadAgain = true
      write(.info, "reload-queued", reason: "one is under way")
      return
    }
    generation += 1
    isReloading = true
    write(.info, "reload")
    for slot in slots.indices {
      slots[slot].startAt = nil
      actions.append(.start(slot: slot, generation: generation))
    }
  }

  mutating func stop(now: Instant) {
    if isStopping { return }
    isStopping = true
    isReloading = false
    write(.info, "stop", reason: "\(workers.count) to drain")
    actions.append(.closeSockets)
    for slot in slots.indices { slots[slot].startAt = nil }
    for process in workers.keys.sorted() where workers[process]?.role != .draining { drain(process, now: now) }
    exitWhenEmpty()
  }

  /// An operator who asks a second time does not want to wait.
  mutating func stopAtOnce(now: Instant) {
    stop(now: now)
    for process in workers.keys.sorted() { kill(process, event: "killed", reason: "asked to stop at once") }
  }

  // MARK: time

  mutating func tick(now: Instant) {
    if lastTick.duration(to: now) > patience.betweenHeartbeats {
      // This process itself did not run for that long (stopped, or starved): it cannot know who else was silent.
      let soonest = now.advanced(by: patience.betweenHeartbeats)
      for (process, worker) in workers where worker.role != .draining && worker.deadline < soonest {
        workers[process]?.deadline = soonest
      }
    }
    lastTick = now
    for (process, worker) in workers.sorted(by: { $0.key < $1.key }) where worker.deadline <= now && !worker.wasKilled {
      switch worker.role {
      case .starting: kill(process, event: "not-ready", reason: "not ready within \(patience.toBecomeReady)")
      case .serving: kill(process, event: "frozen", reason: "no heartbeat for \(patience.betweenHeartbeats)")
      case .draining: kill(process, event: "drain-overdue", reason: "not drained within \(patience.toDrain)")
      }
    }
    for slot in slots.indices {
      guard let at = slots[slot].startAt, at <= now, !isStopping else { continue }
      slots[slot].startAt = nil
      actions.append(.start(slot: slot, generation: generation))
    }
  }

  /// When `tick` next has something to do; nil when only an event can change anything.
  var nextDeadline: Instant? {
    (workers.values.filter { !$0.wasKilled }.map(\.deadline) + slots.compactMap(\.startAt)).min()
  }

  // MARK: inside

  private mutating func failed(_ slot: Int, asNext: Bool, reason: String, now: Instant) {
    if isStopping { return }
    if asNext && isReloading {
      abandonReload(reason: reason, now: now)
      return
    }
    // In a reload the next worker of this slot is on its way, or already there.
    if isReloading, slots[slot].next != nil {
      return
    }
    slots[slot].failures += 1
    if !hasServed && slot < workerCount && slots[slot].failures >= patience.firstStarts {
      giveUp(code: 3, reason: "no worker became ready in \(patience.firstStarts) starts", now: now)
      return
    }
    let wait = patience.wait(after: slots[slot].failures)
    slots[slot].startAt = now.advanced(by: wait)
    if wait > .zero { write(.warning, "back-off", slot: slot, reason: "next start in \(wait)") }
  }

  private mutating func finishReloadWhenReady(now: Instant) {
    let isReady = slots.allSatisfy { slot in slot.next.map { workers[$0]?.role == .serving } ?? false }
    guard isReady else { return }
    isReloading = false
    for slot in slots.indices {
      let old = slots[slot].serving
      slots[slot] = Slot(serving: slots[slot].next)
      if let old { drain(old, now: now) }
    }
    write(.info, "reloaded")
    reloadIfAskedAgain(now: now)
  }

  private mutating func abandonReload(reason: String, now: Instant) {
    isReloading = false
    write(.error, "reload-failed", reason: "\(reason); the workers before it serve on")
    for slot in slots.indices {
      guard let next = slots[slot].next else {
        if slots[slot].serving == nil { slots[slot].startAt = now.advanced(by: patience.wait(after: 2)) }
        continue
      }
      slots[slot].next = nil
      if slots[slot].serving == nil {
        slots[slot].serving = next  // the one before it died meanwhile; better the new one than none
      } else {
        drain(next, now: now)
      }
    }
    reloadIfAskedAgain(now: now)
  }

  private mutating func reloadIfAskedAgain(now: Instant) {
    guard reloadAgain else { return }
    reloadAgain = false
    reload(now: now)
  }

  private mutating func drain(_ process: Int32, now: Instant) {
    guard var worker = workers[process] else { return }
    worker.role = .draining
    worker.deadline = now.advanced(by: patience.toDrain)
    workers[process] = worker
    for slot in slots.indices {
      if slots[slot].serving == process { slots[slot].serving = nil }
      if slots[slot].next == process { slots[slot].next = nil }
    }
    note("draining", of: process)
    actions.append(.send(.terminate, to: process))
  }

  private mutating func kill(_ process: Int32, event: String, reason: String) {
    guard var worker = workers[process] else { return }
    worker.wasKilled = true
    workers[process] = worker
    write(.error, event, worker: worker, process: process, reason: reason)
    actions.append(.send(.kill, to: process))
  }

  private var givenUpWith: Int32?

  private mutating func giveUp(code: Int32, reason: String, now: Instant) {
    write(.error, "giving-up", reason: reason)
    givenUpWith = code
    stop(now: now)
  }

  private mutating func exitWhenEmpty() {
    guard isStopping && workers.isEmpty else { return }
    write(.info, "stopped")
    actions.append(.exit(givenUpWith ?? 0))
  }

  private mutating func note(_ event: String, of process: Int32) {
    guard let worker = workers[process] else { return }
    write(.info, event, worker: worker, process: process, reason: nil)
  }

  private mutating func write(_ level: EventLine.Level, _ event: String, worker: Worker, process: Int32, reason: String?) {
    write(level, event, slot: worker.slot, process: process, generation: worker.generation, reason: reason)
  }

  private mutating func write(
    _ level: EventLine.Level, _ event: String, slot: Int? = nil, process: Int32? = nil, generation: Int? = nil,
    reason: String? = nil
  ) {
    let role = slot.flatMap { $0 < workerCount ? nil : companions[$0 - workerCount] }
    actions.append(
      .write(
        EventLine(
          level, event, worker: role == nil ? slot : nil, role: role, process: process, generation: generation ?? self.generation,
          reason: reason)))
  }
}
