// Texts of one locale, compiled at load: nested keys become dotted ones, and each text is cut at its `{{ name }}` places
// once, so that a look-up in a render is one hash and a join. A key with children named after plural categories
// (`one`, `other` …) is a plural, chosen by `count`.

/// The texts of a theme or plugin in one locale.
public struct Translations: Sendable {
  /// One text, cut at its interpolations.
  struct Text: Sendable {
    enum Piece: Sendable {
      case literal(String)
      case argument(String)
    }
    let pieces: [Piece]
  }

  enum Entry: Sendable {
    case text(Text)
    case plural([PluralCategory: Text])
  }

  /// The locale's tag, such as `de` or `pt-BR`.
  public let locale: String
  let rule: PluralRule
  private(set) var entries: [String: Entry] = [:]

  init(locale: String) {
    self.locale = locale
    rule = PluralRule(locale: locale)
  }

  /// Every key, dotted, in order.
  public var keys: [String] { entries.keys.sorted() }

  /// The pieces for a key; for a plural, by `count`. Nil when the locale lacks the key.
  func text(_ key: String, count: Double?) -> Text? {
    switch entries[key] {
    case .text(let text): return text
    case .plural(let forms):
      guard let count else { return forms[.other] }
      if count == 0, let zero = forms[.zero] { return zero }
      return forms[rule.category(of: count)] ?? forms[.other]
    case nil: return nil
    }
  }

  /// Adds the keys of a locale file. Anything but texts in objects is a finding.
  mutating func add(_ node: JSONNode, prefix: String = "", file: String, report: inout Report) {
    guard let members = node.members else {
      report.add(.error, "bad-locale", "a locale file is an object of texts, not \(node.kind)", in: file, at: node.place)
      return
    }
    for member in members {
      let key = prefix.isEmpty ? member.name : "\(prefix).\(member.name)"
      switch member.value.content {
      case .string(let text): entries[key] = .text(Text(text))
      case .object(let inner) where Self.isPlural(inner):
        var forms: [PluralCategory: Text] = [:]
        for form in inner {
          if let category = PluralCategory(rawValue: form.name), let text = form.value.string { forms[category] = Text(text) }
        }
        if forms[.other] == nil {
          report.add(
            .warning, "no-other", "the plural '\(key)' has no 'other'", in: file, at: member.place,
            why: "every language needs 'other' for numbers no other form is for", wayOut: "add \"other\"")
        }
        entries[key] = .plural(forms)
      case .object: add(member.value, prefix: key, file: file, report: &report)
      default:
        report.add(.error, "bad-locale", "'\(key)' is \(member.value.kind), not a text", in: file, at: member.value.place)
      }
    }
  }

  private static func isPlural(_ members: [JSONNode.Member]) -> Bool {
    !members.isEmpty && members.allSatisfy { PluralCategory(rawValue: $0.name) != nil && $0.value.string != nil }
  }
}

extension Translations.Text {
  init(_ source: String) {
    var pieces: [Piece] = []
    var rest = source[...]
    while let open = rest.range(of: "{{"), let close = rest[open.upperBound...].range(of: "}}") {
      let name = rest[open.upperBound..<close.lowerBound].filter { !$0.isWhitespace }
      if open.lowerBound > rest.startIndex { pieces.append(.literal(String(rest[..<open.lowerBound]))) }
      pieces.append(.argument(name))
      rest = rest[close.upperBound...]
    }
    if !rest.isEmpty || pieces.isEmpty { pieces.append(.literal(String(rest))) }
    self.pieces = pieces
  }
}

extension Substring {
  fileprivate func range(of text: String) -> Range<Index>? { firstRange(of: text) }
}
