import CoreAPIClient
import Tenancy

extension SanitizedHTML {
  /// The HTML with the catalogue's own links as they read in a market. What was sanitised writes each link as `href="…"`.
  func html(in routes: Routes) -> String {
    guard routes != .canonical, html.contains("href=\"/") else { return html }
    var result = ""
    result.reserveCapacity(html.utf8.count + 64)
    var rest = html[...]
    while let found = rest.firstRange(of: "href=\"/") {
      let start = rest.index(before: found.upperBound)
      let end = rest[start...].firstIndex(of: "\"") ?? rest.endIndex
      result += rest[..<start]
      result += routes.localized(String(rest[start..<end]))
      rest = rest[end...]
    }
    return result + rest
  }
}
