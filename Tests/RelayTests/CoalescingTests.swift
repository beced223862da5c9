import ChangeLog
import Tenancy
import Testing

@testable import Relay

@Suite struct CoalescingTests {
  let shop: TenantID
  let other: TenantID

  init() throws {
    shop = try TenantID("shop")
    other = try TenantID("other")
  }

  func touch(_ tenant: TenantID, _ names: String..., hard: Bool = false, mark: UInt64 = 0) -> CoreEvent.Touch {
    .init(tenant: tenant, tags: names.map { Tag(tenant, $0) }, class: hard ? .hard : .soft, mark: mark)
  }

  @Test func oneEntryAnEventWhenNotBehind() {
    let events = [("1-0", touch(shop, "a")), ("2-0", touch(shop, "a")), ("3-0", touch(other, "b", hard: true))]
    let appends = Coalescing.appends(for: events, isBehind: false)
    #expect(appends == events.map { Append(touch: $0.1, events: [$0.0]) })
  }

  @Test func oneEntryATenantWhenBehindWithAllTagsAndTheHardestClass() {
    let appends = Coalescing.appends(
      for: [
        ("1-0", touch(shop, "a", "b", mark: 3)), ("2-0", touch(other, "a")), ("3-0", touch(shop, "b", "c", hard: true, mark: 9)),
        ("4-0", touch(shop, "d", mark: 4)), ("5-0", touch(other, "z")),
      ], isBehind: true)
    #expect(
      appends == [
        Append(touch: touch(shop, "a", "b", "c", "d", hard: true, mark: 9), events: ["1-0", "3-0", "4-0"]),
        Append(touch: touch(other, "a", "z"), events: ["2-0", "5-0"]),
      ])
  }

  @Test func hardOnesAreTheFirst() {
    let appends = Coalescing.appends(for: [("1-0", touch(shop, "a")), ("2-0", touch(other, "b", hard: true))], isBehind: true)
    #expect(appends.map(\.touch.tenant) == [other, shop])
  }
}

@Suite struct CoreEventTests {
  func event(_ text: String) -> CoreEvent { CoreEvent(Array(text.utf8)) }

  @Test func anEventIsRead() throws {
    let shop = try TenantID("shop")
    #expect(
      event(#"{"id":"e1","tenant":"shop","tags":["product:42","*"],"class":"soft","mark":123,"more":[1]}"#)
        == .touch(.init(tenant: shop, tags: [Tag(shop, "product:42"), .everything(of: shop)], class: .soft, mark: 123)))
    // Who does not say that it may wait, may not.
    #expect(event(#"{"tenant":"shop","tags":[]}"#).touch == .init(tenant: shop, tags: [], class: .hard, mark: 0))
  }

  @Test(arguments: [
    "", "{", "null", "[]", #"{"tags":["a"]}"#, #"{"tenant":"NO TENANT","tags":["a"]}"#, #"{"tenant":7,"tags":["a"]}"#, "\u{0}",
  ])
  func withoutATenantNothingIsTouched(text: String) {
    #expect(event(text).touch == nil)
  }

  @Test(arguments: [
    #"{"tenant":"shop"}"#, #"{"tenant":"shop","tags":"a"}"#, #"{"tenant":"shop","tags":[1]}"#, #"{"tenant":"shop","tags":[""]}"#,
    #"{"tenant":"shop","tags":["a"],"class":"firm"}"#, #"{"tenant":"shop","tags":["a"],"mark":-1}"#,
    #"{"tenant":"shop","tags":["a"],"mark":1.5}"#, #"{"tenant":"shop","tags":[""# + String(repeating: "x", count: 1025) + #""]}"#,
  ])
  func whatCannotBeReadOfATenantTouchesAllOfIt(text: String) throws {
    let shop = try TenantID("shop")
    #expect(event(text).touch == .init(tenant: shop, tags: [.everything(of: shop)], class: .hard, mark: 0))
  }

  @Test func anEventHasItsLimit() {
    #expect(event(#"{"tenant":"shop","tags":[],"id":""# + String(repeating: "x", count: 1 << 20) + #""}"#).touch == nil)
  }
}
