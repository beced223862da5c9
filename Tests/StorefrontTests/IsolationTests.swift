import EventLoop
import ReferenceCoreAPI
import Tenancy
import Testing

@testable import Storefront

/// Shops side by side under random hosts, targets, headers and edits: no page ever holds another shop's words, nor anything that
/// a request brought along outside its key.
@Suite(.serialized) struct IsolationTests {
  @LoopActor @Test(arguments: [1, 2, 3])
  func noPageHoldsAnotherShopsWordsNorAForeignRequests(_ seed: UInt64) async throws {
    var random = SplitMix(state: seed)
    let stage = try Stage()
    let targets = [
      "/", "/products/linen", "/products/hostile", "/collections/shirts", "/collections/all", "/search?q=linen", "/nothing",
      "/sitemap.xml",
      "/robots.txt", "/products/linen?variant=v1", "/collections/shirts?sort_by=title-ascending", "/hello.txt", "/only-two.txt",
    ]
    for turn in 0..<1500 {
      let id = ["one", "two"].randomElement(using: &random)!
      let other = id == "one" ? "two" : "one"
      var host = ["\(id).localhost", "\(id).shops.example"].randomElement(using: &random)!
      host = String(host.map { Bool.random(using: &random) ? Character($0.uppercased()) : $0 })
      host += ["", ".", ":8080", ".:443"].randomElement(using: &random)!
      let canary = "canary\(turn)x"
      var target = targets.randomElement(using: &random)!
      if Bool.random(using: &random) { target += (target.contains("?") ? "&" : "?") + "utm_\(canary)=\(canary)" }
      let answer = try await stage.get(
        target, host: host, "Cookie: session=\(canary)", "X-Forwarded-Host: \(other).localhost", "X-Tenant: \(other)",
        "User-Agent: \(canary)", "Accept-Language: \(canary)", "Referer: http://\(canary)/", "X-Original-URL: /\(canary)")
      #expect(!answer.body.contains("canary") && !answer.head.contains("canary"), "\(host)\(target)")
      let foreign = [
        "Shop \(other)", "Linen \(other)", "Shirts of \(other)", "hello of \(other)", "https://\(other).", "two's own",
      ]
      for word in foreign where !(id == "two" && word == "two's own") {
        #expect(!answer.body.contains(word), "\(host)\(target) holds '\(word)'")
      }
      if turn % 50 == 0 {
        let titled = "Linen \(id) \(turn)"
        try stage.catalog.edit("linen", of: try TenantID(id), .title(titled))
      }
    }
  }
}

/// The same sequence in every run, so that a failure can be had again.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
