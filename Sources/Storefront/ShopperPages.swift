import CoreAPIClient
import Delivery
import EventLoop
import FoundationEssentials
import HTTP
import Session
import Tenancy

/// What is one shopper's own: the pages of cart, wishlist and comparison, the small fragments that shared pages ask the browser to
/// fetch, and the forms. None of it is kept by anybody, and a page that all share never sees a session.
@LoopActor package final class ShopperPages {
  private let renderer: PageRenderer
  private let api: any CoreAPI
  private let cookie: SessionCookie
  private let customers: CustomerToken?
  private let now: () -> Int64

  /// - Parameters:
  ///   - customers: reads what the platform hands a customer back with; nil where it does not.
  ///   - now: seconds since 1970.
  package init(
    rendering renderer: PageRenderer, reading api: any CoreAPI, cookie: SessionCookie, customers: CustomerToken? = nil,
    now: @escaping () -> Int64 = { Int64(Date.now.timeIntervalSince1970) }
  ) {
    self.renderer = renderer
    self.api = api
    self.cookie = cookie
    self.customers = customers
    self.now = now
  }

  /// - Throws: `PageRenderer.Missing` where the theme has no such page.
  func page(_ route: PageRoute, of shop: Shop, for request: HTTPRequest) async throws -> HTTPResponse {
    let visit = visit(of: request, in: shop)
    let body = try await renderer.page(route, of: shop, for: visit.session, saying: nil)
    return try answer(200, body, to: visit, renewing: true)
  }

  /// - Throws: `PageRenderer.Missing` where the theme has no such section, or one that is not private.
  func fragment(_ name: String, of shop: Shop, for request: HTTPRequest) async throws -> HTTPResponse {
    let visit = visit(of: request, in: shop)
    return try answer(
      200, try await renderer.fragment(name, of: shop, for: visit.session, saying: nil), to: visit, renewing: true)
  }

  /// Does what a form asks for. The answer to a script's request is the private section that the form names; to a browser's own,
  /// the address of the page that shows it (303, so that going back sends nothing twice). What cannot be done leaves all as it was,
  /// and the page says why.
  func act(_ action: ShopperAction, in shop: Shop, on request: HTTPRequest) async throws -> HTTPResponse {
    var visit = visit(of: request, in: shop)
    guard FormOrigin.isOwnForm(request, origin: visit.origin) else { return PlainAnswer.foreignForm }
    let fields: FormFields
    do throws(FormFields.Refusal) { fields = try FormFields(request) } catch {
      return error == .mediaType ? PlainAnswer.unsupportedForm : PlainAnswer.malformedForm
    }
    var notice = try await refusal(of: action, fields, in: shop)
    if notice == nil {
      do throws(SessionRefusal) {
        let changed = try Self.changed(visit.session, by: action, fields)
        // Whether it can be kept is part of whether it can be done.
        visit.cookie = try cookie.setting(changed, of: shop.tenant.id, isSecure: visit.isSecure, now: now())
        visit.session = changed
      } catch { notice = "refused_" + error.code.rawValue.replacing("-", with: "_") }
    }
    if request.header("hx-request") == "true" {
      let name = fields["fragment"] ?? ""
      let body =
        name.isEmpty ? [] : try await renderer.fragment(name, of: shop, for: visit.session, saying: notice ?? action.notice)
      // Where no section was asked for that could say why, the status does.
      var response = try answer(notice != nil && name.isEmpty ? 422 : 200, body, to: visit)
      if notice == nil { response.headers.add("HX-Trigger", action.event) }
      return response
    }
    if let notice {
      let body = try await renderer.page(PageRoute(action.page), of: shop, for: visit.session, saying: notice)
      return try answer(422, body, to: visit)
    }
    var response = try answer(303, [], to: visit)
    response.headers.add("Location", PageRoute(action.page).path(in: shop.market.routes))
    return response
  }

  /// The platform hands a customer back who has signed in there: who it is goes into the session, and the address is gone from the
  /// browser's line at once.
  /// - Throws: `PageRenderer.Missing` where the platform hands nobody back.
  func arrive(with token: String, in shop: Shop, for request: HTTPRequest) async throws -> HTTPResponse {
    guard let customers else { throw PageRenderer.Missing() }
    var visit = visit(of: request, in: shop)
    let customer: CustomerName
    do { customer = try customers.customer(of: token, for: shop.tenant.id, now: now()) } catch { return PlainAnswer.foreignForm }
    var known = visit.session
    known.customer = customer
    do throws(SessionRefusal) {
      visit.cookie = try cookie.setting(known, of: shop.tenant.id, isSecure: visit.isSecure, now: now())
    } catch {
      // The cookie is full: a shopper who takes something out of the cart can come again.
      let body = try await renderer.page(PageRoute(.cart), of: shop, for: visit.session, saying: "refused_size")
      return try answer(422, body, to: visit)
    }
    visit.session = known
    var response = try answer(303, [], to: visit)
    response.headers.add("Location", shop.market.path(.home))
    return response
  }

  // MARK: Parts

  /// One request's shopper.
  private struct Visit {
    var session: ShopperSession
    /// To be written anew though nothing in it changed.
    let wantsRenewal: Bool
    let tenant: TenantID
    let isSecure: Bool
    let origin: String
    /// What every page of the shop says.
    let headers: Headers
    /// For `Set-Cookie`.
    var cookie: String?
  }

  private func visit(of request: HTTPRequest, in shop: Shop) -> Visit {
    let isSecure = shop.baseURL.hasPrefix("https://") && request.host == shop.host
    let opened = cookie.session(in: request, of: shop.tenant.id, isSecure: isSecure, now: now())
    return Visit(
      session: opened?.session ?? ShopperSession(), wantsRenewal: opened?.wantsRenewal ?? false, tenant: shop.tenant.id,
      isSecure: isSecure, origin: (isSecure ? "https://" : "http://") + (request.header("host")?.lowercased() ?? request.host),
      headers: shop.theme.headers)
  }

  /// What is put into a cart must be there to be had, as far as the shop knows now.
  /// - Returns: the key of what the theme says of it; nil where nothing speaks against it.
  private func refusal(of action: ShopperAction, _ fields: FormFields, in shop: Shop) async throws -> String? {
    guard action == .addToCart || action == .wish || action == .compare else { return nil }
    guard let product = try await api.product(fields["product"] ?? "", in: shop.market).value else { return "refused_unknown" }
    guard action == .addToCart else { return nil }
    guard let variant = product.variants.first(where: { $0.id == fields["id"] }) else { return "refused_unknown" }
    return variant.available ? nil : "refused_sold_out"
  }

  private static func changed(
    _ before: ShopperSession, by action: ShopperAction, _ fields: FormFields
  ) throws(SessionRefusal) -> ShopperSession {
    var session = before
    let product = fields["product"] ?? ""
    switch action {
    case .addToCart:
      let properties = fields.members(of: "properties").map { CartLine.Property(name: $0.name, value: $0.value) }
      let quantity = fields["quantity"].map { Int($0) ?? 0 } ?? 1
      try session.add(product: product, variant: fields["id"] ?? "", quantity: quantity, properties: properties)
    case .changeCart: try session.change(fields["key"] ?? "", to: fields["quantity"].flatMap { Int($0) } ?? -1)
    case .wish: try session.wish(for: product)
    case .unwish: session.unwish(product)
    case .compare: try session.compare(product)
    case .uncompare: session.uncompare(product)
    case .leave: session.customer = nil
    }
    return session
  }

  private func answer(_ status: Int, _ body: [UInt8], to visit: Visit, renewing: Bool = false) throws -> HTTPResponse {
    var headers = visit.headers
    headers.add("Cache-Control", "private, no-store")
    headers.add("X-Robots-Tag", "noindex")
    var cookie = visit.cookie
    if renewing, visit.wantsRenewal {
      cookie = try? self.cookie.setting(visit.session, of: visit.tenant, isSecure: visit.isSecure, now: now())
    }
    if let cookie {
      headers.add("Set-Cookie", cookie)
      headers.add("Set-Cookie", SessionCookie.presence(of: visit.session, isSecure: visit.isSecure))
    }
    return HTTPResponse(status: status, headers: headers, body: body)
  }
}
