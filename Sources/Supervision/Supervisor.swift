import CPosix
import Glibc

/// Keeps one worker process serving for each listening socket, and the service's other processes running: starts them, watches their heartbeats, replaces those
/// that die or freeze, brings up a new generation on SIGHUP and drains on SIGTERM and SIGINT.
///
/// It runs on the thread that calls `run`, and expects to be the only thread: signals are read from a descriptor, and a
/// thread that existed before would still receive them.
package struct Supervisor {
  package struct Options: Sendable {
    /// The program of a worker, and its arguments; the descriptors' numbers are added behind them.
    package var executable: String
    package var arguments: [String]
    /// `NAME=value`, as the worker shall see it. STOREFRONT_SLOT and STOREFRONT_GENERATION are added.
    package var environment: [String]
    /// One listening socket for each worker slot. The supervisor closes them when it stops.
    package var sockets: [Int32]
    /// The operators' listening socket, shared by all workers.
    package var operations: Int32
    /// Processes of the same program that serve nobody.
    package var companions: [Companion] = []
    package var patience = Patience()

    package init(executable: String, arguments: [String], environment: [String], sockets: [Int32], operations: Int32) {
      self.executable = executable
      self.arguments = arguments
      self.environment = environment
      self.sockets = sockets
      self.operations = operations
    }
  }

  /// A process that is kept running beside the workers. It beats like a worker, on the descriptor `heartbeatArguments` name.
  package struct Companion: Sendable {
    /// What it is called in the log.
    package let role: String
    package let arguments: [String]

    package init(role: String, arguments: [String]) {
      self.role = role
      self.arguments = arguments
    }
  }

  /// What stands as descriptor 3 of a companion, as arguments of its command.
  package static let heartbeatArguments = ["--heartbeat-fd", "3"]

  /// What stands as descriptor 3, 4 and 5 of a worker, as arguments of its command.
  package static let descriptorArguments = ["--listen-fd", "3", "--operations-fd", "4", "--heartbeat-fd", "5"]

  private let options: Options
  private var fleet: Fleet
  private var heartbeats: [Int32: Int32] = [:]  // process → our end of its pipe

  private let write: (EventLine) -> Void

  /// - Parameter write: takes the lines of the log; standard error when not said.
  package init(options: Options, write: @escaping (EventLine) -> Void = { $0.write() }) {
    self.options = options
    self.write = write
    fleet = Fleet(
      slots: options.sockets.count, companions: options.companions.map(\.role), patience: options.patience, now: .now)
  }

  /// The program of this very process, which a worker is started from: the path, so that a reload takes up a binary
  /// that was put in its place.
  package static func ownExecutable() -> String? {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  /// Supervises until it is told to stop; the exit code for the process. 3 when no worker can be started at all.
  package mutating func run() -> Int32 {
    let signals = cposix_supervisor_signals()
    guard signals >= 0 else {
      write(EventLine(.error, "giving-up", reason: "signals: \(String(cString: strerror(errno)))"))
      return 3
    }
    defer { close(signals) }
    for socket in options.sockets + [options.operations] { _ = fcntl(socket, F_SETFD, FD_CLOEXEC) }
    var interrupts = 0
    while true {
      // In this order: what workers said is heard before anyone is called late.
      let open = hear(signals)
      while true {
        let signal = cposix_next_signal(signals)
        if signal == 0 { break }
        switch signal {
        case SIGHUP: fleet.reload(now: .now)
        case SIGTERM: fleet.stop(now: .now)
        case SIGINT:
          interrupts += 1
          if interrupts == 1 { fleet.stop(now: .now) } else { fleet.stopAtOnce(now: .now) }
        default: break  // SIGCHLD: looked for below in any case
        }
      }
      for process in open { listen(to: process) }
      collectEnded()
      fleet.tick(now: .now)
      if let code = act() { return code }
    }
  }

  /// Waits for a signal, a heartbeat or the next deadline; the processes that gave a sign or closed their pipe.
  private func hear(_ signals: Int32) -> [Int32] {
    let processes = Array(heartbeats.keys)
    var polled = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
    polled += processes.map { pollfd(fd: heartbeats[$0] ?? -1, events: Int16(POLLIN), revents: 0) }
    var milliseconds: Int32 = 1000
    if let deadline = fleet.nextDeadline {
      let wait = SuspendingClock.now.duration(to: deadline) / .milliseconds(1)
      milliseconds = Int32(max(0, min(1000, wait.rounded(.up))))
    }
    guard poll(&polled, nfds_t(polled.count), milliseconds) > 0 else { return [] }
    return processes.indices.filter { polled[$0 + 1].revents != 0 }.map { processes[$0] }
  }

  private mutating func listen(to process: Int32) {
    guard let descriptor = heartbeats[process] else { return }
    let count = cposix_drain(descriptor)
    if count > 0 {
      fleet.signOfLife(process, now: .now)
    } else if count < 0 {
      // Closed: it is ending, or it will be missed.
      heartbeats[process] = nil
      close(descriptor)
    }
  }

  private mutating func collectEnded() {
    var code: Int32 = 0
    var signal: Int32 = 0
    while true {
      let process = cposix_next_ended(&code, &signal)
      if process == 0 { return }
      // Its last word may still be in the pipe: a worker that got ready and died at once did get ready.
      listen(to: process)
      if let descriptor = heartbeats.removeValue(forKey: process) { close(descriptor) }
      fleet.ended(process, signal >= 0 ? .signal(signal) : .code(code), now: .now)
    }
  }

  private mutating func act() -> Int32? {
    while true {
      let actions = fleet.takeActions()
      if actions.isEmpty { return nil }
      for action in actions {
        switch action {
        case .start(let slot, let generation): start(slot: slot, generation: generation)
        case .send(let signal, let process): kill(process, signal == .kill ? SIGKILL : SIGTERM)
        case .closeSockets: options.sockets.forEach { close($0) }
        case .write(let line): write(line)
        case .exit(let code): return code
        }
      }
    }
  }

  private mutating func start(slot: Int, generation: Int) {
    var ends: [Int32] = [-1, -1]
    guard cposix_heartbeat_pipe(&ends) == 0 else {
      fleet.couldNotStart(slot: slot, reason: "pipe: \(String(cString: strerror(errno)))", now: .now)
      return
    }
    let worker = slot < options.sockets.count
    let own = worker ? options.arguments : options.companions[slot - options.sockets.count].arguments
    let arguments = [options.executable] + own + (worker ? Self.descriptorArguments : Self.heartbeatArguments)
    let descriptors = worker ? [options.sockets[slot], options.operations, ends[1]] : [ends[1]]
    let environment = options.environment + ["STOREFRONT_SLOT=\(slot)", "STOREFRONT_GENERATION=\(generation)"]
    var process: Int32 = 0
    let failure = withCStrings(arguments) { arguments in
      withCStrings(environment) { environment in
        cposix_spawn(
          options.executable, arguments, environment, descriptors, Int32(descriptors.count), &process)
      }
    }
    close(ends[1])
    if failure == 0 {
      heartbeats[process] = ends[0]
      fleet.started(process, slot: slot, generation: generation, now: .now)
    } else {
      close(ends[0])
      fleet.couldNotStart(slot: slot, reason: "\(options.executable): \(String(cString: strerror(failure)))", now: .now)
    }
  }
}

private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  let copies = strings.map { strdup($0) } + [nil]
  defer { copies.forEach { free($0) } }
  return copies.withUnsafeBufferPointer { body($0.baseAddress!) }
}
