import EventLoop
import FoundationEssentials
import Glibc
import HTTP
import ScriptedPeer
import Tenancy
import Testing

@testable import CoreAPIClient

/// The client against a core API that does what a script says.
@Suite(.serialized) struct HTTPCoreAPITests {
  typealias Step = ScriptedPeer.Step

  nonisolated static func json(_ status: Int, _ body: String, _ fields: String = "") -> [Step] {
    [.read, .send("HTTP/1.1 \(status) Any\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\(fields)\r\n\(body)")]
  }

  nonisolated static let site = "{\"mark\":7,\"value\":{\"name\":\"Acme\"}}"
  nonisolated static let notFound = "{\"mark\":7,\"validFor\":1500,\"error\":{\"code\":\"not-found\",\"message\":\"none\"}}"
  nonisolated static let shirt = "{\"id\":\"1\",\"handle\":\"shirt\",\"title\":\"Shirt\",\"price\":\"19.90\"}"

  let market: Market
  let other: Market

  init() throws {
    market = Market(of: try TenantID("acme"), locale: "en", currency: "EUR")
    other = Market(of: try TenantID("other"), locale: "en", currency: "EUR")
  }

  @LoopActor private func api(_ peer: ScriptedPeer, deadline: Duration = .seconds(5), mark: UInt64 = 0) throws(CoreAPIError)
    -> HTTPCoreAPI
  {
    var options = HTTPCoreAPI.Options()
    options.deadline = deadline
    return try HTTPCoreAPI(baseURL: peer.url, options: options, minimumMark: { mark })
  }

  @LoopActor private func failure<T>(_ body: () async throws(CoreAPIError) -> T) async -> CoreAPIError? {
    do throws(CoreAPIError) { _ = try await body() } catch { return error }
    return nil
  }

  // MARK: What is sent

  @Test @LoopActor func `A read is one GET of the contract, with the mark it needs`() async throws {
    let peer = ScriptedPeer { _ in Self.json(200, "{\"mark\":99,\"validFor\":60000,\"currency\":\"EUR\",\"value\":\(Self.shirt)}")
    }
    let api = try HTTPCoreAPI(baseURL: peer.url + "/core/", minimumMark: { 42 })
    let answer = try await api.product("shirt", in: market)
    #expect(answer.value?.price == (try Money(text: "19.90", currency: "EUR")))
    #expect(answer.validFor == .seconds(60) && answer.mark == 99)
    let head = peer.heads[0].split(separator: "\r\n").map(String.init)
    #expect(head[0] == "GET /core/v1/tenants/acme/products/shirt?locale=en&currency=EUR HTTP/1.1")
    #expect(head.contains("Core-Mark: 42") && head.contains("Accept: application/json"))
    #expect(!peer.heads[0].lowercased().contains("accept-encoding"))
  }

  @Test @LoopActor func `What no handle can be is not asked for`() async throws {
    let peer = ScriptedPeer { _ in Self.json(500, "") }
    let api = try api(peer, mark: 5)
    for handle in ["", ".", "..", "a/b", "a b", "a%2fb", "a?b", "a\u{0}", String(repeating: "a", count: 201)] {
      #expect(try await api.product(handle, in: market) == Answer(nil, mark: 5))
      #expect(try await api.collection(handle, in: market) == Answer(nil, mark: 5))
      #expect(try await api.menu(handle, in: market) == Answer(nil, mark: 5))
      #expect(try await api.contentPage(handle, in: market) == Answer(nil, mark: 5))
      #expect(try await api.blog(handle, in: market) == Answer(nil, mark: 5))
      #expect(try await api.article(handle, of: "journal", in: market) == Answer(nil, mark: 5))
      #expect(try await api.article("winter", of: handle, in: market) == Answer(nil, mark: 5))
      let none = Page<Article>(items: [], total: 0, number: 2, size: 250, hasMore: false)
      #expect(try await api.articles(of: handle, page: 2, size: 999, in: market) == Answer(none, mark: 5))
    }
    for path in ["", "products/x", "/a\u{0}", "/a\r\nb", "/" + String(repeating: "a", count: 2048)] {
      #expect(try await api.redirect(from: path, in: market) == Answer(nil, mark: 5))
    }
    #expect(peer.connections == 0)
  }

