// How documents of this contract become models and back: one place, so that every reader agrees on amounts and times.

import FoundationEssentials

package enum Document {
  /// - Parameter currency: of amounts that stand alone; nil if each says its own.
  package static func decoder(currency: String?) -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.userInfo[.currency] = currency
    decoder.dateDecodingStrategy = .custom { decoder in
      let single = try decoder.singleValueContainer()
      let text = try single.decode(String.self)
      guard let date = Timestamp.date(text) else {
        throw DecodingError.dataCorruptedError(
          in: single, debugDescription: "\u{201C}\(text.prefix(40))\u{201D} is not a time; write it as 2026-03-01T09:00:00Z")
      }
      return date
    }
    return decoder
  }

  /// Keys are sorted and slashes stay as they are, so that equal values are equal bytes and a person can read them.
  package static func encoder(currency: String?) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.userInfo[.currency] = currency
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .custom { date, encoder in
      var single = encoder.singleValueContainer()
      try single.encode(Timestamp.text(date))
    }
    return encoder
  }
}
