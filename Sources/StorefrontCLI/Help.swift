/// The texts of `--help`, made from the command table.
enum Help {
  static func overview(of commands: [Command]) -> String {
    let shown = commands.filter { !$0.isHidden }
    var lines = ["Usage: storefront COMMAND [OPTIONS]", "", "Commands:"]
    lines += columns(shown.map { ($0.name, $0.summary) })
    lines += [
      "", "storefront COMMAND --help tells more about one; storefront --version prints the version.",
      "Exit codes: 0 ok, 1 findings, 2 wrong usage, 3 something around the program is missing or in the way.",
    ]
    return lines.joined(separator: "\n")
  }

  static func page(of command: Command) -> String {
    let parts = ["storefront", command.name] + (command.options.isEmpty ? [] : ["[OPTIONS]"]) + [command.operands]
    var lines = ["Usage: " + parts.filter { !$0.isEmpty }.joined(separator: " "), "", command.summary]
    if !command.discussion.isEmpty { lines += ["", command.discussion] }
    let options = command.options.map { option in
      ("--\(option.name)" + (option.value.map { " \($0)" } ?? ""), option.help)
    }
    lines += ["", "Options:"] + columns(options + [("--help", "this text")])
    if !command.examples.isEmpty {
      lines += ["", "Examples:"]
      for example in command.examples { lines += ["  \(example.line)", "      \(example.does)"] }
    }
    return lines.joined(separator: "\n")
  }

  private static func columns(_ rows: [(String, String)]) -> [String] {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { name, text in "  \(name)\(String(repeating: " ", count: width - name.count))  \(text)" }
  }
}
