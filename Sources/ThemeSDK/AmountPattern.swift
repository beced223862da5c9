// How one locale writes amounts of one currency, learned from ICU: what stands before and after the digits, their signs, and where
// groups end. Writing an amount by it takes a hundredth of the time that asking ICU takes.
//
// It is learned from three numbers that ICU writes, a long one, a negative one and one of four digits (some locales group from five
// on), and then held against ICU for numbers of every length and both signs. A locale that does not write them all as the
// pattern does has none, and ICU is asked each time.

import FoundationEssentials

final class AmountPattern: Sendable {
  private let before: [UInt8]
  private let after: [UInt8]
  private let beforeNegative: [UInt8]
  private let afterNegative: [UInt8]
  /// UTF-8 of 0 to 9, each of so many bytes.
  private let digits: [UInt8]
  private let digitBytes: Int
  private let point: [UInt8]
  private let separator: [UInt8]
  /// Digits of the last group, and of those before it.
  private let lastGroup: Int
  private let otherGroups: Int
  /// Units from which on groups are marked.
  private let leastGrouped: UInt
  private let fractionDigits: Int

  /// - Parameters:
  ///   - fractionDigits: decimals that are always written.
  ///   - format: what ICU writes.
  init?(fractionDigits: Int, _ format: (Decimal) -> String) {
    func ask(_ units: Int) -> String {
      format(Decimal(sign: units < 0 ? .minus : .plus, exponent: -fractionDigits, significand: Decimal(units.magnitude)))
    }
    let unit = (0..<fractionDigits).reduce(1) { one, _ in one * 10 }
    guard let long = Reading(ask(1_234_567_891 * unit)), let negative = Reading(ask(-1_234_567_891 * unit)),
      let short = Reading(ask(1_234 * unit)), let separator = long.separators.first
    else { return nil }
    // Separators by the number of digits before them: 1 4 7 of 1,234,567,891.00, and 10 before the point.
    var marks = long.separators
    point = fractionDigits > 0 ? marks.removeLast().text : []
    guard marks.count >= 2, marks.allSatisfy({ $0.text == separator.text }) else { return nil }
    lastGroup = 10 - marks[marks.count - 1].digits
    otherGroups = marks[marks.count - 1].digits - marks[marks.count - 2].digits
    guard lastGroup > 0, otherGroups > 0 else { return nil }
    self.separator = separator.text
    leastGrouped = UInt(unit) * (short.separators.count > (fractionDigits > 0 ? 1 : 0) ? 1_000 : 10_000)
    self.fractionDigits = fractionDigits
    digits = long.digits.flatMap { $0 }
    digitBytes = long.digits[0].count
    guard digits.count == 10 * digitBytes else { return nil }
    (before, after) = (long.before, long.after)
    (beforeNegative, afterNegative) = (negative.before, negative.after)
    var probe = 1
    for length in 1...17 {
      for units in [probe, probe * 9, probe + length, probe * 10 - 1] {
        guard string(units) == ask(units), string(-units) == ask(-units) else { return nil }
      }
      probe *= 10
    }
    guard string(0) == ask(0) else { return nil }
  }

  /// - Parameter units: of the last decimal written.
  func string(_ units: Int) -> String {
    let isNegative = units < 0
    let affixes = isNegative ? beforeNegative.count + afterNegative.count : before.count + after.count
    // 20 digits are the most there are.
    let most = affixes + 20 * (digitBytes + separator.count) + point.count
    return withUnsafeTemporaryAllocation(byteCount: most, alignment: 1) { text in
      // From the last digit to the first.
      var start = most
      func put(_ bytes: [UInt8]) {
        start -= bytes.count
        for at in bytes.indices { text[start + at] = bytes[at] }
      }
      put(isNegative ? afterNegative : after)
      var magnitude = units.magnitude
      var count = 0
      while magnitude > 0 || count <= fractionDigits {
        if count == fractionDigits, fractionDigits > 0 { put(point) }
        if count > fractionDigits, units.magnitude >= leastGrouped, endsGroup(count - fractionDigits) { put(separator) }
        let digit = Int(truncatingIfNeeded: magnitude % 10) * digitBytes
        start -= digitBytes
        for at in 0..<digitBytes { text[start + at] = digits[digit + at] }
        magnitude /= 10
        count += 1
      }
      put(isNegative ? beforeNegative : before)
      return String(decoding: text[start...], as: UTF8.self)
    }
  }

  /// Whether a separator stands before the last `rest` whole digits.
  private func endsGroup(_ rest: Int) -> Bool {
    rest >= lastGroup && (rest - lastGroup).isMultiple(of: otherGroups)
  }
}

/// A number that ICU wrote, taken apart.
private struct Reading {
  var before: [UInt8] = []
  var after: [UInt8] = []
  /// What stands between digits, and how many digits stand before it.
  var separators: [(text: [UInt8], digits: Int)] = []
  /// UTF-8 of 0 to 9, which follow one another in every script that has them.
  var digits: [[UInt8]] = []

  init?(_ text: String) {
    var pending = ""
    var count = 0
    var zero: UInt32?
    for scalar in text.unicodeScalars {
      guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue else {
        pending.unicodeScalars.append(scalar)
        continue
      }
      let start = scalar.value - UInt32(value)
      guard zero == nil || zero == start else { return nil }
      zero = start
      if count == 0 { before = Array(pending.utf8) } else if !pending.isEmpty { separators.append((Array(pending.utf8), count)) }
      pending = ""
      count += 1
    }
    after = Array(pending.utf8)
    guard let zero else { return nil }
    for value in 0..<10 as Range<UInt32> {
      guard let scalar = Unicode.Scalar(zero + value) else { return nil }
      digits.append(Array(String(Character(scalar)).utf8))
    }
  }
}
