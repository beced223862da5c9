// Whether the core API is worth asking. What is dead is not asked again and again: every call to it would cost a connection,
// a retry or a whole deadline, and the places of those whose calls would succeed.
//
// A core API that cannot be reached is dead for everybody; one that is silent may be so for one tenant alone, whose data is
// slow. So there is a breaker for the core API, which failures of the connection open, and one for each tenant, which
// deadlines open. Only when several tenants in a row met silence, and nobody an answer, is it the core API's. No I/O, no clock:
// the caller says what happened and when.

import EventLoop
import Tenancy

struct Health {
  enum Outcome {
    /// It answered, whatever it said.
    case answered
    /// No connection, one that broke, or a gateway that said so of what is behind it.
    case unreachable
    /// No answer within the deadline.
    case silent
    /// The caller gave up: that says nothing.
    case unknown
  }

  private var core = Breaker()
  private var tenants: [TenantID: Breaker] = [:]
  /// Who met silence since the last answer that anybody got.
  private var silent: Set<TenantID> = []

  private static let silentTenants = 3

  /// True for a call that may be made, whose end must then be noted.
  mutating func admits(_ tenant: TenantID, at now: MonotonicInstant) -> Bool {
    guard core.isReady(at: now), tenants[tenant]?.isReady(at: now) ?? true else { return false }
    core.begin(at: now)
    tenants[tenant]?.begin(at: now)
    return true
  }

  mutating func note(_ outcome: Outcome, of tenant: TenantID, at now: MonotonicInstant) {
    switch outcome {
    case .answered:
      core.succeed()
      tenants[tenant] = nil
      silent = []
    case .unreachable:
      core.fail(at: now)
      tenants[tenant]?.giveUp()
    case .silent:
      tenants[tenant, default: Breaker()].fail(at: now)
      silent.insert(tenant)
      if silent.count >= Self.silentTenants { core.open(at: now) } else { core.failProbe(at: now) }
    case .unknown:
      core.giveUp()
      tenants[tenant]?.giveUp()
    }
  }
}

/// Closed, calls pass. After five failures in a row it is open, and none passes for a while; then one does, and its end decides:
/// closed, or open for twice as long.
struct Breaker {
  private var failures = 0
  private var pause = shortestPause
  private var openUntil: MonotonicInstant?
  private var isProbing = false

  static let failuresInARow = 5
  static let shortestPause = Duration.milliseconds(500)
  static let longestPause = Duration.seconds(4)

  func isReady(at now: MonotonicInstant) -> Bool {
    guard let openUntil else { return true }
    return openUntil <= now && !isProbing
  }

  mutating func begin(at now: MonotonicInstant) {
    if openUntil != nil { isProbing = true }
  }

  mutating func succeed() { self = Breaker() }

  mutating func giveUp() { isProbing = false }

  mutating func fail(at now: MonotonicInstant) {
    failures += 1
    if isProbing || failures >= Self.failuresInARow { open(at: now) }
  }

  /// A failure that counts only for the one call that was let through to find out.
  mutating func failProbe(at now: MonotonicInstant) {
    if isProbing { open(at: now) }
  }

  mutating func open(at now: MonotonicInstant) {
    // Calls that were under way when it opened tell nothing new.
    if let openUntil, openUntil > now { return }
    openUntil = now.advanced(by: pause)
    pause = min(pause * 2, Self.longestPause)
    isProbing = false
  }
}
