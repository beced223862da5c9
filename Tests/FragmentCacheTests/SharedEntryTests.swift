import ChangeLog
import Tenancy
import Testing

@testable import FragmentCache

/// What stands in Redis is taken back only if it is, byte for byte, what was stored under the same key of the same tenant.
struct SharedEntryTests {
  static let tenant = try! TenantID("tea")
  static let key = FragmentKey(tenant, "filler", "header")
  static let stamp = Stamp(high: 0xFEDC_BA98_7654_3210, low: 7)

  static func fragment(_ content: String = "<b>Tea</b>", tags: [String] = ["product:1", "menu:main"], number: UInt64 = 42)
    -> Fragment<[UInt8]>
  {
    let moment = Moment(position: Position(epoch: stamp, number: number), time: .seconds(5))
    var basis = Basis(moment, ttl: .seconds(300), staleFor: .seconds(30))
    basis.read(tags.map { Tag(tenant, $0) }, at: moment)
    return Fragment(Array(content.utf8), basis: basis, cost: 10)
  }

  @Test(arguments: ["", "x", String(repeating: "é☃", count: 5000)], [[], ["a"], (0..<300).map { "product:\($0)" }])
  func comesBackAsItWas(_ content: String, _ tags: [String]) throws {
    let fragment = Self.fragment(content, tags: tags, number: .max)
    let bytes = try #require(SharedEntry.encode(fragment, under: Self.key))
    let back = try #require(SharedEntry.decode(bytes, under: Self.key, freshUntil: .seconds(9)))
    #expect(back.content == fragment.content)
    #expect(back.tags == fragment.tags)
    #expect(back.asOf == fragment.asOf)
    #expect(back.basis.staleFor == .seconds(30))
    #expect(back.basis.freshUntil == .seconds(9))
    #expect(back.isLoaded)
  }

  @Test func anyFlippedBitIsNoEntry() throws {
    let bytes = try #require(SharedEntry.encode(Self.fragment(), under: Self.key))
    for place in bytes.indices {
      for bit in 0..<8 {
        var other = bytes
        other[place] ^= 1 << UInt8(bit)
        #expect(SharedEntry.decode(other, under: Self.key, freshUntil: .zero) == nil)
      }
    }
  }

  @Test func anyPartIsNoEntry() throws {
    let bytes = try #require(SharedEntry.encode(Self.fragment(), under: Self.key))
    for count in bytes.indices { #expect(SharedEntry.decode(Array(bytes[..<count]), under: Self.key, freshUntil: .zero) == nil) }
    #expect(SharedEntry.decode(bytes + [0], under: Self.key, freshUntil: .zero) == nil)
  }

  @Test func anotherKeysEntryIsNone() throws {
    let bytes = try #require(SharedEntry.encode(Self.fragment(), under: Self.key))
    #expect(SharedEntry.decode(bytes, under: FragmentKey(Self.tenant, "filler", "footer"), freshUntil: .zero) == nil)
    #expect(SharedEntry.decode(bytes, under: FragmentKey(try! TenantID("cake"), "filler", "header"), freshUntil: .zero) == nil)
  }

  @Test func anythingElseIsNone() {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let noise = (0..<Int.random(in: 0...200)).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      #expect(SharedEntry.decode(noise, under: Self.key, freshUntil: .zero) == nil)
      #expect(SharedEntry.decode(SharedEntry.magic + noise, under: Self.key, freshUntil: .zero) == nil)
    }
  }

  @Test func whatRestsOnAnotherTenantIsNotShared() {
    let moment = Moment(position: Position(epoch: Self.stamp, number: 1), time: .zero)
    var basis = Basis(moment, ttl: .seconds(1))
    basis.read([Tag(try! TenantID("cake"), "product:1")], at: moment)
    #expect(SharedEntry.encode(Fragment([], basis: basis, cost: 0), under: Self.key) == nil)
  }
}
