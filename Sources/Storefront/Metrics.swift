import Delivery
import EventLoop
import Tenancy

/// Counters of one worker, by tenant, in the text form that Prometheus reads.
@LoopActor package final class Metrics {
  private struct Count {
    var byClass: InlineArray<6, Int> = .init(repeating: 0)
    var hits = 0
    var stale = 0
    var lastKnownGood = 0
    var misses = 0
  }

  private var counts: [TenantID: Count] = [:]
  private var unknownHosts = 0
  private var refused = 0
  private let log: AccessLog

  package init(log: AccessLog) { self.log = log }

  func record(_ tenant: TenantID?, status: Int, cache: CacheStatus?) {
    guard let tenant else {
      unknownHosts += 1
      return
    }
    let index = max(0, min(5, status / 100))
    counts[tenant, default: Count()].byClass[index] += 1
    switch cache?.outcome {
    case .hit?: counts[tenant]?.hits += 1
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
        ("hit", count.hits), ("stale", count.stale), ("last-known-good", count.lastKnownGood), ("miss", count.misses),
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
    return text + stalls
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
