// The core API over HTTP (docs/core-api.md). A read has one deadline for everything: waiting for a turn, connecting, one
// retry, and the answer's last byte. Reads change nothing, so what broke on the way is asked once more, after a short random
// pause, while there is time. Who asks gets a whole, checked answer or an error, never half of one; nothing is kept here, the
// caches are above.

import EventLoop
import FoundationEssentials
import HTTP
import Tenancy

@LoopActor package final class HTTPCoreAPI: CoreAPI {
  package struct Options: Sendable {
    /// Of one read, with its retry.
    package var deadline = Duration.seconds(2)
    package var connectMilliseconds = 500
    package var answerBytes = 1 << 20
    package var connections = 64
    /// Of one tenant at a time, so that the slow data of one leave room for the others.
    package var readsOfTenant = 16

    package init() {}
  }

  /// What has been done, for metrics.
  package struct Counts: Sendable, Equatable {
    /// Questions, of which each has one request, two with a retry, or none when refused.
    package var reads = 0
    package var requests = 0
    package var failures = 0
    /// Not asked, since the core API did not answer others.
    package var refused = 0
  }

  private let endpoint: HTTPEndpoint
  private let options: Options
  private let client: HTTPClient
  private let tenants: Admission<TenantID>
  private let minimumMark: @LoopActor () -> UInt64
  private var health = Health()
  package private(set) var counts = Counts()

  private static let attempts = 2
  /// Of the pause before the second attempt.
  private static let jitter = 10...50
  /// Decoding takes about 80 µs a kilobyte: what takes longer than half a millisecond leaves the loop. A product does not.
  private static let decodedOnLoop = 6 << 10

  /// - Parameters:
  ///   - baseURL: `http://HOST:PORT`, with a path if the contract's addresses are below one.
  ///   - minimumMark: the greatest mark that the change log has shown; an answer from before it is not taken.
  /// - Throws: `invalid` when the address is none.
  package init(
    baseURL: String, options: Options = Options(), minimumMark: @escaping @LoopActor () -> UInt64 = { 0 }
  ) throws(CoreAPIError) {
    do throws(HTTPClientError) { endpoint = try HTTPEndpoint(url: baseURL) } catch { throw .invalid(error.reason) }
    self.options = options
    self.minimumMark = minimumMark
    var limits = HTTPClient.Limits()
    limits.answerBytes = options.answerBytes
    limits.connectionsOfOrigin = options.connections
    limits.connectMilliseconds = options.connectMilliseconds
    client = HTTPClient(limits: limits)
    tenants = Admission(limit: options.readsOfTenant)
  }

  // MARK: The operations

  @LoopActor package func site(_ market: Market) async throws(CoreAPIError) -> Answer<Site> {
    try present(await ask(.site, in: market, Site.self))
  }

  @LoopActor package func product(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Product?> {
    guard Handle.isValid(handle) else { return absent() }
    return try await ask(.product(handle), in: market, Product.self) { product in
      guard product.handle == handle else { return Fault("handle", "another product than the one that was asked for") }
      product.locate(in: market)
      return product.fault(in: market)
    }.answer
  }

  @LoopActor package func products(_ query: ProductQuery, in market: Market) async throws(CoreAPIError) -> Answer<Page<Product>> {
    try present(
      await ask(.products(query), in: market, Page<Product>.self) { page in
        for index in page.items.indices { page.items[index].locate(in: market) }
        return page.fault(number: query.page, size: query.size)
          ?? Fault.first(in: page.items, of: "items") { $0.fault(in: market) }
          ?? Fault.first(in: page.facets, of: "facets") { $0.highestPrice?.fault("highestPrice", in: market) }
      })
  }

  @LoopActor package func collection(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Collection?> {
    guard Handle.isValid(handle) else { return absent() }
    return try await ask(.collection(handle), in: market, Collection.self) { collection in
      collection.handle == handle ? nil : Fault("handle", "another collection than the one that was asked for")
    }.answer
  }

  @LoopActor package func collections(in market: Market) async throws(CoreAPIError) -> Answer<[Collection]> {
    try present(
      await ask(.collections, in: market, [Collection].self) { collections in
        Fault.first(in: collections, of: "") { Handle.isValid($0.handle) ? nil : .handle }
      })
  }

  @LoopActor package func menu(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Menu?> {
    guard Handle.isValid(handle) else { return absent() }
    return try await ask(.menu(handle), in: market, Menu.self) { menu in
      menu.handle == handle ? nil : Fault("handle", "another menu than the one that was asked for")
    }.answer
  }

  @LoopActor package func contentPage(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<ContentPage?> {
    guard Handle.isValid(handle) else { return absent() }
    return try await ask(.page(handle), in: market, ContentPage.self) { page in
      page.handle == handle ? nil : Fault("handle", "another page than the one that was asked for")
    }.answer
  }

  @LoopActor package func blog(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Blog?> {
    guard Handle.isValid(handle) else { return absent() }
    return try await ask(.blog(handle), in: market, Blog.self) { blog in
      blog.handle == handle ? nil : Fault("handle", "another blog than the one that was asked for")
    }.answer
  }

  @LoopActor package func articles(
    of blog: String, page: Int, size: Int, in market: Market
  ) async throws(CoreAPIError) -> Answer<Page<Article>> {
    let (page, size) = (max(1, page), min(max(1, size), ProductQuery.largestPage))
    guard Handle.isValid(blog) else {
      return Answer(Page(items: [], total: 0, number: page, size: size, hasMore: false), mark: minimumMark())
    }
    return try present(
      await ask(.articles(of: blog, page: page, size: size), in: market, Page<Article>.self) { answered in
        for index in answered.items.indices { answered.items[index].locate(in: market) }
        return answered.fault(number: page, size: size) ?? Fault.first(in: answered.items, of: "items") { $0.fault(in: blog) }
      })
  }

  @LoopActor package func article(
    _ handle: String, of blog: String, in market: Market
  ) async throws(CoreAPIError) -> Answer<Article?> {
    guard Handle.isValid(handle), Handle.isValid(blog) else { return absent() }
    return try await ask(.article(of: blog, handle), in: market, Article.self) { article in
      guard article.handle == handle else { return Fault("handle", "another article than the one that was asked for") }
      article.locate(in: market)
      return article.fault(in: blog)
    }.answer
  }

  @LoopActor package func redirect(from path: String, in market: Market) async throws(CoreAPIError) -> Answer<Redirect?> {
    // What no address can be was never one.
    guard path.hasPrefix("/"), path.utf8.count <= 2048, path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
      return absent()
    }
    return try await ask(.redirect(from: path), in: market, Redirect.self) { $0.fault }.answer
  }

  /// Read in parts, each after the last entry of the one before. The whole is as old as its oldest part.
  @LoopActor package func sitemapEntries(in market: Market) async throws(CoreAPIError) -> Answer<[SitemapEntry]> {
    var whole: Answer<[SitemapEntry]>?
    var after: String?
    repeat {
      let size = CoreAPIRead.sitemapPart
      let part = try await ask(.sitemap(after: after, size: size), in: market, [SitemapEntry].self) { entries in
        entries.count > size
          ? Fault("", "more entries than were asked for") : Fault.first(in: entries, of: "") { $0.fault }
      }
      let entries = try present(part)
      if part.next != nil, entries.value.isEmpty || part.next == after {
        throw .invalid("\(endpoint): the sitemap of \(market.tenant) does not end")
      }
      after = part.next
      guard let before = whole else {
        whole = entries
        continue
      }
      let validFor = [before.validFor, entries.validFor].compactMap(\.self).min()
      whole = Answer(before.value + entries.value, validFor: validFor, mark: min(before.mark, entries.mark))
    } while after != nil
    return whole ?? Answer([])
  }

  // MARK: Asking

  /// Of what no handle and no address can be, so that nobody need be asked.
  private func absent<Value>() -> Answer<Value?> { Answer(nil, mark: minimumMark()) }

  private struct Reply<Value: Sendable>: Sendable {
    let answer: Answer<Value?>
    let next: String?
  }

  private func present<Value>(_ reply: Reply<Value>) throws(CoreAPIError) -> Answer<Value> {
    guard let value = reply.answer.value else {
      throw .invalid("\(endpoint): \u{201C}not found\u{201D} to a question about the whole shop")
    }
    return Answer(value, validFor: reply.answer.validFor, mark: reply.answer.mark)
  }

  /// - Parameter check: what decoding cannot see: sets what an answer does not say, and tells the value's fault, if it has one.
  private func ask<Value: Decodable & Sendable>(
    _ read: CoreAPIRead, in market: Market, _: Value.Type, check: @escaping @Sendable (inout Value) -> Fault? = { _ in nil }
  ) async throws(CoreAPIError) -> Reply<Value> {
    let end = MonotonicInstant.now.advanced(by: options.deadline)
    let tenant = market.tenant
    let target = read.target(in: market)
    let question = Question(text: "\(endpoint)\(target)", target: target, mark: minimumMark(), end: end)
    counts.reads += 1
    do throws(HTTPClientError) { try await tenants.enter(tenant, until: end) } catch { throw error.said(of: question.text) }
    defer { tenants.leave(tenant) }
    guard health.admits(tenant, at: .now) else {
      counts.refused += 1
      throw .unavailable("\(question.text): not asked, since the core API has not answered lately")
    }
    var attempt = 1
    while true {
      let error: CoreAPIError
      switch await send(question, check) {
      case .reply(let reply):
        health.note(.answered, of: tenant, at: .now)
        return reply
      case .final(let final, let outcome):
        health.note(outcome, of: tenant, at: .now)
        error = final
      case .broken(let broken, let outcome):
        let pause = Duration.milliseconds(Int.random(in: Self.jitter))
        if attempt < Self.attempts, MonotonicInstant.now.advanced(by: pause) < end {
          attempt += 1
          await Loop.sleep(for: pause)
          continue
        }
        health.note(outcome, of: tenant, at: .now)
        error = broken
      }
      counts.failures += 1
      throw error
    }
  }

  private struct Question: Sendable {
    /// For errors.
    let text: String
    let target: String
    let mark: UInt64
    let end: MonotonicInstant
  }

  private enum Attempt<Value: Sendable> {
    case reply(Reply<Value>)
    /// Asked once more, it may be answered.
    case broken(CoreAPIError, Health.Outcome)
    case final(CoreAPIError, Health.Outcome)
  }

  private func send<Value: Decodable & Sendable>(
    _ question: Question, _ check: @escaping @Sendable (inout Value) -> Fault?
  ) async -> Attempt<Value> {
    var headers = Headers()
    headers.add("Accept", "application/json" as StaticString)
    if question.mark > 0 { headers.add("Core-Mark", String(question.mark)) }
    counts.requests += 1
    let response: HTTPClient.Response
    do throws(HTTPClientError) {
      let left = MonotonicInstant.now.duration(to: question.end)
      response = try await client.send(.init(.get, question.target, of: endpoint, headers: headers, deadline: left))
    } catch {
      let said = error.said(of: question.text)
      switch error.code {
      case .refused, .reset: return .broken(said, .unreachable)
      case .timeout: return .final(said, .silent)
      case .protocol: return .final(said, .unreachable)
      case .tooLarge: return .final(said, .answered)
      case .request, .cancelled: return .final(said, .unknown)
      }
    }
    let reading = Reading(response: response, question: question.text)
    switch response.status {
    case 200, 404:
      let body = response.body.count
      let result: Result<Reply<Value>, CoreAPIError> =
        body <= Self.decodedOnLoop ? reading.read(check) : await Loop.offLoop { reading.read(check) }
      switch result {
      case .failure(let error): return .final(error, .answered)
      case .success(let reply) where reply.answer.mark < question.mark:
        let what = "behind: its mark is \(reply.answer.mark), and \(question.mark) was seen"
        return .broken(.unavailable("\(question.text): \(what)"), .answered)
      case .success(let reply): return .reply(reply)
      }
    case 502, 503: return .broken(.unavailable(reading.status), .unreachable)
    case 409, 429, 500...599: return .final(.unavailable(reading.status), .answered)
    default: return .final(.invalid(reading.status), .answered)
    }
  }

  /// A response on its way to a value: on the loop or off it.
  private struct Reading: Sendable {
    let response: HTTPClient.Response
    let question: String

    func read<Value: Decodable & Sendable>(_ check: (inout Value) -> Fault?) -> Result<Reply<Value>, CoreAPIError> {
      let data = Data(response.body)
      let decoder = Document.decoder(currency: nil)
      do {
        if response.status == 404 { return notFound(try decoder.decode(RefusalEnvelope.self, from: data)) }
        var envelope = try decoder.decode(Envelope<Value>.self, from: data)
        if let fault = check(&envelope.answer.value) { return .failure(.invalid("\(question): \(fault.below("value"))")) }
        let answer = Answer<Value?>(envelope.answer.value, validFor: envelope.answer.validFor, mark: envelope.answer.mark)
        return .success(Reply(answer: answer, next: envelope.next))
      } catch {
        return .failure(.invalid("\(question): \(Fault(error))"))
      }
    }

    /// "Not found" is an answer when the contract says it, and not when a proxy or another service does.
    private func notFound<Value>(_ refusal: RefusalEnvelope) -> Result<Reply<Value>, CoreAPIError> {
      switch Refusal.Code(rawValue: refusal.error.code) {
      case .notFound:
        guard let mark = refusal.mark else { return .failure(.invalid("\(question): mark: it is missing")) }
        return .success(Reply(answer: Answer(nil, validFor: refusal.validFor, mark: mark), next: nil))
      case .unknownTenant: return .failure(.unavailable("\(question): the core API does not know this tenant"))
      default: return .failure(.invalid(status))
      }
    }

    /// With the words of the core API, for the log.
    var status: String {
      let refusal = try? Document.decoder(currency: nil).decode(RefusalEnvelope.self, from: Data(response.body))
      let words = refusal.map { ": \($0.error.code.prefix(40)), \($0.error.message.prefix(200))" } ?? ""
      return "\(question): status \(response.status)\(words)"
    }
  }
}

extension Page {
  fileprivate func fault(number: Int, size: Int) -> Fault? {
    if self.number != number { return Fault("page", "another page than the one that was asked for") }
    if self.size != size { return Fault("size", "another size than the one that was asked for") }
    if items.count > size { return Fault("items", "more items than a page has") }
    if let total, total < items.count { return Fault("total", "fewer than there are items") }
    return nil
  }
}

extension SitemapEntry {
  fileprivate var fault: Fault? {
    guard Handle.isValid(handle), blog.map(Handle.isValid) ?? true else { return .handle }
    return address == nil ? Fault("blog", "it is missing") : nil
  }
}

extension HTTPClientError {
  fileprivate func said(of question: String) -> CoreAPIError {
    let code: CoreAPIError.Code =
      switch self.code {
      case .timeout: .timeout
      case .tooLarge, .protocol, .request: .invalid
      case .refused, .reset, .cancelled: .unavailable
      }
    return CoreAPIError(code, "\(question): \(reason)")
  }
}
