/// Text of several origins, under automatic escaping: what was written in a template beside data. Nothing in it is escaped
/// yet; each run says what it is, and is escaped when the whole is printed, for the place it is printed in. So HTML built with
/// `append`, `replace`, `join` or `capture` is escaped once, wherever it ends up.
final class MixedText: Sendable {
  struct Span: Sendable {
    /// Behind its last byte of the text.
    var end: Int
    var trust: Value.Trust
  }

  /// The text as it would be without escaping.
  let text: String
  let spans: [Span]
  /// How it prints in HTML text, when it was captured there: escaped in the places it was printed in.
  let html: String?

  init(text: String, spans: [Span], html: String?) {
    self.text = text
    self.spans = spans
    self.html = html
  }

  func forEachRun(_ body: (UnsafeBufferPointer<UInt8>, Value.Trust) -> Void) {
    var text = text
    text.withUTF8 { all in
      var from = 0
      for span in spans {
        body(UnsafeBufferPointer(rebasing: all[from..<span.end]), span.trust)
        from = span.end
      }
    }
  }

  /// How it prints in HTML text.
  var markup: String {
    if let html { return html }
    var writer = ContextWriter(HTMLState(), into: nil)
    writer.write(self)
    return writer.text
  }

  /// What stands for it where there are no tags: in JSON, in a string of a script. Plain text stays plain; as soon as the
  /// author wrote a tag or an entity, or joined HTML to it, it is HTML, and its data is escaped.
  var portable: String {
    var text = text
    let isHTML = text.withUTF8 { bytes in
      var from = 0
      for span in spans {
        defer { from = span.end }
        switch span.trust {
        case .markup, .escaped, .raw: return true
        case .data, .json: continue
        case .literal:
          if bytes[from..<span.end].contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") }) { return true }
        }
      }
      return false
    }
    return isHTML ? markup : text
  }
}

/// Puts text together from runs.
struct MixedTextBuilder {
  private(set) var bytes: [UInt8] = []
  private var spans: [MixedText.Span] = []

  mutating func append(_ more: some Collection<UInt8>, _ trust: Value.Trust) {
    guard !more.isEmpty else { return }
    bytes += more
    if let last = spans.indices.last, spans[last].trust == trust, trust != .json {
      spans[last].end = bytes.count
    } else {
      spans.append(MixedText.Span(end: bytes.count, trust: trust))
    }
  }

  /// A value as a filter on text sees it.
  mutating func append(_ value: Value, text: String) {
    if case .mixed(let mixed) = value.storage { append(mixed, 0..<mixed.text.utf8.count) } else { append(text.utf8, value.trust) }
  }

  /// A part of another text, by its bytes.
  mutating func append(_ mixed: MixedText, _ range: Range<Int>) {
    var text = mixed.text
    text.withUTF8 { all in
      // The first run that reaches into the range: texts are cut at many places one after the other.
      var (low, high) = (0, mixed.spans.count)
      while low < high {
        let middle = (low + high) / 2
        if mixed.spans[middle].end > range.lowerBound { high = middle } else { low = middle + 1 }
      }
      var from = low == 0 ? 0 : mixed.spans[low - 1].end
      for span in mixed.spans[low...] {
        if from >= range.upperBound { break }
        let part = max(from, range.lowerBound)..<max(from, range.lowerBound, min(span.end, range.upperBound))
        let isWhole = part == from..<span.end
        from = span.end
        if !part.isEmpty { append(UnsafeBufferPointer(rebasing: all[part]), isWhole ? span.trust : span.trust.ofPart) }
      }
    }
  }

  /// The text: of one origin if it has only one.
  func value(html: String? = nil) -> Value {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let first = spans.first else { return .string("") }
    // What is not one piece of JSON is not JSON.
    if spans.count == 1 {
      // Data that is empty leaves nothing but what stands for it: `""` for a value without quotes.
      return Value(.string(first.trust == .literal ? html ?? text : text, first.trust))
    }
    return Value(.mixed(MixedText(text: text, spans: spans, html: html)))
  }
}

extension Value.Trust {
  /// How far a part of such a text may be trusted: a part of JSON is not JSON.
  var ofPart: Value.Trust { self == .json ? .escaped : self }

  /// HTML already.
  var isMarkup: Bool {
    switch self {
    case .data, .literal: false
    case .markup, .escaped, .json, .raw: true
    }
  }
}

extension Value {
  var isMixed: Bool { if case .mixed = storage { true } else { false } }

  /// How many runs text is made of.
  var runs: Int { if case .mixed(let mixed) = storage { mixed.spans.count } else { 0 } }

  /// The same for a filter that knows nothing of runs: HTML.
  var flattened: Value { if case .mixed(let mixed) = storage { Value(.string(mixed.markup, .escaped)) } else { self } }

  /// The same for comparisons and names: text as it is without escaping.
  var unmarked: Value { if case .mixed(let mixed) = storage { Value(.string(mixed.text, .data)) } else { asText } }
}
