import Glibc

/// One line of the supervisor's log: JSON, the same field names in the same order, absent ones left out.
package struct EventLine: Equatable, Sendable {
  package enum Level: String, Sendable { case info, warning, error }

  package let level: Level
  package let event: String
  package let worker: Int?
  /// What a process is that is no worker: `relay`.
  package let role: String?
  package let process: Int32?
  package let generation: Int?
  package let reason: String?

  package init(
    _ level: Level, _ event: String, worker: Int? = nil, role: String? = nil, process: Int32? = nil, generation: Int? = nil,
    reason: String? = nil
  ) {
    self.level = level
    self.event = event
    self.worker = worker
    self.role = role
    self.process = process
    self.generation = generation
    self.reason = reason
  }

  /// The line without its end, at a moment given in seconds and milliseconds since 1970.
  package func text(seconds: Int, milliseconds: Int) -> String {
    var time = time_t(seconds)
    var parts = tm()
    gmtime_r(&time, &parts)
    func padded(_ value: some BinaryInteger, _ width: Int = 2) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date = "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
    let clock = "\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec)).\(padded(milliseconds, 3))"
    var line = "{\"ts\":\"\(date)T\(clock)Z\",\"level\":\"\(level.rawValue)\",\"event\":\"\(event)\""
    if let worker { line += ",\"worker\":\(worker)" }
    if let role { line += ",\"role\":\"\(role)\"" }
    if let process { line += ",\"pid\":\(process)" }
    if let generation { line += ",\"generation\":\(generation)" }
    if let reason { line += ",\"reason\":\"\(Self.escaped(reason))\"" }
    return line + "}"
  }

  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": out += "\\\(scalar)"
      case "\n": out += "\\n"
      case _ where scalar.value < 0x20: out += " "
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// To standard error in one write, so that lines of several processes do not mix.
  package func write() {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let line = text(seconds: now.tv_sec, milliseconds: now.tv_nsec / 1_000_000) + "\n"
    var rest = Array(line.utf8)[...]
    while !rest.isEmpty {
      // A full pipe is asked first: writing to it would wait for a reader that may have stopped, and workers wait for this process.
      var output = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
      guard poll(&output, 1, 0) == 1, output.revents & Int16(POLLOUT) != 0 else { return }
      let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return }  // a log nobody can take is no reason to stop serving
      rest = rest.dropFirst(count)
    }
  }
}
