import EventLoop
import HTTP

/// A finished page or file in every form it is sent in: the body as it is and packed, a strong entity tag for each, and the
/// header lines that are the same on every answer, each written out once.
///
/// It lives on the loop, inside a cache entry. The packed forms are added later, by whoever has compressed the body off the
/// loop: most pages are never asked for twice, and compressing those would be work for nobody.
@LoopActor package final class Document {
  package let body: [UInt8]
  package let tag: EntityTag
  package let status: Int
  package private(set) var gzip: [UInt8]?
  package private(set) var brotli: [UInt8]?
  /// A compression of this body is under way, or has been tried.
  var isPacking = false

  private let common: [UInt8]
  /// By `Coding.rawValue`: what a 304 says. Of the packed forms as soon as there are any, or somebody has one.
  private var validatorLines: [[UInt8]] = Coding.allCases.map { _ in [] }
  /// What a full answer says before that.
  private static let codingLines = Coding.allCases.map { $0 == .identity ? [] : Array("Content-Encoding: \($0.name)\r\n".utf8) }

  /// - Parameters:
  ///   - common: header lines for every answer, `Content-Type` among them.
  package init(_ body: [UInt8], status: Int = 200, common: Headers) {
    self.body = body
    self.status = status
    self.common = common.bytes
    tag = EntityTag(of: body)
  }

  private func validatorLines(of coding: Coding) -> [UInt8] {
    if validatorLines[coding.rawValue].isEmpty {
      validatorLines[coding.rawValue] = Array("ETag: \(tag.value(for: coding))\r\nVary: Accept-Encoding\r\n".utf8)
    }
    return validatorLines[coding.rawValue]
  }

  /// Bytes this document holds on to, for the cache's accounts.
  package var cost: Int { 512 + body.count + common.count + (gzip?.count ?? 0) + (brotli?.count ?? 0) }

  /// Bytes under which a packed form gains nothing.
  static let leastWorthPacking = 256

  /// Takes the packed forms, dropping any that is no smaller than the body.
  package func pack(gzip: [UInt8]?, brotli: [UInt8]?) {
    self.gzip = gzip.flatMap { $0.count < body.count ? $0 : nil }
    self.brotli = brotli.flatMap { $0.count < body.count ? $0 : nil }
  }

  /// 304 where the client holds the document, else the best form it takes.
  ///
  /// - Parameters:
  ///   - variable: header lines of this answer alone, such as `Cache-Status`.
  package func response(to request: HTTPRequest, variable: [UInt8]) -> HTTPResponse {
    if status == 200, let tags = request.header("if-none-match"), let coding = tag.match(tags) {
      return response(304, coding, body: [], variable)
    }
    guard gzip != nil || brotli != nil else { return response(status, .identity, body: body, variable) }
    switch AcceptedCodings(request.header("accept-encoding")).best(brotli: brotli != nil, gzip: gzip != nil) {
    case .brotli: return response(status, .brotli, body: brotli ?? body, variable)
    case .gzip: return response(status, .gzip, body: gzip ?? body, variable)
    case .identity: return response(status, .identity, body: body, variable)
    }
  }

  private func response(_ status: Int, _ coding: Coding, body: [UInt8], _ variable: [UInt8]) -> HTTPResponse {
    var headers = Headers(reserving: common.count + variable.count + 128)
    headers.add(lines: common)
    // A 304 names the tag but not the coding: it carries no content to be coded.
    if status != 304 { headers.add(lines: Self.codingLines[coding.rawValue]) }
    headers.add(lines: validatorLines(of: coding))
    headers.add(lines: variable)
    return HTTPResponse(status: status, headers: headers, body: body)
  }
}
