import ChangeLog
import EventLoop
import ReferenceCoreAPI
import FragmentCache
import PrivateRedis
import Redis
import Synchronization
import Tenancy
import Testing

@testable import Storefront

/// What is one shopper's own is in no page and no part that others get, wherever a theme or a plugin places it.
@Suite(.serialized) struct PrivateSectionTests {
  private static let shared = [
    "/", "/products/linen", "/products/linen?variant=v2", "/collections/shirts", "/search?q=linen", "/nothing",
  ]
  private static let own = ["/cart", "/wishlist", "/compare", "/fragments/own", "/fragments/lines"]
  private static let markers = ["mona", "nils", "olga"]

  /// Guests and shoppers, several at a time, over all pages, while things change under them.
  @LoopActor private func wander(_ stages: [Stage], turns: Int, seed: UInt64) async throws {
    var random = SplitMix(state: seed)
    let quiet = try Stage(PrivateStage.files)
    var expected: [String: String] = [:]
    for target in Self.shared { expected[target] = try await quiet.get(target).body }
    let cookies: [(cookie: String?, marker: String?)] =
      [(nil, nil), (try PrivateStage.cookie("piet", of: "two"), nil), (String(try PrivateStage.cookie("rosa").dropLast(4)), nil)]
      + (try Self.markers.map { (try PrivateStage.cookie($0), $0) })
    for turn in 0..<turns {
      let visits = (0..<Int.random(in: 1...5, using: &random)).map { _ in
        let visitor = cookies.randomElement(using: &random)!
        let target = (Bool.random(using: &random) ? Self.shared : Self.own).randomElement(using: &random)!
        let browser = Browser(stages.randomElement(using: &random)!, cookie: visitor.cookie)
        return (target, visitor.marker, Task { @LoopActor in try await browser.get(target) })
      }
      for (target, marker, visit) in visits {
        let answer = try await visit.value
        if let body = expected[target] {
          #expect(answer.body == body, "turn \(turn): \(target) as \(marker ?? "a guest")")
          #expect(answer.field("Set-Cookie") == nil && !answer.cache.isEmpty)
        } else {
          #expect(answer.status == 200 && answer.cache == "" && answer.field("Cache-Control") == "private, no-store")
          for other in Self.markers + ["piet", "rosa"] {
            #expect(answer.body.contains(other) == (other == marker), "turn \(turn): \(target) as \(marker ?? "a guest")")
          }
        }
      }
      // The same again, so that all parts are made anew, some of them by a shopper's own page.
      if turn % 5 == 4 { for stage in stages { try stage.catalog.edit("linen", of: try TenantID("one"), .title("Linen one")) } }
    }
  }

  private func isMarked(_ text: String) -> Bool { (Self.markers + ["piet", "rosa"]).contains { text.contains($0) } }

  @LoopActor @Test(arguments: [1, 2, 3] as [UInt64])
  func nothingOfAShopperIsSharedOrKept(_ seed: UInt64) async throws {
    let stage = try Stage(PrivateStage.files, api: { FailingCoreAPI(behind: $0, switchboard: Switchboard()) })
    try await wander([stage], turns: 120, seed: seed)
    for path in [["pages"], ["fragments", "fragments"], ["reads"]] {
      let texts =
        path.count == 1 ? Held(by: stage.renderer, at: path[0]).texts : Held(by: stage.renderer, at: path[0], path[1]).texts
      #expect(texts.contains { $0.contains("Linen one") }, "nothing is found in \(path)")
      #expect(!texts.contains(where: isMarked), "\(path) keeps something of a shopper")
    }
    #expect(stage.log.filter { $0.contains("error") } == [])
  }

