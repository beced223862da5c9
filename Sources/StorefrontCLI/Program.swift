import Glibc

/// The program `storefront`: finds the command that the words name, reads its options, runs it, and turns what went
/// wrong into a sentence on standard error and an exit code.
enum Program {
  static let version = "0.1.0"

  /// The order is the order in `storefront --help`.
  static let commands: [Command] = [
    DemoCommand.command, ServeCommand.command, WorkerCommand.command, TenantCommand.list, TenantCommand.check,
    CatalogCommand.command, RelayCommand.command, CoreAPICommand.command, TemplateCommand.render, ThemeCommand.preview,
    SitemapCommand.command,
    CaddyfileCommand.command,
    DoctorCommand.command,
  ]

  static func run(_ words: [String]) -> Int32 {
    do {
      return try dispatch(words)
    } catch let error as UsageError {
      complain(error.message, hint: error.hint)
      return ExitCode.usage
    } catch let error as CommandError {
      complain(error.message, hint: error.hint)
      return error.code
    } catch {
      complain("\(error)", hint: nil)
      return ExitCode.environment
    }
  }

  private static func dispatch(_ words: [String]) throws -> Int32 {
    switch words.first {
    case nil:
      throw UsageError("no command given", hint: "storefront --help lists them")
    case "--help", "-h":
      say(Help.overview(of: commands))
      return ExitCode.ok
    case "help":
      return try dispatch(words.dropFirst() + ["--help"])
    case "--version":
      say("storefront \(version)")
      return ExitCode.ok
    default: break
    }
    guard let command = command(for: words) else { return try explain(words) }
    let rest = Array(words.dropFirst(command.words.count))
    if Invocation.asksForHelp(rest) {
      say(Help.page(of: command))
      return ExitCode.ok
    }
    return try command.run(try Invocation(rest, of: command))
  }

  /// The command whose words the line begins with; `tenant list` before a possible `tenant`.
  private static func command(for words: [String]) -> Command? {
    commands.filter { words.starts(with: $0.words) }.max { $0.words.count < $1.words.count }
  }

  /// A first word that leads to several commands lists them; anything else is a mistake, with the nearest command named.
  private static func explain(_ words: [String]) throws -> Int32 {
    let group = commands.filter { $0.words.first == words[0] && !$0.isHidden }
    if !group.isEmpty {
      if words.count > 1, Invocation.asksForHelp(Array(words.dropFirst())) {
        say(Help.overview(of: group))
        return ExitCode.ok
      }
      let verbs = group.map { $0.words.dropFirst().joined(separator: " ") }
      guard words.count > 1 else {
        throw UsageError("\"\(words[0])\" needs one of: \(verbs.joined(separator: ", "))", hint: "storefront \(words[0]) --help")
      }
      let near = Suggestion.nearest(to: words[1], in: verbs).map { "; did you mean \"\(words[0]) \($0)\"?" } ?? ""
      throw UsageError("no command \"\(words[0]) \(words[1])\"\(near)", hint: "storefront \(words[0]) --help lists them")
    }
    let names = commands.filter { !$0.isHidden }.map { $0.words[0] }
    let near = Suggestion.nearest(to: words[0], in: names).map { "; did you mean \"\($0)\"?" } ?? ""
    throw UsageError("no command \"\(words[0])\"\(near)", hint: "storefront --help lists them")
  }

  /// A line on standard output, at once: a program that reads it through a pipe shall not wait for a full buffer.
  static func say(_ text: String) { put(text, to: STDOUT_FILENO) }

  /// A sentence on standard error, and below it the way out.
  static func complain(_ message: String, hint: String?) {
    put("storefront: \(message)" + (hint.map { "\n  \($0)" } ?? ""), to: STDERR_FILENO)
  }

  static func put(_ text: String, to descriptor: Int32) { put(Array("\(text)\n".utf8), to: descriptor) }

  static func put(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return }  // nobody reads: there is nobody to tell either
      rest = rest.dropFirst(count)
    }
  }
}
