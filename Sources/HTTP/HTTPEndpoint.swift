import CCurl
import Glibc

/// Where a service is: `http://127.0.0.1:9000/api`. The path, if there is one, goes before each request's own.
package struct HTTPEndpoint: Hashable, Sendable, CustomStringConvertible {
  /// Lower case; an IPv6 address in its brackets.
  package let host: String
  package let port: UInt16
  /// `http://127.0.0.1:9000`.
  package let origin: String
  /// `/api`, or empty; never with a slash at its end.
  package let path: String

  /// - Parameter url: absolute, `http` or `https`. No user (what is in an address gets into logs), no query, no fragment.
  package init(url: String) throws(HTTPClientError) {
    func wrong(_ why: String) -> HTTPClientError {
      HTTPClientError(.request, "the address of a service \(why); write it as http://HOST:PORT or https://HOST")
    }
    guard !url.utf8.contains(0), let parts = curl_url() else { throw wrong("cannot be read") }
    defer { curl_url_cleanup(parts) }
    let code = curl_url_set(parts, CURLUPART_URL, url, 0)
    guard code == CURLUE_OK else { throw wrong("cannot be read (\(String(cString: curl_url_strerror(code))))") }
    func part(_ name: CURLUPart, flags: UInt32 = 0) -> String? {
      var text: UnsafeMutablePointer<CChar>?
      guard curl_url_get(parts, name, &text, flags) == CURLUE_OK, let text else { return nil }
      defer { curl_free(text) }
      return String(cString: text)
    }
    guard let scheme = part(CURLUPART_SCHEME), scheme == "http" || scheme == "https" else { throw wrong("is not http or https") }
    guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil else {
      throw wrong("holds a user or password, which would get into logs")
    }
    guard part(CURLUPART_QUERY) == nil, part(CURLUPART_FRAGMENT) == nil else { throw wrong("has a query or fragment") }
    guard let host = part(CURLUPART_HOST)?.lowercased(), !host.isEmpty,
      let port = part(CURLUPART_PORT, flags: UInt32(CURLU_DEFAULT_PORT)).flatMap(UInt16.init), port > 0
    else { throw wrong("names no host and port") }
    var path = part(CURLUPART_PATH) ?? ""
    while path.hasSuffix("/") { path.removeLast() }
    guard path.isEmpty || Self.isTarget(path) else { throw wrong("has a path that needs percent-encoding") }
    self.host = host
    self.port = port
    self.path = path
    origin = "\(scheme)://\(host):\(port)"
  }

  package var description: String { origin + path }

  /// An address already, or this machine: nobody has to be asked.
  var needsNoLookup: Bool {
    if host.hasPrefix("[") || host == "localhost" || host.hasSuffix(".localhost") { return true }
    var address = in_addr()
    return inet_pton(AF_INET, host, &address) == 1
  }

  /// A path and query as they go on the wire: nothing in it can end the request line or begin another.
  static func isTarget(_ text: String) -> Bool {
    text.utf8.first == UInt8(ascii: "/") && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }
  }
}
