import ChangeLog
import Glibc
import ReferenceCoreAPI
import Tenancy

/// The catalogue files of the embedded core API: `DIR/catalog/TENANT.json`, in the first of the data folders that has one.
struct Catalogs {
  let folders: [String]

  func path(of tenant: TenantID) -> String? {
    folders.lazy.map { "\($0)/catalog/\(tenant.value).json" }.first { Environs.exists($0) }
  }

  /// Reads every tenant's catalogue. A tenant without one is named, not an error: its shop says that it takes a break.
  func load(_ tenants: [Tenant], changes: MemoryChangeLog) throws(CatalogError) -> (
    catalog: ReferenceCatalog, missing: [TenantID]
  ) {
    let catalog = ReferenceCatalog(changes: changes)
    var missing: [TenantID] = []
    for tenant in tenants {
      guard let path = path(of: tenant.id) else {
        missing.append(tenant.id)
        continue
      }
      catalog.load(tenant: tenant.id, from: try CatalogFile(path: path))
    }
    return (catalog, missing)
  }
}
