import CoreAPIClient
import FoundationEssentials
import Testing

private struct Priced: Codable { let price: Money }

private func money(_ json: String, currency: String? = "EUR") throws -> Money {
  try Document.decoder(currency: currency).decode(Priced.self, from: Data("{\"price\":\(json)}".utf8)).price
}

@Suite struct MoneyTests {
  @Test(arguments: [
    "0.1", "19.99", "0.30000000000000004", "12345678901234567890.12", "9007199254740993", "0.07", "1.005", "4.35", "0", "-3.5",
    "123456789012345678901.5", "79228162514264337593.54",
  ])
  func `A string and a number are the same exact amount`(text: String) throws {
    let expected = try #require(Decimal(string: text))
    #expect(try money("\"\(text)\"").amount == expected)
    #expect(try money(text).amount == expected)
    #expect(try money(text).amount.description == text)
  }

  @Test(arguments: [("1e-3", "0.001"), ("1E2", "100"), ("1.5e+1", "15"), ("25e-1", "2.5")])
  func `Exponents are read exactly`(text: String, plain: String) throws {
    #expect(try money(text).amount.description == plain)
    #expect(try money("\"\(text)\"").amount.description == plain)
  }

  /// The digits of a short amount are read at once, those of a long one by Decimal: nobody sees which.
  @Test(arguments: ["EUR", "JPY", "KWD", "CLF"])
  func `Short and long amounts are one kind of number`(currency: String) throws {
    for text in [
      "0", "-0", "0.0", "00.10", "5", "100", "129.00", "129.50", "129.005", "0.001", "-12.34", "007", "12345678901234567",
      "123456789012345.67", "999999999999999.99", "1.00000000000000000", "0.12345678901234567",
    ] {
      let short = try Money(text: text, currency: currency)
      let long = Money(try #require(Decimal(string: text)), currency)
      #expect(short == long && short.hashValue == long.hashValue, "\(text)")
      #expect(short.amount.description == long.amount.description, "\(text)")
      #expect((short.subunits, short.minorUnits) == (long.subunits, long.minorUnits), "\(text)")
      #expect(short.plain == long.plain, "\(text)")
    }
  }

  @Test func `A hundred times a tenth is ten`() throws {
    var sum = Money(0, "EUR")
    for _ in 0..<100 { sum = try #require(sum.adding(try money("0.1"))) }
    #expect(sum == (try money("10")))
    #expect(Set([sum, try money("\"10.00\"")]).count == 1)
  }

  @Test(arguments: [
    "\"NaN\"", "\"nan\"", "\"inf\"", "\"\"", "\" 1\"", "\"1 \"", "\"+1\"", "\"1,5\"", "\"1.\"", "\".5\"", "\"0x10\"", "\"1e\"",
    "\"1e999\"", "\"1e-999\"", "\"1e30\"", "1e400", "1e30", "1e-30", "\"€5\"", "null", "true", "[]", "{}", "\"1_000\"",
    "\"12345678901234567890123456789012345678901234567890123456789012345678901234567890\"",
    "12345678901234567890123456789012345678901234567890", "0.1234567890123456789", "\"١٢\"", "\"--1\"", "\"1\\u0000\"",
  ])
  func `What is not an amount is refused`(json: String) {
    #expect(throws: (any Error).self) { try money(json) }
  }

  @Test func `An amount may say its own currency`() throws {
    #expect(try money("{\"amount\": \"1000\", \"currency\": \"JPY\"}") == Money(1000, "JPY"))
    #expect(try money("{\"amount\": 1000, \"currency\": \"JPY\"}", currency: nil) == Money(1000, "JPY"))
  }

  @Test(arguments: [
    "{\"amount\": \"1\", \"currency\": \"eur\"}", "{\"amount\": \"1\"}", "{\"amount\": \"1\", \"currency\": \"EURO\"}",
  ])
  func `A currency is three capital letters`(json: String) {
    #expect(throws: (any Error).self) { try money(json) }
  }

  @Test func `Without any currency there is no amount`() {
    #expect(throws: (any Error).self) { try money("1", currency: nil) }
  }

  @Test func `What was written reads back, in the same currency or another`() throws {
    for money in [try Money(text: "129.00", currency: "EUR"), Money(1000, "JPY"), try Money(text: "1.5", currency: "KWD")] {
      for currency in ["EUR", "JPY", nil] {
        let data = try Document.encoder(currency: currency).encode(Priced(price: money))
        #expect(try Document.decoder(currency: currency).decode(Priced.self, from: data).price == money)
      }
    }
    let text = try Document.encoder(currency: "EUR").encode(Priced(price: Money(129, "EUR")))
    #expect(String(decoding: text, as: UTF8.self).contains("\"129.00\""))
  }

  // 002-18
  @Test(arguments: [
    ("19.99", "EUR", 1999, 1999, "19.99"), ("1000", "JPY", 1000, 100_000, "1000"), ("1.5", "KWD", 1500, 1500, "1.500"),
    ("350", "BDT", 35000, 35000, "350.00"), ("0.005", "EUR", 1, 1, "0.005"), ("-0.005", "EUR", -1, -1, "-0.005"),
    ("0.004", "EUR", 0, 0, "0.004"), ("1.25", "CLF", 12500, 12500, "1.2500"), ("0.5", "JPY", 1, 50, "0.5"),
  ])
  func `Units follow the currency`(text: String, currency: String, minor: Int, sub: Int, plain: String) throws {
    let money = try Money(text: text, currency: currency)
    #expect(money.minorUnits == minor)
    #expect(money.subunits == sub)
    #expect(money.plain == plain)
  }

  @Test func `Units that fit no integer are nil, not another number`() throws {
    let limit = Int.max
    #expect(try Money(text: "\(limit)", currency: "JPY").minorUnits == limit)
    #expect(try Money(text: "\(limit)", currency: "JPY").subunits == nil)
    #expect(try Money(text: "\(limit).5", currency: "JPY").minorUnits == nil)
  }

  @Test func `There is no order or sum across currencies`() {
    #expect(Money(5, "EUR").isLess(than: Money(500, "JPY")) == nil)
    #expect(Money(5, "EUR").adding(Money(500, "JPY")) == nil)
    #expect(Money(5, "EUR").isLess(than: Money(6, "EUR")) == true)
    #expect(Money(6, "EUR").isLess(than: Money(6, "EUR")) == false)
  }
}
