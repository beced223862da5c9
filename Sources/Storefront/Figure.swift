/// One figure for operators, in the text form that Prometheus reads: what it is, and a value for each of its labels.
package struct Figure: Sendable {
  package enum Kind: String, Sendable { case counter, gauge }

  private let name: String
  private let kind: Kind
  private let help: String
  private let values: [(labels: String, value: Int)]

  /// - Parameters:
  ///   - name: without the program's own prefix.
  ///   - help: one sentence.
  package init(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
    (self.name, self.kind, self.help) = (name, kind, help)
    values = [("", value)]
  }

  /// - Parameter values: by what the label says.
  package init(_ name: String, _ kind: Kind, _ help: String, by label: String, _ values: KeyValuePairs<String, Int>) {
    (self.name, self.kind, self.help) = (name, kind, help)
    self.values = values.map { ("{\(label)=\"\($0.key)\"}", $0.value) }
  }

  var text: String {
    var text = "# HELP storefront_\(name) \(help)\n# TYPE storefront_\(name) \(kind.rawValue)\n"
    for (labels, value) in values { text += "storefront_\(name)\(labels) \(value)\n" }
    return text
  }
}
