/// Liquid's own filters, by name.
enum StandardFilters {
  static let all: [String: Filter] = {
    var all: [String: Filter] = [:]
    for family in [text, cutting, html, url, lists, selection, numbers, misc] {
      for (name, body) in family {
        all[name] = Filter(body)
        all[name]?.takesMixedText = mixing.contains(name)
      }
    }
    return all
  }()

  /// Filters that give text made of several origins on as such.
  private static let mixing: Set<String> = [
    "append", "prepend", "join", "replace", "replace_first", "replace_last", "remove", "remove_first", "remove_last", "size",
    "default", "json", "url_encode", "strip", "lstrip", "rstrip", "upcase", "downcase", "strip_newlines", "first", "last",
    "split", "truncate", "truncatewords", "slice",
  ]

  /// What `{{ x | escape }}` calls where it is no instruction of its own.
  static let escapeCall = FilterCall(name: "escape", filter: all["escape"]!, positional: [], named: [], place: 0)

  typealias Family = [(String, Filter.Body)]
}

extension Value {
  /// A value as text for a filter on text: lists and maps as Ruby inspects them.
  var textForFilters: String {
    switch storage {
    case .string(let text, _): text
    case .mixed(let mixed): mixed.text
    case .array, .models, .object, .bound: inspected()
    default: plainText
    }
  }

  /// How far the text of a value (``textForFilters``) may be trusted. What is not text prints nothing that needs escaping, except lists and
  /// maps.
  var trust: Trust {
    switch storage {
    case .string(_, let trust): trust
    case .mixed: .data
    case .html: .markup
    case .array, .models, .object, .bound: .data
    default: .literal
    }
  }
}

extension FilterContext {
  /// The text of the value, and its own trust; charged.
  func text(_ value: Value) throws(FilterError) -> String {
    switch value.storage {
    case .string(let text, _):
      try charge(units: text.utf8.count / 64)
      return text
    case .mixed(let mixed):
      try charge(units: 4 + mixed.text.utf8.count / 64 + mixed.spans.count, bytes: mixed.spans.count * 16)
      return mixed.text
    case .array, .models, .object, .bound: return try ledger.inspected(value)
    case .null, .bool, .empty, .blank: return value.plainText
    default:
      // A decimal is written with the fewest digits that read back as it.
      if case .int = value.storage { try charge(units: 2) } else { try charge(units: 20) }
      return value.plainText
    }
  }

  /// Text made from the value's text: it is as much to be trusted as that.
  func make(_ text: String, like value: Value) throws(FilterError) -> Value {
    try charge(bytes: text.utf8.count)
    return Value(.string(text, escaping == .manual ? .data : value.trust.ofPart))
  }

  /// The same for a change that is made to each run alike.
  func make(from value: Value, _ change: (String) -> String) throws(FilterError) -> Value {
    guard case .mixed(let mixed) = value.storage else { return try make(change(try text(value)), like: value) }
    try charge(units: mixed.text.utf8.count / 64, bytes: mixed.text.utf8.count)
    var builder = MixedTextBuilder()
    mixed.forEachRun { builder.append(change(String(decoding: $0, as: UTF8.self)).utf8, $1) }
    return builder.value()
  }

  /// Several texts as one. Where they differ in origin nothing is escaped yet: each run keeps its own.
  func joined(_ values: [Value]) throws(FilterError) -> Value {
    var builder = MixedTextBuilder()
    for value in values {
      let text = try text(value)
      try charge(bytes: text.utf8.count)
      builder.append(value, text: text)
    }
    return value(of: builder)
  }

  /// What was put together; without escaping text is text.
  func value(of builder: MixedTextBuilder) -> Value {
    escaping == .auto ? builder.value() : .string(String(decoding: builder.bytes, as: UTF8.self))
  }

  func part(_ range: Range<Int>, of mixed: MixedText) throws(FilterError) -> Value {
    try charge(bytes: range.count)
    var builder = MixedTextBuilder()
    builder.append(mixed, range)
    return builder.value()
  }

  func needArguments(_ arguments: FilterArguments, _ range: ClosedRange<Int>) throws(FilterError) {
    // Named arguments together are one more, as Ruby passes them.
    let count = arguments.count + (arguments.named.isEmpty ? 0 : 1)
    guard !range.contains(count) else { return }
    let wanted = range.count == 1 ? "\(range.lowerBound + 1)" : "\(range.lowerBound + 1)..\(range.upperBound + 1)"
    let takes = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    throw FilterError(
      "wrong number of arguments (given \(count + 1), expected \(wanted))",
      suggestion: range.upperBound == 0
        ? "it takes nothing behind its name" : "its input counts as one: behind the ':' it takes \(takes)")
  }
}
