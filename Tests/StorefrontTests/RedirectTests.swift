import CoreAPIClient
import EventLoop
import FoundationEssentials
import ReferenceCoreAPI
import Synchronization
import Tenancy
import Testing

@testable import Storefront

/// Where an address leads that is not the one that a thing has now.
@Suite(.serialized) struct RedirectTests {
  private static let tenants = """
    {"platform_domain":"shops.example","tenants":[
     {"id":"one","name":"One","theme":"plain","domains":["one.example","www.one.example"],
      "markets":[{"locale":"de","routes":{"products":["produkte","artikel"],"search":"suche"}}]},
     {"id":"two","name":"Two","theme":"plain"}]}
    """
  private static let redirects = """
    "redirects":[{"path":"/products/old","target":"/products/linen"},{"path":"/products/older","target":"/products/linen?variant=v2#size"},
      {"path":"/collections/lost","target":"/collections/shirts"},
      {"path":"/about.html","target":"/pages/about"},{"path":"/linen","target":"/products/linen"}],
    "gone":["/products/withdrawn","/pages/closed"],
    """

  @LoopActor private func stage(_ files: [String: String] = [:], switchboard: Switchboard? = nil) throws -> Stage {
    let all = ["tenants.json": Self.tenants].merging(files) { $1 }
    let stage = try Stage(all, api: switchboard.map { switchboard in { FailingCoreAPI(behind: $0, switchboard: switchboard) } })
    let text = Stage.catalogue("one").replacing(#"{"currency""#, with: "{\(Self.redirects)\"currency\"")
    stage.catalog.load(tenant: try TenantID("one"), from: try CatalogFile(json: Data(text.utf8), file: "one"))
    return stage
  }

  @LoopActor
  @Test(arguments: [
    "/", "/products/linen?variant=v1", "/search?q=a%26b+c&&x", "/de/produkte/linen?a=%2F", "/nothing?", "/cart", "/sitemap.xml",
    "/robots.txt", "/hello.txt", "/products/%C3%BC",
  ])
  func aShopIsAtItsFirstDomain(_ target: String) async throws {
    let stage = try stage()
    for host in ["www.one.example", "one.shops.example", "WWW.One.example.", "www.one.example:8443"] {
      for method in ["GET", "HEAD"] {
        let answer = try await stage.ask(method, target, host: host, ["Cookie: \(PrivateStage.cookie("mona"))"])
        #expect(answer.status == 301, "\(host)")
        #expect(answer.field("Location") == "https://one.example" + (target.hasSuffix("?") ? String(target.dropLast()) : target))
        #expect(answer.field("Set-Cookie") == nil)
      }
    }
    for host in ["one.example", "one.localhost", "ONE.example:8080"] {
      #expect(try await stage.ask("GET", target, host: host, []).field("Location") == nil, "\(host)")
    }
  }

  @LoopActor @Test func aFormIsTakenWhereItIsSent() async throws {
    let stage = try stage()
    for host in ["www.one.example", "one.shops.example", "one.example"] {
      let answer = try await Browser(stage, host: host).send("product=linen", to: "/de/wishlist/add")
      #expect(answer.status == 303 && answer.field("Location") == "/de/wishlist" && answer.field("Set-Cookie") != nil, "\(host)")
    }
  }

  @LoopActor @Test func aSingleShopAnswersOnEveryName() async throws {
    let stage = try stage([
      "tenants.json": Self.tenants.replacing(#"{"platform_domain""#, with: #"{"single":"one","platform_domain""#)
    ])
    for host in ["anything.example", "192.0.2.7", "one.example", "localhost", "one.localhost"] {
      #expect(try await stage.get("/products/linen", host: host).status == 200, "\(host)")
    }
    #expect(try await stage.get("/", host: "two.shops.example").body.contains("Shop two"))
  }

  @LoopActor
  @Test(arguments: [
    ("/products/linen/", "/products/linen"), ("/products/linen/?variant=v1&x", "/products/linen?variant=v1&x"),
    ("/cart/", "/cart"),
    ("/de/produkte/linen/", "/de/produkte/linen"), ("/de/", "/de"),
    ("/de/artikel/linen?variant=v1", "/de/produkte/linen?variant=v1"),
    ("/de/products/linen", "/de/produkte/linen"), ("/de/search?q=a", "/de/suche?q=a"), ("/en/products/linen", "/products/linen"),
    ("/collections/shirts/products/linen", "/products/linen"), ("/products/k%C3%B6rbe/", "/products/k%C3%B6rbe"),
    ("/products/old", "/products/linen"), ("/products/old?utm=1", "/products/linen"),
    ("/products/older", "/products/linen?variant=v2#size"),
    ("/de/produkte/old", "/de/produkte/linen"), ("/de/produkte/older", "/de/produkte/linen?variant=v2#size"),
    ("/collections/lost", "/collections/shirts"), ("/about.html", "/pages/about"), ("/de/about.html", "/de/pages/about"),
    ("/linen", "/products/linen"), ("/de/linen", "/de/produkte/linen"),
  ])
  func whatHasMovedIsFoundAgain(_ target: String, _ moved: String) async throws {
    let stage = try stage()
    for _ in 0..<2 {
      let answer = try await stage.get(target)
      #expect(answer.status == 301 && answer.field("Location") == moved)
      #expect(answer.field("Set-Cookie") == nil && answer.cache == "")
    }
  }

  @LoopActor @Test(arguments: ["/products/withdrawn", "/de/produkte/withdrawn", "/pages/closed"])
  func whatIsGoneSaysSoInTheShopsOwnPage(_ target: String) async throws {
    let stage = try stage()
    let first = try await stage.get(target)
    #expect(first.status == 410 && first.body.contains("Nothing here"))
    #expect(try await stage.get(target).cache.hasPrefix("storefront; hit"))
    #expect(try await stage.get("/products/none").status == 404)
    #expect(try await stage.ask("HEAD", target, []).status == 410)
  }

  /// A browser that is sent back to where it is asks without end.
  @LoopActor
  @Test(arguments: [
    ("/products/self", "/products/self"), ("/products/self?a=b", "/products/self"),
    ("/products/self", "/products/self?from=old#x"),
    ("/products/k%C3%B6rbe", "/products/k%c3%b6rbe"), ("/products/k%C3%B6rbe", "/products/körbe"),
    ("/de/produkte/self", "/products/self?x=1"),
    ("/k%C3%B6rbe.html", "/k%C3%B6rbe.html"), ("/de/self.html", "/self.html"),
  ])
  func nothingLeadsToItself(_ target: String, _ told: String) async throws {
    let switchboard = Switchboard()
    for path in ["/products/self", "/products/k%C3%B6rbe", "/körbe.html", "/self.html"] {
      switchboard.redirects.withLock { $0[path] = .moved(to: told) }
    }
    let answer = try await stage(switchboard: switchboard).get(target)
    #expect(answer.status == 404 && answer.field("Location") == nil && answer.body.contains("Nothing here"))
  }

  @LoopActor @Test func aCircleIsOneAnswerEach() async throws {
    let switchboard = Switchboard()
    let stage = try stage(switchboard: switchboard)
    switchboard.redirects.withLock { $0 = ["/products/a": .moved(to: "/products/b"), "/products/b": .moved(to: "/products/a")] }
    #expect(try await stage.get("/products/a").field("Location") == "/products/b")
    #expect(try await stage.get("/products/b").field("Location") == "/products/a")
  }

  @LoopActor @Test func whereNobodyKnowsWhatBecameOfItAPageTakesABreakAndAFileIsNotThere() async throws {
    let switchboard = Switchboard()
    let stage = try stage(switchboard: switchboard)
    switchboard.redirectsFail.withLock { $0 = true }
    let product = try await stage.get("/products/old")
    #expect(product.status == 503 && product.field("Cache-Control") == "no-store")
    #expect(try await stage.get("/nothing.png").status == 404)
    #expect(try await stage.get("/products/linen").status == 200)
    switchboard.redirectsFail.withLock { $0 = false }
    #expect(try await stage.get("/products/old").status == 301)
  }

  @LoopActor @Test func whatComesBackIsThere() async throws {
    let stage = try stage()
    #expect(try await stage.get("/products/old").status == 301)
    var product = try #require(try await stage.catalog.product("linen", in: stage.tenants.snapshot.tenants[0].market).value)
    (product.id, product.handle, product.title) = ("p9", "old", "Back again")
    try stage.catalog.update(product: product, of: try TenantID("one"))
    #expect(try await stage.get("/products/old").body.contains("Back again"))
  }
}
