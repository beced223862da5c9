/// One thing found while reading a theme or a plugin: what, where in the author's own file, why, and the way out.
public struct Finding: Hashable, Sendable, CustomStringConvertible {
  /// An error makes the theme or plugin unusable; a warning does not.
  public enum Severity: String, Hashable, Sendable {
    case error, warning
  }

  /// How bad it is.
  public let severity: Severity
  /// A stable name for this kind of finding, such as `unknown-filter`.
  public let code: String
  /// What was found, one sentence without a full stop.
  public let message: String
  /// The file, relative to the folder of the theme or plugin: `../base/sections/text.liquid` for one of a theme it extends.
  public let file: String
  /// Line from 1, nil when the finding is about the whole file.
  public let line: Int?
  /// Column from 1, in characters.
  public let column: Int?
  /// The line of the file with a caret under the place, for faults of Liquid.
  public let excerpt: String?
  /// Why it is a finding.
  public let why: String?
  /// What the author can do.
  public let wayOut: String?

  /// `file:line:column: error: message [code]`, then the excerpt, the why and the way out on lines of their own.
  public var description: String {
    var text = file
    if let line { text += ":\(line)" }
    if let column { text += ":\(column)" }
    text += ": \(severity.rawValue): \(message) [\(code)]"
    if let excerpt { text += "\n" + excerpt }
    if let why { text += "\n  why: \(why)" }
    if let wayOut { text += "\n  fix: \(wayOut)" }
    return text
  }
}

/// A theme or plugin that cannot be used, with everything that was found, not only the first fault.
public struct ThemeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What could not be used, such as `theme fashion`.
  public let subject: String
  /// The folder it was read from.
  public let folder: String
  /// Every finding, errors first, then by file, line and column.
  public let findings: [Finding]

  /// A headline and every finding, for a log or a terminal.
  public var description: String {
    let errors = findings.count { $0.severity == .error }
    let warnings = findings.count - errors
    var head = "\(subject) in \(folder) cannot be used: \(errors) error\(errors == 1 ? "" : "s")"
    if warnings > 0 { head += ", \(warnings) warning\(warnings == 1 ? "" : "s")" }
    return ([head] + findings.map(\.description)).joined(separator: "\n")
  }
}

/// A line and a column in a file, both from 1.
struct Place: Hashable, Sendable {
  var line: Int
  var column: Int

  static let start = Place(line: 1, column: 1)
}

/// Collects findings while a folder is read, so that one run tells all of them.
struct Report {
  private(set) var findings: [Finding] = []
  /// Where inherited files lie, by their path in the theme that extends another.
  var origins: [String: String] = [:]
  /// What leads to the folder whose own files are being read, such as `../base/`.
  var folder = ""

  var hasErrors: Bool { findings.contains { $0.severity == .error } }

  mutating func add(
    _ severity: Finding.Severity, _ code: String, _ message: String, in file: String, at place: Place? = nil,
    excerpt: String? = nil, why: String? = nil, wayOut: String? = nil
  ) {
    let file = folder.isEmpty ? origins[file] ?? file : folder + file
    let finding = Finding(
      severity: severity, code: code, message: message, file: file, line: place?.line, column: place?.column, excerpt: excerpt,
      why: why,
      wayOut: wayOut)
    if !findings.contains(finding) { findings.append(finding) }
  }

  /// Errors first, then by file and place: the same text on every run.
  var sorted: [Finding] {
    findings.sorted {
      if $0.severity != $1.severity { return $0.severity == .error }
      return ($0.file, $0.line ?? 0, $0.column ?? 0, $0.code, $0.message)
        < ($1.file, $1.line ?? 0, $1.column ?? 0, $1.code, $1.message)
    }
  }
}
