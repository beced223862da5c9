// An amount of money is a decimal number and its currency, and stays one from the JSON text to the printed
// price. Nothing here goes through binary floating point: 0.1 has no exact Double, and a shop that adds
// rounded prices shows totals that its checkout does not charge. JSON strings are read by the grammar below;
// JSON numbers are read by the decoder, which parses a Decimal from the number's own digits.

import FoundationEssentials

/// An amount in a currency, exact.
package struct Money: Hashable, Sendable {
  /// The amount in the currency's main unit: 19.99 is nineteen euros and 99 cents.
  package let amount: Decimal
  /// ISO 4217, upper case.
  package let currency: String
  /// What templates see as a price: an integer with `max(2, minor digits)` decimals, so JPY 1000 is 100000, KWD 1.5 is 1500. nil
  /// if that does not fit 64 bits; halves round away from zero. Kept, since a listing looks at it more often than it is made.
  package let subunits: Int?

  /// An amount beyond these bounds is a mistake in the data, not a price: more digits than Decimal keeps exactly, or
  /// an exponent that makes a page of zeros. Platforms that reckon in binary send 0.30000000000000004, so there is room for it.
  package static let significantDigits = 34
  package static let fractionDigits = 18
  package static let integerDigits = 22

  package init(_ amount: Decimal, _ currency: String) {
    self.amount = amount
    self.currency = currency
    subunits = Self.scaled(amount, by: Self.subunitDigits(of: currency))
  }

  private init(_ short: ShortAmount, _ currency: String) {
    amount = short.decimal
    self.currency = currency
    let digits = Self.subunitDigits(of: currency)
    subunits = short.scaled(by: digits) ?? Self.scaled(amount, by: digits)
  }

  /// Reads `19.99`, `-3`, `1e-3`. Nothing else: no spaces, no grouping, no currency sign, no leading plus.
  package init(text: some StringProtocol, currency: String) throws(CoreAPIError) {
    if let short = ShortAmount(text) {
      self.init(short, currency)
      return
    }
    guard let amount = Self.decimal(text) else {
      throw .invalid("\u{201C}\(text.prefix(40))\u{201D} is not an amount; write it as 19.99")
    }
    self.init(amount, currency)
  }

  package var isZero: Bool { amount.isZero }

  /// Decimal places of the currency's smallest unit, by ISO 4217.
  package var minorDigits: Int { Self.minorDigits(of: currency) }

  package static func minorDigits(of currency: String) -> Int { digits[currency] ?? 2 }

  /// The amount in the currency's smallest unit; nil if that does not fit 64 bits. Halves round away from zero.
  package var minorUnits: Int? { Self.scaled(amount, by: minorDigits) }

  private static func subunitDigits(of currency: String) -> Int { max(2, minorDigits(of: currency)) }

  /// The sum; nil if the currencies differ.
  package func adding(_ other: Money) -> Money? {
    currency == other.currency ? Money(amount + other.amount, currency) : nil
  }

  /// nil if the currencies differ: there is no order between 5 EUR and 500 JPY.
  package func isLess(than other: Money) -> Bool? {
    currency == other.currency ? amount < other.amount : nil
  }

  /// `129.00`: a dot, at least the currency's own decimals, no grouping. The form of JSON, JSON-LD and feeds.
  package var plain: String {
    let text = amount.description
    let dot = text.firstIndex(of: ".")
    let fraction = dot.map { text.distance(from: $0, to: text.endIndex) - 1 } ?? 0
    guard fraction < minorDigits else { return text }
    return text + (dot == nil ? "." : "") + String(repeating: "0", count: minorDigits - fraction)
  }

  private static func scaled(_ amount: Decimal, by digits: Int) -> Int? {
    var exact = amount
    for _ in 0..<digits { exact *= 10 }
    let parts = exact.description.split(separator: ".")
    guard let whole = Int(parts[0]) else { return nil }
    guard parts.count > 1, let first = parts[1].first, first >= "5" else { return whole }
    let (rounded, overflow) = whole.addingReportingOverflow(amount < 0 ? -1 : 1)
    return overflow ? nil : rounded
  }

  static func decimal(_ text: some StringProtocol) -> Decimal? {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.count <= 64 else { return nil }
    var at = bytes[0] == UInt8(ascii: "-") ? 1 : 0
    func digits() -> Int {
      let start = at
      while at < bytes.count, bytes[at] >= UInt8(ascii: "0"), bytes[at] <= UInt8(ascii: "9") { at += 1 }
      return at - start
    }
    guard digits() > 0 else { return nil }
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      at += 1
      guard digits() > 0 else { return nil }
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") { at += 1 }
      let exponent = digits()
      guard exponent > 0, exponent <= 2 else { return nil }
    }
    guard at == bytes.count, let value = Decimal(string: String(text)), isPrice(value) else { return nil }
    return value
  }

  /// Within the bounds above, and a number at all.
  package static func isPrice(_ value: Decimal) -> Bool {
    guard value.isFinite else { return false }
    if value.isZero { return true }
    let significand = value.significand.description.drop { $0 == "-" }.count
    return significand <= significantDigits && value.exponent >= -fractionDigits && significand + value.exponent <= integerDigits
  }

  /// ISO 4217 minor units other than 2.
  private static let digits: [String: Int] = {
    var table: [String: Int] = [:]
    for (count, codes) in [
      (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
      (3, "BHD IQD JOD KWD LYD OMR TND"), (4, "CLF UYW"),
    ] {
      for code in codes.split(separator: " ") { table[String(code)] = count }
    }
    return table
  }()
}

