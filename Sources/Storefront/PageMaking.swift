import EventLoop
import FoundationEssentials
import TemplateEngine
import Tenancy

/// One page being made: what every template of it sees before anything is fetched.
@LoopActor final class PageMaking {
  /// All that the templates of one page may spend together: 80 ms at the most, however many fillers it has.
  static let mostSteps = 2_000_000
  /// Fillers in all, and inside one another.
  static let mostFillers = 400
  static let deepest = 8

  /// What templates call "now", in seconds since 1970: one moment for the whole page.
  let now = Int(Date.now.timeIntervalSince1970)
  /// What the page has had of the loop since it began.
  let share = LoopShare()
  private(set) var stepsLeft = PageMaking.mostSteps
  private(set) var fillersLeft = PageMaking.mostFillers

  let route: PageRoute
  let shop: Shop
  let data: PageData
  /// What the shared cache has of its fragments; nil without one.
  let look: SharedLook?
  let globals: [String: Value]
  /// What one shopper has; nil while a page is made that all share.
  let shopper: ShopperDrops?

  /// - Parameter data: of a page whose subject has been read.
  init(shop: Shop, data: PageData, look: SharedLook? = nil, shopper: ShopperDrops? = nil) {
    self.shopper = shopper
    route = data.route
    self.shop = shop
    self.look = look
    self.data = data
    var globals = PageMaking.unread
    globals["settings"] = shop.theme.settings
    globals["template"] = .string(route.kind.rawValue)
    let routes = shop.market.routes
    globals["canonical_url"] = .string(shop.baseURL + route.target(in: routes))
    globals["request"] = .bound(
      RequestDrop(
        path: route.path(in: routes), kind: route.kind.rawValue, locale: shop.market.locale, host: shop.host,
        origin: shop.baseURL,
        query: QueryDrop(terms: route.terms)))
    globals["routes"] = .bound(RoutesDrop(routes: routes))
    globals["localization"] = .bound(LocalizationDrop(shop: shop, route: route))
    self.globals = globals
  }

  /// What every page has, none of it fetched yet, and room for what is its own.
  private static let unread: [String: Value] = {
    var globals = Dictionary<String, Value>(minimumCapacity: 24)
    for name in PageData.names { globals[name] = .deferred(DataRequest(kind: name, arguments: [])) }
    for (name, kind) in PageData.lookups { globals[name] = .lookup(kind: kind) }
    return globals
  }()

  func spend(steps: Int) { stepsLeft = max(0, stepsLeft - steps) }

  /// - Returns: whether one more filler may be rendered at that depth.
  func admit(depth: Int) -> Bool {
    guard depth < PageMaking.deepest, fillersLeft > 0, stepsLeft > 0 else { return false }
    fillersLeft -= 1
    return true
  }

  /// Links to the plugins' style sheets, for `content_for_header`.
  var headLinks: String {
    shop.theme.pluginStyleSheets.map { "<link rel=\"stylesheet\" href=\"\($0)\">" }.joined(separator: "\n")
  }
}
