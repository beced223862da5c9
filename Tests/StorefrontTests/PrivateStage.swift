import EventLoop
import FoundationEssentials
import Tenancy

@testable import Session
@testable import Storefront

/// A theme with a private section wherever one can stand: on a shared page, in a shared section, in a slot of one, in header and
/// footer, inside a plugin's wrapper, and on the private pages; and a plugin with a private filler.
enum PrivateStage {
  static let own =
    "<b>{% for item in cart.items %}{% for property in item.properties %}[{{ property.value }}]{% endfor %}{% endfor %}({{ customer.name }})</b>"
    + #"{% schema %}{"name":"Own","private":true}{% endschema %}"#

  static let files: [String: String] = [
    "Themes/plain/theme.json": """
    {"id":"plain","name":"Plain","version":"1","engine":"1","locales":["en"],"layout_slots":["header","main","footer"],
     "slots":{"header":{},"main":{},"footer":{},"cart.after":{},"product.price.after":{"context":["product"]},
              "card.price.after":{"context":["product"]}},
     "defaults":{"header":[{"id":"header","section":"header"},{"id":"own","section":"own"}],
                 "footer":[{"id":"bottom","section":"own"}],
                 "product.price.after":[{"id":"own","section":"own"}],
                 "cart.after":[{"id":"shared","section":"shared"},{"id":"own","section":"own"}]}}
    """,
    "Themes/plain/layout/theme.liquid":
      "<!doctype html><html><head><title>{{ page_title }}</title>{{ content_for_header }}</head><body>{% slot 'header' %}{{ content_for_layout }}{% slot 'footer' %}</body></html>",
    "Themes/plain/sections/own.liquid": own,
    "Themes/plain/sections/shared.liquid":
      "<i>{% for product in collections['shirts'].products %}{{ product.title }}{% slot 'card.price.after', product: product.handle %}{% endfor %}{% slot 'product.price.after' %}</i>{% section 'own' %}{% schema %}{\"name\":\"Shared\"}{% endschema %}",
    "Themes/plain/sections/header.liquid":
      "<header>{{ shop.name }}</header>{% section 'own' %}{% schema %}{\"name\":\"Header\"}{% endschema %}",
    "Themes/plain/sections/lines.liquid":
      "<ol>{% for item in cart.items %}{{ item.title }} {{ item.line_price | money }}{% endfor %}{{ cart.total_price | money }} {{ cart.notice }}</ol>{% slot 'cart.after' %}{% section 'own' %}{% schema %}{\"name\":\"Lines\",\"private\":true}{% endschema %}",
    "Themes/plain/templates/index.json":
      #"{"sections":{"main":{"type":"index"},"own":{"type":"own"},"shared":{"type":"shared"}},"order":["main","own","shared"]}"#,
    "Themes/plain/templates/cart.json":
      #"{"sections":{"lines":{"type":"lines"},"shared":{"type":"shared"}},"order":["lines","shared"]}"#,
    "Themes/plain/templates/wishlist.liquid": "<p>{{ wishlist.count }} ({{ customer.name }})</p>{% slot 'cart.after' %}",
    "Themes/plain/templates/compare.json": #"{"sections":{"own":{"type":"own"}},"order":["own"]}"#,
    "Plugins/extra/plugin.json": """
    {"id":"extra","name":"Extra","version":"1",
     "permissions":["storefront.slot:product.price.after","storefront.slot:card.price.after","storefront.slot:header","storefront.slot:main"],
     "fillers":[{"id":"note","slot":"product.price.after","op":"append","template":"note.liquid"},
                {"id":"card","slot":"card.price.after","op":"append","template":"note.liquid"},
                {"id":"frame","slot":"header","op":"wrap:own","template":"frame.liquid"},
                {"id":"box","slot":"main","op":"wrap:shared","template":"frame.liquid"},
                {"id":"heart","slot":"card.price.after","op":"append","template":"heart.liquid","private":true}]}
    """,
    "Plugins/extra/templates/frame.liquid": "<div>{{ content }}</div>",
    "Plugins/extra/templates/heart.liquid": "<u>{{ customer.name }}</u>",
  ]

  /// A session whose every text is the marker.
  static func cookie(_ marker: String, of tenant: String = "one") throws -> String {
    var session = ShopperSession()
    try session.add(product: "linen", variant: "v1", properties: [CartLine.Property(name: marker, value: marker)])
    try session.wish(for: "linen")
    session.customer = CustomerName(marker)
    let now = Int64(Date.now.timeIntervalSince1970)
    let cookie = SessionCookie(SessionSeal(keys: Stage.sessionKeys))
    return String(try cookie.setting(session, of: TenantID(tenant), isSecure: false, now: now).prefix { $0 != ";" })
  }
}

/// All texts and bytes that a value holds, private ones too: what is kept in memory is looked at, and not what the code says of it.
struct Held {
  private(set) var texts: Set<String> = []
  private var seen: Set<ObjectIdentifier> = []

  /// - Parameter path: names of properties from the root to what is looked through.
  init(by root: Any, at path: String...) {
    var value = root
    for name in path {
      guard let child = Mirror(reflecting: value).children.first(where: { $0.label == name })?.value else { return }
      value = child
    }
    visit(value)
  }

  private mutating func visit(_ value: Any) {
    if let text = value as? String {
      texts.insert(text)
      return
    }
    if let bytes = value as? [UInt8] {
      texts.insert(String(decoding: bytes, as: UTF8.self))
      return
    }
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .class, !seen.insert(ObjectIdentifier(value as AnyObject)).inserted { return }
    for child in mirror.children where child.label != "follower" { visit(child.value) }
  }
}