/// In a document an amount is a string or a number in the document's currency, or `{"amount": …, "currency": "JPY"}`.
extension Money: Codable {
  private enum CodingKeys: String, CodingKey { case amount, currency }

  package init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    let own: (amount: Read, currency: String?)
    // First what nearly every amount is: each wrong guess would make an error and throw it away.
    if let text = try? single.decode(String.self) {
      own = (try Self.amount(text) { .dataCorruptedError(in: single, debugDescription: $0) }, nil)
    } else if let keyed = try? decoder.container(keyedBy: CodingKeys.self) {
      func wrong(_ reason: String) -> DecodingError {
        .dataCorruptedError(forKey: .amount, in: keyed, debugDescription: reason)
      }
      let amount =
        if let text = try? keyed.decode(String.self, forKey: .amount) { try Self.amount(text, wrong) } else {
          try Self.amount(try keyed.decodeNumber(Decimal.self, forKey: .amount), wrong)
        }
      own = (amount, try keyed.decode(String.self, forKey: .currency))
    } else {
      own = (
        try Self.amount(try Document.placed(decoder.codingPath) { try single.decode(Decimal.self) }) {
          .dataCorruptedError(in: single, debugDescription: $0)
        }, nil
      )
    }
    let currency = own.currency ?? (decoder.userInfo[.currency] as? DocumentCurrency)?.code ?? ""
    guard Self.isCurrency(currency) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "\u{201C}\(currency.prefix(12))\u{201D} is not an ISO 4217 currency code"))
    }
    switch own.amount {
    case .short(let amount): self.init(amount, currency)
    case .long(let amount): self.init(amount, currency)
    }
  }

  private enum Read {
    case short(ShortAmount)
    case long(Decimal)
  }

  private static func amount(_ text: String, _ error: (String) -> DecodingError) throws -> Read {
    if let short = ShortAmount(text) { return .short(short) }
    guard let value = decimal(text) else {
      throw error("\u{201C}\(text.prefix(40))\u{201D} is not an amount; write it as \"19.99\"")
    }
    return .long(value)
  }

  private static func amount(_ value: Decimal, _ error: (String) -> DecodingError) throws -> Read {
    guard isPrice(value) else { throw error("\(value) is not an amount of money; write it as \"19.99\"") }
    return .long(value)
  }

  /// Three capital letters; whether ISO has assigned them is not ours to know.
  package static func isCurrency(_ code: String) -> Bool {
    code.utf8.count == 3 && code.utf8.allSatisfy { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }
  }

  package func encode(to encoder: any Encoder) throws {
    if (encoder.userInfo[.currency] as? DocumentCurrency)?.code == currency {
      var single = encoder.singleValueContainer()
      try single.encode(plain)
    } else {
      var keyed = encoder.container(keyedBy: CodingKeys.self)
      try keyed.encode(plain, forKey: .amount)
      try keyed.encode(currency, forKey: .currency)
    }
  }
}
