import EventLoop
import FoundationEssentials
import Glibc
import TemplateEngine
import Tenancy
import ThemeSDK

/// What an operator should know, one JSON object a line on standard error. Bounded: a line that repeats within a minute is counted,
/// not written, so that a broken filler on a busy page does not fill a disk.
@LoopActor package final class ServiceLog {
  package enum Level: String, Sendable { case info, warning, error }

  private var lastWritten: [String: (time: MonotonicInstant, repeats: Int)] = [:]
  private let write: @LoopActor (String) -> Void

  /// - Parameter write: takes a whole line without its end; standard error unless a test listens.
  package init(write: @escaping @LoopActor (String) -> Void = { line in ErrorOutput.put(line) }) {
    self.write = write
  }

  /// - Parameter sample: fields that differ from one occurrence to the next (a path, a cause): of lines that repeat, the first
  ///   one's are told.
  package func note(
    _ level: Level, _ event: String, tenant: TenantID? = nil, _ fields: KeyValuePairs<String, String> = [:],
    sample: KeyValuePairs<String, String> = [:]
  ) {
    let identity = ([event, tenant?.value ?? ""] + fields.map { "\($0.key)=\($0.value)" }).joined(separator: "\u{1f}")
    var repeats = 0
    if let last = lastWritten[identity] {
      guard last.time.duration(to: .now) > .seconds(60) else {
        lastWritten[identity]?.repeats += 1
        return
      }
      repeats = last.repeats
    }
    if lastWritten.count > 1000 { lastWritten = [:] }
    lastWritten[identity] = (.now, 0)
    var line = "{\"ts\":\"\(Timestamp.now)\",\"level\":\"\(level.rawValue)\",\"event\":\"\(event)\""
    if let tenant { line += ",\"tenant\":\"\(tenant.value)\"" }
    for (key, value) in fields { line += ",\"\(key)\":\(JSONText.quoted(value))" }
    for (key, value) in sample { line += ",\"\(key)\":\(JSONText.quoted(value))" }
    if repeats > 0 { line += ",\"repeats\":\(repeats)" }
    write(line + "}")
  }

  func failure(of filler: Filler, _ error: any Error, tenant: TenantID) {
    note(
      .error, "filler-failed", tenant: tenant, ["slot": filler.slot, "filler": filler.qualifiedID, "error": "\(error)"])
  }

  func problem(_ error: RenderError, of tenant: TenantID) {
    note(.warning, "template-problem", tenant: tenant, ["error": error.description])
  }
}

/// Lines to standard error, written off the loop in their order: a pipe that nobody reads must not stop a worker. What cannot
/// wait any more is dropped.
@LoopActor package enum ErrorOutput {
  private static var waiting: [UInt8] = []
  private static var isWriting = false
  private static let mostWaiting = 1 << 20

  package static func put(_ line: String) {
    guard waiting.count < mostWaiting else { return }
    waiting += Array(line.utf8) + [0x0a]
    guard !isWriting else { return }
    isWriting = true
    Loop.task {
      while !self.waiting.isEmpty {
        let batch = self.waiting
        self.waiting = []
        await Loop.offLoop { _ = batch.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) } }
      }
      self.isWriting = false
    }
  }

  /// Waits until everything is written: for a process that ends.
  package static func flush() async {
    while isWriting { await Loop.sleep(for: .milliseconds(1)) }
  }
}
