import EventLoop
import Tenancy
import Testing
import ThemeSDK

@testable import Storefront

@Suite(.serialized) struct LookTests {
  static let shops = """
    {"tenants":[
     {"id":"one","name":"One","theme":"plain","plugins":["extra"]},
     {"id":"same","name":"Same","theme":"plain","plugins":["extra"],"settings":{"nothing":1}},
     {"id":"bare","name":"Bare","theme":"plain"},
     {"id":"german","name":"German","theme":"plain","plugins":["extra"],"locale":"de"},
     {"id":"dollars","name":"Dollars","theme":"plain","plugins":["extra"],"currency":"USD"}]}
    """

  // Ten thousand shops must not be ten thousand copies of a theme's slots.
  @LoopActor @Test func shopsThatLookAlikeShareTheLookAndNothingElse() throws {
    let stage = try Stage(["tenants.json": Self.shops])
    let active = try stage.tenants.snapshot.tenants.map { try #require(stage.service.themes.theme(of: $0)) }
    #expect(active[0].look === active[1].look)
    for index in 2...4 { #expect(active[index].look !== active[0].look) }
    #expect(active[0].ignoredSettings.isEmpty && active[1].ignoredSettings.count == 1)
    #expect(Set(active.map(\.revision)).count == 5)
    #expect(active[3].slots(for: .index).page.locale == "de" && active[4].slots(for: .index).page.currency == "USD")
    #expect(active[2].slots(for: .product).fillers(in: "product.price.after").isEmpty)
    #expect(!active[0].slots(for: .product).fillers(in: "product.price.after").isEmpty)
  }
}
