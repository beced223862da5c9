import Delivery
import HTTP
import Tenancy

/// Answers that no theme is asked for: they must stand when everything else has failed, and they say nothing of what runs here.
enum PlainAnswer {
  /// A host that is nobody's: the same words whether the platform knows it or not.
  static let unknownHost = text(404, "Not found\n")
  static let notFound = text(404, "Not found\n")
  static let gone = document(410, "This shop has closed", "There is nothing here any more.")

  static let methodNotAllowed: HTTPResponse = {
    var response = text(405, "Method not allowed\n")
    response.headers.add("Allow", "GET, HEAD")
    return response
  }()
  /// 403: another site's page sent it, or something that says nothing of where it comes from.
  static let foreignForm = document(403, "This form is not from this shop", "Please go back and try again.")
  static let unsupportedForm = text(415, "Send it as application/x-www-form-urlencoded\n")
  static let malformedForm = text(400, "The form could not be read\n")

  static let unavailable: HTTPResponse = {
    var response = document(503, "This shop is taking a short break", "Please try again in a moment.")
    response.headers.add("Retry-After", 5)
    return response
  }()

  static let suspended: HTTPResponse = {
    var response = document(503, "This shop is closed for now", "Please come back later.")
    response.headers.add("Retry-After", 3600)
    return response
  }()

  static let closedRobots = text(200, "User-agent: *\nDisallow: /\n")

  /// 004-2: a suspended shop answers 503 and keeps robots out, a deleted one is gone; nil for a shop that is open.
  static func closed(_ tenant: Tenant, path: String) -> HTTPResponse? {
    switch tenant.status {
    case .active: nil
    case .suspended: path == "/robots.txt" ? closedRobots : path == "/sitemap.xml" ? notFound : suspended
    case .deleted: gone
    }
  }

  /// - Parameter target: a path on the same host, or the shop's own address.
  static func moved(to target: String) -> HTTPResponse {
    var response = HTTPResponse(status: 301)
    response.headers.add("Location", target)
    response.headers.add("Cache-Control", "public, max-age=300")
    PageHeaders.addSecurity(to: &response.headers)
    return response
  }

  private static func text(_ status: Int, _ text: String) -> HTTPResponse {
    answer(status, "text/plain; charset=utf-8", text)
  }

  private static func document(_ status: Int, _ title: String, _ sentence: String) -> HTTPResponse {
    answer(
      status, "text/html; charset=utf-8",
      """
      <!doctype html>
      <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="robots" content="noindex">
      <title>\(title)</title>
      <style>body{font:1.125rem/1.6 Georgia,serif;color:#222;background:#faf8f5;margin:0;min-height:100vh;display:grid;place-items:center;text-align:center}main{padding:2rem}h1{font-weight:400;margin:0 0 .5rem}p{margin:0;color:#555}</style>
      <main><h1>\(title)</h1><p>\(sentence)</p></main>
      </html>

      """)
  }

  private static func answer(_ status: Int, _ type: StaticString, _ body: String) -> HTTPResponse {
    var headers = PageHeaders.common(contentType: type)
    headers.add("Cache-Control", "no-store")
    return HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
  }
}
