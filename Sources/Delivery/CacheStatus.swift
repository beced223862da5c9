/// What the `Cache-Status` field says of one answer (RFC 9211), and what caches downstream may therefore do with it.
package struct CacheStatus: Sendable, Hashable {
  package enum Outcome: Sendable, Hashable {
    /// Fresh from the cache, with the seconds it has left.
    case hit(ttl: Int)
    /// Fresh from the cache that all processes share.
    case sharedHit(ttl: Int)
    /// From the cache though it is out of date, while a refresh runs; `ttl` is negative, which is how the field says stale.
    case staleHit(ttl: Int)
    /// The last good page, because the core API fails.
    case lastKnownGood(ttl: Int)
    /// Made for this request, and kept if `stored`; `collapsed` where another request's making was waited for; `wasStale` where
    /// what was kept could not be served.
    case miss(ttl: Int, stored: Bool, collapsed: Bool, wasStale: Bool = false)
  }

  package var outcome: Outcome
  /// The end of the change log is not in sight: the answer holds for its time to live and may miss a change. Nobody downstream keeps it.
  package var isLogLost: Bool

  package init(_ outcome: Outcome, isLogLost: Bool = false) {
    self.outcome = outcome
    self.isLogLost = isLogLost
  }

  package var isFresh: Bool {
    guard !isLogLost else { return false }
    return switch outcome {
    case .hit, .sharedHit, .miss: true
    case .staleHit, .lastKnownGood: false
    }
  }

  /// Seconds for which the answer holds from now on; 0 where nobody may keep it.
  package var secondsLeft: Int {
    guard !isLogLost else { return 0 }
    return switch outcome {
    case .hit(let ttl), .sharedHit(let ttl), .miss(let ttl, _, _, _): max(0, ttl)
    case .staleHit, .lastKnownGood: 0
    }
  }

  /// Whether no other detail is said already: a field has one.
  private var hasNoDetail: Bool {
    switch outcome {
    case .sharedHit, .lastKnownGood: false
    case .hit, .staleHit, .miss: true
    }
  }

  package func write(to bytes: inout [UInt8]) {
    switch outcome {
    case .hit(let ttl):
      bytes.append(ascii: "Cache-Status: storefront; hit; ttl=")
      bytes.append(decimal: ttl)
    case .sharedHit(let ttl):
      bytes.append(ascii: "Cache-Status: storefront; hit; ttl=")
      bytes.append(decimal: ttl)
      bytes.append(ascii: "; detail=shared")
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
    if isLogLost, hasNoDetail { bytes.append(ascii: "; detail=log-lost") }
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
