import CoreAPIClient
import FoundationEssentials
import Testing

@testable import ReferenceCoreAPI

@Suite struct ExchangeRateTests {
  static let table: [(price: String, rate: String, step: String, becomes: String)] = [
    ("10.00", "4.98", "1.00", "50.00"), ("10.04", "4.98", "1.00", "50.00"), ("10.05", "4.98", "1.00", "51.00"),
    // What is a multiple already stays; the least above one goes up.
    ("10", "5", "1", "50.00"), ("10.000000000000000001", "5", "1", "51.00"), ("50.20", "1", "0.05", "50.20"),
    ("50.21", "1", "0.05", "50.25"), ("50.2000000001", "1", "0.05", "50.25"),
    // A third has no end: 100 / 3 is not 33.34 by accident of a rounding.
    ("1", "100", "3", "102.00"), ("0.99", "100", "3", "99.00"), ("0.9900000001", "100", "3", "102.00"),
    ("33", "1", "0.3", "33.00"),
    // 0.1 × 3 is 0.3 and nothing more.
    ("0.1", "3", "0.3", "0.30"), ("0.7", "0.1", "0.07", "0.07"), ("1.1", "1.1", "0.01", "1.21"),
    ("19.99", "0.2012", "0.50", "4.50"),
    ("390.00", "0.2012", "0.50", "78.50"), ("0", "4.98", "1", "0.00"), ("0.01", "0.00000001", "1", "1.00"),
    ("129.00", "129.55", "10", "16720.00"), ("0.30000000000000004", "1", "0.1", "0.40"), ("-10.05", "4.98", "1.00", "-50.00"),
    ("9999999999999999999999", "999999.99999999", "0.000001", "9999999999999899999999000000.000001"),
    ("0.000000000000000001", "0.00000001", "0.000001", "0.000001"),
  ]

  @Test(arguments: table.indices) func `A price is the base price times the rate, up to the next step`(index: Int) throws {
    let (price, text, step, expected) = Self.table[index]
    let rate = try #require(ExchangeRate(currency: "RON", rate: text, step: step))
    let converted = rate.converted(try Money(text: price, currency: "EUR"), from: "EUR")
    #expect(converted.plain == expected && converted.currency == "RON")
  }

  /// The definition itself: the least multiple of the step that is not below price × rate, in decimals that hold all of it.
  @Test func `Random prices, rates and steps`() throws {
    var random = SystemRandomNumberGenerator()
    func digits(_ most: Int, _ fraction: Int) -> String {
      let whole = Int.random(in: 1...most, using: &random)
      let places = Int.random(in: 0...fraction, using: &random)
      return places == 0
        ? "\(whole)" : "\(whole)." + (0..<places).map { _ in "\(Int.random(in: 0...9, using: &random))" }.joined()
    }
    for _ in 0..<20_000 {
      let (price, rate, step) = (digits(99_999, 4), digits(999, 6), digits(50, 3))
      let money = try Money(text: price, currency: "EUR")
      let made = try #require(ExchangeRate(currency: "RON", rate: rate, step: step)).converted(money, from: "EUR").amount
      let exact = money.amount * Decimal(string: rate)!
      let unit = Decimal(string: step)!
      let steps = made / unit
      #expect(Int(steps.description) != nil, "\(price) × \(rate) by \(step) is \(made), which is no multiple")
      #expect(made >= exact && made - unit < exact, "\(price) × \(rate) by \(step) is \(made)")
    }
  }

  @Test func `An amount of another currency is not the rate's to change`() throws {
    let rate = try #require(ExchangeRate(currency: "RON", rate: "5", step: "1"))
    #expect(rate.converted(Money(7, "JPY"), from: "EUR") == Money(7, "JPY"))
  }

  @Test(arguments: [
    ("0", "1"), ("0.00", "1"), ("-1", "1"), ("1", "0"), ("1", "-1"), ("", "1"), ("1", ""), ("1e3", "1"), ("1,5", "1"),
    (".5", "1"), ("5.", "1"),
    ("1.2.3", "1"), ("1234567", "1"), ("1", "1234567"), ("1.123456789", "1"), ("1", "0.1234567"), ("+1", "1"), (" 1", "1"),
    ("١", "1"),
  ])
  func `What is no rate, or no step`(rate: String, step: String) {
    #expect(ExchangeRate(currency: "RON", rate: rate, step: step) == nil)
  }
}
