/// The limit: the listing written by hand on a byte buffer.
struct Buffer {
  private(set) var base: UnsafeMutablePointer<UInt8>
  private(set) var count = 0
  private var capacity: Int

  init(capacity: Int) {
    self.capacity = capacity
    base = .allocate(capacity: capacity)
  }

  @inline(__always) mutating func raw(_ from: UnsafePointer<UInt8>, _ length: Int) {
    if count + length > capacity {
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: max(capacity * 2, count + length))
      larger.update(from: base, count: count)
      base.deallocate()
      base = larger
      capacity = max(capacity * 2, count + length)
    }
    (base + count).update(from: from, count: length)
    count += length
  }
  @inline(__always) mutating func text(_ text: StaticString) { raw(text.utf8Start, text.utf8CodeUnitCount) }
  @inline(__always) mutating func string(_ string: String) {
    var string = string
    string.withUTF8 { if !$0.isEmpty { raw($0.baseAddress!, $0.count) } }
  }
  mutating func number(_ number: Int) { string(String(number)) }
  mutating func money(_ cents: Int) { string(formatMoney(cents)) }
  mutating func escaped(_ string: String) {
    var string = string
    string.withUTF8 { bytes in
      guard let start = bytes.baseAddress else { return }
      var from = 0
      for at in 0..<bytes.count {
        let entity: StaticString
        switch bytes[at] {
        case 38: entity = "&amp;"
        case 60: entity = "&lt;"
        case 62: entity = "&gt;"
        case 34: entity = "&quot;"
        case 39: entity = "&#39;"
        default: continue
        }
        raw(start + from, at - from)
        text(entity)
        from = at + 1
      }
      raw(start + from, bytes.count - from)
    }
  }

  mutating func listing(_ page: Page) {
    text("<section class=\"collection\" id=\"collection-")
    number(page.collection.id)
    text("\">\n  <h1>")
    escaped(page.collection.title)
    text("</h1>\n  <p class=\"count\">")
    number(page.products.count)
    text(" of ")
    number(page.collection.products_count)
    text(" products</p>\n  <ul class=\"product-grid\">\n")
    for (index, product) in page.products.enumerated() {
      text("    <li class=\"product-card")
      if !product.available { text(" product-card--sold-out") }
      text("\" data-index=\"")
      number(index + 1)
      text("\">\n      <a class=\"product-card__media\" href=\"")
      string(product.url)
      text("\"><img src=\"")
      string(product.image.src)
      text("\" alt=\"")
      escaped(product.image.alt)
      text("\" width=\"")
      number(product.image.width)
      text("\" height=\"")
      number(product.image.height)
      text("\" loading=\"lazy\"></a>\n      <h3><a href=\"")
      string(product.url)
      text("\">")
      escaped(product.title)
      text("</a></h3>\n      <p class=\"vendor\">")
      escaped(product.vendor)
      text("</p>\n      <div class=\"price\">")
      if let before = product.compare_at_price, before > product.price {
        text("<s>")
        money(before)
        text("</s> <b>")
        money(product.price)
        text("</b>")
      } else {
        text("<b>")
        money(product.price)
        text("</b>")
      }
      text("</div>\n      <ul class=\"badges\">")
      for badge in product.badges {
        text("<li class=\"badge badge--")
        string(badge.kind)
        text("\">")
        escaped(badge.label)
        text("</li>")
      }
      text("</ul>\n    </li>\n")
    }
    text("  </ul>\n</section>\n")
  }

  mutating func page(_ page: Page, _ content: Buffer) {
    text("<!doctype html>\n<html lang=\"en\">\n<head>\n  <meta charset=\"utf-8\">\n  <title>")
    escaped(page.page_title)
    text(" – ")
    escaped(page.shop.name)
    text("</title>\n  <meta name=\"description\" content=\"")
    escaped(page.page_description)
    text("\">\n  <link rel=\"canonical\" href=\"")
    string(page.canonical_url)
    text(
      "\">\n  <link rel=\"stylesheet\" href=\"/assets/theme.css\">\n</head>\n<body>\n  <header class=\"site-header\">\n    <a class=\"logo\" href=\""
    )
    string(page.shop.url)
    text("\">")
    escaped(page.shop.name)
    text("</a>\n    <nav>")
    for link in page.nav {
      text("<a href=\"")
      string(link.url)
      text("\"")
      if link.active == true { text(" aria-current=\"page\"") }
      text(">")
      escaped(link.title)
      text("</a>")
    }
    text("</nav>\n    <a class=\"cart\" href=\"/cart\">Cart")
    if page.cart.item_count > 0 {
      text(" (")
      number(page.cart.item_count)
      text(")")
    }
    text("</a>\n  </header>\n  <main id=\"main\">\n")
    raw(content.base, content.count)
    text("\n  </main>\n  <footer class=\"site-footer\">\n")
    for column in page.footer {
      text("    <div class=\"footer-column\"><h4>")
      escaped(column.title)
      text("</h4><ul>")
      for link in column.links {
        text("<li><a href=\"")
        string(link.url)
        text("\">")
        escaped(link.title)
        text("</a></li>")
      }
      text("</ul></div>\n")
    }
    text("    <p>&copy; 2024 ")
    escaped(page.shop.name)
    text("</p>\n  </footer>\n</body>\n</html>\n")
  }

  func free() { base.deallocate() }
  var bytes: [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }
}
