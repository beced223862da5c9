/// The options and operands of one run, read by the command's own table: `--name value`, `--name=value`, `--flag`, and
/// `--` before operands that begin with a dash. A lone `-` is an operand.
struct Invocation: Sendable {
  let command: Command
  private(set) var operands: [String] = []
  private var values: [String: [String]] = [:]

  init(_ words: [String], of command: Command) throws(UsageError) {
    self.command = command
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        operands.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let name = parts[0].hasPrefix("--") ? String(parts[0].dropFirst(2)) : ""
      guard let option = command.options.first(where: { $0.name == name }) else {
        let near = Suggestion.nearest(to: name, in: command.options.map(\.name)).map { "; did you mean \"--\($0)\"?" } ?? ""
        throw usage("no option \"\(parts[0])\"\(near)")
      }
      if option.value == nil {
        guard parts.count == 1 else { throw usage("--\(name) takes no value") }
        values[name, default: []].append("")
      } else if parts.count == 2 {
        values[name, default: []].append(parts[1])
      } else if let value = rest.popFirst() {
        values[name, default: []].append(value)
      } else {
        throw usage("--\(name) needs a value: --\(name) \(option.value ?? "")")
      }
    }
    if operands.count < command.operandCount.lowerBound {
      throw usage("needs \(command.operands)")
    }
    if operands.count > command.operandCount.upperBound {
      let extra = operands[command.operandCount.upperBound]
      throw usage(command.operands.isEmpty ? "takes no \"\(extra)\"" : "takes only \(command.operands); \"\(extra)\" is too many")
    }
  }

  static func asksForHelp(_ words: [String]) -> Bool {
    words.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
  }

  func has(_ name: String) -> Bool { values[name] != nil }

  /// The value that was given last.
  func value(_ name: String) -> String? { values[name]?.last }

  /// All values of an option that may be given several times.
  func allValues(_ name: String) -> [String] { values[name] ?? [] }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw usage("--\(name) takes a number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\"")
    }
    return number
  }

  func choice(_ name: String, of choices: [String]) throws(UsageError) -> String? {
    guard let text = value(name) else { return nil }
    guard choices.contains(text) else {
      throw usage("--\(name) takes \(choices.joined(separator: " or ")), not \"\(text)\"")
    }
    return text
  }

  /// A mistake in the words of this run, with where to read more.
  func usage(_ message: String) -> UsageError {
    UsageError("\(command.name): \(message)", hint: "storefront \(command.name) --help")
  }
}
