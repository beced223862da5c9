import Synchronization
import Tenancy

/// The address each shop calls its own, for canonical links, `robots.txt` and sitemaps: from the tenants file and the command line.
package final class ShopAddresses: Sendable {
  private let tenants: TenantDirectory
  private let localPort: Int
  private let shops = Mutex<[TenantID: Shop]>([:])

  /// - Parameter localPort: where shops without a domain of their own are reached on this machine.
  package init(_ tenants: TenantDirectory, localPort: Int) {
    self.tenants = tenants
    self.localPort = localPort
  }

  package func baseURL(of tenant: Tenant) -> String {
    if let host = tenants.snapshot.canonicalHost(of: tenant) { return "https://\(host.name)" }
    return "http://\(tenant.subdomain).localhost" + (localPort == 80 ? "" : ":\(localPort)")
  }

  /// The tenant with its theme and address, made once for each revision of its record.
  func shop(_ tenant: Tenant, _ theme: ActiveTheme) -> Shop {
    shops.withLock { shops in
      if let known = shops[tenant.id], known.theme === theme, known.tenant === tenant { return known }
      let host = tenants.snapshot.canonicalHost(of: tenant)?.name ?? "\(tenant.subdomain).localhost"
      let shop = Shop(tenant: tenant, theme: theme, baseURL: baseURL(of: tenant), host: host)
      shops[tenant.id] = shop
      return shop
    }
  }
}
