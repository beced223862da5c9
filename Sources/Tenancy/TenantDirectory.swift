import Synchronization

/// The snapshot in force, replaced whole by a reload. A reload that fails leaves the old one serving.
package final class TenantDirectory: Sendable {
  private let current: Mutex<TenantSnapshot>

  package init(_ snapshot: TenantSnapshot) { current = Mutex(snapshot) }

  package var snapshot: TenantSnapshot { current.withLock { $0 } }

  package func tenant(forHost host: String) -> Tenant? { current.withLock { $0.tenant(forHost: host) } }

  package func replace(with snapshot: TenantSnapshot) { current.withLock { $0 = snapshot } }
}
