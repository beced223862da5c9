import HTTP
import Synchronization
import Tenancy

/// The address each shop calls its own, for canonical links, `robots.txt` and sitemaps: from the tenants file and the command line.
package final class ShopAddresses: Sendable {
  private let tenants: TenantDirectory
  private let localPort: Int
  /// By market, in the tenant's order.
  private let shops = Mutex<[TenantID: [Shop?]]>([:])

  /// - Parameter localPort: where shops without a domain of their own are reached on this machine.
  package init(_ tenants: TenantDirectory, localPort: Int) {
    self.tenants = tenants
    self.localPort = localPort
  }

  package func baseURL(of tenant: Tenant) -> String {
    if let host = tenants.snapshot.canonicalHost(of: tenant) { return "https://\(host.name)" }
    return "http://\(tenant.subdomain).localhost" + (localPort == 80 ? "" : ":\(localPort)")
  }

  /// The tenant in one of its markets with its theme and address, made once for each revision of its record.
  func shop(_ tenant: Tenant, market index: Int, _ theme: ActiveTheme) -> Shop {
    shops.withLock { shops in
      if let known = shops[tenant.id], index < known.count, let shop = known[index], shop.theme === theme, shop.tenant === tenant
      {
        return shop
      }
      let host = tenants.snapshot.canonicalHost(of: tenant)?.name ?? "\(tenant.subdomain).localhost"
      let shop = Shop(tenant: tenant, market: tenant.markets[index], theme: theme, baseURL: baseURL(of: tenant), host: host)
      var known = shops[tenant.id] ?? []
      while known.count <= index { known.append(nil) }
      known[index] = shop
      shops[tenant.id] = known
      return shop
    }
  }

  /// Where the same page is, for a request that came by another of the shop's names; nil where it may be answered here: by its
  /// canonical name, on this machine, or where one shop answers on every name.
  func canonicalAddress(of request: HTTPRequest, for shop: Shop) -> String? {
    guard request.host != shop.host, !request.host.hasSuffix(".localhost") else { return nil }
    guard let host = try? Host(request.host), host.name != shop.host, tenants.snapshot.owner(of: host) === shop.tenant else {
      return nil
    }
    return shop.baseURL + request.rawPath + (request.query.isEmpty ? "" : "?" + request.query)
  }
}
