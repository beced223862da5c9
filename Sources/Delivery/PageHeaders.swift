import HTTP

/// The header lines of a shop's pages. What may keep a page, and for how long, follows `docs/caching.md`:
/// browsers always ask again, shared caches keep it for a minute at most, and never past what the page itself promises.
package enum PageHeaders {
  /// No purge reaches a CDN yet, so a minute is the most that a changed price can lag there.
  package static let sharedSeconds = 60

  /// The page's own lines that do not change from one answer to the next.
  package static func common(contentType: StaticString = "text/html; charset=utf-8", locale: String? = nil) -> Headers {
    var headers = Headers(reserving: 640)
    headers.add("Content-Type", contentType)
    if let locale { headers.add("Content-Language", locale) }
    addSecurity(to: &headers)
    return headers
  }

  /// `Content-Security-Policy` and its kind, the same on every answer, errors included: a cached page can carry no nonce, and
  /// no theme of ours needs a script to show a page.
  package static func addSecurity(to headers: inout Headers) {
    headers.add(
      "Content-Security-Policy",
      "default-src 'self'; img-src 'self' data: https:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )
    headers.add("X-Content-Type-Options", "nosniff")
    headers.add("X-Frame-Options", "SAMEORIGIN")
    headers.add("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.add("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    headers.add("Cross-Origin-Opener-Policy", "same-origin")
  }

  /// `Cache-Control` and `Cache-Status` of one answer. What is not fresh is not to be stored downstream: there it would start
  /// another life.
  package static func cacheLines(_ status: CacheStatus) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(160)
    let seconds = min(sharedSeconds, status.secondsLeft)
    if status.isFresh, seconds > 0 {
      bytes.append(ascii: "Cache-Control: public, max-age=0, s-maxage=")
      bytes.append(decimal: seconds)
      bytes.append(ascii: ", must-revalidate\r\n")
    } else {
      bytes.append(ascii: "Cache-Control: no-store\r\n")
    }
    status.write(to: &bytes)
    return bytes
  }

  /// For files whose name holds the hash of their content.
  package static func immutableLines() -> [UInt8] { Array("Cache-Control: public, max-age=31536000, immutable\r\n".utf8) }

  /// For files whose name stays when their content changes.
  package static func revalidatedLines(seconds: Int) -> [UInt8] {
    Array("Cache-Control: public, max-age=\(seconds), must-revalidate\r\n".utf8)
  }
}
