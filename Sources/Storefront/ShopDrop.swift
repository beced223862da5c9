import CoreAPIClient
import TemplateEngine
import Tenancy

/// The shop itself: the landlord's record and what the core API says of it. Templates call the tenant `shop`.
struct ShopDrop: Bindable {
  let shop: Shop
  let site: Site

  static let shape = Shape<ShopDrop>(
    .field("name", \.site.name),
    .field("url", \.shop.baseURL),
    .field("tagline", \.site.tagline),
    .field("description", \.site.description),
    .field("email", \.site.email),
    .field("phone", \.site.phone),
    .field("address", \.site.address),
    .field("locale", \.shop.market.locale),
    .field("currency", \.shop.market.currency),
    .computed("logo") { $0.site.logo.map { .bound($0) } ?? .null }
  )
}

/// A menu. Whether an item is the current one is not said: the same header serves every page.
struct MenuDrop: Bindable {
  let menu: Menu
  let routes: Routes

  static let shape = Shape<MenuDrop>(
    .field("handle", \.menu.handle),
    .field("title", \.menu.handle),
    .computed("items") { .models($0.items) },
    .computed("links") { .models($0.items) }
  )

  private var items: [MenuItemDrop] { menu.items.map { MenuItemDrop(item: $0, routes: routes) } }
}

struct MenuItemDrop: Bindable {
  let item: Menu.Item
  let routes: Routes

  static let shape = Shape<MenuItemDrop>(
    .field("title", \.item.title),
    .computed("url") { .string($0.routes.localized($0.item.url)) },
    .computed("items") { .models($0.items) },
    .computed("links") { .models($0.items) }
  )

  private var items: [MenuItemDrop] { item.items.map { MenuItemDrop(item: $0, routes: routes) } }
}
