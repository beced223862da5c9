/// Liquid's own filters, by name.
enum StandardFilters {
  static let all: [String: Filter] = {
    var all: [String: Filter] = [:]
    for family in [text, cutting, html, url, lists, selection, numbers, misc] {
      for (name, body) in family { all[name] = Filter(body) }
    }
    return all
  }()

  typealias Family = [(String, Filter.Body)]
}

extension Value {
  /// A value as text for a filter on text: lists and maps as Ruby inspects them.
  var textForFilters: String {
    switch storage {
    case .string(let text, _): text
    case .array, .models, .object, .bound: inspected()
    default: plainText
    }
  }

  /// How far the text of a value may be trusted. What is not text prints nothing that needs escaping, except lists and
  /// maps.
  var trust: Trust {
    switch storage {
    case .string(_, let trust): trust
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
    case .array, .models, .object, .bound:
      try charge(units: (value.count ?? 0), bytes: (value.count ?? 0))
      let text = value.textForFilters
      try charge(bytes: text.utf8.count)
      return text
    default: return value.plainText
    }
  }

  /// Text made from the value's text: it is as much to be trusted as that.
  func make(_ text: String, like value: Value) throws(FilterError) -> Value {
    try charge(bytes: text.utf8.count)
    return Value(.string(text, escaping == .auto ? value.trust : .data))
  }

  /// Several texts that are to be joined, each as it has to be beside the others: when one of them was written in a template,
  /// those from data are escaped.
  func joinable(_ values: [Value]) throws(FilterError) -> (texts: [String], trust: Value.Trust) {
    var texts: [String] = []
    texts.reserveCapacity(values.count)
    for value in values { texts.append(try text(value)) }
    guard escaping == .auto else { return (texts, .data) }
    var anySafe = false
    var anyData = false
    var anyMarkup = false
    for (value, text) in zip(values, texts) where !text.isEmpty {
      switch value.trust {
      case .data: anyData = true
      case .literal: if value.string != nil { anySafe = true }
      case .markup:
        anySafe = true
        anyMarkup = true
      }
    }
    guard anySafe else { return (texts, anyData ? .data : .literal) }
    guard anyData else { return (texts, anyMarkup ? .markup : .literal) }
    for (at, value) in values.enumerated() where value.trust == .data {
      texts[at] = Escaping.escaped(texts[at])
      try charge(bytes: texts[at].utf8.count)
    }
    return (texts, .markup)
  }

  func needArguments(_ arguments: FilterArguments, _ range: ClosedRange<Int>) throws(FilterError) {
    // Named arguments together are one more, as Ruby passes them.
    let count = arguments.count + (arguments.named.isEmpty ? 0 : 1)
    guard !range.contains(count) else { return }
    let wanted = range.count == 1 ? "\(range.lowerBound + 1)" : "\(range.lowerBound + 1)..\(range.upperBound + 1)"
    throw FilterError("wrong number of arguments (given \(count + 1), expected \(wanted))")
  }
}
