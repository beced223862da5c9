/// The way out of a token that is not expected: what is missing there, or what authors write who come from another language
/// and what Liquid has in its place.
extension Compiler {
  /// For the token being read; nil where nothing is likely.
  func hint(wanted: String) -> String? {
    let token = lexer.token
    let next = token.end < lexer.limit ? source[token.end] : 0
    switch (token.kind, lexer.text(token)) {
    case (.pipe, _) where next == UInt8(ascii: "|"): return "write 'or'"
    case (.pipe, _) where !isInOutput: return "only outputs and assign have filters: {% assign name = value | filter %} first"
    case (.openParen, _) where wanted == endOfTag && isBehindFilter, (.number, _) where wanted == endOfTag && isBehindFilter,
      (.string, _) where wanted == endOfTag && isBehindFilter:
      return "a filter's arguments stand behind a ':'"
    case (.openParen, _) where isExtended: return Self.wants[wanted]
    case (.openParen, _): return "parentheses are for ranges only, as in (1..5)"
    case (.other, "&"): return "write 'and'"
    case (.other, "!"): return "write '!=', or {% unless … %}"
    case (.other, "+"), (.other, "-"), (.other, "*"), (.other, "/"), (.other, "%"):
      return "reckon with the filters plus, minus, times, divided_by and modulo"
    case (.other, _) where isCurlyQuote: return "write the straight quotes ' or \""
    case (.other, _) where source[token.start] >= 0x80:
      return "a name has letters a to z, digits, '_' and '-'; write others as ['name']"
    case (.comparison, _) where isExtended: return "put the comparison before it in parentheses"
    case (.comparison, _) where isInOutput: return "compare inside {% if … %}"
    case (.equals, _) where isInOutput: return "set a variable with {% assign name = value %}"
    case (.name, "and") where wanted == endOfTag: return "separate values by 'or'"
    case (.name, let name) where wanted == endOfTag && isFilter(name): return "a filter is written behind a '|': | \(name)"
    case (.name, _) where isInOutput: return "print each in its own {{ … }}, or write a '.' between a name and its member"
    case (.string, _) where wanted == endOfTag: return "separate arguments by ','"
    case (.number, let number) where wanted == "a member's name": return "write [\(number)] for an element"
    default: return Self.wants[wanted]
    }
  }

  /// What to write where something is missing.
  private static let wants = [
    "a value": "write a variable, a number or a text in quotes",
    "a member's name": "write one behind the '.', or remove it",
    "a filter's name": "write one behind the '|', or remove it",
    "']'": "close the '['",
    "')'": "close the '('",
    "'}'": "close the '{'; where two maps end in an output, write '} }'",
    "'..' of a range": "parentheses are for ranges only, as in (1..5)",
    "'='": "write {% assign name = value %}",
    "'in'": "write {% for item in list %}",
    "a loop variable's name": "write {% for item in list %}",
    "a partial's name in quotes": "write 'name': which partial it is must be known beforehand",
    "an argument 'name: value'": "a partial sees what it is given by name: {% render 'name', title: product.title %}",
    "a name": "write the name the partial knows it by",
  ]

  /// What comes when all has been read.
  var endOfTag: String { isInOutput ? "the end of the output" : "the end of the tag" }

  private var isInOutput: Bool {
    place + 1 < source.count && source[place] == UInt8(ascii: "{") && source[place + 1] == UInt8(ascii: "{")
  }

  /// What was read last is a filter's name.
  private var isBehindFilter: Bool {
    uses.last.map { $0.kind == .filter && $0.place + $0.name.utf8.count == lexer.previousEnd } ?? false
  }

  private func isFilter(_ name: String) -> Bool { environment.filters[name] != nil || StandardFilters.all[name] != nil }

  /// The quotes word processors make: U+2018 to U+201F.
  private var isCurlyQuote: Bool {
    let at = lexer.token.start
    return at + 2 < lexer.limit && source[at] == 0xE2 && source[at + 1] == 0x80 && (0x98...0x9F).contains(source[at + 2])
  }
}
