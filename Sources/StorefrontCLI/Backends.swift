import Redis

/// The real parts that the environment names. Where it names none, everything is in this one process.
struct Backends {
  /// Fragments that all workers share.
  let cache: RedisEndpoint?
  /// The change log.
  let log: RedisEndpoint?
  /// Where the core API says what has changed.
  let events: RedisEndpoint?
  let coreAPI: String?

  static let help = """
    REDIS_URL (redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]) names the Redis of the shared cache, the change log and the core API's
    events; REDIS_CACHE_URL, REDIS_LOG_URL and CORE_EVENTS_URL name another for one of them. CORE_API_URL (http://HOST:PORT) names the
    core API. With none of them a single worker has them all in itself.
    """

  init(_ environs: Environs) throws(CommandError) {
    func endpoint(_ names: String...) throws(CommandError) -> RedisEndpoint? {
      for name in names {
        guard let url = environs.variables[name], !url.isEmpty else { continue }
        do throws(RedisError) { return try RedisEndpoint(url: url) } catch { throw CommandError("\(name): \(error)") }
      }
      return nil
    }
    cache = try endpoint("REDIS_CACHE_URL", "REDIS_URL")
    log = try endpoint("REDIS_LOG_URL", "REDIS_URL")
    events = try endpoint("CORE_EVENTS_URL", "REDIS_URL")
    let url = environs.variables["CORE_API_URL"] ?? ""
    coreAPI = url.isEmpty ? nil : url
  }

  /// What would be a silent private copy in each process is refused.
  func check(workers: Int) throws(CommandError) {
    if workers > 1, log == nil || coreAPI == nil {
      let missing = [(log == nil, "REDIS_URL"), (coreAPI == nil, "CORE_API_URL")].filter(\.0).map(\.1)
      throw CommandError(
        "\(workers) workers need a shared cache and a shared core API: set \(missing.joined(separator: " and "))",
        hint: "or run with --workers 1")
    }
    if log != nil || cache != nil, coreAPI == nil {
      throw CommandError(
        "Redis is set, and no core API: each process would share pages of a catalogue of its own",
        hint: "set CORE_API_URL (storefront core-api serves the catalogues at hand), or unset REDIS_URL")
    }
  }
}
