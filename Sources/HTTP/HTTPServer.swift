import EventLoop
import Glibc

@LoopActor package final class HTTPServer {
  package typealias Respond = @LoopActor (HTTPRequest) async -> HTTPResponse
  package typealias Observe = @LoopActor (Exchange) -> Void

  private let listener: Int32
  private let limits: ServerLimits
  private let respond: Respond
  private let observe: Observe?
  package private(set) var connectionCount = 0

  package init(
    listeningOn descriptor: Int32, limits: ServerLimits = ServerLimits(), respond: @escaping Respond, observe: Observe? = nil
  ) {
    listener = descriptor
    self.limits = limits
    self.respond = respond
    self.observe = observe
  }

  package func drain() async {}
}
