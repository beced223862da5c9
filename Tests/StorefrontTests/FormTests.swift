import EventLoop
import FoundationEssentials
import ReferenceCoreAPI
import Tenancy
import Testing

@testable import Session
@testable import Storefront

/// What a shopper's forms do, with script and without, and what they cannot.
@Suite(.serialized) struct FormTests {
  private static func list(_ name: String) -> String {
    "<p>{{ \(name).notice }}</p>{% for product in \(name).products %}<li>{{ product.handle }}</li>{% endfor %}"
  }
  private static func count(_ name: String, _ count: String) -> String {
    "<i>{{ \(name).\(count) }}|{{ \(name).notice }}</i>{% schema %}{\"name\":\"Count\",\"private\":true}{% endschema %}"
  }
  private static let files: [String: String] = [
    "Themes/plain/templates/cart.liquid":
      "<p>{{ cart.notice }}</p>{% for item in cart.items %}<li id=\"{{ item.key }}\">{{ item.title }}, {{ item.variant.id }}, {{ item.quantity }}, {{ item.line_price | money }}{% for property in item.properties %}, {{ property.name }}: {{ property.value }}{% endfor %}</li>{% endfor %}<b>{{ cart.total_price | money }}</b>",
    "Themes/plain/templates/wishlist.liquid": list("wishlist"),
    "Themes/plain/templates/compare.liquid": list("compare"),
    "Themes/plain/sections/cart-count.liquid": count("cart", "item_count"),
    "Themes/plain/sections/wishlist-count.liquid": count("wishlist", "count"),
    "Themes/plain/sections/compare-count.liquid": count("compare", "count"),
  ]

