import CZlib
import Testing

@testable import Delivery

@Suite struct CompressionTests {
  static let bodies: [[UInt8]] = [
    [], [0], Array("hello".utf8), Array(String(repeating: "<li class=\"card\">Linen</li>\n", count: 4000).utf8),
    (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) },
  ]

  @Test(arguments: bodies)
  func gzipComesBackWhole(_ body: [UInt8]) throws {
    let packed = try #require(Compression.gzip(body))
    var stream = z_stream()
    #expect(inflateInit2_(&stream, 31, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    defer { inflateEnd(&stream) }
    var input = packed
    var output = [UInt8](repeating: 0, count: body.count + 64)
    let status = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        return inflate(&stream, Z_FINISH)
      }
    }
    #expect(status == Z_STREAM_END)
    #expect(Array(output.prefix(Int(stream.total_out))) == body)
  }

  @Test func brotliPacksText() throws {
    let page = Self.bodies[3]
    let packed = try #require(Compression.brotli(page))
    #expect(packed.count < page.count / 20)
  }
}

@Suite struct CacheLinesTests {
  private func text(_ outcome: CacheStatus.Outcome) -> String {
    String(decoding: PageHeaders.cacheLines(CacheStatus(outcome)), as: UTF8.self)
  }

  @Test func sharedCachesNeverKeepAPageLongerThanItHolds() {
    #expect(text(.hit(ttl: 280)).contains("s-maxage=60,"))
    #expect(text(.hit(ttl: 7)).contains("s-maxage=7,"))
    #expect(text(.hit(ttl: 0)).contains("Cache-Control: no-store\r\n"))
    #expect(text(.miss(ttl: 12, stored: true, collapsed: false)).contains("s-maxage=12,"))
  }

  @Test(arguments: [CacheStatus.Outcome.staleHit(ttl: -3), .lastKnownGood(ttl: -30)])
  func whatIsNotFreshIsNotKeptDownstream(_ outcome: CacheStatus.Outcome) {
    #expect(text(outcome).contains("Cache-Control: no-store\r\n"))
  }

  @Test func sayWhatHappened() {
    #expect(text(.hit(ttl: 376)).contains("Cache-Status: storefront; hit; ttl=376\r\n"))
    #expect(text(.staleHit(ttl: -3)).contains("Cache-Status: storefront; hit; ttl=-3\r\n"))
    #expect(text(.lastKnownGood(ttl: -30)).contains("hit; ttl=-30; detail=last-known-good\r\n"))
    #expect(text(.miss(ttl: 300, stored: true, collapsed: false)).contains("fwd=uri-miss; ttl=300; stored\r\n"))
    #expect(text(.miss(ttl: 300, stored: false, collapsed: true)).contains("fwd=uri-miss; ttl=300; collapsed\r\n"))
    #expect(text(.miss(ttl: 300, stored: true, collapsed: false, wasStale: true)).contains("fwd=stale; ttl=300; stored\r\n"))
  }
}