  @LoopActor @Test(.enabled(if: PrivateRedis.isInstalled, "redis-server is not installed: scripts/setup test"))
  func norIsItSharedBetweenProcesses() async throws {
    let redis = try PrivateRedis()
    let endpoint = try RedisEndpoint(url: redis.url)
    let options = RedisClient.Options(deadline: .seconds(20))
    let changes = MemoryChangeLog()
    let stages = try (0..<2).map { _ in
      try Stage(PrivateStage.files, changes: changes) {
        SharedFragments(in: RedisClient(endpoint, options), following: $0, revision: "test")
      }
    }
    try await wander(stages, turns: 60, seed: 4)
    let client = RedisClient(endpoint, options)
    let keys = try #require(try await client.send(RedisCommand("KEYS", "*")).array).compactMap(\.bytes)
    var kept = keys.map { String(decoding: $0, as: UTF8.self) }
    for key in keys {
      kept.append(String(decoding: try await client.send(RedisCommand("GET", .bytes(key))).bytes ?? [], as: UTF8.self))
    }
    #expect(kept.contains { $0.contains("Linen one") }, "nothing is shared")
    #expect(!kept.contains(where: isMarked))
  }

  @LoopActor @Test func aSharedPageAsksForWhatIsOnesOwn() async throws {
    let stage = try Stage(PrivateStage.files)
    let place = #"<div hx-get="/fragments/own" hx-trigger="load" hx-swap="outerHTML"></div>"#
    let index = try await stage.get("/").body
    // In the shared header and after it, where the plugin's frame is not, in the template, in the shared section and its slot, in the footer.
    #expect(index.contains("</header>\(place)\(place)"))
    #expect(index.components(of: place) == 6)
    #expect(!index.contains("<b>") && !index.contains("<u>"))
    let fragment = try await Browser(stage, cookie: PrivateStage.cookie("mona")).get("/fragments/own")
    #expect(fragment.body == "<b>[mona](mona)</b>")
  }

  /// Every fifth shopper's cart is one that the section cannot show: that is nobody else's.
  @LoopActor @Test func aSectionThatFailsForSomeIsThereForTheRest() async throws {
    let endless = "{% if customer.name == 'mona' %}{% for i in (1..100000000) %}{{ i }}{% endfor %}{% endif %}"
    let stage = try Stage(PrivateStage.files.merging(["Themes/plain/sections/own.liquid": endless + PrivateStage.own]) { $1 })
    let (mona, nils) = (try PrivateStage.cookie("mona"), try PrivateStage.cookie("nils"))
    for _ in 0..<FillerBreakers.tolerated + 1 {
      #expect(try await Browser(stage, cookie: mona).get("/fragments/own").body == "")
      #expect(try await Browser(stage, cookie: nils).get("/fragments/own").body == "<b>[nils](nils)</b>")
    }
  }

  /// What a cart shows of a product is read once, however often the page looks at it.
  @LoopActor @Test func aCartsProductsAreReadOnce() async throws {
    let switchboard = Switchboard()
    let stage = try Stage(PrivateStage.files, api: { FailingCoreAPI(behind: $0, switchboard: switchboard) })
    let browser = Browser(stage, cookie: try PrivateStage.cookie("mona"))
    #expect(try await browser.get("/cart").body.contains("<ol>Linen one €10.00€10.00"))
    #expect(switchboard.productReads.withLock { $0 } == 1)
  }

  @LoopActor @Test(arguments: ["/fragments/shared", "/fragments/none", "/fragments/header", "/fragments/own/x", "/fragments/"])
  func onlyAPrivateSectionIsAFragment(_ target: String) async throws {
    let stage = try Stage(PrivateStage.files)
    let answer = try await Browser(stage, cookie: PrivateStage.cookie("mona")).get(target)
    #expect(answer.status == 404 || answer.status == 301)
    #expect(!answer.body.contains("mona") && answer.field("Set-Cookie") == nil)
  }
}

extension String {
  /// How often a text is in it.
  func components(of text: String) -> Int { split(separator: text, omittingEmptySubsequences: false).count - 1 }
}
