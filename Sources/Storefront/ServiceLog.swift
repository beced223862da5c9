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
  package init(write: @escaping @LoopActor (String) -> Void = { line in FileHandleWriter.standardError(line) }) {
    self.write = write
  }

  package func note(_ level: Level, _ event: String, tenant: TenantID? = nil, _ fields: KeyValuePairs<String, String> = [:]) {
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
    if repeats > 0 { line += ",\"repeats\":\(repeats)" }
    write(line + "}")
  }

  func failure(of filler: Filler, _ error: RenderError, tenant: TenantID) {
    note(
      .error, "filler-failed", tenant: tenant, ["slot": filler.slot, "filler": filler.qualifiedID, "error": error.description])
  }

  func problem(_ error: RenderError, of tenant: TenantID) {
    note(.warning, "template-problem", tenant: tenant, ["error": error.description])
  }
}

package enum FileHandleWriter {
  package static func standardError(_ line: String) {
    var bytes = Array(line.utf8)
    bytes.append(0x0a)
    _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
  }
}
