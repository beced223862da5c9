import TemplateEngine

/// `--limits steps=…,output=…`: the names as they are typed, and what of a render's limits they set.
enum LimitsOption {
  private static let fields: [(name: String, field: any WritableKeyPath<Limits, Int> & Sendable)] = [
    ("steps", \.steps), ("at-once", \.stepsAtOnce), ("output", \.outputBytes), ("depth", \.depth),
    ("assigned", \.assignedBytes), ("requests", \.requests),
  ]

  static let option = Command.Option.value(
    "limits", "NAME=N,…",
    "what one render may use: \(fields.map { "\($0.name)=\(Limits()[keyPath: $0.field])" }.joined(separator: ",")) are the defaults"
  )

  /// The limits of a run: the defaults, but for what its `--limits` says.
  static func limits(of invocation: Invocation) throws(UsageError) -> Limits {
    var limits = Limits()
    for part in invocation.allValues("limits").flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
      let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard let field = fields.first(where: { $0.name == words[0] })?.field else {
        let names = fields.map(\.name)
        let way = Suggestion.nearest(to: words[0], in: names).map { "did you mean \"\($0)\"?" }
        throw invocation.usage("--limits has no \"\(words[0])\"; \(way ?? "it takes \(names.joined(separator: ", "))")")
      }
      guard words.count == 2 else { throw invocation.usage("--limits \(words[0]) needs a number: \(words[0])=N") }
      guard let number = Int(words[1]), number >= 0 else {
        throw invocation.usage("--limits \(words[0]) takes a whole number from 0, not \"\(words[1])\"")
      }
      limits[keyPath: field] = number
    }
    return limits
  }
}
