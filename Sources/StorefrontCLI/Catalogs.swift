import ChangeLog
import Glibc
import ReferenceCoreAPI
import Tenancy

/// The catalogue files of the embedded core API: `DIR/catalog/TENANT.json`, in the first of the data folders that has one, and
/// beside it the translations, `TENANT.LOCALE.json`.
struct Catalogs {
  let folders: [String]

  func path(of tenant: TenantID) -> String? {
    folders.lazy.map { "\($0)/catalog/\(tenant.value).json" }.first { Environs.exists($0) }
  }

  /// Reads a tenant's catalogue into the core API.
  /// - Throws: `CatalogError` where there is none, or a broken one. It is that shop's break and no other's.
  func load(_ tenant: TenantID, into catalog: ReferenceCatalog) throws(CatalogError) {
    guard let path = path(of: tenant) else {
      throw CatalogError(
        .file, "there is no catalogue of '\(tenant)' in \(folders.joined(separator: ", "))",
        remedy: "storefront catalog import FILE… --tenant \(tenant) makes one")
    }
    var file = try CatalogFile(path: path)
    try file.readTranslations(beside: path)
    catalog.load(tenant: tenant, from: file)
  }
}
