import TemplateEngine

/// `money` and its kin: amounts are whole numbers of the smallest unit, as `MoneyFormat` says.
enum MoneyFilters {
  static let all: [(name: String, filter: Filter)] = [
    ("money", filter { $0.money($1) }),
    ("money_with_currency", filter { $0.withCurrency($1) }),
    ("money_without_trailing_zeros", filter { $0.withoutTrailingZeros($1) }),
    ("money_without_currency", filter { $0.withoutCurrency($1) }),
  ]

  /// What is no number prints nothing: a price that is not there is not a price of zero.
  private static func filter(_ format: @escaping @Sendable (MoneyFormat, Int) -> String) -> Filter {
    Filter { (input, _, context) throws(FilterError) in
      guard let subunits = input.wholeNumber else { return .string("") }
      guard let page = context.page else { throw FilterError("money needs a page with a currency") }
      return .string(format(page.page.money, subunits))
    }
  }
}
