import TemplateEngine

/// Filters that make text: translations, handles, plurals, weights.
enum TextFilters {
  static let all: [(name: String, filter: Filter)] = [
    ("t", translate), ("translate", translate), ("handle", handle), ("handleize", handle), ("pluralize", pluralize),
    ("weight_with_unit", weight), ("time_tag", timeTag), ("camelize", camelize), ("highlight", highlight),
  ]

  /// `{{ 'cart.items' | t: count: 3, name: x }}`. A text whose key ends in `_html` is HTML, with its arguments escaped;
  /// any other is text, and is escaped as a whole when it is printed. A number is written as the page's locale writes it; the text
  /// of one stays as it is.
  private static let translate = Filter(total: { input, arguments, host in
    let key = input.plainText
    let count = arguments["count"].flatMap { Double($0.plainText) }
    guard let text = host?.text(key, count: count) else {
      host?.page.warn?("no text '\(key)' in '\(host?.page.locale ?? "")' or the default locale")
      return .string(host?.page.isPreview == true ? key : readable(key))
    }
    let isHTML = key.hasSuffix("_html") || key.hasSuffix(".html")
    var result = ""
    for piece in text.pieces {
      switch piece {
      case .literal(let literal): result += literal
      case .argument(let name):
        guard let value = arguments[name] else {
          host?.page.warn?("the text '\(key)' wants '\(name)', which is not given")
          continue
        }
        let shown = host?.number(value) ?? value
        result += isHTML ? shown.markup : shown.plainText
      }
    }
    return isHTML ? .safeHTML(result) : .string(result)
  })

  /// What a shopper sees instead of a key nobody translated: its last part in words.
  private static func readable(_ key: String) -> String {
    let words = key.split(separator: ".").last.map(String.init) ?? key
    let text = words.hasSuffix("_html") ? String(words.dropLast(5)) : words
    return text.prefix(1).uppercased() + text.dropFirst().replacing("_", with: " ")
  }

  private static let handle = Filter(total: { input, _, _ in .string(Handle.of(input.plainText)) })

  private static let pluralize = Filter(total: { input, arguments, _ in
    input.plainText == "1" || input.plainText == "1.0" ? arguments[0] : arguments[1]
  })

  /// Grams in, kilograms or the unit asked for out, behind a space where no line ends.
  private static let weight = Filter(total: { input, arguments, host in
    guard let grams = Double(input.plainText), grams.isFinite else { return .string("") }
    let unit = arguments[0].plainText.isEmpty ? "kg" : arguments[0].plainText
    let units: [String: Double] = ["g": 1, "kg": 1000, "oz": 28.349523125, "lb": 453.59237]
    let perUnit = units[unit] ?? 1000
    let hundredths = (grams / perUnit * 100).rounded() / 100
    let text = hundredths == hundredths.rounded() && abs(hundredths) < 1e15 ? String(Int(hundredths)) : String(hundredths)
    return .string("\(host?.page.numbers.string(text) ?? text)\u{A0}\(unit)")
  })

  /// `<time datetime="2024-05-01T…">May 1, 2024</time>`.
  private static let timeTag = Filter(total: { input, arguments, host in
    let text = input.plainText
    guard let moment = DateText(text) else { return .string(text) }
    let style = arguments["format"]?.plainText ?? "date"
    let shown = moment.formatted(style, locale: host?.page.locale ?? "en", currency: host?.page.currency ?? "USD")
    return .safeHTML("<time datetime=\"\(Markup.escape(moment.iso))\">\(Markup.escape(shown))</time>")
  })

  private static let camelize = Filter(total: { input, _, _ in
    .string(input.plainText.split { !$0.isLetter && !$0.isNumber }.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined())
  })

  /// Each word of the terms in `<strong>`.
  private static let highlight = Filter(total: { input, arguments, _ in
    let text = input.plainText
    let terms = arguments[0].plainText.split(separator: " ").map { $0.lowercased() }
    guard !terms.isEmpty, text.utf8.count <= 10_000 else { return .string(text) }
    var result = ""
    var rest = text[...]
    while !rest.isEmpty {
      if let term = terms.first(where: { rest.prefix($0.count).lowercased() == $0 }) {
        result += "<strong class=\"highlight\">\(Markup.escape(String(rest.prefix(term.count))))</strong>"
        rest = rest.dropFirst(term.count)
      } else {
        result += Markup.escape(String(rest.removeFirst()))
      }
    }
    return .safeHTML(result)
  })
}

/// The form of a title that stands in an address.
enum Handle {
  /// Lower-case letters and digits of any script, everything else as single `-` between them. Accents stay: two titles
  /// that differ only by them are two products.
  static func of(_ text: String) -> String {
    var result = ""
    var needsDash = false
    for scalar in text.lowercased().unicodeScalars {
      if scalar == "'" || scalar == "’" { continue }
      if scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        || scalar.properties.generalCategory == .nonspacingMark
      {
        if needsDash && !result.isEmpty { result += "-" }
        needsDash = false
        result.unicodeScalars.append(scalar)
      } else {
        needsDash = true
      }
    }
    return result
  }
}
