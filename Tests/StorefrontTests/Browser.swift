import EventLoop

@testable import Storefront

/// What a browser does for its shopper: it keeps the shop's cookie and says where a form comes from.
@LoopActor final class Browser {
  private let stage: Stage
  private let host: String
  /// `name=value`; nil for who has none.
  var cookie: String?

  init(_ stage: Stage, host: String = "one.localhost", cookie: String? = nil) {
    self.stage = stage
    self.host = host
    self.cookie = cookie
  }

  /// - Parameter service: who answers, where there are several behind one address.
  func get(_ target: String, by service: Stage? = nil) async throws -> Stage.Answer {
    kept(try await (service ?? stage).ask("GET", target, host: host, cookieLine))
  }

  /// Sends a form as the shop's own page does.
  func send(_ form: String, to target: String, by service: Stage? = nil, _ fields: String...) async throws -> Stage.Answer {
    let own = ["Sec-Fetch-Site: same-origin", "Content-Type: application/x-www-form-urlencoded"]
    return kept(try await (service ?? stage).ask("POST", target, host: host, own + fields + cookieLine, body: form))
  }

  private var cookieLine: [String] { cookie.map { ["Cookie: other=1; \($0); last=2"] } ?? [] }

  private func kept(_ answer: Stage.Answer) -> Stage.Answer {
    if let line = answer.field("Set-Cookie") {
      let pair = line.prefix { $0 != ";" }
      cookie = line.contains("Max-Age=0") ? nil : String(pair)
    }
    return answer
  }
}
