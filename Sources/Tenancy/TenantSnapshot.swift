/// All shops of one environment at one moment, with the hosts they answer to. Looking a host up is in-memory and never waits.
///
/// Precedence is custom domain, then subdomain of the platform's own domain, then `NAME.localhost`, then the single tenant if
/// there is one (`.single` mode). Nothing falls through from one tenant to another: an unknown subdomain is unknown.
package struct TenantSnapshot: Sendable {
  package enum Mode: Sendable, Hashable {
    /// Every host names its tenant.
    case many
    /// One shop answers on every well-formed host.
    case single(TenantID)
  }

  package let tenants: [Tenant]
  package let mode: Mode
  /// The platform's own domain: shops answer at `SUBDOMAIN.` of it.
  package let platformDomain: Host?
  private let byHost: [String: Tenant]
  private let byID: [TenantID: Tenant]

  package init(tenants: [Tenant], mode: Mode = .many, platformDomain: Host? = nil) throws(TenancyError) {
    var byHost: [String: Tenant] = [:]
    var byID: [TenantID: Tenant] = [:]
    for (index, tenant) in tenants.enumerated() {
      let place = "tenants[\(index)]"
      guard byID.updateValue(tenant, forKey: tenant.id) == nil else {
        throw TenancyError(.tenant, at: "\(place).id", "'\(tenant.id)' is the id of an earlier tenant: give each its own")
      }
      var hosts = tenant.domains.map(\.name) + ["\(tenant.subdomain).localhost"]
      if let platformDomain { hosts.append("\(tenant.subdomain).\(platformDomain.name)") }
      for host in hosts {
        if let other = byHost.updateValue(tenant, forKey: host), other !== tenant {
          throw TenancyError(
            .tenant, at: place, "the host '\(host)' already belongs to tenant '\(other.id)': a host names one shop")
        }
      }
    }
    if case .single(let id) = mode, byID[id] == nil {
      throw TenancyError(.tenant, at: "single", "'\(id)' is not among the tenants: name one of them")
    }
    self.tenants = tenants
    self.mode = mode
    self.platformDomain = platformDomain
    self.byHost = byHost
    self.byID = byID
  }

  package func tenant(_ id: TenantID) -> Tenant? { byID[id] }

  /// - Parameter host: as the request's gate passed it: ASCII, lower-case, without port or trailing dot.
  /// - Returns: nil for a host that names no shop, or is no host name.
  package func tenant(forHost host: String) -> Tenant? {
    if let tenant = byHost[host] { return tenant }
    guard let normal = try? Host(host) else { return nil }
    if let tenant = byHost[normal.name] { return tenant }
    if case .single(let id) = mode { return byID[id] }
    return nil
  }

  /// The tenant whose own host this is. The single tenant, which answers on every host, owns only those its record names: a
  /// certificate for a name that anybody points here must not be had for the asking.
  package func owner(of host: Host) -> Tenant? { byHost[host.name] }

  /// The host that canonical links and redirects name: the first custom domain, else the subdomain of the platform's domain.
  package func canonicalHost(of tenant: Tenant) -> Host? {
    if let domain = tenant.domains.first { return domain }
    guard let platformDomain else { return nil }
    return try? Host("\(tenant.subdomain).\(platformDomain.name)")
  }
}
