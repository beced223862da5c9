import EventLoop
import HTTP
import Tenancy

/// The operators' own listener, on loopback: whether the worker lives, whether it can serve, what it counts, which names may have a
/// certificate. No shopper's request reaches it and nothing of it is reachable on the shoppers' listener.
@LoopActor package final class Operations {
  private let metrics: Metrics
  private let themes: ThemeStore
  private let tenants: TenantDirectory
  package var isReady = false

  package init(metrics: Metrics, themes: ThemeStore, tenants: TenantDirectory) {
    self.metrics = metrics
    self.themes = themes
    self.tenants = tenants
  }

  package func respond(to request: HTTPRequest) -> HTTPResponse {
    guard request.method == .get || request.method == .head else { return answer(405, "text/plain", "Method not allowed\n") }
    switch request.path {
    case "/healthz": return answer(200, "text/plain", "ok\n")
    case "/readyz":
      let rejected = themes.rejections.map(\.folder)
      let body =
        "{\"ready\":\(isReady),\"themes\":\(themes.themes.count),\"plugins\":\(themes.plugins.count),\"rejected\":[\(rejected.map(JSONText.quoted).joined(separator: ","))]}\n"
      return answer(isReady ? 200 : 503, "application/json", body)
    case "/metrics": return answer(200, "text/plain; version=0.0.4", metrics.text)
    case "/internal/tls-permission":
      let permission = TLSPermission(query: request.query, in: tenants.snapshot)
      return answer(permission.status, "text/plain", permission.sentence)
    default:
      return answer(404, "text/plain", "Not found: /healthz, /readyz, /metrics and /internal/tls-permission are here\n")
    }
  }

  private func answer(_ status: Int, _ type: String, _ body: String) -> HTTPResponse {
    var response = HTTPResponse(status: status, body: Array(body.utf8))
    response.headers.add("Content-Type", type)
    response.headers.add("Cache-Control", "no-store")
    return response
  }
}
