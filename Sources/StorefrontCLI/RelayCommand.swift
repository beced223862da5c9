import EventLoop
import Glibc
import Relay
import Storefront

/// `storefront relay`: the core API's change events to the change log.
enum RelayCommand {
  static let command = Command(
    "relay", summary: "Carry the core API's change events to the change log",
    options: [
      .value(
        "heartbeat-fd", "FD", "a pipe that takes a byte at the start, then one a second; the relay ends when nobody reads it")
    ],
    discussion: """
      Reads the stream core:events at CORE_EVENTS_URL and appends to the change log at REDIS_LOG_URL; either is REDIS_URL if not
      set. A URL is redis://[user[:password]@]host[:port][/database] or unix:///path[?db=N].
      Several relays may run: each event is taken by one, and taken over by another when it is not done within two seconds. Without
      any relay, workers trust what they keep no longer than its own life, and nothing is stored downstream.
      SIGTERM finishes what it has taken and ends. What an operator should know goes to standard error, one JSON object a line.
      """,
    examples: [
      .init("REDIS_URL=redis://localhost storefront relay", "one Redis for everything"),
      .init(
        "CORE_EVENTS_URL=redis://relay:secret@core:6379/0 REDIS_LOG_URL=unix:///run/redis/log.sock storefront relay",
        "the core API's Redis and the log's"),
    ]
  ) { invocation in
    let backends = try Backends(Environs.current)
    guard let log = backends.log else {
      throw CommandError("the relay needs the change log's Redis", hint: "set REDIS_URL, or REDIS_LOG_URL and CORE_EVENTS_URL")
    }
    guard let source = backends.events else {
      throw CommandError("the relay needs the Redis of the core API's events", hint: "set CORE_EVENTS_URL, or REDIS_URL")
    }
    let heartbeat = try invocation.integer("heartbeat-fd", in: 3...1023)
    return Loop.assumeIsolated {
      let process = RelayProcess(Relay.Configuration(source: source, log: log), heartbeat: heartbeat.map(Int32.init))
      process.start()
      // What the loop calls back holds it unowned.
      withExtendedLifetime(process) { Loop.run() }
      return ExitCode.ok
    }
  }
}

@LoopActor private final class RelayProcess {
  private let configuration: Relay.Configuration
  private let relay: Relay
  private let log: ServiceLog
  private let heartbeat: Pipe?
  private var sources: [SignalSource] = []
  private var beats: EventLoop.Timer?

  init(_ configuration: Relay.Configuration, heartbeat: Int32?) {
    let log = ServiceLog()
    self.log = log
    self.configuration = configuration
    self.heartbeat = heartbeat.map(Pipe.init(writingTo:))
    relay = Relay(configuration) { Self.note($0, log) }
  }

  func start() {
    log.note(.info, "relay-started", ["events": "\(configuration.source)", "log": "\(configuration.log)"])
    for number in [SIGTERM, SIGINT] { sources.append(SignalSource(number) { [unowned self] in relay.stop() }) }
    signal(SIGHUP, SIG_IGN)
    if let heartbeat {
      heartbeat.beat()
      beats = EventLoop.Timer(after: .seconds(1), repeating: .seconds(1)) { [unowned self] in
        // Nobody reads: whoever started this relay is gone.
        if !heartbeat.beat() { relay.stop() }
      }
    }
    _ = Loop.task { [self] in
      await relay.run()
      let counts = relay.counts
      log.note(
        .info, "relay-stopped",
        [
          "events": "\(counts.events)", "appended": "\(counts.appends)", "malformed": "\(counts.malformed)",
          "taken-over": "\(counts.claimed)", "gaps": "\(counts.gaps)",
        ])
      // Lines are written off the loop: the last one has its turn first.
      await ErrorOutput.flush()
      Loop.stop()
    }
  }

  private static func note(_ event: Relay.Event, _ log: ServiceLog) {
    switch event {
    case .following: log.note(.info, "events-followed")
    case .sourceFailed(let error): log.note(.warning, "events-unreachable", sample: ["error": "\(error)"])
    case .logFailed(let error): log.note(.warning, "log-unreachable", sample: ["error": "\(error)"])
    case .malformed(let id, let reason, let tenant):
      log.note(.warning, "event-malformed", tenant: tenant, ["reason": reason], sample: ["id": id])
    case .gap(let reason): log.note(.warning, "everything-touched", sample: ["reason": reason])
    }
  }
}
