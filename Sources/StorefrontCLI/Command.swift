/// What a shell sees of a run.
enum ExitCode {
  static let ok: Int32 = 0
  /// The command did its work and found what it looks for: a broken file, a failed check.
  static let findings: Int32 = 1
  static let usage: Int32 = 2
  /// Something around the program is missing or in the way: a file, a port, a service.
  static let environment: Int32 = 3
}

/// One command of the program: its words, what its help says, and what it does.
struct Command: Sendable {
  struct Option: Sendable {
    let name: String
    /// The word for its value in the help; nil when it takes none.
    let value: String?
    let help: String

    static func flag(_ name: String, _ help: String) -> Option { Option(name: name, value: nil, help: help) }
    static func value(_ name: String, _ value: String, _ help: String) -> Option {
      Option(name: name, value: value, help: help)
    }
  }

  struct Example: Sendable {
    let line: String
    let does: String
    init(_ line: String, _ does: String) {
      self.line = line
      self.does = does
    }
  }

  let words: [String]
  let summary: String
  /// What follows the options: `FILE…`, `HOST`, or nothing.
  let operands: String
  /// How many operands may follow.
  let operandCount: ClosedRange<Int>
  let options: [Option]
  let discussion: String
  let examples: [Example]
  let isHidden: Bool
  /// Runs on the main thread, which a command that serves keeps for its loop. Returns the exit code.
  let run: @Sendable (Invocation) throws -> Int32

  init(
    _ name: String, summary: String, operands: String = "", operandCount: ClosedRange<Int> = 0...0, options: [Option] = [],
    discussion: String = "", examples: [Example] = [], isHidden: Bool = false,
    run: @escaping @Sendable (Invocation) throws -> Int32
  ) {
    words = name.split(separator: " ").map(String.init)
    self.summary = summary
    self.operands = operands
    self.operandCount = operandCount
    self.options = options
    self.discussion = discussion
    self.examples = examples
    self.isHidden = isHidden
    self.run = run
  }

  var name: String { words.joined(separator: " ") }
}

/// The words were wrong: exit code 2.
struct UsageError: Error {
  let message: String
  let hint: String?

  init(_ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }
}

/// A command could not do its work: the sentence, the way out, and the exit code.
struct CommandError: Error {
  let message: String
  let hint: String?
  let code: Int32

  init(_ message: String, hint: String? = nil, code: Int32 = ExitCode.environment) {
    self.message = message
    self.hint = hint
    self.code = code
  }
}
