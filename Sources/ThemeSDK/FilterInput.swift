import TemplateEngine

/// What host filters ask of values.
extension Value {
  /// The text made fit for HTML: as it is when it is HTML already or was written in a template, else escaped.
  var markup: String { isSafe ? plainText : Markup.escape(plainText) }

  /// The nearest whole number of a number or of the text of one.
  var wholeNumber: Int? { int ?? double.flatMap { Int(exactly: $0.rounded()) } }
}

extension FilterContext {
  /// The page the filter runs in; nil outside a storefront, as in a test of a template alone.
  var page: RenderHost? { host(as: RenderHost.self) }
}

extension Filter {
  /// A filter that has an answer to everything. Its input was fetched if it was deferred; what it makes is charged.
  init(total body: @escaping @Sendable (_ input: Value, _ arguments: FilterArguments, _ host: RenderHost?) -> Value) {
    self.init { (input, arguments, context) throws(FilterError) in
      let value = body(try context.resolved(input), arguments, context.page)
      try context.charge(units: 1, bytes: value.string?.utf8.count ?? 0)
      return value
    }
  }
}
