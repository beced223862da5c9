import CoreAPIClient
import TemplateEngine
import Tenancy

/// The shop itself: the landlord's record and what the core API says of it. Templates call the tenant `shop`.
struct ShopDrop: Bindable {
  let tenant: Tenant
  let site: Site
  let baseURL: String

  static let shape = Shape<ShopDrop>(
    .field("name", \.site.name),
    .field("url", \.baseURL),
    .field("tagline", \.site.tagline),
    .field("description", \.site.description),
    .field("email", \.site.email),
    .field("locale", \.tenant.locale),
    .field("currency", \.tenant.currency),
    .computed("logo") { $0.site.logo.map { .bound($0) } ?? .null }
  )
}

/// A menu. Whether an item is the current one is not said: the same header serves every page.
struct MenuDrop: Bindable {
  let menu: Menu

  static let shape = Shape<MenuDrop>(
    .field("handle", \.menu.handle),
    .field("title", \.menu.handle),
    .field("items", \.menu.items),
    .field("links", \.menu.items)
  )
}

extension Menu.Item: Bindable {
  package static let shape = Shape<Menu.Item>(
    .field("title", \.title),
    .field("url", \.url),
    .field("items", \.items),
    .field("links", \.items)
  )
}
