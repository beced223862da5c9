import HTTP

/// Whether a form came from the shop's own pages, by what browsers say of themselves and no page can change: `Sec-Fetch-Site`, or from a
/// browser without it `Origin` (Fetch Metadata; Fetch §3.2).
///
/// A token in each form is the older way. It would make every page that has a form a private one; these pages are shared.
package enum FormOrigin {
  /// - Parameter origin: the shop's, as its shopper sees it: scheme and host, and the port where it is not the scheme's own, without a
  ///   slash at the end; `https://shop.example`.
  package static func isOwnForm(_ request: HTTPRequest, origin: String) -> Bool {
    if let site = request.header("sec-fetch-site") { return site == "same-origin" }
    return request.header("origin").map { $0.utf8.elementsEqual(origin.utf8) } ?? false
  }
}
