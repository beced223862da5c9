import CoreAPIClient
import EventLoop
import TemplateEngine
import Tenancy

/// One page being made: what every template of it sees before anything is fetched.
@LoopActor struct PageMaking {
  let route: PageRoute
  let shop: Shop
  let data: PageData
  let globals: [String: Value]

  init(route: PageRoute, shop: Shop, data: PageData) {
    self.route = route
    self.shop = shop
    self.data = data
    var globals: [String: Value] = [:]
    for name in PageData.names { globals[name] = .deferred(DataRequest(kind: name, arguments: [])) }
    for (name, kind) in PageData.lookups { globals[name] = .lookup(kind: kind) }
    globals["settings"] = shop.theme.settings
    globals["template"] = .string(route.kind.rawValue)
    globals["canonical_url"] = .string(shop.baseURL + route.target)
    globals["request"] = .object([
      ("path", .string(route.path)), ("page_type", .string(route.kind.rawValue)), ("locale", .string(shop.tenant.locale)),
      ("host", .string(shop.host)), ("origin", .string(shop.baseURL)), ("query", .object([("q", .string(route.terms))])),
    ])
    self.globals = globals
  }

  /// Links to the plugins' style sheets, for `content_for_header`.
  var headLinks: String {
    shop.theme.pluginStyleSheets.map { "<link rel=\"stylesheet\" href=\"\($0)\">" }.joined(separator: "\n")
  }

  /// Whether the address names a choice that the product does not have.
  var namesUnknownVariant: Bool {
    get async throws {
      guard !route.variant.isEmpty, case (.product(let product)?, _) = try await data.mainSubject() else { return false }
      return !product.variants.contains { $0.id == route.variant }
    }
  }
}
