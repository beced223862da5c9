import ChangeLog
import Tenancy
import Testing

@testable import FragmentCache

@Suite struct BasisTests {
  let shop: TenantID
  let stamp = Stamp(high: 1, low: 1)

  init() throws { shop = try TenantID("shop") }

  func moment(_ number: UInt64, at seconds: Int = 0, epoch: Stamp? = nil) -> Moment {
    Moment(position: Position(epoch: epoch ?? stamp, number: number), time: .seconds(seconds))
  }

  func served(_ moment: Moment, _ provenance: Provenance, ttl: Int = 100, staleFor: Int = 50) -> Served<Int> {
    Served(Fragment(1, basis: Basis(moment, ttl: .seconds(ttl), staleFor: .seconds(staleFor)), cost: 1), provenance)
  }

  @Test func contentIsAsOldAsItsOldestRead() {
    var basis = Basis(moment(5), ttl: .seconds(100))
    #expect(basis.asOf.number == 5)
    basis.read([Tag(shop, "a")], at: moment(9))
    #expect(basis.asOf.number == 9)
    basis.add(served(moment(3), .collapsed(.absent)))
    #expect(basis.asOf.number == 3)
    #expect(basis.isShareable)
  }

  @Test func theShortestLifeCounts() {
    var basis = Basis(moment(0, at: 10), ttl: .seconds(100), staleFor: .seconds(60))
    #expect(basis.freshUntil == .seconds(110))
    basis.read([], at: moment(0, at: 20), validFor: .seconds(70))
    #expect(basis.freshUntil == .seconds(90))
    basis.add(served(moment(0, at: 5), .hit(ttl: .seconds(1)), ttl: 30, staleFor: 7))
    #expect(basis.freshUntil == .seconds(35))
    #expect(basis.staleFor == .seconds(7))
  }

  @Test(arguments: [(Provenance.stale(ttl: .seconds(-1)), Freshness.stale), (.lastKnownGood(ttl: .seconds(-1)), .lastKnownGood)])
  func whatHasAStalePartSaysSoAndIsNotKept(provenance: Provenance, freshness: Freshness) {
    var basis = Basis(moment(5), ttl: .seconds(100))
    basis.add(served(moment(5), provenance))
    #expect(!basis.isShareable)
    #expect(basis.freshness == freshness)
    var outer = Basis(moment(5), ttl: .seconds(100))
    outer.add(Served(Fragment(1, basis: basis, cost: 1), .made(.absent, stored: false)))
    #expect(outer.freshness == freshness)
    #expect(!outer.isShareable)
  }

  @Test func partsOfTwoLivesOfTheLogAreNotKept() {
    var basis = Basis(moment(5), ttl: .seconds(100))
    basis.read([], at: moment(5))
    basis.read([], at: moment(5, epoch: Stamp(high: 2, low: 2)))
    #expect(!basis.isShareable)
  }

  @Test(arguments: [3, 100]) func eachTagIsNamedOnce(count: Int) {
    var basis = Basis(moment(5), ttl: .seconds(100))
    for first in 0..<4 { basis.read((0..<count).map { Tag(shop, "\($0 + first)") }, at: moment(5)) }
    #expect(basis.tags.count == count + 3)
    #expect(Set(basis.tags).count == count + 3)
  }
}
