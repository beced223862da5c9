import Testing

@testable import Delivery

@Suite struct AcceptedCodingsTests {
  @Test(
    arguments: [
      (nil, Coding.identity), ("", .identity), ("gzip, deflate, br, zstd", .brotli), ("gzip, deflate", .gzip), ("br", .brotli),
      ("gzip", .gzip), ("x-gzip", .gzip), ("GZIP", .gzip), ("identity", .identity), ("*", .brotli), ("*;q=0", .identity),
      ("gzip;q=0", .identity), ("gzip;q=0.5, br;q=0.1", .gzip), ("gzip;q=1.0, br;q=1.000", .brotli), ("br;q=0, *", .gzip),
      ("identity;q=1, gzip;q=0.5", .identity), ("gzip;q=0.001", .gzip), ("gzip;q=", .identity), ("gzip;q=2", .identity),
      ("gzip;q=0.0001", .identity), ("gzip;q=x", .identity), (" gzip ; q=1", .gzip), ("\tgzip\t", .gzip), (",,gzip,", .gzip),
      ("gzip;level=9", .identity), ("compress, zstd", .identity), ("gzip;q=1.5", .identity),
    ] as [(String?, Coding)])
  func bestOfAll(_ field: String?, _ expected: Coding) {
    #expect(AcceptedCodings(field).best(brotli: true, gzip: true) == expected)
  }

  @Test func onlyWhatIsThere() {
    let codings = AcceptedCodings("gzip, br")
    #expect(codings.best(brotli: false, gzip: true) == .gzip)
    #expect(codings.best(brotli: true, gzip: false) == .brotli)
    #expect(codings.best(brotli: false, gzip: false) == .identity)
  }

  @Test func aLongFieldIsReadOnce() {
    let field = String(repeating: "gzip;q=0.5,", count: 2000) + "br"
    #expect(AcceptedCodings(field).best(brotli: true, gzip: true) == .brotli)
  }
}

@Suite struct EntityTagTests {
  let tag = EntityTag(of: Array("hello".utf8))

  @Test func isOfTheContentAndOfTheCoding() {
    #expect(tag == EntityTag(of: Array("hello".utf8)))
    #expect(tag != EntityTag(of: Array("hello!".utf8)))
    #expect(Set(Coding.allCases.map(tag.value)).count == 3)
    #expect(tag.value(for: .identity).hasPrefix("\"") && tag.value(for: .gzip).hasSuffix("-gz\""))
  }

  @Test func matchesAnyOfItsForms() {
    for coding in Coding.allCases {
      #expect(tag.match(tag.value(for: coding)) == coding)
      #expect(tag.match("\"x\", W/" + tag.value(for: coding) + " , \"y\"") == coding)
    }
    #expect(tag.match("*") == .identity)
  }

  @Test(arguments: ["", "\"\"", "\"hello\"", "W/\"\"", ",,,", "**", "\"*\"", "W/*x"])
  func matchesNothingElse(_ field: String) { #expect(tag.match(field) == nil) }

  @Test func aTagThatOnlyBeginsAlikeIsAnother() {
    #expect(tag.match("\"\(tag.digest)-zz\"") == nil)
    #expect(tag.match("\"\(tag.digest)") == nil)
    #expect(tag.match(tag.digest) == nil)
  }
}
