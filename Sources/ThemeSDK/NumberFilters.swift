import TemplateEngine

/// Numbers and a product's facts as people of the page's locale write them.
enum NumberFilters {
  static let all: [(name: String, filter: Filter)] = [("number", number), ("metafield_text", metafieldText)]

  /// `{{ 1234.5 | number }}`, `{{ 12 | number: style: 'percent' }}`. What is no number stays as it is.
  private static let number = Filter(total: { input, arguments, host in
    guard let numbers = host?.page.numbers else { return input }
    let isPercent = arguments["style"]?.plainText == "percent"
    let text = input.plainText
    return (isPercent ? numbers.percent(text) : numbers.string(text)).map { .string($0) } ?? input
  })

  /// `{{ attribute | metafield_text }}`: an object's `value` by its `type` (`number`, `boolean`, `date`, else text), with its `unit`.
  private static let metafieldText = Filter(total: { input, _, host in
    guard let value = input["value"] else { return input.string == nil ? .string("") : input }
    let text = value.plainText
    let unit = input["unit"]?.plainText ?? ""
    guard let host else { return .string(joined(text, unit)) }
    switch input["type"]?.plainText {
    case "number":
      if unit == "%", let percent = host.page.numbers.percent(text) { return .string(percent) }
      let whole = text.utf8.prefix { $0 != UInt8(ascii: ".") }
      // Four digits that count nothing are a year.
      let isYear = unit.isEmpty && whole.count == 4 && whole.count == text.utf8.count
      return .string(joined(host.page.numbers.string(text, isGrouped: !isYear) ?? text, unit))
    case "boolean":
      switch text {
      case "true": return .string(word("general.yes", else: "Yes", host))
      case "false": return .string(word("general.no", else: "No", host))
      default: return .string(text)
      }
    case "date": return .string(DateText(text)?.formatted("date", locale: host.page.locale, currency: host.page.currency) ?? text)
    default: return .string(joined(text, unit))
    }
  })

  /// Not to be parted at the end of a line.
  private static func joined(_ text: String, _ unit: String) -> String { unit.isEmpty ? text : "\(text)\u{A0}\(unit)" }

  private static func word(_ key: String, else standard: String, _ host: RenderHost) -> String {
    if let text = host.text(key, count: nil) {
      return text.pieces.map { piece in if case .literal(let text) = piece { text } else { "" } }.joined()
    }
    host.page.warn?("no text '\(key)' in '\(host.page.locale)' or the default locale")
    return host.page.isPreview ? key : standard
  }
}

extension RenderHost {
  /// A number as the page's locale writes it; nil for what is none, such as the text of a number.
  func number(_ value: Value) -> Value? {
    guard value.string == nil, value.double != nil else { return nil }
    let text = value.plainText
    return (Int(text).map(page.numbers.string) ?? page.numbers.string(text)).map { .string($0) }
  }
}
