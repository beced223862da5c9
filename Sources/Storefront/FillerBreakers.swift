import Tenancy
import ThemeSDK

/// Stops asking a filler that keeps failing: after five failures in a row it is left out for half a minute, for its tenant
/// and slot alone, then tried again.
struct FillerBreakers {
  private struct Name: Hashable {
    let tenant: TenantID
    let slot: String
    let filler: String
  }

  private struct State {
    var failures = 0
    var closedUntil = Duration.zero
  }

  static let tolerated = 5
  static let pause = Duration.seconds(30)

  private var states: [Name: State] = [:]

  private func name(_ filler: Filler, _ tenant: TenantID) -> Name {
    Name(tenant: tenant, slot: filler.slot, filler: filler.qualifiedID)
  }

  func allows(_ filler: Filler, of tenant: TenantID, at now: Duration) -> Bool {
    guard !states.isEmpty, let state = states[name(filler, tenant)] else { return true }
    return state.failures < FillerBreakers.tolerated || now >= state.closedUntil
  }

  mutating func failed(_ filler: Filler, of tenant: TenantID, at now: Duration) {
    var state = states[name(filler, tenant)] ?? State()
    state.failures += 1
    state.closedUntil = now + FillerBreakers.pause
    states[name(filler, tenant)] = state
  }

  mutating func succeeded(_ filler: Filler, of tenant: TenantID) {
    guard !states.isEmpty else { return }
    states[name(filler, tenant)] = nil
  }
}
