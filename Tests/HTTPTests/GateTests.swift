import Testing

@testable import HTTP

/// One rule of the gate, a request that touches it, and the answer the rule demands. Judged whole, cut in two at every byte,
/// and byte by byte: the answers must be the same to the byte.
struct Rule: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  let statuses: [Int]
  let isClosed: Bool

  init(_ name: String, _ text: String, _ statuses: Int..., open: Bool = false) {
    self.name = name
    bytes = [UInt8](latin1: text)
    self.statuses = statuses
    isClosed = !open
  }

  var testDescription: String { name }
}

private let get = "GET / HTTP/1.1\r\nHost: a\r\n"
private let post = "POST / HTTP/1.1\r\nHost: a\r\n"
private let chunked = post + "Transfer-Encoding: chunked\r\n\r\n"
// What must never be answered behind a refusal, and must be behind an answer.
private let tail = "GET /tail HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

private let framing = [
  Rule("TE must be chunked: xchunked", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("TE must be chunked: identity", post + "Transfer-Encoding: identity\r\n\r\n" + tail, 400),
  Rule("TE must be chunked: gzip first", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("TE must be chunked: chunked first", post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("TE must be chunked: empty", post + "Transfer-Encoding:\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("TE must be chunked: parameter", post + "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("TE must be chunked: quoted", post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("TE once: two fields", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("TE once: a list", post + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("TE once: trailing comma", post + "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("TE on HTTP/1.1 only", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("TE names no case (RFC 9112 §7)", post + "Transfer-Encoding: Chunked\r\n\r\n0\r\n\r\n" + tail, 200, 200),
  Rule("TE behind a vertical tab", post + "Transfer-Encoding: \u{0B}chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("TE behind a space in the name", post + "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("TE with CL", post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("CL with TE", post + "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("CL with TE on GET", get + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("CL once, equal", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + tail, 400),
  Rule("CL once, different", post + "Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello" + tail, 400),
  Rule("CL no list", post + "Content-Length: 5, 5\r\n\r\nhello" + tail, 400),
  Rule("CL no list, empty member", post + "Content-Length: 5,\r\n\r\nhello" + tail, 400),
  Rule("CL without plus", post + "Content-Length: +5\r\n\r\nhello" + tail, 400),
  Rule("CL without minus", post + "Content-Length: -1\r\n\r\n" + tail, 400),
  Rule("CL without leading zero", post + "Content-Length: 05\r\n\r\nhello" + tail, 400),
  Rule("CL without zeros", post + "Content-Length: 00\r\n\r\n" + tail, 400),
  Rule("CL not hexadecimal", post + "Content-Length: 0x5\r\n\r\nhello" + tail, 400),
  Rule("CL not 5abc", post + "Content-Length: 5abc\r\n\r\nhello" + tail, 400),
  Rule("CL not 5 5", post + "Content-Length: 5 5\r\n\r\nhello" + tail, 400),
  Rule("CL not a fraction", post + "Content-Length: 5.0\r\n\r\nhello" + tail, 400),
  Rule("CL empty", post + "Content-Length: \r\n\r\n" + tail, 400),
  Rule("CL beyond 64 bits is too big", post + "Content-Length: 18446744073709551621\r\n\r\nhello" + tail, 413),
  Rule("CL beyond the limit", post + "Content-Length: 1048577\r\n\r\nhello" + tail, 413),
  Rule("CL zero", post + "Content-Length: 0\r\n\r\n" + tail, 200, 200),
  Rule("CL frames the body", post + "Content-Length: 5\r\n\r\nhello" + tail, 200, 200),
  Rule("CL on a GET frames too", get + "Content-Length: 5\r\n\r\nhello" + tail, 200, 200),
]

private let chunks = [
  Rule("chunks", chunked + "5\r\nhello\r\n0\r\n\r\n" + tail, 200, 200),
  Rule("chunks in both cases", chunked + "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n" + tail, 200, 200),
  Rule("chunk sizes may have zeros in front", chunked + "0005\r\nhello\r\n000\r\n\r\n" + tail, 200, 200),
  Rule("chunk size zz", chunked + "zz\r\nhello\r\n0\r\n\r\n" + tail, 400),
  Rule("chunk size empty", chunked + "\r\nhello\r\n0\r\n\r\n" + tail, 400),
  Rule("chunk size +5", chunked + "+5\r\nhello\r\n0\r\n\r\n" + tail, 400),
  Rule("chunk size -5", chunked + "-5\r\nhello\r\n0\r\n\r\n" + tail, 400),
  Rule("chunk size 0x5", chunked + "0x5\r\nhello\r\n0\r\n\r\n" + tail, 400),
  Rule("chunk size with a space behind", chunked + "5 \r\nhello\r\n0\r\n\r\n" + tail, 400),
  Rule("chunk size with a space in front", chunked + " 5\r\nhello\r\n0\r\n\r\n" + tail, 400),
  Rule("chunk size overflows", chunked + "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n" + tail, 400),
  Rule("chunk size fills 64 bits", chunked + "FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n" + tail, 413),
  Rule("chunks beyond the limit", chunked + "5\r\nhello\r\n100000\r\n", 413),
  Rule("chunk extension", chunked + "5;a=b\r\nhello\r\n0\r\n\r\n" + tail, 400),
  Rule("chunk extension, bare", chunked + "5;\r\nhello\r\n0\r\n\r\n" + tail, 400),
  Rule("chunk extension on the last", chunked + "5\r\nhello\r\n0;a\r\n\r\n" + tail, 400),
  Rule("chunk line ends in CRLF", chunked + "5\nhello\r\n0\r\n\r\n" + tail, 400),
  Rule("chunk data ends in CRLF", chunked + "5\r\nhelloXX0\r\n\r\n" + tail, 400),
  Rule("chunk data ends in CRLF, not LF", chunked + "5\r\nhello\n0\r\n\r\n" + tail, 400),
  Rule("chunk longer than its size", chunked + "4\r\nhello\r\n0\r\n\r\n" + tail, 400),
  Rule("trailers are dropped", chunked + "0\r\nX-T: 1\r\nHost: evil\r\nCookie: a=b\r\n\r\n" + tail, 200, 200),
  Rule("trailer Connection is dropped", chunked + "0\r\nConnection: close\r\n\r\n" + tail, 200, 200),
  Rule("trailer Content-Length", chunked + "0\r\nContent-Length: 5\r\n\r\n" + tail, 400),
  Rule("trailer Transfer-Encoding", chunked + "0\r\nTransfer-Encoding: chunked\r\n\r\n" + tail, 400),
  Rule("trailer folded", chunked + "0\r\nX-T: 1\r\n 2\r\n\r\n" + tail, 400),
  Rule("trailer folded first", chunked + "0\r\n X-T: 1\r\n\r\n" + tail, 400),
  Rule("trailer with a spaced name", chunked + "0\r\nX T: 1\r\n\r\n" + tail, 400),
  Rule("trailer with NUL", chunked + "0\r\nX-T: \0\r\n\r\n" + tail, 400),
  Rule("trailer line ends in CRLF", chunked + "0\r\nX-T: 1\n\r\n" + tail, 400),
  Rule("trailers, too many", chunked + "0\r\n" + String(repeating: "a: b\r\n", count: 65) + "\r\n" + tail, 431),
]

private func host(_ value: String) -> String { "GET / HTTP/1.1\r\nHost: \(value)\r\nConnection: close\r\n\r\n" }

private let hosts = [
  Rule("Host", host("Shop.Example.COM"), 200),
  Rule("Host with port", host("a:8080"), 200),
  Rule("Host with a trailing dot", host("a.example."), 200),
  Rule("Host with a trailing dot and port", host("a.example.:65535"), 200),
  Rule("Host is an IPv4 address", host("127.0.0.1:80"), 200),
  Rule("Host with space around", "GET / HTTP/1.1\r\nHost: \t a \t\r\nConnection: close\r\n\r\n", 200),
  Rule("Host missing", "GET / HTTP/1.1\r\n\r\n", 400),
  Rule("Host missing on HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 400),
  Rule("Host twice", get + "Host: b\r\n\r\n" + tail, 400),
  Rule("Host twice, equal", get + "Host: a\r\n\r\n" + tail, 400),
  Rule("Host twice, other case", get + "hOST: a\r\n\r\n" + tail, 400),
  Rule("Host empty", host(""), 400),
  Rule("Host of a dot", host("."), 400),
  Rule("Host with an empty label", host("a..b"), 400),
  Rule("Host with a dot in front", host(".a"), 400),
  Rule("Host with a space", host("a b"), 400),
  Rule("Host with a path", host("a/b"), 400),
  Rule("Host with user information", host("u@a"), 400),
  Rule("Host with a list", host("a, b"), 400),
  Rule("Host with an underscore", host("a_b"), 400),
  Rule("Host percent-encoded", host("a%2eb"), 400),
  Rule("Host not ASCII", host("b\u{FC}cher"), 400),
  Rule("Host is IPv6", host("[::1]"), 400),
  Rule("Host is IPv6 with port", host("[::1]:80"), 400),
  Rule("Host with a backslash", host("a\\b"), 400),
  Rule("Host with quotes", host("\"a\""), 400),
  Rule("Host with a wildcard", host("*"), 400),
  Rule("Host with NUL", host("a\0b"), 400),
  Rule("Host with a tab inside", host("a\tb"), 400),
  Rule("port empty", host("a:"), 400),
  Rule("port zero", host("a:0"), 400),
  Rule("port beyond 65535", host("a:65536"), 400),
  Rule("port of six digits", host("a:000080"), 400),
  Rule("port not a number", host("a:8o"), 400),
  Rule("port signed", host("a:+80"), 400),
  Rule("port twice", host("a:80:80"), 400),
  Rule("port without a name", host(":80"), 400),
  Rule("label of 64", host(String(repeating: "a", count: 64)), 400),
  Rule("name of 254", host(String(repeating: "abc.", count: 63) + "ab"), 400),
]

private func target(_ value: String, host: String = "a", method: String = "GET") -> String {
  "\(method) \(value) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n"
}

private let targets = [
  Rule("path and query", target("/a/b?c=d&e"), 200),
  Rule("query may hold what browsers leave bare", target("/?a=^`{|}[]'"), 200),
  Rule("query may hold bad escapes: it is not decoded", target("/?%zz"), 200),
  Rule("path may hold a bar and an apostrophe", target("/a|b'c"), 200),
  Rule("path decodes to UTF-8", target("/%C3%BC"), 200),
  Rule("path decodes once", target("/%252e%252e/"), 200),
  Rule("path of three dots", target("/.../..a/a.."), 200),
  Rule("absolute-form", target("http://a/x"), 200),
  Rule("absolute-form, scheme in capitals", target("HTTP://A/x"), 200),
  Rule("absolute-form without a path", target("http://a?x"), 200),
  Rule("absolute-form, https", target("https://a/"), 200),
  Rule("absolute-form, usual port", target("http://a:80/"), 200),
  Rule("absolute-form, trailing dots", target("http://a./", host: "a"), 200),
  Rule("absolute-form of another host", target("http://evil.test/x"), 400),
  Rule("absolute-form of another port", target("http://a:81/x"), 400),
  Rule("absolute-form with user information", target("http://a@a/x"), 400),
  Rule("absolute-form without a host", target("http:///x"), 400),
  Rule("absolute-form of another scheme", target("ftp://a/x"), 400),
  Rule("absolute-form with dot segments", target("http://a/../x"), 400),
  Rule("no slash in front", target("foo"), 400),
  Rule("authority-form is for CONNECT", target("a:80"), 400),
  Rule("asterisk-form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 204, open: true),
  Rule("asterisk-form is for OPTIONS", target("*"), 400),
  Rule("asterisk-form with more", target("*/", method: "OPTIONS"), 400),
  Rule("fragment", target("/a#b"), 400),
  Rule("backslash", target("/a\\b"), 400),
  Rule("double quote", target("/a\"b"), 400),
  Rule("angle bracket, left", target("/a<b"), 400),
  Rule("angle bracket, right", target("/a?>b"), 400),
  Rule("braces in the path", target("/{a}"), 400),
  Rule("byte beyond 0x7E", target("/a\u{FF}"), 400),
  Rule("DEL", target("/a\u{7F}"), 400),
  Rule("NUL", target("/a\0b"), 400),
  Rule("space inside", target("/a b"), 400),
  Rule("tab inside", target("/a\tb"), 400),
  Rule("bad escape", target("/x%zz"), 400),
  Rule("cut escape", target("/x%2"), 400),
  Rule("lone percent", target("/x%"), 400),
  Rule("escaped NUL", target("/x%00y"), 400),
  Rule("escaped line feed", target("/x%0Ay"), 400),
  Rule("escaped slash", target("/a%2Fb"), 400),
  Rule("escaped slash, small", target("/a%2fb"), 400),
  Rule("escaped backslash", target("/a%5cb"), 400),
  Rule("not UTF-8", target("/x%ff"), 400),
  Rule("UTF-8, overlong", target("/x%c0%ae"), 400),
  Rule("UTF-8, surrogate", target("/x%ed%a0%80"), 400),
  Rule("UTF-8, cut", target("/x%e2%82"), 400),
  Rule("UTF-8, beyond Unicode", target("/x%f4%90%80%80"), 400),
  Rule("dot segment", target("/./a"), 400),
  Rule("dot segment at the end", target("/a/."), 400),
  Rule("two dots", target("/../etc"), 400),
  Rule("two dots at the end", target("/a/.."), 400),
  Rule("two dots, escaped", target("/s/%2e%2e/etc"), 400),
  Rule("two dots, half escaped", target("/s/.%2E/etc"), 400),
  Rule("target of 8193", target("/" + String(repeating: "a", count: 8192)), 414),
]

private let lines = [
  Rule("method unknown", "FOO / HTTP/1.1\r\nHost: a\r\n\r\n" + tail, 501),
  Rule("method has case", "get / HTTP/1.1\r\nHost: a\r\n\r\n" + tail, 501),
  Rule("method no token", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n" + tail, 400),
  Rule("method empty", " / HTTP/1.1\r\nHost: a\r\n\r\n" + tail, 400),
  Rule("PUT", "PUT / HTTP/1.1\r\nHost: a\r\n\r\n" + tail, 405),
  Rule("DELETE", "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n" + tail, 405),
  Rule("PATCH", "PATCH / HTTP/1.1\r\nHost: a\r\n\r\n" + tail, 405),
  Rule("TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n" + tail, 405),
  Rule("CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n" + tail, 405),
  Rule("CONNECT with a path", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n" + tail, 400),
  Rule("PUT with bad framing is bad framing", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 01\r\n\r\n" + tail, 400),
  Rule("PUT without Host is without Host", "PUT / HTTP/1.1\r\n\r\n" + tail, 400),
  Rule("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n" + tail, 505),
  Rule("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n" + tail, 505),
  Rule("HTTP/0.9, said", "GET / HTTP/0.9\r\nHost: a\r\n\r\n" + tail, 505),
  Rule("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
  Rule("HTTP/1.10", "GET / HTTP/1.10\r\nHost: a\r\n\r\n" + tail, 400),
  Rule("HTTP/1", "GET / HTTP/1\r\nHost: a\r\n\r\n" + tail, 400),
  Rule("http/1.1", "GET / http/1.1\r\nHost: a\r\n\r\n" + tail, 400),
  Rule("HTTQ/1.1", "GET / HTTQ/1.1\r\nHost: a\r\n\r\n" + tail, 400),
  Rule("version missing", "GET /\r\n\r\n" + tail, 400),
  Rule("version with a space behind", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n" + tail, 400),
  Rule("two spaces in front of the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n" + tail, 400),
  Rule("two spaces behind the target", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n" + tail, 400),
  Rule("tabs part nothing", "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n" + tail, 400),
  Rule("one empty line in front (RFC 9112 §2.2)", "\r\n" + tail, 200),
  Rule("two empty lines in front", "\r\n\r\n" + tail, 400),
  Rule("an empty line between requests", get + "\r\n\r\n" + tail, 200, 200),
  Rule("bare LF in front", "\n" + tail, 400),
  Rule("bare CR in front", "\r" + tail, 400),
  Rule("space in front", " " + tail, 400),
  Rule("TLS", "\u{16}\u{03}\u{01}\0\u{A5}\u{01}\0\0\u{A1}\u{03}\u{03}", 400),
  Rule("bare LF everywhere", "GET / HTTP/1.1\nHost: a\n\n", 400),
  Rule("bare LF behind the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n" + tail, 400),
  Rule("bare LF behind a field", "GET / HTTP/1.1\r\nHost: a\n\r\n" + tail, 400),
  Rule("bare LF for the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n" + tail, 400),
  Rule("bare CR in a value", get + "X-A: a\rX-B: c\r\n\r\n" + tail, 400),
  Rule("two CR", get + "X-A: a\r\r\n\r\n" + tail, 400),
  Rule("folded", get + "X-A: 1\r\n  folded\r\n\r\n" + tail, 400),
  Rule("folded by a tab", get + "X-A: 1\r\n\tfolded\r\n\r\n" + tail, 400),
  Rule("folded first line", "GET / HTTP/1.1\r\n X: y\r\nHost: a\r\n\r\n" + tail, 400),
  Rule("folded behind the last field", get + " \r\n\r\n" + tail, 400),
  Rule("folded TE", post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + tail, 400),
  Rule("name without a colon", get + "garbage\r\n\r\n" + tail, 400),
  Rule("name empty", get + ": x\r\n\r\n" + tail, 400),
  Rule("name with a space inside", get + "X A: b\r\n\r\n" + tail, 400),
  Rule("name with a space behind", get + "X-A : b\r\n\r\n" + tail, 400),
  Rule("name with a tab behind", get + "X-A\t: b\r\n\r\n" + tail, 400),
  Rule("name with brackets", get + "X(A): b\r\n\r\n" + tail, 400),
  Rule("name not ASCII", get + "X\u{E4}: b\r\n\r\n" + tail, 400),
  Rule("name with NUL", get + "X\0A: b\r\n\r\n" + tail, 400),
  Rule("value with NUL", get + "X-A: a\0b\r\n\r\n" + tail, 400),
  Rule("value with a control byte", get + "X-A: a\u{01}b\r\n\r\n" + tail, 400),
  Rule("value with DEL", get + "X-A: a\u{7F}b\r\n\r\n" + tail, 400),
  Rule("value with a tab and bytes beyond ASCII", get + "X-A: a\tb\u{E4}\r\n\r\n" + tail, 200, 200),
  Rule("value empty", get + "X-A:\r\n\r\n" + tail, 200, 200),
  Rule("head of more than 16 KiB", get + "X-A: " + String(repeating: "a", count: 16384) + "\r\n\r\n" + tail, 431),
  Rule("more than 256 fields", get + String(repeating: "a: b\r\n", count: 256) + "\r\n" + tail, 431),
  Rule("Expect: 100-continue", post + "Content-Length: 5\r\nExpect: 100-Continue\r\n\r\nhello" + tail, 200, 200),
  Rule("Expect on HTTP/1.0 is ignored", "GET / HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", 200),
  Rule("Expect anything else", post + "Content-Length: 0\r\nExpect: 200-ok\r\n\r\n" + tail, 417),
  Rule("Expect twice, once unknown", post + "Expect: 100-continue\r\nExpect: x\r\nContent-Length: 0\r\n\r\n" + tail, 417),
  Rule("Expect and too big", post + "Content-Length: 1048577\r\nExpect: 100-continue\r\n\r\n" + tail, 413),
  Rule("Connection must be a list of tokens", get + "Connection: a b\r\n\r\n" + tail, 400),
  Rule("Connection: close ends it", get + "Connection: x, CLOSE\r\n\r\n" + tail, 200),
  Rule("HTTP/1.0 ends by itself", "GET / HTTP/1.0\r\nHost: a\r\n\r\n" + tail, 200),
  Rule("HTTP/1.0 may ask to stay", "GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n" + tail, 200, 200),
  Rule("HTTP/1.1 stays", get + "\r\n", 200, open: true),
  Rule("HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + tail, 200, 200),
]

@Suite struct GateTests {
  static let rules = framing + chunks + hosts + targets + lines

  @Test(arguments: rules) func rule(_ rule: Rule) {
    let whole = Transcript.whole(rule.bytes)
    #expect(whole.statuses == rule.statuses, "\(whole)")
    #expect(whole.isClosed == rule.isClosed)
    #expect(Transcript.dripped(rule.bytes) == whole)
    for cut in cuts(rule.bytes.count) {
      let split = Transcript.of([rule.bytes[..<cut], rule.bytes[cut...]])
      #expect(split == whole, "cut at \(cut)")
    }
  }

  /// Two readings of the same rules must agree on the table before the second may judge anything else.
  @Test(arguments: rules) func secondReading(_ rule: Rule) {
    let (statuses, isClosed) = Oracle().judge(rule.bytes)
    #expect(statuses == rule.statuses)
    #expect(isClosed == rule.isClosed)
  }

  @Test func namesAreUnique() {
    #expect(Set(Self.rules.map(\.name)).count == Self.rules.count)
  }

  /// Good and bad requests, changed at random but the same on every run: both readings agree, however the bytes are cut.
  @Test(arguments: 0..<8) func mutations(_ seed: Int) {
    var random = Random(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
    let seeds = Self.rules.map(\.bytes).filter { $0.count < 400 }
    let pieces = [
      "\r\n", "\n", "\r", " ", "\t", "\0", ":", ";", "0", ",", "%", "/..", "chunked", "Content-Length: 3\r\n", "Host: b\r\n",
    ]
    for _ in 0..<1500 {
      var bytes = seeds[random.below(seeds.count)]
      for _ in 0..<(1 + random.below(3)) where !bytes.isEmpty {
        let place = random.below(bytes.count)
        switch random.below(4) {
        case 0: bytes[place] = UInt8(random.below(256))
        case 1: bytes.insert(contentsOf: Array(pieces[random.below(pieces.count)].utf8), at: place)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(6)))
        default: bytes.insert(bytes[random.below(bytes.count)], at: place)
        }
      }
      let whole = Transcript.whole(bytes)
      let (statuses, isClosed) = Oracle().judge(bytes)
      let shown = String(decoding: bytes, as: UTF8.self).debugDescription
      #expect(whole.statuses == statuses && whole.isClosed == isClosed, "\(whole) not \(statuses) \(isClosed): \(shown)")
      let cut = random.below(bytes.count + 1)
      #expect(Transcript.of([bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut): \(shown)")
      #expect(Transcript.dripped(bytes) == whole, "\(shown)")
    }
  }

  // Every byte of what is short; of what is long, its ends and every 97th.
  private func cuts(_ count: Int) -> [Int] {
    count < 700
      ? Array(1..<max(1, count)) : Array(1..<80) + Array(stride(from: 80, to: count - 80, by: 97)) + Array(count - 80..<count)
  }
}

/// The same numbers on every run.
struct Random {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
}
