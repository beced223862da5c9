import FoundationEssentials

/// Where a Redis is, and as whom and in which database to speak to it.
package struct RedisEndpoint: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  package enum Place: Hashable, Sendable {
    case tcp(host: String, port: UInt16)
    case socket(path: String)
  }

  package let place: Place
  package let user: String?
  package let password: String?
  package let database: Int

  /// - Parameter url: `redis://[user[:password]@]host[:port][/database]` or `unix:///path[?db=N]`. Reserved characters of a
  ///   user, password or path are percent-encoded. The port is 6379 and the database 0 if not said; what is said before the `@`
  ///   without a colon is a user (`redis://:secret@host` has a password and no user).
  /// - Throws: `.endpoint`, with a sentence that says what is wrong and shows no part of what may be a password.
  package init(url: String) throws(RedisError) {
    func wrong(_ what: String) -> RedisError {
      RedisError(.endpoint, "a Redis URL \(what); it looks like redis://user:password@host:6379/0 or unix:///path?db=0")
    }
    guard let parts = URLComponents(string: url, encodingInvalidCharacters: false), let scheme = parts.scheme else {
      throw wrong("cannot be read (is everything in its password percent-encoded?)")
    }
    guard parts.fragment == nil else { throw wrong("has no fragment: write # as %23") }
    let items = (parts.queryItems ?? []).filter { !$0.name.isEmpty }
    switch scheme.lowercased() {
    case "redis":
      guard items.isEmpty else { throw wrong("has no query: the database is its path") }
      var host = parts.host ?? ""
      if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
      guard !host.isEmpty else { throw wrong("names a host") }
      guard let port = UInt16(exactly: parts.port ?? 6379), port > 0 else { throw wrong("has a port from 1 to 65535") }
      place = .tcp(host: host, port: port)
      database = try Self.database(String(parts.path.drop { $0 == "/" }), wrong)
    case "unix":
      guard (parts.host ?? "").isEmpty, parts.path.hasPrefix("/"), parts.path.utf8.count > 1 else {
        throw wrong("of a socket has three slashes and an absolute path")
      }
      // What a sockaddr_un takes.
      guard parts.path.utf8.count <= 107 else { throw wrong("has a socket's path of at most 107 bytes") }
      guard items.allSatisfy({ $0.name == "db" }), items.count <= 1 else { throw wrong("of a socket has no option but db") }
      place = .socket(path: parts.path)
      database = try Self.database(items.first?.value ?? "", wrong)
    case "rediss":
      throw wrong("cannot ask for TLS (rediss): put stunnel or a private network between, and say redis")
    default:
      throw wrong("begins with redis:// or unix://")
    }
    user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
    password = parts.password.flatMap { $0.isEmpty ? nil : $0 }
    guard user == nil || password != nil else { throw wrong("that names a user has a password too") }
  }

  private static func database(_ text: String, _ wrong: (String) -> RedisError) throws(RedisError) -> Int {
    guard !text.isEmpty else { return 0 }
    guard let number = Int(text), (0...999_999).contains(number), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw wrong("names its database by a number")
    }
    return number
  }

  /// Without the password.
  package var description: String {
    let who = user.map { "\($0)@" } ?? ""
    switch place {
    case .tcp(let host, let port):
      return "redis://\(who)\(host.contains(":") ? "[\(host)]" : host):\(port)/\(database)"
    case .socket(let path): return "unix://\(who)\(path)?db=\(database)"
    }
  }

  package var debugDescription: String { description }
}
