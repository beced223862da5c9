import Glibc

/// `storefront doctor`: looks at everything around the program before a shopper does.
enum DoctorCommand {
  static let command = Command(
    "doctor", summary: "Check what the service needs: files, ports, limits, libraries",
    options: ServiceOptions.files + ServiceOptions.listeners + [.flag("json", "one JSON document for a program to read")],
    discussion: """
      Prints one line for each thing it looked at: ok, warning (the service runs, but an operator should know) or
      problem (it does not run, or not for every shop), with the way out. Exit code 1 when there is a problem.
      """,
    examples: [
      .init("storefront doctor", "look at the default files and ports"),
      .init("storefront doctor --tenants /etc/storefront/tenants.json --port 80 --json", "another installation, for a monitor"),
    ]
  ) { invocation in
    let options = try ServiceOptions(invocation)
    let findings = Diagnosis.all(options, environment: Environs.current)
    if invocation.has("json") {
      Program.say(json(findings))
    } else {
      Program.say(findings.map(line).joined(separator: "\n"))
      let problems = findings.count { $0.state == .problem }
      let warnings = findings.count { $0.state == .warning }
      Program.say("\(findings.count) checks, \(problems) problems, \(warnings) warnings")
    }
    return findings.contains { $0.state == .problem } ? ExitCode.findings : ExitCode.ok
  }

  private static func line(_ finding: Diagnosis.Finding) -> String {
    func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
    var text = padded(finding.state.rawValue, 9) + padded(finding.subject, 16)
    text += finding.found.replacing("\n", with: "\n" + String(repeating: " ", count: 25))
    if let wayOut = finding.wayOut { text += "\n" + String(repeating: " ", count: 25) + wayOut }
    return text
  }

  private static func json(_ findings: [Diagnosis.Finding]) -> String {
    let rows = findings.map { finding in
      var members = [("state", finding.state.rawValue), ("subject", finding.subject), ("found", finding.found)]
      if let wayOut = finding.wayOut { members.append(("wayOut", wayOut)) }
      return "    {" + members.map { "\(quoted($0)): \(quoted($1))" }.joined(separator: ", ") + "}"
    }
    return "{\n  \"version\": \(quoted(Program.version)),\n  \"checks\": [\n\(rows.joined(separator: ",\n"))\n  ]\n}"
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": out += "\\\(scalar)"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20: out += " "
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
