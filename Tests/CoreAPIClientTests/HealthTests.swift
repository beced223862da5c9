import EventLoop
import Tenancy
import Testing

@testable import CoreAPIClient

@Suite final class HealthTests {
  private var health = Health()
  private var now = MonotonicInstant(nanoseconds: 0)
  private let tenants: [TenantID]

  init() throws { tenants = try (0..<5).map { try TenantID("t\($0)") } }

  private func begin(_ tenant: Int = 0) -> Bool { health.admits(tenants[tenant], at: now) }

  /// One call and its end; false when it was not let through.
  private func call(_ outcome: Health.Outcome, of tenant: Int = 0) -> Bool {
    guard begin(tenant) else { return false }
    health.note(outcome, of: tenants[tenant], at: now)
    return true
  }

  private func wait(_ milliseconds: Int) { now = now.advanced(by: .milliseconds(milliseconds)) }

  @Test func `Five failures in a row close the way for everybody, and one answer opens it`() {
    for _ in 0..<4 { #expect(call(.unreachable)) }
    #expect(call(.answered))
    for index in 0..<5 { #expect(call(.unreachable, of: index)) }
    for index in 0..<5 { #expect(!call(.answered, of: index)) }
    wait(499)
    #expect(!call(.answered))
    wait(1)
    #expect(call(.answered, of: 3))
    #expect(call(.answered, of: 0))
  }

  @Test func `One call finds out, the others do not wait for it`() {
    for _ in 0..<5 { #expect(call(.unreachable)) }
    wait(500)
    let (first, second) = (begin(), begin(1))
    #expect(first && !second)
    health.note(.unknown, of: tenants[0], at: now)
    #expect(call(.answered, of: 1))
    #expect(call(.answered, of: 2))
  }

  @Test func `Each failed attempt waits twice as long, four seconds at most`() {
    for _ in 0..<5 { #expect(call(.unreachable)) }
    for pause in [500, 1000, 2000, 4000, 4000, 4000] {
      wait(pause - 1)
      #expect(!call(.answered))
      wait(1)
      #expect(call(.unreachable))
    }
    wait(4000)
    #expect(call(.answered))
    for _ in 0..<5 { #expect(call(.unreachable)) }
    wait(500)
    #expect(call(.answered))
  }

  @Test func `One tenant's silence is its own`() {
    for _ in 0..<5 { #expect(call(.silent, of: 0)) }
    #expect(!call(.answered, of: 0))
    for index in 1..<5 { #expect(call(.answered, of: index)) }
    wait(500)
    #expect(call(.silent, of: 0))
    #expect(!call(.answered, of: 0))
    wait(1000)
    #expect(call(.answered, of: 0))
    #expect(call(.answered, of: 0))
  }

  @Test func `Silence for three tenants and an answer for nobody is the core API's`() {
    #expect(call(.silent, of: 0))
    #expect(call(.silent, of: 1))
    #expect(call(.answered, of: 2))
    #expect(call(.silent, of: 0))
    #expect(call(.silent, of: 1))
    #expect(call(.silent, of: 2))
    #expect(!call(.answered, of: 4))
    wait(500)
    // Found silent once more: closed again, whoever asked.
    #expect(call(.silent, of: 4))
    wait(999)
    #expect(!call(.answered, of: 3))
    wait(1)
    #expect(call(.answered, of: 3))
  }

  @Test func `What was under way when it closed changes nothing`() {
    for _ in 0..<20 { #expect(begin()) }
    for _ in 0..<20 { health.note(.unreachable, of: tenants[0], at: now) }
    wait(500)
    #expect(call(.answered))
  }
}
