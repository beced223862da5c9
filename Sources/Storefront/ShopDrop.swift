import CoreAPIClient
import TemplateEngine
import Tenancy

/// The shop itself: the landlord's record and what the core API says of it. Templates call the tenant `shop`.
struct ShopDrop: Bindable {
  let tenant: Tenant
  let site: Site
  let baseURL: String

  static let shape = Shape<ShopDrop>(
    ("name", { .string($0.site.name) }),
    ("url", { .string($0.baseURL) }),
    ("tagline", { .string($0.site.tagline) }),
    ("description", { .string($0.site.description) }),
    ("email", { .string($0.site.email) }),
    ("locale", { .string($0.tenant.locale) }),
    ("currency", { .string($0.tenant.currency) }),
    ("logo", { $0.site.logo.map { .bound(ImageDrop(image: $0)) } ?? .null })
  )
}

/// A menu. Whether an item is the current one is not said: the same header serves every page.
struct MenuDrop: Bindable {
  let menu: Menu

  static let shape = Shape<MenuDrop>(
    ("handle", { .string($0.menu.handle) }),
    ("title", { .string($0.menu.handle) }),
    ("items", { .models($0.menu.items.map(MenuItemDrop.init)) }),
    ("links", { .models($0.menu.items.map(MenuItemDrop.init)) })
  )
}

struct MenuItemDrop: Bindable {
  let item: Menu.Item

  static let shape = Shape<MenuItemDrop>(
    ("title", { .string($0.item.title) }),
    ("url", { .string($0.item.url) }),
    ("items", { .models($0.item.items.map(MenuItemDrop.init)) }),
    ("links", { .models($0.item.items.map(MenuItemDrop.init)) })
  )
}
