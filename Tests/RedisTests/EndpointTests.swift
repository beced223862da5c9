import Testing

@testable import Redis

@Suite struct EndpointTests {
  @Test func partsAreRead() throws {
    let full = try RedisEndpoint(url: "redis://relay:p%40ss%2Fw%3Ard@cache.internal:6380/3")
    #expect(full.place == .tcp(host: "cache.internal", port: 6380))
    #expect(full.user == "relay")
    #expect(full.password == "p@ss/w:rd")
    #expect(full.database == 3)
    let short = try RedisEndpoint(url: "redis://localhost")
    #expect(short.place == .tcp(host: "localhost", port: 6379))
    #expect(short.user == nil && short.password == nil && short.database == 0)
    #expect(try RedisEndpoint(url: "redis://:secret@h/").password == "secret")
    #expect(try RedisEndpoint(url: "redis://[::1]:7000/1").place == .tcp(host: "::1", port: 7000))
    let socket = try RedisEndpoint(url: "unix:///run/redis%20one/s.sock?db=2")
    #expect(socket.place == .socket(path: "/run/redis one/s.sock"))
    #expect(socket.database == 2)
  }

  @Test func thePasswordIsNeverShown() throws {
    for url in ["redis://relay:secret@h:1/2", "redis://:secret@h", "redis://[::1]:7000"] {
      let endpoint = try RedisEndpoint(url: url)
      for text in ["\(endpoint)", String(reflecting: endpoint)] {
        #expect(!text.contains("secret"))
        #expect(text.contains("h") || text.contains("[::1]:7000"))
      }
    }
    #expect("\(try RedisEndpoint(url: "redis://relay:secret@h:1/2"))" == "redis://relay@h:1/2")
  }

  @Test(arguments: [
    "", "localhost:6379", "http://secret@h", "redis://", "redis://h:0", "redis://h:65536", "redis://h:x", "redis://h/one",
    "redis://h/-1", "redis://h/1?secret=1", "rediss://:secret@h", "redis://user@h", "redis://:sec#ret@h", "unix://tmp/secret",
    "unix:secret", "unix:///s?db=a", "unix:///s?data=1", "unix:///" + String(repeating: "s", count: 120),
  ])
  func whatIsWrongIsSaidWithoutTheSecret(url: String) {
    let error = #expect(throws: RedisError.self) { try RedisEndpoint(url: url) }
    #expect(error?.code == .endpoint)
    #expect(error?.message.contains("secret") == false && error?.message.contains("sec#ret") == false)
  }
}
