// What is around every value on the wire: `{"mark": 7, "validFor": 3600000, "currency": "EUR", "value": …}`, and around every
// refusal: `{"error": {"code": "not-found", "message": …}}`.

import FoundationEssentials

/// An answer of the contract as a document.
package struct Envelope<Value: Sendable>: Sendable {
  package var answer: Answer<Value>
  /// Of amounts that stand alone in `value`.
  package var currency: String?
  /// Of a sitemap: the entry that this part ends with, when another part follows.
  package var next: String?

  package init(_ answer: Answer<Value>, currency: String? = nil, next: String? = nil) {
    (self.answer, self.currency, self.next) = (answer, currency, next)
  }
}

private enum EnvelopeKeys: String, CodingKey { case mark, validFor, currency, value, next, error }

extension Envelope: Decodable where Value: Decodable {
  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: EnvelopeKeys.self)
    let mark = try from.decodeNumber(UInt64.self, forKey: .mark)
    let validFor = try Envelope<Value>.validFor(from)
    currency = try from.decodeIfPresent(String.self, forKey: .currency)
    // Before the value: its amounts ask for it.
    (decoder.userInfo[.currency] as? DocumentCurrency)?.set(currency)
    next = try from.decodeIfPresent(String.self, forKey: .next)
    answer = Answer(try from.decode(Value.self, forKey: .value), validFor: validFor, mark: mark)
  }
}

extension Envelope {
  fileprivate static func validFor(_ from: KeyedDecodingContainer<EnvelopeKeys>) throws -> Duration? {
    guard let milliseconds = try from.decodeNumberIfPresent(Int.self, forKey: .validFor) else { return nil }
    guard milliseconds >= 0 else {
      throw DecodingError.dataCorruptedError(
        forKey: .validFor, in: from, debugDescription: "\(milliseconds) milliseconds are over before they begin")
    }
    return .milliseconds(milliseconds)
  }
}

extension Envelope: Encodable where Value: Encodable {
  package func encode(to encoder: any Encoder) throws {
    var to = encoder.container(keyedBy: EnvelopeKeys.self)
    try to.encode(answer.mark, forKey: .mark)
    try to.encodeIfPresent(answer.validFor?.wholeMilliseconds, forKey: .validFor)
    try to.encodeIfPresent(currency, forKey: .currency)
    try to.encodeIfPresent(next, forKey: .next)
    try to.encode(answer.value, forKey: .value)
  }
}

/// Why the core API answers a question with no value.
package struct Refusal: Codable, Hashable, Sendable {
  package enum Code: String, Sendable {
    /// The shop has no such thing, or not for shoppers.
    case notFound = "not-found"
    case unknownTenant = "unknown-tenant"
    /// There is no such address in the contract.
    case noSuchAddress = "no-such-address"
    case badRequest = "bad-request"
    /// An edit says something that an edit cannot say; `path` says where.
    case invalid
    case unauthorized, forbidden
    /// The mark that was asked for is greater than this source's own.
    case behind
    /// The entry that a part of the sitemap was to follow has gone meanwhile.
    case changed
    case methodNotAllowed = "method-not-allowed"
  }

  /// A `Code`, or one that we do not know.
  package var code: String
  package var message: String
  package var path: String?
  /// From 1, in the body that was sent.
  package var line: Int?
  package var column: Int?

  package init(_ code: Code, _ message: String, path: String? = nil, line: Int? = nil, column: Int? = nil) {
    (self.code, self.message, self.path, self.line, self.column) = (code.rawValue, message, path, line, column)
  }
}

/// A refusal as a document. One that says "not found" is an answer, with a mark and a life like any other.
package struct RefusalEnvelope: Codable, Sendable {
  package var error: Refusal
  package var mark: UInt64?
  package var validFor: Duration?

  package init(_ error: Refusal, mark: UInt64? = nil, validFor: Duration? = nil) {
    (self.error, self.mark, self.validFor) = (error, mark, validFor)
  }

  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: EnvelopeKeys.self)
    error = try from.decode(Refusal.self, forKey: .error)
    mark = try from.decodeNumberIfPresent(UInt64.self, forKey: .mark)
    validFor = try Envelope<Never>.validFor(from)
  }

  package func encode(to encoder: any Encoder) throws {
    var to = encoder.container(keyedBy: EnvelopeKeys.self)
    try to.encode(error, forKey: .error)
    try to.encodeIfPresent(mark, forKey: .mark)
    try to.encodeIfPresent(validFor?.wholeMilliseconds, forKey: .validFor)
  }
}

extension Duration {
  /// Rounded down, so that an answer never outlives its moment.
  fileprivate var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
  }
}

extension Page: Codable where Item: Codable {
  private enum CodingKeys: String, CodingKey { case items, total, page, size, hasMore, facets }

  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      items: try from.decode([Item].self, forKey: .items), total: try from.decodeNumberIfPresent(Int.self, forKey: .total),
      number: try from.decodeNumber(Int.self, forKey: .page), size: try from.decodeNumber(Int.self, forKey: .size),
      hasMore: try from.decode(Bool.self, forKey: .hasMore),
      facets: try from.decodeIfPresent([Facet].self, forKey: .facets) ?? [])
  }

  package func encode(to encoder: any Encoder) throws {
    var to = encoder.container(keyedBy: CodingKeys.self)
    try to.encode(items, forKey: .items)
    try to.encodeIfPresent(total, forKey: .total)
    try to.encode(number, forKey: .page)
    try to.encode(size, forKey: .size)
    try to.encode(hasMore, forKey: .hasMore)
    if !facets.isEmpty { try to.encode(facets, forKey: .facets) }
  }
}

extension SitemapEntry.Kind: Codable {}

extension SitemapEntry: Codable {
  private enum CodingKeys: String, CodingKey { case kind, handle, blog, updatedAt, images }

  package init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      kind: try from.decode(Kind.self, forKey: .kind), handle: try from.decode(String.self, forKey: .handle),
      blog: try from.decodeIfPresent(String.self, forKey: .blog),
      updatedAt: try from.decodeIfPresent(Date.self, forKey: .updatedAt) ?? Timestamp.unknown,
      images: try from.decodeIfPresent([String].self, forKey: .images) ?? [])
  }

  package func encode(to encoder: any Encoder) throws {
    var to = encoder.container(keyedBy: CodingKeys.self)
    try to.encode(kind, forKey: .kind)
    try to.encode(handle, forKey: .handle)
    try to.encodeIfPresent(blog, forKey: .blog)
    try to.encode(updatedAt, forKey: .updatedAt)
    if !images.isEmpty { try to.encode(images, forKey: .images) }
  }
}
