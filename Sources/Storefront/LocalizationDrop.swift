import CoreAPIClient
import TemplateEngine
import Tenancy
import ThemeSDK

/// The shop's own addresses, so that no theme writes one by hand: a market may call them otherwise.
struct RoutesDrop: Bindable {
  let routes: Routes

  static let shape = Shape<RoutesDrop>(
    .computed("root_url") { .string($0.routes.path(.home)) },
    .computed("search_url") { .string($0.routes.path(.search)) },
    .computed("collections_url") { .string($0.routes.path(.collection("all"))) },
    .computed("all_products_collection_url") { .string($0.routes.path(.collection("all"))) },
    .computed("cart_url") { .string($0.routes.path(.cart)) },
    .computed("cart_add_url") { .string($0.routes.path(.cart) + "/add") },
    .computed("cart_change_url") { .string($0.routes.path(.cart) + "/change") },
    .computed("wishlist_url") { .string($0.routes.path(.wishlist)) },
    .computed("wishlist_add_url") { .string($0.routes.path(.wishlist) + "/add") },
    .computed("wishlist_remove_url") { .string($0.routes.path(.wishlist) + "/remove") },
    .computed("compare_url") { .string($0.routes.path(.compare)) },
    .computed("compare_add_url") { .string($0.routes.path(.compare) + "/add") },
    .computed("compare_remove_url") { .string($0.routes.path(.compare) + "/remove") },
    .computed("account_leave_url") { .string($0.routes.path(.account) + "/leave") },
    .computed("fragments_url") { .string($0.routes.path(.fragments)) }
  )
}

/// The languages that the page can be read in. `alternate_languages` are those a search engine is told of: each language once, and
/// none for a page that is another one's in another currency.
struct LocalizationDrop: Bindable {
  let shop: Shop
  let route: PageRoute

  static let shape = Shape<LocalizationDrop>(
    .computed("language") { .bound(LanguageDrop(market: $0.shop.market, shop: $0.shop, route: $0.route)) },
    .computed("available_languages") { drop in
      .models(drop.shop.tenant.markets.map { LanguageDrop(market: $0, shop: drop.shop, route: drop.route) })
    },
    .computed("alternate_languages") { drop in
      let languages = drop.shop.tenant.languages
      guard languages.count > 1, languages.contains(where: { $0 === drop.shop.market }) else { return .models([LanguageDrop]()) }
      return .models(languages.map { LanguageDrop(market: $0, shop: drop.shop, route: drop.route) })
    }
  )
}

struct LanguageDrop: Bindable {
  let market: Market
  let shop: Shop
  let route: PageRoute

  static let shape = Shape<LanguageDrop>(
    .field("iso_code", \.market.locale),
    .computed("endonym_name") { .string(LanguageName.endonym(of: $0.market.locale)) },
    .computed("root_url") { .string($0.market.routes.path(.home)) },
    .field("currency", \.market.currency),
    .computed("primary") { .bool($0.market === $0.shop.tenant.market) },
    .computed("selected") { .bool($0.market === $0.shop.market) },
    .computed("url") { .string($0.shop.baseURL + $0.path) }
  )

  /// The page in this language, with the choices made on it. A price is one of its currency: where there is another, the list is
  /// that of any price. A page that is not there is nowhere.
  private var path: String {
    guard route.address != nil else { return market.path(.home) }
    guard market.currency != shop.market.currency, route.filters.hasPrice else { return route.target(in: market.routes) }
    var priceless = route
    priceless.filters.removeAll(of: "price")
    return priceless.target(in: market.routes, page: 1)
  }
}
