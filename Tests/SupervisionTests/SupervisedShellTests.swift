import CPosix
import Glibc
import Synchronization
import Testing

@testable import Supervision

/// A supervisor on a thread of its own, whose workers are small shell programs; signals are sent to that thread.
private final class SupervisedShell: Sendable {
  private struct State {
    var lines: [EventLine] = []
    var code: Int32?
  }

  private let state = Mutex(State())
  private let options: Supervisor.Options
  private let thread = Mutex(pthread_t())

  init(_ script: String, _ change: (inout Patience) -> Void = { _ in }) {
    var options = Supervisor.Options(
      executable: "/bin/sh", arguments: ["-c", script, "worker"], environment: ["PATH=/usr/bin:/bin"],
      sockets: [open("/dev/null", O_RDWR | O_CLOEXEC)], operations: 2)
    options.patience.betweenHeartbeats = .seconds(2)
    change(&options.patience)
    self.options = options
    let box = Unmanaged.passRetained(self).toOpaque()
    thread.withLock { thread in
      _ = pthread_create(
        &thread, nil,
        { box in
          let shell = Unmanaged<SupervisedShell>.fromOpaque(box!).takeRetainedValue()
          var supervisor = Supervisor(options: shell.options) { line in shell.state.withLock { $0.lines.append(line) } }
          let code = supervisor.run()
          shell.state.withLock { $0.code = code }
          return nil
        }, box)
    }
  }

  var lines: [EventLine] { state.withLock { $0.lines } }

  func process(_ event: String) -> Int32? { lines.last { $0.event == event }?.process }

  /// Only after a line has shown that the supervisor is up: before that the thread has not blocked the signal.
  func send(_ signal: Int32) { thread.withLock { _ = pthread_kill($0, signal) } }

  /// Waits for the n-th line of an event. The bound is only there so that a failing test ends.
  func wait(for event: String, times: Int = 1) async throws -> Bool {
    for _ in 0..<1500 {
      if lines.count(where: { $0.event == event }) >= times { return true }
      try await Task.sleep(for: .milliseconds(20))
    }
    return false
  }

  func stopped() async throws -> Int32? {
    for _ in 0..<1500 {
      if let code = state.withLock({ $0.code }) { return code }
      try await Task.sleep(for: .milliseconds(20))
    }
    return nil
  }
}

private let beating = "printf r >&5; while :; do sleep 0.1; printf b >&5; done"

extension ProcessTests {
  @Suite(.serialized) struct SupervisedShellTests {
    @Test func readyReloadedAndDrained() async throws {
      let shell = SupervisedShell("trap 'exit 0' TERM; \(beating)")
      #expect(try await shell.wait(for: "ready"))
      shell.send(SIGHUP)
      #expect(try await shell.wait(for: "reloaded"))
      #expect(try await shell.wait(for: "drained"))
      shell.send(SIGTERM)
      #expect(try await shell.stopped() == 0)
      #expect(
        shell.lines.map(\.event).filter { $0 != "started" && $0 != "draining" } == [
          "ready", "reload", "ready", "reloaded", "drained", "stop", "drained", "stopped",
        ])
    }

    @Test func neverReadyGivesUp() async throws {
      let shell = SupervisedShell("exec sleep 60") { patience in
        patience.toBecomeReady = .milliseconds(200)
        patience.firstStarts = 2
      }
      #expect(try await shell.stopped() == 3)
      #expect(shell.lines.count { $0.event == "not-ready" } == 2)
    }

    @Test func deadWorkerIsReplaced() async throws {
      let shell = SupervisedShell("trap 'exit 0' TERM; \(beating)")
      #expect(try await shell.wait(for: "ready"))
      kill(try #require(shell.process("ready")), SIGKILL)
      #expect(try await shell.wait(for: "ready", times: 2))
      #expect(shell.lines.first { $0.event == "died" }?.reason == "signal 9")
      shell.send(SIGTERM)
      #expect(try await shell.stopped() == 0)
    }

    @Test func frozenWorkerIsReplaced() async throws {
      let shell = SupervisedShell("trap 'exit 0' TERM; \(beating)")
      #expect(try await shell.wait(for: "ready"))
      kill(try #require(shell.process("ready")), SIGSTOP)
      #expect(try await shell.wait(for: "ready", times: 2))
      #expect(shell.lines.contains { $0.event == "frozen" })
      shell.send(SIGTERM)
      #expect(try await shell.stopped() == 0)
    }

    @Test func workerDeafToTheDrainIsKilled() async throws {
      let shell = SupervisedShell("trap '' TERM; \(beating)") { $0.toDrain = .milliseconds(300) }
      #expect(try await shell.wait(for: "ready"))
      shell.send(SIGTERM)
      #expect(try await shell.stopped() == 0)
      #expect(shell.lines.contains { $0.event == "drain-overdue" })
    }

    @Test(arguments: [2, 3]) func wrongSettingsAreNotTriedAgain(code: Int32) async throws {
      let shell = SupervisedShell("exit \(code)")
      #expect(try await shell.stopped() == code)
      #expect(shell.lines.count { $0.event == "started" } == 1)
    }
  }
}