  @LoopActor private func stage(_ more: [String: String] = [:]) throws -> Stage {
    let stage = try Stage(Self.files.merging(more) { $1 })
    let products = (1...6).map { #"{"id":"p1\#($0)","handle":"shirt-\#($0)","title":"Shirt \#($0)","price":"5.00"}"# }
    let text = Stage.catalogue("one").replacing(#""products":["#, with: #""products":[\#(products.joined(separator: ",")),"#)
    stage.catalog.load(tenant: try TenantID("one"), from: try CatalogFile(json: Data(text.utf8), file: "one"))
    try stage.catalog.edit("linen", of: try TenantID("one"), .available(false, variant: "v2"))
    return stage
  }

  private func key(_ page: String) -> String {
    String(page.split(separator: "<li id=\"").dropFirst().first?.prefix { $0 != "\"" } ?? "")
  }

  @LoopActor @Test func aCartIsFilledChangedAndEmptied() async throws {
    let browser = Browser(try stage())
    let added = try await browser.send("product=linen&id=v1&quantity=2&properties%5BName%5D=%3Cb%3E", to: "/cart/add")
    #expect(added.status == 303 && added.field("Location") == "/cart" && added.body == "" && added.cache == "")
    let line = try #require(added.field("Set-Cookie"))
    #expect(line.hasPrefix("storefront=") && line.contains("; HttpOnly; SameSite=Lax") && !line.contains("Secure"))
    var page = try await browser.get("/cart")
    #expect(page.body.contains("Linen one, v1, 2, €20.00, Name: &lt;b&gt;</li>") && page.body.contains("<b>€20.00</b>"))
    _ = try await browser.send("product=linen&id=v1&properties%5BName%5D=%3Cb%3E", to: "/cart/add")
    _ = try await browser.send("product=shirt-1&id=p11", to: "/cart/add")
    page = try await browser.get("/cart")
    #expect(page.body.contains("Linen one, v1, 3, €30.00") && page.body.contains("Shirt 1, p11, 1, €5.00</li><b>€35.00</b>"))
    #expect(try await browser.send("key=\(key(page.body))&quantity=7", to: "/cart/change").status == 303)
    page = try await browser.get("/cart")
    #expect(page.body.contains("Linen one, v1, 7, €70.00"))
    _ = try await browser.send("key=\(key(page.body))&quantity=0", to: "/cart/change")
    page = try await browser.get("/cart")
    #expect(!page.body.contains("Linen one, v1") && page.body.contains("<b>€5.00</b>"))
    let emptied = try await browser.send("key=\(key(page.body))&quantity=0", to: "/cart/change")
    #expect(try #require(emptied.field("Set-Cookie")).contains("Max-Age=0") && browser.cookie == nil)
    #expect(try await browser.get("/cart").body.contains("<li") == false)
  }

  @LoopActor @Test(arguments: ["wishlist", "compare"])
  func aListTakesAProductAndGivesItBack(_ name: String) async throws {
    let browser = Browser(try stage())
    let added = try await browser.send("product=linen", to: "/\(name)/add")
    #expect(added.status == 303 && added.field("Location") == "/\(name)")
    _ = try await browser.send("product=shirt-2", to: "/\(name)/add")
    #expect(try await browser.get("/\(name)").body.contains("<p></p><li>linen</li><li>shirt-2</li>"))
    #expect(try await browser.send("product=linen", to: "/\(name)/remove").status == 303)
    #expect(try await browser.get("/\(name)").body.contains("<p></p><li>shirt-2</li>"))
    let removed = try await browser.send("product=shirt-2&fragment=\(name)-count", to: "/\(name)/remove", "HX-Request: true")
    #expect(removed.body == "<i>0|removed</i>" && browser.cookie == nil)
  }

  @LoopActor
  @Test(arguments: [
    ("/cart/add", "product=linen&id=v1&quantity=2&fragment=cart-count", "<i>2|added</i>", "cart-changed"),
    ("/wishlist/add", "product=linen&fragment=wishlist-count", "<i>1|added</i>", "wishlist-changed"),
    ("/compare/add", "product=linen&fragment=compare-count", "<i>1|added</i>", "compare-changed"),
    ("/wishlist/remove", "product=linen&fragment=wishlist-count", "<i>0|removed</i>", "wishlist-changed"),
    ("/cart/add", "product=linen&id=v1", "", "cart-changed"),
  ])
  func aScriptGetsTheSectionItNames(_ target: String, _ form: String, _ body: String, _ event: String) async throws {
    let browser = Browser(try stage())
    let answer = try await browser.send(form, to: target, "HX-Request: true")
    #expect(answer.status == 200 && answer.body == body && answer.field("HX-Trigger") == event)
    #expect(answer.field("Location") == nil && answer.field("Cache-Control") == "private, no-store" && answer.cache == "")
    #expect((browser.cookie != nil) == target.hasSuffix("add"))
  }

  private static let long = String(repeating: "x", count: 101)
  private static let many = (0...10).map { "&properties%5B\($0)%5D=1" }.joined()

  @LoopActor
  @Test(arguments: [
    ("cart/add", "product=none&id=v1", "unknown"), ("cart/add", "product=linen&id=p11", "unknown"),
    ("cart/add", "product=linen", "unknown"),
    ("cart/add", "", "unknown"), ("cart/add", "product=linen&id=v2", "sold_out"),
    ("cart/add", "product=linen&id=v1&quantity=0", "quantity"), ("cart/add", "product=linen&id=v1&quantity=100", "quantity"),
    ("cart/add", "product=linen&id=v1&quantity=abc", "quantity"), ("cart/add", "product=linen&id=v1&quantity=-1", "quantity"),
    ("cart/add", "product=linen&id=v1&quantity=99999999999999999999", "quantity"),
    ("cart/add", "product=linen&id=v1&quantity=99", "quantity"),
    ("cart/add", "product=linen&id=v1" + many, "properties"),
    ("cart/add", "product=linen&id=v1&properties%5Ba%5D=" + long, "property_text"),
    ("cart/add", "product=linen&id=v1&properties%5Ba%5D=1&properties%5Ba%5D=2", "property_repeated"),
    ("cart/change", "key=none&quantity=1", "line"), ("cart/change", "key=KEY&quantity=100", "quantity"),
    ("cart/change", "key=KEY&quantity=abc", "quantity"), ("cart/change", "key=KEY", "quantity"),
    ("wishlist/add", "product=none", "unknown"), ("compare/add", "product=none", "unknown"),
    ("compare/add", "product=shirt-5", "compared"),
  ])
  func whatCannotBeDoneSaysWhyAndChangesNothing(_ place: String, _ form: String, _ reason: String) async throws {
    let browser = Browser(try stage())
    _ = try await browser.send("product=linen&id=v1&quantity=1", to: "/cart/add")
    for product in 1...4 { _ = try await browser.send("product=shirt-\(product)", to: "/compare/add") }
    let page = "/" + place.prefix { $0 != "/" }
    let before = (browser.cookie, try await browser.get(page).body)
    let form = form.replacing("KEY", with: key(before.1))
    let refused = try await browser.send(form, to: "/\(place)")
    #expect(refused.status == 422 && refused.field("Set-Cookie") == nil && refused.field("Location") == nil)
    #expect(refused.body == before.1.replacing("<p></p>", with: "<p>refused_\(reason)</p>"))
    let scripted = try await browser.send(form + "&fragment=\(page.dropFirst())-count", to: "/\(place)", "HX-Request: true")
    #expect(scripted.status == 200 && scripted.body.hasSuffix("|refused_\(reason)</i>"))
    #expect(scripted.field("Set-Cookie") == nil && scripted.field("HX-Trigger") == nil)
    let silent = try await browser.send(form, to: "/\(place)", "HX-Request: true")
    #expect(silent.status == 422 && silent.body.isEmpty && silent.field("HX-Trigger") == nil)
    #expect(browser.cookie == before.0)
    #expect(try await browser.get(page).body == before.1)
  }

  @LoopActor @Test func aCartHasAnEnd() async throws {
    let browser = Browser(try stage())
    for line in 0..<50 { _ = try await browser.send("product=linen&id=v1&properties%5Bn%5D=\(line)", to: "/cart/add") }
    #expect(try await browser.send("product=shirt-1&id=p11", to: "/cart/add").body.contains("<p>refused_lines</p>"))
    #expect(try await browser.get("/fragments/cart-count").body == "<i>50|</i>")
    // What there is may still become more, or less.
    #expect(try await browser.send("product=linen&id=v1&properties%5Bn%5D=49", to: "/cart/add").status == 303)
    let full = Browser(try stage())
    let word = String(repeating: "w", count: 90)
    var refused = 0
    for line in 0..<50 {
      let answer = try await full.send("product=linen&id=v1&properties%5B\(word)%5D=\(line)\(word)", to: "/cart/add")
      guard answer.status == 422 else { continue }
      refused += 1
      #expect(answer.body.contains("<p>refused_size</p>"))
    }
    #expect(refused > 20, "a cookie of more than 3,700 bytes was written")
  }

  @LoopActor
  @Test(arguments: [
    (["Sec-Fetch-Site: same-origin"], 303), (["Sec-Fetch-Site: same-origin", "Origin: https://evil.example"], 303),
    (["Origin: http://one.localhost"], 303), (["Sec-Fetch-Site: same-site"], 403), (["Sec-Fetch-Site: cross-site"], 403),
    (["Sec-Fetch-Site: none"], 403), (["Sec-Fetch-Site: cross-site", "Origin: http://one.localhost"], 403), ([], 403),
    (["Origin: null"], 403), (["Origin: http://two.localhost"], 403), (["Origin: https://one.localhost"], 403),
    (["Origin: http://one.localhost.evil.example"], 403), (["Origin: http://one.localhost:8080"], 403),
    (["Referer: http://one.localhost/"], 403), (["Origin: https://evil.example", "X-Forwarded-Host: evil.example"], 403),
  ])
  func onlyTheShopsOwnFormsAreTaken(_ fields: [String], _ status: Int) async throws {
    let stage = try stage()
    let form = ["Content-Type: application/x-www-form-urlencoded"]
    for target in ["/cart/add", "/cart/change", "/wishlist/add", "/wishlist/remove", "/compare/add", "/compare/remove"] {
      let body = "product=linen&id=v1&key=x&quantity=1"
      let answer = try await stage.ask("POST", target, fields + form, body: body)
      let expected = target == "/cart/change" && status == 303 ? 422 : status
      #expect(answer.status == expected, "\(target)")
      #expect(status == 303 || answer.field("Set-Cookie") == nil)
    }
  }

  @LoopActor @Test func aSecureShopsFormsAndCookieAreItsOwnHosts() async throws {
    let stage = try stage()
    let host = "one.shops.example"
    let form = ["Content-Type: application/x-www-form-urlencoded"]
    let plain = try await stage.ask("POST", "/wishlist/add", host: host, form + ["Origin: http://\(host)"], body: "product=linen")
    #expect(plain.status == 403)
    let own = try await stage.ask("POST", "/wishlist/add", host: host, form + ["Origin: https://\(host)"], body: "product=linen")
    #expect(own.status == 303)
    let line = try #require(own.field("Set-Cookie"))
    #expect(line.hasPrefix("__Host-storefront=") && line.hasSuffix("; Path=/; HttpOnly; SameSite=Lax; Secure"))
    let value = line.dropFirst("__Host-storefront=".count).prefix { $0 != ";" }
    #expect(try await Browser(stage, host: host, cookie: "__Host-storefront=\(value)").get("/wishlist").body.contains("linen"))
    // A neighbour under the same domain can set the other name.
    #expect(try await !Browser(stage, host: host, cookie: "storefront=\(value)").get("/wishlist").body.contains("linen"))
  }

  @LoopActor
  @Test(arguments: [
    ("text/plain", "product=linen", 415), ("application/json", "{}", 415), ("multipart/form-data; boundary=x", "", 415),
    ("application/x-www-form-urlencoded", "product=%ff", 400), ("application/x-www-form-urlencoded", "product=%zz", 400),
    ("application/x-www-form-urlencoded", "product=a%00", 400),
    ("application/x-www-form-urlencoded", String(repeating: "a=b&", count: 65), 400),
    ("application/x-www-form-urlencoded", "a=" + String(repeating: "b", count: 17_000), 400),
  ])
  func whatIsNoFormIsRefused(_ type: String, _ body: String, _ status: Int) async throws {
    let answer = try await stage().ask(
      "POST", "/wishlist/add", ["Sec-Fetch-Site: same-origin", "Content-Type: \(type)"], body: body)
    #expect(answer.status == status && answer.field("Set-Cookie") == nil && answer.field("Cache-Control") == "no-store")
  }

  @LoopActor
  @Test(arguments: [
    "/", "/cart", "/products/linen", "/search", "/search/add", "/robots.txt", "/cart/pay", "/cart/add/", "/cart/add/x",
    "/nothing",
    "/fragments/cart-count", "/account/add", "/account/arrive", "/assets/plain/x/theme.css", "/wishlist/change", "/en/cart/add",
  ])
  func nothingElseIsSentTo(_ target: String) async throws {
    let answer = try await Browser(stage(), cookie: PrivateStage.cookie("mona")).send("product=linen&id=v1", to: target)
    #expect(answer.status == 405 && answer.field("Set-Cookie") == nil && answer.field("Allow") == "GET, HEAD")
  }

  @LoopActor @Test func aCookieThatIsNotOursIsAGuests() async throws {
    let stage = try stage()
    let own = try PrivateStage.cookie("mona")
    let broken = [
      try PrivateStage.cookie("mona", of: "two"), String(own.dropLast()), own + "A", "storefront=", "storefront=%00",
      "storefront",
      own.replacing("storefront=", with: "Storefront="), own.replacing("storefront=", with: "__Host-storefront="),
      "storefront=" + String(repeating: "A", count: 3_000),
    ]
    #expect(try await Browser(stage, cookie: own).get("/fragments/cart-count").body == "<i>1|</i>")
    for cookie in broken {
      let browser = Browser(stage, cookie: cookie)
      let answer = try await browser.get("/fragments/cart-count")
      #expect(answer.status == 200 && answer.body == "<i>0|</i>" && answer.field("Set-Cookie") == nil, "\(cookie.prefix(40))")
      #expect(try await browser.send("product=linen&id=v1", to: "/cart/add").status == 303)
      #expect(try await browser.get("/fragments/cart-count").body == "<i>1|</i>", "\(cookie.prefix(40))")
    }
    // A planted one beside it does not hide one's own.
    #expect(try await Browser(stage, cookie: "storefront=planted; \(own)").get("/fragments/cart-count").body == "<i>1|</i>")
  }

  @LoopActor @Test(arguments: ["/cart", "/wishlist", "/compare", "/fragments/cart-count"])
  func whatIsPrivateIsKeptByNobody(_ target: String) async throws {
    let stage = try stage()
    for cookie in [nil, try PrivateStage.cookie("mona")] {
      for method in ["GET", "HEAD"] {
        let fields = cookie.map { ["Cookie: \($0)"] } ?? []
        let answer = try await stage.ask(method, target, fields + ["If-None-Match: *"])
        #expect(answer.status == 200 && answer.field("Cache-Control") == "private, no-store" && answer.cache == "")
        #expect(answer.field("ETag") == nil && answer.field("X-Robots-Tag") == "noindex" && answer.field("Set-Cookie") == nil)
        #expect(answer.field("Content-Language") == "en" && answer.field("Content-Security-Policy") != nil)
      }
    }
  }

  @LoopActor @Test func aCookieIsRenewedWhereItIsReadAndNowhereElse() async throws {
    let stage = try stage()
    var session = ShopperSession()
    try session.wish(for: "linen")
    let before = Int64(Date.now.timeIntervalSince1970) - SessionSeal.renewalSeconds - 60
    let old = "storefront=\(try SessionSeal(keys: Stage.sessionKeys).seal(session, of: TenantID("one"), now: before))"
    for target in ["/", "/products/linen", "/nothing", "/robots.txt", "/sitemap.xml", "/hello.txt"] {
      for _ in 0..<2 { #expect(try await stage.ask("GET", target, ["Cookie: \(old)"]).field("Set-Cookie") == nil, "\(target)") }
    }
    for target in ["/cart", "/fragments/wishlist-count"] {
      let line = try #require(try await stage.ask("GET", target, ["Cookie: \(old)"]).field("Set-Cookie"))
      #expect(
        try await Browser(stage, cookie: String(line.prefix { $0 != ";" })).get("/wishlist").body.contains("<li>linen</li>"))
    }
  }

  @LoopActor @Test func aThemeWithoutACartHasNone() async throws {
    let stage = try Stage()
    #expect(try await Browser(stage).get("/cart").status == 404)
    #expect(try await Browser(stage).get("/fragments/cart-count").status == 404)
    let answer = try await Browser(stage).send("product=none&id=v1", to: "/cart/add")
    #expect(answer.status == 404 && answer.field("Set-Cookie") == nil)
  }

  @LoopActor @Test func aSectionThatIsNotPrivateIsNoAnswerToAForm() async throws {
    let browser = Browser(try stage())
    let answer = try await browser.send("product=linen&fragment=header", to: "/wishlist/add", "HX-Request: true")
    #expect(answer.status == 404 && answer.field("Set-Cookie") == nil && browser.cookie == nil)
  }

  /// A section that fails for what is in one shopper's cart goes on being made for others.
  @LoopActor @Test func oneShoppersFailureIsNobodyElses() async throws {
    let counting =
      "{% if cart.item_count > 0 %}{% for i in (1..100000000) %}{{ i }}{% endfor %}{% endif %}<i>{{ cart.item_count }}</i>"
    let stage = try stage([
      "Themes/plain/sections/cart-count.liquid": counting + "{% schema %}{\"name\":\"Count\",\"private\":true}{% endschema %}"
    ])
    let (shopper, guest) = (Browser(stage), Browser(stage))
    _ = try await shopper.send("product=linen&id=v1", to: "/cart/add")
    for _ in 1...8 { #expect(try await shopper.get("/fragments/cart-count").body == "") }
    #expect(try await guest.get("/fragments/cart-count").body == "<i>0</i>")
  }

  /// What is no longer sold stays in the cart under its handle, costs nothing, and can be taken out.
  @LoopActor @Test func whatIsGoneFromTheShopIsStillTakenOut() async throws {
    let stage = try stage()
    let browser = Browser(stage)
    _ = try await browser.send("product=linen&id=v1", to: "/cart/add")
    _ = try await browser.send("product=shirt-1&id=p11", to: "/cart/add")
    _ = try await browser.send("product=linen", to: "/wishlist/add")
    try stage.catalog.edit("linen", of: try TenantID("one"), .archive)
    let cart = try await browser.get("/cart").body
    #expect(cart.contains(">linen, , 1, </li>") && cart.contains("<b>€5.00</b>") && !cart.contains("Linen one"))
    #expect(try await browser.get("/wishlist").body.contains("<li>") == false)
    #expect(try await browser.send("key=\(key(cart))&quantity=0", to: "/cart/change").status == 303)
    #expect(try await browser.get("/cart").body.contains("linen,") == false)
  }
}