  // MARK: Not found

  @Test @LoopActor func `Not found is an answer with its mark and its life`() async throws {
    let peer = ScriptedPeer { _ in Self.json(404, Self.notFound) }
    #expect(try await api(peer).product("shirt", in: market) == Answer(nil, validFor: .milliseconds(1500), mark: 7))
    #expect(await failure { () throws(CoreAPIError) in try await api(peer).site(market) }?.code == .invalid)
  }

  @Test(arguments: [
    ("{\"error\":{\"code\":\"unknown-tenant\",\"message\":\"x\"}}", CoreAPIError.Code.unavailable, "does not know this tenant"),
    ("{\"error\":{\"code\":\"no-such-address\",\"message\":\"x\"}}", .invalid, "no-such-address"),
    ("{\"error\":{\"code\":\"not-found\",\"message\":\"x\"}}", .invalid, "mark"),
    ("<html>Not found</html>", .invalid, "JSON"), ("", .invalid, ""),
  ])
  @LoopActor func `A 404 of somebody else is no answer`(body: String, code: CoreAPIError.Code, words: String) async throws {
    let peer = ScriptedPeer { _ in Self.json(404, body) }
    let api = try api(peer)
    let error = await failure { () throws(CoreAPIError) in try await api.product("shirt", in: market) }
    #expect(error?.code == code && error?.reason.contains(words) == true, "\(String(describing: error))")
    #expect(peer.connections == 1)
  }

  // MARK: What breaks

