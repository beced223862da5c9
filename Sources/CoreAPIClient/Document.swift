// How documents of this contract become models and back: one place, so that every reader agrees on amounts and times.

import FoundationEssentials
import Synchronization

package enum Document {
  /// - Parameter currency: of amounts that stand alone; nil if each says its own.
  package static func decoder(currency: String?) -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.userInfo[.currency] = DocumentCurrency(currency)
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

  /// For the wire: nobody reads it, so it is as short as it can be.
  package static func wireEncoder(currency: String?) -> JSONEncoder {
    let encoder = encoder(currency: currency)
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return encoder
  }

  /// Keys are sorted and slashes stay as they are, so that equal values are equal bytes and a person can read them.
  package static func encoder(currency: String?) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.userInfo[.currency] = DocumentCurrency(currency)
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .custom { date, encoder in
      var single = encoder.singleValueContainer()
      try single.encode(Timestamp.text(date))
    }
    return encoder
  }
}

extension CodingUserInfoKey {
  /// The currency of amounts that stand alone in a document (`"price": "129.00"`), as a `DocumentCurrency`.
  static let currency = CodingUserInfoKey(rawValue: "currency")!
}

/// Known before the document is read, or once its head is.
final class DocumentCurrency: Sendable {
  private let held: Mutex<String?>
  init(_ code: String?) { held = Mutex(code) }
  var code: String? { held.withLock { $0 } }
  func set(_ code: String?) { held.withLock { $0 = code } }
}

// The decoder reports a number that its type cannot hold as "not valid JSON", without a place. A person who wrote 1.5 where a
// whole number stands needs the place.
extension KeyedDecodingContainer {
  package func decodeNumber<Number: Decodable>(_ type: Number.Type, forKey key: Key) throws -> Number {
    try Document.placed(codingPath + [key]) { try decode(type, forKey: key) }
  }

  package func decodeNumberIfPresent<Number: Decodable>(_ type: Number.Type, forKey key: Key) throws -> Number? {
    try Document.placed(codingPath + [key]) { try decodeIfPresent(type, forKey: key) }
  }
}

extension Document {
  static func placed<Number>(_ path: @autoclosure () -> [any CodingKey], _ read: () throws -> Number) throws -> Number {
    do { return try read() } catch {
      if let known = error as? DecodingError, !known.isSyntax { throw known }
      throw DecodingError.dataCorrupted(
        .init(codingPath: path(), debugDescription: "this number does not fit here: it is too great, or not a whole one"))
    }
  }
}

extension DecodingError {
  /// Not JSON at all: the only fault without a place.
  package var isSyntax: Bool {
    if case .dataCorrupted(let context) = self { context.codingPath.isEmpty } else { false }
  }
}
