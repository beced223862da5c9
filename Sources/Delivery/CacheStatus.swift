/// What the `Cache-Status` field says of one answer (RFC 9211), and what caches downstream may therefore do with it.
package struct CacheStatus: Sendable, Hashable {
  package enum Outcome: Sendable, Hashable {
    /// Fresh from the cache, with the seconds it has left.
    case hit(ttl: Int)
    /// From the cache though it is out of date, while a refresh runs; `ttl` is negative, which is how the field says stale.
    case staleHit(ttl: Int)
    /// The last good page, because the core API fails.
    case lastKnownGood(ttl: Int)
    /// Made for this request, and kept if `stored`; `collapsed` where another request's making was waited for; `wasStale` where
    /// what was kept could not be served.
    case miss(ttl: Int, stored: Bool, collapsed: Bool, wasStale: Bool = false)
  }

  package var outcome: Outcome
  package init(_ outcome: Outcome) { self.outcome = outcome }

  package var isFresh: Bool {
    switch outcome {
    case .hit, .miss: true
    case .staleHit, .lastKnownGood: false
    }
  }

  /// Seconds for which the answer holds from now on; 0 where nobody may keep it.
  package var secondsLeft: Int {
    switch outcome {
    case .hit(let ttl), .miss(let ttl, _, _, _): max(0, ttl)
    case .staleHit, .lastKnownGood: 0
    }
  }

  package func write(to bytes: inout [UInt8]) {
    switch outcome {
    case .hit(let ttl):
      bytes.append(ascii: "Cache-Status: storefront; hit; ttl=")
      bytes.append(decimal: ttl)
    case .staleHit(let ttl):
      bytes.append(ascii: "Cache-Status: storefront; hit; ttl=")
      bytes.append(decimal: min(ttl, -1))
    case .lastKnownGood(let ttl):
      bytes.append(ascii: "Cache-Status: storefront; hit; ttl=")
      bytes.append(decimal: min(ttl, -1))
      bytes.append(ascii: "; detail=last-known-good")
    case .miss(let ttl, let stored, let collapsed, let wasStale):
      bytes.append(ascii: wasStale ? "Cache-Status: storefront; fwd=stale; ttl=" : "Cache-Status: storefront; fwd=uri-miss; ttl=")
      bytes.append(decimal: ttl)
      if stored { bytes.append(ascii: "; stored") }
      if collapsed { bytes.append(ascii: "; collapsed") }
    }
    bytes.append(ascii: "\r\n")
  }
}

extension [UInt8] {
  mutating func append(ascii text: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func append(decimal number: Int) {
    if number < 0 { append(UInt8(ascii: "-")) }
    var magnitude = number.magnitude
    var digits: InlineArray<20, UInt8> = .init(repeating: 0)
    var start = 20
    repeat {
      start -= 1
      digits[start] = 0x30 + UInt8(magnitude % 10)
      magnitude /= 10
    } while magnitude > 0
    for index in start..<20 { append(digits[index]) }
  }
}
