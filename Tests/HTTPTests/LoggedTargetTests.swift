import HTTP
import Testing

@Suite struct LoggedTargetTests {
  @Test(arguments: [
    ("/", "/"), ("/a%20b?", "/a%20b"), ("/search?q=token%3D1&page=2", "/search?q=token%3D1&page=2"),
    ("/a?token=s3cret", "/a?token="),
    ("/a?x=1&token=s3cret&y=2", "/a?x=1&token=&y=2"), ("/a?token=s3cret&token=s3cret", "/a?token=&token="),
    ("/a?tokens=1", "/a?tokens=1"),
    ("/a?&&token=", "/a?&&token="), ("/a?token", "/a?token"),
  ])
  func `A target in a log is as sent, but for tokens`(target: String, logged: String) throws {
    let request = try #require(HTTPRequest(parsing: Array("GET \(target) HTTP/1.1\r\nHost: a.example\r\n\r\n".utf8)))
    var bytes: [UInt8] = []
    request.appendTarget(to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == logged)
  }
}
