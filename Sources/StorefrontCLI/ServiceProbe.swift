import CoreAPIClient
import EventLoop
import Redis
import Tenancy

/// Asks the services that the environment names, as a worker would.
enum ServiceProbe {
  static func findings(_ environment: Environs, tenants: String) -> [Diagnosis.Finding] {
    var findings: [Diagnosis.Finding] = []
    if environment.variables["DATABASE_URL"] != nil {
      findings.append(
        .init(
          .warning, "DATABASE_URL", "is set, and this version does not use it: tenants come from a file",
          wayOut: "unset it, or use a version whose changelog names it"))
    }
    let backends: Backends
    do throws(CommandError) {
      backends = try Backends(environment)
      try backends.check(workers: 1)
    } catch {
      return findings + [.init(.problem, "services", error.message, wayOut: error.hint)]
    }
    var asked: [(name: String, endpoint: RedisEndpoint)] = []
    for (name, endpoint) in [("cache", backends.cache), ("change log", backends.log), ("events", backends.events)] {
      guard let endpoint else { continue }
      if let known = asked.firstIndex(where: { $0.endpoint == endpoint }) {
        asked[known].name += ", " + name
      } else {
        asked.append((name, endpoint))
      }
    }
    let market = try? TenantFile.read(tenants).tenants.first?.market
    return findings
      + Loop.assumeIsolated {
        var found: [Diagnosis.Finding] = []
        _ = Loop.task {
          for (name, endpoint) in asked { found.append(await ask(endpoint, name)) }
          if let url = backends.coreAPI { found.append(await ask(url, market)) }
          Loop.stop()
        }
        if !asked.isEmpty || backends.coreAPI != nil { Loop.run() }
        return found
      }
  }

  @LoopActor private static func ask(_ endpoint: RedisEndpoint, _ name: String) async -> Diagnosis.Finding {
    let client = RedisClient(endpoint, .init(deadline: .seconds(2)))
    defer { client.close() }
    do throws(RedisError) {
      let reply = try await client.send(RedisCommand("INFO", "server"))
      let line = reply.text?.split(separator: "\r\n").first { $0.hasPrefix("redis_version:") }
      return .init(.ok, "Redis (\(name))", "\(endpoint) answers, version \(line?.dropFirst("redis_version:".count) ?? "unknown")")
    } catch {
      return .init(.problem, "Redis (\(name))", "\(error)", wayOut: "start it, or correct its URL in the environment")
    }
  }

  @LoopActor private static func ask(_ url: String, _ market: Market?) async -> Diagnosis.Finding {
    guard let market else { return .init(.warning, "core API", "not asked, for there is no tenant to ask for") }
    do throws(CoreAPIError) {
      _ = try await HTTPCoreAPI(baseURL: url).site(market)
      return .init(.ok, "core API", "\(url) answers for \(market.tenant)")
    } catch {
      return .init(.problem, "core API", error.reason, wayOut: "start it, or correct CORE_API_URL")
    }
  }
}
