// The contract of docs/core-api.md, answered from a `ReferenceCatalog`: a request in, a response out, no socket and no clock
// of its own.

import CoreAPIClient
import FoundationEssentials
import HTTP
import Tenancy

package struct CoreAPIHandler: Sendable {
  private let catalog: ReferenceCatalog
  private let edits: EditPermission

  package init(_ catalog: ReferenceCatalog, edits: EditPermission) {
    self.catalog = catalog
    self.edits = edits
  }

  package func respond(to request: HTTPRequest) async -> HTTPResponse {
    if request.path == "/healthz" { return plain(200, "ok\n") }
    let path = request.path.split(separator: "/", omittingEmptySubsequences: false)
    // "/v1/tenants/ID/…" begins with an empty part.
    guard path.count >= 5, path[0].isEmpty, path[1] == "v1", path[2] == "tenants" else { return noSuchAddress }
    guard let tenant = try? TenantID(String(path[3])), let currency = catalog.currency(of: tenant) else {
      return refuse(404, .init(.unknownTenant, "there is no catalogue of this tenant"))
    }
    switch request.method {
    case .get, .head: return await read(Array(path[4...]), request, of: tenant)
    case .patch:
      guard path.count == 6, path[4] == "products" else { return noSuchAddress }
      return edit(String(path[5]), request, of: tenant, currency)
    case .post, .options:
      var response = refuse(405, .init(.methodNotAllowed, "GET and HEAD read, PATCH edits a product"))
      response.headers.add("Allow", "GET, HEAD, PATCH" as StaticString)
      return response
    }
  }

  // MARK: Reads

  private func read(_ path: [Substring], _ request: HTTPRequest, of tenant: TenantID) async -> HTTPResponse {
    if let wanted = request.header("core-mark") {
      guard let mark = UInt64(wanted) else {
        return refuse(400, .init(.badRequest, "Core-Mark is a whole number", path: "Core-Mark"))
      }
      // One that has others beside it would wait, or ask them.
      guard mark <= catalog.mark else {
        return refuse(503, .init(.behind, "the mark of this source is \(catalog.mark)"))
      }
    }
    do {
      let read = try CoreAPIRead(path: path, query: request.query)
      let market = try market(of: tenant, asked: request.query)
      switch read {
      case .site: return answer(try await catalog.site(market), in: market)
      case .product(let handle): return answer(try await catalog.product(handle, in: market), in: market)
      case .products(let query): return answer(try await catalog.products(query, in: market), in: market)
      case .collections: return answer(try await catalog.collections(in: market), in: market)
      case .collection(let handle): return answer(try await catalog.collection(handle, in: market), in: market)
      case .menu(let handle): return answer(try await catalog.menu(handle, in: market), in: market)
      case .page(let handle): return answer(try await catalog.contentPage(handle, in: market), in: market)
      case .blog(let handle): return answer(try await catalog.blog(handle, in: market), in: market)
      case .articles(let blog, let page, let size):
        return answer(try await catalog.articles(of: blog, page: page, size: size, in: market), in: market)
      case .article(let blog, let handle): return answer(try await catalog.article(handle, of: blog, in: market), in: market)
      case .redirect(let path): return answer(try await catalog.redirect(from: path, in: market), in: market)
      case .sitemap(let after, let size): return sitemap(try await catalog.sitemapEntries(in: market), after, size)
      }
    } catch let refusal as CoreAPIRead.Refusal {
      guard case .parameter(let name, let rule) = refusal else { return noSuchAddress }
      return refuse(400, .init(.badRequest, "\(name) is \(rule)", path: name))
    } catch {
      return refuse(503, .init(.unknownTenant, "\(error)"))
    }
  }

  /// Who names no language or currency gets the shop's own.
  private func market(of tenant: TenantID, asked query: String) throws(CoreAPIRead.Refusal) -> Market {
    let (locale, currency) = try CoreAPIRead.market(in: query)
    return Market(
      of: tenant, locale: locale ?? catalog.locale(of: tenant) ?? "", currency: currency ?? catalog.currency(of: tenant) ?? "")
  }

  private func answer<Value: Encodable>(_ answer: Answer<Value>, in market: Market) -> HTTPResponse {
    json(200, Envelope(answer, currency: market.currency), market.currency)
  }

  private func answer<Value: Encodable>(_ answer: Answer<Value?>, in market: Market) -> HTTPResponse {
    guard let value = answer.value else {
      let refusal = Refusal(.notFound, "the shop has none of this name that a shopper may see")
      return json(404, RefusalEnvelope(refusal, mark: answer.mark, validFor: answer.validFor), nil)
    }
    return self.answer(Answer<Value>(value, validFor: answer.validFor, mark: answer.mark), in: market)
  }

  /// The part that follows the entry `after`. Places in a list of ten thousand shift while it is read; entries do not.
  private func sitemap(_ whole: Answer<[SitemapEntry]>, _ after: String?, _ size: Int) -> HTTPResponse {
    var rest = whole.value[...]
    if let after {
      guard let position = rest.firstIndex(where: { $0.cursor == after }) else {
        return refuse(
          409, .init(.changed, "the entry \u{201C}\(after.prefix(80))\u{201D} is there no more: begin again", path: "after"))
      }
      rest = rest[(position + 1)...]
    }
    let part = Array(rest.prefix(size))
    let next = part.count < rest.count ? part.last?.cursor : nil
    return json(200, Envelope(Answer(part, validFor: whole.validFor, mark: whole.mark), next: next), nil)
  }

  // MARK: Edits

  private func edit(_ handle: String, _ request: HTTPRequest, of tenant: TenantID, _ currency: String) -> HTTPResponse {
    if let (status, why) = edits.refusal(of: request) {
      var response = refuse(status, .init(status == 401 ? .unauthorized : .forbidden, why.rawValue))
      if status == 401 { response.headers.add("WWW-Authenticate", "Bearer" as StaticString) }
      return response
    }
    do throws(CatalogError) {
      let patch = try ProductPatch(json: Data(request.body), currency: currency)
      let edited = try catalog.edit(handle, of: tenant, patch.edits)
      return json(200, Envelope(Answer(edited.product, mark: edited.mark), currency: currency), currency)
    } catch {
      let isProduct = error.code == .unknown && error.path == nil
      let refusal = Refusal(
        isProduct ? .notFound : error.code == .syntax ? .badRequest : .invalid, error.reason, path: error.path, line: error.line,
        column: error.column)
      return refuse(isProduct ? 404 : error.code == .syntax ? 400 : 422, refusal)
    }
  }

  // MARK: Responses

  private var noSuchAddress: HTTPResponse {
    refuse(404, .init(.noSuchAddress, "no address of the core API: docs/core-api.md has them"))
  }

  private func refuse(_ status: Int, _ refusal: Refusal) -> HTTPResponse { json(status, RefusalEnvelope(refusal), nil) }

  private func json(_ status: Int, _ document: some Encodable, _ currency: String?) -> HTTPResponse {
    // Every model of the contract can be written: amounts are finite, and texts are text.
    guard let data = try? Document.wireEncoder(currency: currency).encode(document) else { return plain(500, "not JSON\n") }
    var response = HTTPResponse(status: status, body: [UInt8](data))
    response.headers.add("Content-Type", "application/json" as StaticString)
    response.headers.add("Cache-Control", "no-store" as StaticString)
    return response
  }

  private func plain(_ status: Int, _ text: String) -> HTTPResponse {
    var response = HTTPResponse(status: status, body: Array(text.utf8))
    response.headers.add("Content-Type", "text/plain; charset=utf-8" as StaticString)
    response.headers.add("Cache-Control", "no-store" as StaticString)
    return response
  }
}

extension SitemapEntry {
  fileprivate var cursor: String { "\(kind.rawValue):" + (blog.map { $0 + "/" } ?? "") + handle }
}
