import ChangeLog
import Delivery
import EventLoop
import FragmentCache
import Tenancy

/// Counters of one worker, by tenant, in the text form that Prometheus reads.
@LoopActor package final class Metrics {
  private struct Count {
    var byClass: InlineArray<6, Int> = .init(repeating: 0)
    var hits = 0
    var shared = 0
    var stale = 0
    var lastKnownGood = 0
    var misses = 0
  }

  private var counts: [TenantID: Count] = [:]
  private var unknownHosts = 0
  private var refused = 0
  private let log: AccessLog
  private let renderer: PageRenderer
  private let follower: Follower
  private let shared: SharedFragments?
  private let backends: @LoopActor () -> [Figure]

  /// - Parameter backends: what the clients of other services count.
  package init(
    log: AccessLog, renderer: PageRenderer, follower: Follower, shared: SharedFragments?,
    backends: @escaping @LoopActor () -> [Figure]
  ) {
    self.backends = backends
    self.log = log
    self.renderer = renderer
    self.follower = follower
    self.shared = shared
  }

  func record(_ tenant: TenantID?, status: Int, cache: CacheStatus?) {
    guard let tenant else {
      unknownHosts += 1
      return
    }
    let index = max(0, min(5, status / 100))
    counts[tenant, default: Count()].byClass[index] += 1
    switch cache?.outcome {
    case .hit?: counts[tenant]?.hits += 1
    case .sharedHit?: counts[tenant]?.shared += 1
    case .staleHit?: counts[tenant]?.stale += 1
    case .lastKnownGood?: counts[tenant]?.lastKnownGood += 1
    case .miss?: counts[tenant]?.misses += 1
    case nil: break
    }
  }

  func recordRefused() { refused += 1 }

  package var text: String {
    var text =
      "# HELP storefront_responses_total Responses by tenant and status class.\n# TYPE storefront_responses_total counter\n"
    let ordered = counts.sorted { $0.key.value < $1.key.value }
    for (tenant, count) in ordered {
      for index in 1...5 where count.byClass[index] > 0 {
        text += "storefront_responses_total{tenant=\"\(tenant)\",class=\"\(index)xx\"} \(count.byClass[index])\n"
      }
    }
    text += "# HELP storefront_pages_total Pages by tenant and how the cache answered.\n# TYPE storefront_pages_total counter\n"
    for (tenant, count) in ordered {
      for (outcome, number) in [
        ("hit", count.hits), ("shared", count.shared), ("stale", count.stale), ("last-known-good", count.lastKnownGood),
        ("miss", count.misses),
      ] {
        text += "storefront_pages_total{tenant=\"\(tenant)\",cache=\"\(outcome)\"} \(number)\n"
      }
    }
    text +=
      "# HELP storefront_unknown_hosts_total Requests for hosts that name no shop.\n# TYPE storefront_unknown_hosts_total counter\n"
    text += "storefront_unknown_hosts_total \(unknownHosts)\n"
    text += "# HELP storefront_refused_total Requests refused by the gate.\n# TYPE storefront_refused_total counter\n"
    text += "storefront_refused_total \(refused)\n"
    text +=
      "# HELP storefront_lost_log_lines_total Access log lines that could not be written.\n# TYPE storefront_lost_log_lines_total counter\n"
    text += "storefront_lost_log_lines_total \(log.lostLines)\n"
    text +=
      "# HELP storefront_loop_hops_total Jobs that reached the loop from another thread.\n# TYPE storefront_loop_hops_total counter\n"
    text += "storefront_loop_hops_total \(Loop.executor.hops)\n"
    return text + caching + stalls
  }

  /// What was rendered, what the shared cache gave, and how far this worker follows the change log.
  private var caching: String {
    var figures = [
      Figure(
        "renders_total", .counter, "Templates rendered for pages and for parts of them.", by: "what",
        ["page": renderer.renders, "filler": renderer.fillerRenders]),
      Figure("log_position", .gauge, "Number of the last change applied.", Int(clamping: follower.knowledge.position.number)),
      Figure("log_lost", .gauge, "1 while the change log's end is not in sight.", follower.isLost(now: follower.now) ? 1 : 0),
    ]
    if let counts = shared?.counts {
      figures += [
        Figure(
          "shared_cache_total", .counter, "Look-ups in the shared cache, by what came of them.", by: "result",
          [
            "hit": counts.hits, "miss": counts.misses, "outdated": counts.outdated, "corrupt": counts.corrupt,
            "failed": counts.failures,
          ]),
        Figure("shared_cache_trips_total", .counter, "Round trips to look for fragments.", counts.trips),
        Figure("shared_cache_waits_total", .counter, "Fragments another process was making.", counts.waits),
        Figure("shared_cache_stores_total", .counter, "Fragments stored.", counts.stores),
        Figure("shared_cache_pending", .gauge, "Fragments being stored.", counts.pending),
      ]
    }
    return (figures + backends()).map(\.text).joined()
  }

  /// How long each turn of the loop kept everybody else waiting, as a cumulative histogram in seconds.
  private var stalls: String {
    let stalls = Loop.stalls
    var text =
      "# HELP storefront_loop_stall_seconds Time a turn of the event loop took.\n# TYPE storefront_loop_stall_seconds histogram\n"
    var sum: UInt64 = 0
    for index in 0..<24 {
      sum += stalls.buckets[index]
      text += "storefront_loop_stall_seconds_bucket{le=\"\(Double(Histogram.upperBound(of: index)) / 1_000_000)\"} \(sum)\n"
    }
    text += "storefront_loop_stall_seconds_bucket{le=\"+Inf\"} \(stalls.count)\n"
    text +=
      "storefront_loop_stall_seconds_sum \(Double(stalls.sum) / 1_000_000)\nstorefront_loop_stall_seconds_count \(stalls.count)\n"
    return text
  }
}