  @Test(arguments: [
    [Step.read, .reset], [.read, .send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"mark\":7,"), .reset],
    [.read, .send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"mark\":7,")], json(502, ""), json(503, "<html>busy</html>"),
  ])
  @LoopActor func `What broke on the way is asked once more`(first: [Step]) async throws {
    let healing = ScriptedPeer { $0 == 0 ? first : Self.json(200, Self.site) }
    #expect(try await api(healing).site(market).value.name == "Acme")
    #expect(healing.heads.count == 2)
    let broken = ScriptedPeer { _ in first }
    let api = try api(broken)
    #expect(await failure { () throws(CoreAPIError) in try await api.site(market) }?.code == .unavailable)
    #expect(broken.heads.count == 2)
    #expect(api.counts == .init(reads: 1, requests: 2, failures: 1, refused: 0))
  }

  @Test(arguments: [(500, CoreAPIError.Code.unavailable), (429, .unavailable), (400, .invalid), (302, .invalid), (204, .invalid)])
  @LoopActor func `Another status is an error at once`(status: Int, code: CoreAPIError.Code) async throws {
    let peer = ScriptedPeer { _ in Self.json(status, "", "Location: /elsewhere\r\n") }
    let error = await failure { () throws(CoreAPIError) in try await api(peer).site(market) }
    #expect(error?.code == code && error?.reason.contains("status \(status)") == true)
    #expect(peer.connections == 1)
  }

  @Test @LoopActor func `Silence is a timeout and is not asked again`() async throws {
    let peer = ScriptedPeer { _ in [.read, .silence] }
    let error = await failure { () throws(CoreAPIError) in try await api(peer, deadline: .milliseconds(60)).site(market) }
    #expect(error?.code == .timeout)
    #expect(peer.connections == 1)
  }

  @Test @LoopActor func `A retry has what is left of the deadline`() async throws {
    let peer = ScriptedPeer { $0 == 0 ? [.read, .reset] : [.read, .silence] }
    let error = await failure { () throws(CoreAPIError) in try await api(peer, deadline: .seconds(2)).site(market) }
    #expect(error?.code == .timeout)
    #expect(peer.connections == 2)
  }

  @Test @LoopActor func `An answer from the past is asked for once more, then an error`() async throws {
    let catchingUp = ScriptedPeer { Self.json(200, "{\"mark\":\($0 == 0 ? 6 : 8),\"value\":{\"name\":\"Acme\"}}") }
    #expect(try await api(catchingUp, mark: 8).site(market).mark == 8)
    let behind = ScriptedPeer { _ in Self.json(404, Self.notFound) }
    let error = await failure { () throws(CoreAPIError) in try await api(behind, mark: 8).product("shirt", in: market) }
    #expect(error?.code == .unavailable && error?.reason.contains("its mark is 7, and 8 was seen") == true)
    #expect(behind.connections == 2)
  }

  // MARK: What is said

  nonisolated static let wrong: [(String, String)] = [
    ("", "JSON"), ("{\"mark\":7,\"value\":{\"items\":[", "JSON"), ("[]", "Dictionary"), ("null", ""),
    ("{}", "mark: it is missing"),
    ("{\"mark\":-1,\"value\":PAGE}", "mark"), ("{\"mark\":\"7\",\"value\":PAGE}", "mark"),
    ("{\"mark\":1}", "value: it is missing"),
    ("{\"mark\":1,\"validFor\":-5,\"value\":PAGE}", "validFor: -5 milliseconds"),
    ("{\"mark\":1,\"validFor\":1e400,\"value\":PAGE}", "validFor: this number does not fit"),
    ("{\"mark\":1,\"value\":PAGE}", "value.items[0].variants[0].price"),
    ("{\"mark\":1,\"currency\":\"euro\",\"value\":PAGE}", "\u{201C}euro\u{201D} is not an ISO 4217"),
    (
      "{\"mark\":1,\"currency\":\"EUR\",\"value\":PAGE,\"extra\":1}",
      "value.items[0].price: \u{201C}1,50\u{201D} is not an amount"
    ),
    (with("\"price\":true"), "value.items[0].price"), (with("\"price\":{\"amount\":\"1\"}"), "value.items[0].price.currency"),
    (with("\"price\":\"1\",\"handle\":\"../x\""), "value.items[0].handle: it cannot be part of an address"),
    (with("\"price\":\"1\",\"title\":7"), "value.items[0].title"), (with("\"price\":\"NaN\""), "value.items[0].price"),
    (with("\"price\":\"1\",\"status\":\"draft\""), "value.items[0].status: draft"),
    (with("\"price\":\"1\",\"status\":\"gone\""), "value.items[0].status"),
    (with("\"variants\":[{\"id\":\"a\",\"price\":\"1\",\"salePrice\":\"0.5\"}]"), "value.items[0].variants[0].salePrice"),
    (with("\"price\":\"1\",\"updatedAt\":\"yesterday\""), "value.items[0].updatedAt"),
    (
      with("\"price\":\"1\",\"attributes\":[{\"key\":\"a\",\"label\":\"A\",\"value\":\"x\",\"type\":\"number\"}]"),
      "value.items[0].attributes[0].value"
    ),
    (
      with("\"price\":\"1\",\"attributes\":[{\"key\":\"a\",\"label\":\"A\",\"value\":\"x\",\"type\":\"colour\"}]"),
      "value.items[0].attributes[0].type"
    ),
    (with("\"price\":\"1\",\"priceChanged\":{\"at\":\"now\",\"from\":\"1\"}"), "value.items[0].priceChanged.at"),
    (with("\"price\":\"1\",\"rating\":{\"value\":9,\"count\":1}"), "value.items[0].rating"),
    ("{\"mark\":1,\"value\":{\"items\":[],\"page\":2,\"size\":24,\"hasMore\":false}}", "value.page: another page"),
    ("{\"mark\":1,\"value\":{\"items\":[],\"page\":1,\"size\":25,\"hasMore\":false}}", "value.size: another size"),
    ("{\"mark\":1,\"value\":{\"items\":[],\"page\":1,\"size\":24,\"total\":-1,\"hasMore\":false}}", "value.total: fewer"),
    (String(repeating: "[", count: 100_000), "JSON"), ("{\"mark\":1,\"value\":\"\u{0}\"}", ""),
  ]

  nonisolated static func with(_ fields: String) -> String {
    let handle = fields.contains("handle") ? "" : "\"handle\":\"a\","
    let title = fields.contains("title") ? "" : "\"title\":\"A\","
    return
      "{\"mark\":1,\"currency\":\"EUR\",\"value\":{\"items\":[{\"id\":\"1\",\(handle)\(title)\(fields)}],\"page\":1,\"size\":24,\"hasMore\":false}}"
  }

  @Test(arguments: wrong.indices) @LoopActor func `A wrong answer is an error that says where`(index: Int) async throws {
    let page =
      "{\"items\":[{\"id\":\"1\",\"handle\":\"a\",\"title\":\"A\",\"variants\":[{\"id\":\"x\",\"price\":\"1\"}],\"price\":\"1,50\"}],\"page\":1,\"size\":24,\"hasMore\":false}"
    let (text, words) = Self.wrong[index]
    // The same on the loop and, being longer, off it.
    for padding in ["", String(repeating: " ", count: 20_000)] {
      let body = (text + padding).replacing("PAGE", with: words.contains("variants") ? page.replacing("1,50", with: "1") : page)
      let peer = ScriptedPeer { _ in Self.json(200, body) }
      let api = try api(peer)
      let error = await failure { () throws(CoreAPIError) in try await api.products(ProductQuery(), in: market) }
      #expect(
        error?.code == .invalid && error?.reason.contains(words) == true, "\(text.prefix(80)): \(String(describing: error))")
      #expect(peer.connections == 1)
    }
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n", "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\nhello",
  ])
  @LoopActor func `Too much, and what is no HTTP, is invalid`(text: String) async throws {
    let peer = ScriptedPeer { _ in [.read, .send(text)] }
    #expect(await failure { () throws(CoreAPIError) in try await api(peer).site(market) }?.code == .invalid)
  }

  @Test @LoopActor func `Another thing than the one asked for is no answer`() async throws {
    let peer = ScriptedPeer { _ in
      Self.json(
        200,
        "{\"mark\":1,\"currency\":\"EUR\",\"value\":{\"id\":\"1\",\"handle\":\"shirt\",\"title\":\"A\",\"price\":\"1\",\"items\":[],"
          + "\"blog\":\"journal\",\"publishedAt\":\"2026-01-01\"}}"
      )
    }
    let api = try api(peer)
    for error in [
      await failure({ () throws(CoreAPIError) in try await api.product("boots", in: market) }),
      await failure({ () throws(CoreAPIError) in try await api.collection("boots", in: market) }),
      await failure({ () throws(CoreAPIError) in try await api.menu("boots", in: market) }),
      await failure({ () throws(CoreAPIError) in try await api.contentPage("boots", in: market) }),
      await failure({ () throws(CoreAPIError) in try await api.blog("boots", in: market) }),
      await failure({ () throws(CoreAPIError) in try await api.article("boots", of: "journal", in: market) }),
    ] {
      #expect(error?.code == .invalid && error?.reason.contains("value.handle: another") == true)
    }
    let elsewhere = await failure { () throws(CoreAPIError) in try await api.article("shirt", of: "news", in: market) }
    #expect(elsewhere?.code == .invalid && elsewhere?.reason.contains("value.blog: an article of another blog") == true)
  }

  @Test @LoopActor func `Amounts in another currency than the market's are no answer`() async throws {
    let lei = Market(of: market.tenant, locale: "en", currency: "RON")
    let one = "{\"id\":\"1\",\"handle\":\"a\",\"title\":\"A\",\"price\":\"1\"}"
    let facet = "\"facets\":[{\"key\":\"price\",\"label\":\"price\",\"highestPrice\":\"9\"}]"
    for (value, place) in [
      (one, "value.price"), ("{\"items\":[\(one)],\"page\":1,\"size\":24,\"hasMore\":false}", "value.items[0].price"),
      ("{\"items\":[],\"page\":1,\"size\":24,\"hasMore\":false,\(facet)}", "value.facets[0].highestPrice"),
    ] {
      let body = "{\"mark\":1,\"currency\":\"EUR\",\"value\":\(value)}"
      let api = try api(ScriptedPeer { _ in Self.json(200, body) })
      let isPage = value.contains("items")
      for (market, isRefused) in [(lei, true), (market, false)] {
        let error = await failure { () throws(CoreAPIError) in
          if isPage { _ = try await api.products(ProductQuery(), in: market) } else { _ = try await api.product("a", in: market) }
        }
        #expect((error != nil) == isRefused, "\(place): \(String(describing: error))")
        if isRefused { #expect(error?.reason.contains("\(place): an amount in EUR, and the question was for RON") == true) }
      }
    }
  }

  @Test @LoopActor func `What was read for a market has its addresses there`() async throws {
    let german = Market(
      of: market.tenant, locale: "de", currency: "EUR",
      routes: try #require(Routes(root: "/de", spelled: [.products: ["produkte"], .blogs: ["magazin"]])))
    let peer = ScriptedPeer { index in
      Self.json(
        200,
        index == 0
          ? "{\"mark\":1,\"currency\":\"EUR\",\"value\":{\"items\":[\(Self.shirt)],\"page\":1,\"size\":24,\"hasMore\":false}}"
          : "{\"mark\":1,\"value\":{\"items\":[{\"id\":\"1\",\"blog\":\"journal\",\"handle\":\"a\",\"title\":\"A\",\"publishedAt\":\"2026-01-01\"}],\"page\":1,\"size\":9,\"hasMore\":false}}"
      )
    }
    let api = try api(peer)
    #expect(try await api.products(ProductQuery(), in: german).value.items.map(\.path) == ["/de/produkte/shirt"])
    let articles = try await api.articles(of: "journal", page: 1, size: 9, in: german)
    #expect(articles.value.items.map(\.path) == ["/de/magazin/journal/a"])
    #expect(peer.heads.allSatisfy { $0.contains("locale=de&currency=EUR ") })
  }

  @Test(
    arguments: [
      ("{\"target\":\"/products/new?x=1\"}", Redirect.moved(to: "/products/new?x=1")), ("{\"gone\":true}", .gone),
      ("{\"target\":\"https://evil.example/\"}", nil), ("{\"target\":\"//evil.example\"}", nil), ("{\"target\":\"\"}", nil),
      ("{\"target\":\"/a\\r\\nX: y\"}", nil), ("{\"target\":\"/\\\\evil.example\"}", nil), ("{\"target\":\"/é\"}", nil),
      ("{}", nil),
      ("{\"gone\":false}", nil),
    ] as [(String, Redirect?)])
  @LoopActor func `A redirect leads to a path of the shop, or nowhere`(value: String, redirect: Redirect?) async throws {
    let api = try api(ScriptedPeer { _ in Self.json(200, "{\"mark\":1,\"value\":\(value)}") })
    guard let redirect else {
      let error = await failure { () throws(CoreAPIError) in try await api.redirect(from: "/products/old", in: market) }
      #expect(error?.code == .invalid)
      return
    }
    #expect(try await api.redirect(from: "/products/old", in: market).value == redirect)
  }

  @Test @LoopActor func `An article's entry in a sitemap says where it stands`() async throws {
    let entry = "{\"kind\":\"article\",\"handle\":\"winter\",\"blog\":\"journal\"}"
    let good = try api(ScriptedPeer { _ in Self.json(200, "{\"mark\":1,\"value\":[\(entry)]}") })
    #expect(try await good.sitemapEntries(in: market).value.map(\.address) == [.article(blog: "journal", "winter")])
    let bad = try api(
      ScriptedPeer { _ in Self.json(200, "{\"mark\":1,\"value\":[{\"kind\":\"article\",\"handle\":\"winter\"}]}") })
    let error = await failure { () throws(CoreAPIError) in try await bad.sitemapEntries(in: market) }
    #expect(error?.reason.contains("value[0].blog") == true, "\(String(describing: error))")
  }

  @Test @LoopActor func `An unsafe description cannot be held, whoever sends it`() async throws {
    let peer = ScriptedPeer { _ in
      Self.json(
        200,
        "{\"mark\":1,\"currency\":\"EUR\",\"value\":{\"id\":\"1\",\"handle\":\"a\",\"title\":\"A\",\"price\":\"1\",\"descriptionHTML\":\"<p>x<script>alert(1)</script></p>\"}}"
      )
    }
    #expect(try await api(peer).product("a", in: market).value?.descriptionHTML.html == "<p>x</p>")
  }

  @Test @LoopActor func `A sitemap is read part by part, and one that does not end is an error`() async throws {
    @Sendable func part(_ handle: String, _ next: String?, mark: Int, validFor: Int?) -> String {
      "{\"mark\":\(mark)" + (validFor.map { ",\"validFor\":\($0)" } ?? "") + (next.map { ",\"next\":\"\($0)\"" } ?? "")
        + ",\"value\":[{\"kind\":\"product\",\"handle\":\"\(handle)\",\"images\":[\"/a.svg\"]}]}"
    }
    let parts = [
      part("a", "product:a", mark: 9, validFor: nil), part("b", "product:b", mark: 8, validFor: 5000),
      part("c", nil, mark: 9, validFor: 7000),
    ]
    let peer = ScriptedPeer { Self.json(200, parts[$0]) }
    let answer = try await api(peer).sitemapEntries(in: market)
    #expect(answer.value.map(\.handle) == ["a", "b", "c"] && answer.mark == 8 && answer.validFor == .seconds(5))
    #expect(
      peer.heads.map { $0.split(separator: " ")[1] }.suffix(1) == [
        "/v1/tenants/acme/sitemap?size=2000&after=product%3Ab&locale=en&currency=EUR"
      ])
    let endless = ScriptedPeer { _ in Self.json(200, part("a", "product:a", mark: 1, validFor: nil)) }
    let api = try api(endless)
    #expect(
      await failure { () throws(CoreAPIError) in try await api.sitemapEntries(in: market) }?.reason.contains("does not end")
        == true
    )
  }

  // MARK: When it is dead

  @Test @LoopActor func `A dead core API is not asked again and again, and is found when it lives`() async throws {
    let listener = try listeningSocket(address: "127.0.0.1", port: 0)
    let port = localPort(of: listener)
    close(listener)
    let api = try HTTPCoreAPI(baseURL: "http://127.0.0.1:\(port)")
    for _ in 0..<20 { #expect(await failure { () throws(CoreAPIError) in try await api.site(market) }?.code == .unavailable) }
    #expect(api.counts == .init(reads: 20, requests: 10, failures: 5, refused: 15))
    let server = HTTPServer(listeningOn: try listeningSocket(address: "127.0.0.1", port: port)) { _ in
      HTTPResponse(body: Array(Self.site.utf8))
    }
    var asked = 0
    while await failure({ () throws(CoreAPIError) in try await api.site(market) }) != nil, asked < 1000 {
      await Loop.sleep(for: .milliseconds(10))
      asked += 1
    }
    #expect(asked < 1000)
    #expect(try await api.site(market).value.name == "Acme")
    server.stopAccepting()
  }

  @Test @LoopActor func `One tenant's slow data takes neither the places nor the breaker of others`() async throws {
    let slow = market
    let listener = try listeningSocket(address: "127.0.0.1", port: 0)
    let server = HTTPServer(listeningOn: listener) { request in
      if request.path.contains("acme") { await Loop.sleep(for: .seconds(8)) }
      return HTTPResponse(body: Array(Self.site.utf8))
    }
    var options = HTTPCoreAPI.Options()
    options.deadline = .seconds(2)
    options.connections = 8
    options.readsOfTenant = 4
    let api = try HTTPCoreAPI(baseURL: "http://127.0.0.1:\(localPort(of: listener))", options: options)
    let waiting = (0..<30).map { _ in Loop.task { try await api.site(slow) } }
    for _ in 0..<20 { #expect(try await api.site(other).value.name == "Acme") }
    for task in waiting { #expect(await task.result.isFailure) }
    for _ in 0..<12 { _ = await failure { () throws(CoreAPIError) in try await api.site(slow) } }
    #expect(api.counts.refused >= 10)
    #expect(try await api.site(other).value.name == "Acme")
    server.stopAccepting()
  }

  @Test func `A wrong address is told at the start`() async {
    await #expect { () async throws(CoreAPIError) in try await HTTPCoreAPI(baseURL: "core.example") } throws: {
      "\($0)".contains("http://HOST:PORT")
    }
  }
}

extension Result {
  fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}
