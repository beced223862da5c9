/// A place in a template and what is wrong there.
public struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The template's name.
  public let template: String
  /// The line, from 1.
  public let line: Int
  /// The column, from 1, in characters.
  public let column: Int
  /// The text of the line, shortened around the place when it is long.
  public let excerpt: String
  /// How many characters of ``excerpt`` are before the place.
  public let caret: Int
  /// What is wrong.
  public let message: String
  /// The way out, when there is a likely one: a near-miss name, the tag that is missing.
  public let suggestion: String?

  /// All of it: place, cause, excerpt with a caret, suggestion.
  public var description: String {
    var text = "\(template):\(line):\(column): \(message)\n  \(excerpt)\n  \(String(repeating: " ", count: caret))^"
    if let suggestion { text += "\n  \(suggestion)" }
    return text
  }
}

/// Every problem found in a template's source, in the order of the source.
public struct TemplateErrors: Error, Sendable, CustomStringConvertible {
  /// The problems; never empty.
  public let errors: [TemplateError]
  /// All problems, one below the other.
  public var description: String { errors.map(\.description).joined(separator: "\n") }
}

/// Why a render failed, or a problem it went on after.
public struct RenderError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of cause, for callers that must tell limits from faults.
  public enum Cause: Sendable, Hashable {
    /// The limit on ``Limits/steps``.
    case steps
    /// The limit on ``Limits/stepsAtOnce``.
    case stepsAtOnce
    /// The limit on ``Limits/outputBytes``.
    case outputBytes
    /// The limit on ``Limits/depth``.
    case depth
    /// The limit on ``Limits/assignedBytes``.
    case assignedBytes
    /// The limit on ``Limits/requests``.
    case requests
    /// A fault in the template or its data.
    case fault
  }
  /// The kind of cause.
  public let cause: Cause
  /// Where, and in words.
  public let place: TemplateError
  /// All of it, as ``TemplateError/description``.
  public var description: String { place.description }
}
