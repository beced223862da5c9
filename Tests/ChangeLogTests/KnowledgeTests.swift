import Tenancy
import Testing

@testable import ChangeLog

@Suite struct KnowledgeTests {
  let shop: TenantID
  let other: TenantID
  let stamp = Stamp(high: 1, low: 1)

  init() throws {
    shop = try TenantID("shop")
    other = try TenantID("other")
  }

  func position(_ number: UInt64) -> Position { Position(epoch: stamp, number: number) }

  func change(_ number: UInt64, _ names: String..., of tenant: TenantID? = nil, hard: Bool = false) -> Change {
    let tenant = tenant ?? shop
    return Change(
      tenant: tenant, tags: names.map { Tag(tenant, $0) }, class: hard ? .hard : .soft, number: number, stamp: stamp)
  }

  func knowledge(_ changes: Change..., ofTenant capacity: Int = 100) -> Knowledge {
    var knowledge = Knowledge(from: position(0), capacityOfTenant: capacity)
    for change in changes { knowledge.apply(change) }
    return knowledge
  }

  func verdict(_ knowledge: Knowledge, asOf: UInt64, _ names: String...) -> Verdict {
    knowledge.verdict(of: shop, asOf: position(asOf), tags: names.map { Tag(shop, $0) })
  }

  @Test func anEntryIsValidUntilATagOfItIsTouched() {
    let knowledge = knowledge(change(1, "a"), change(2, "b"))
    #expect(verdict(knowledge, asOf: 1, "a") == .valid)
    #expect(verdict(knowledge, asOf: 1, "a", "b") == .soft)
    #expect(verdict(knowledge, asOf: 2, "a", "b") == .valid)
    #expect(verdict(knowledge, asOf: 0, "c") == .valid)
  }

  @Test func aHardTouchIsNotHiddenByALaterSoftOne() {
    let knowledge = knowledge(change(1, "a", hard: true), change(2, "a"))
    #expect(verdict(knowledge, asOf: 0, "a") == .hard)
    #expect(verdict(knowledge, asOf: 1, "a") == .soft)
  }

  @Test func everyEntryOfATenantCarriesItsStar() {
    let knowledge = knowledge(change(1, "*", hard: true))
    #expect(verdict(knowledge, asOf: 0) == .hard)
    #expect(verdict(knowledge, asOf: 1) == .valid)
    #expect(knowledge.verdict(of: other, asOf: position(0), tags: []) == .valid)
  }

  @Test func tenantsDoNotTouchEachOther() {
    let knowledge = knowledge(change(1, "a", of: other))
    #expect(verdict(knowledge, asOf: 0, "a") == .valid)
    #expect(knowledge.verdict(of: other, asOf: position(0), tags: [Tag(other, "a")]) == .soft)
    // An entry of one tenant that names another's tag is not wrongly valid.
    #expect(knowledge.verdict(of: shop, asOf: position(0), tags: [Tag(other, "a")]) == .soft)
  }

  @Test func forgettingATouchRaisesTheTenantsFloor() {
    let knowledge = knowledge(change(1, "a"), change(2, "b"), change(3, "c"), change(4, "z", of: other), ofTenant: 2)
    #expect(verdict(knowledge, asOf: 0, "never touched") == .unknown)
    #expect(verdict(knowledge, asOf: 1, "a") == .valid)
    #expect(verdict(knowledge, asOf: 1, "b") == .soft)
    #expect(knowledge.verdict(of: other, asOf: position(0), tags: [Tag(other, "y")]) == .valid)
  }

  @Test func aTagTouchedAgainIsForgottenByItsLastTouch() {
    let knowledge = knowledge(change(1, "a"), change(2, "b"), change(3, "a"), change(4, "c"), ofTenant: 2)
    #expect(verdict(knowledge, asOf: 1, "a") == .unknown)
    #expect(verdict(knowledge, asOf: 2, "a") == .soft)
  }

  @Test func theTenantThatHoldsTheMostPaysForTheWhole() {
    var knowledge = Knowledge(from: position(0), capacity: 10, capacityOfTenant: 100)
    knowledge.apply(change(1, "a", of: other))
    for number in UInt64(2)...11 { knowledge.apply(change(number, "\(number)")) }
    #expect(verdict(knowledge, asOf: 1, "untouched") == .unknown)
    #expect(verdict(knowledge, asOf: 11, "untouched") == .valid)
    #expect(knowledge.verdict(of: other, asOf: position(0), tags: [Tag(other, "b")]) == .valid)
  }

  @Test func aTenantForgottenAltogetherRaisesTheFloorOfAll() throws {
    var knowledge = Knowledge(from: position(0), capacity: 3, capacityOfTenant: 100)
    for number in UInt64(1)...4 { knowledge.apply(change(number, "a", of: try TenantID("t\(number)"))) }
    #expect(verdict(knowledge, asOf: 0) == .unknown)
    #expect(verdict(knowledge, asOf: 4) == .valid)
  }

  @Test func manyTouchesOfFewTagsTakeNoRoom() {
    var touches = Touches()
    for number in UInt64(1)...10_000 {
      _ = touches.touch(Tag(shop, "tag\(number % 3)"), number, .soft, capacity: 100)
    }
    #expect(touches.touches.count == 3)
    #expect(touches.order.count < 200)
    #expect(touches.floor == 0)
  }

  @Test func aHoleInTheNumbersMakesAllThatIsOlderUnknown() {
    let knowledge = knowledge(change(1, "a"), change(3, "b"))
    #expect(knowledge.position == position(3))
    #expect(verdict(knowledge, asOf: 1, "c") == .unknown)
    #expect(verdict(knowledge, asOf: 2, "b") == .soft)
    #expect(verdict(knowledge, asOf: 2, "c") == .valid)
  }

  @Test func anotherStampMakesAllThatIsOlderUnknown() {
    var knowledge = knowledge(change(1, "a"))
    let next = Stamp(high: 1, low: 2)
    knowledge.apply(Change(tenant: shop, tags: [Tag(shop, "b")], class: .soft, number: 2, stamp: next))
    #expect(knowledge.position == Position(epoch: next, number: 2))
    #expect(verdict(knowledge, asOf: 5, "c") == .unknown)
    #expect(knowledge.verdict(of: shop, asOf: Position(epoch: next, number: 1), tags: []) == .valid)
  }

  @Test func numbersThatGoBackInOneLifeMakeNothingLookNew() {
    var knowledge = knowledge(change(1, "a"), change(2, "a"), change(3, "a"))
    knowledge.begin(at: position(1))
    knowledge.apply(change(2, "b"))
    #expect(verdict(knowledge, asOf: 3, "b") == .unknown)
  }

  @Test func theGreatestMarkIsKeptWithinAnEpoch() {
    var knowledge = Knowledge(from: position(0), mark: 3)
    knowledge.apply(Change(tenant: shop, tags: [], class: .soft, number: 1, stamp: stamp, mark: 9))
    knowledge.apply(Change(tenant: shop, tags: [], class: .soft, number: 2, stamp: stamp, mark: 7))
    #expect(knowledge.mark == 9)
    knowledge.apply(Change(tenant: shop, tags: [], class: .soft, number: 1, stamp: .random(), mark: 2))
    #expect(knowledge.mark == 2)
  }
}
