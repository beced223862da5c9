import Tenancy

/// What a fragment depends on and a change touches: `product:42`, `list:shoes`, `menu:main`, always of one tenant.
package struct Tag: Hashable, Sendable, CustomStringConvertible {
  package let tenant: TenantID
  package let name: String

  package init(_ tenant: TenantID, _ name: String) {
    self.tenant = tenant
    self.name = name
  }

  /// The names first, which differ oftener.
  package static func == (left: Tag, right: Tag) -> Bool { left.name == right.name && left.tenant == right.tenant }

  /// The tag that every entry of the tenant carries without saying so: touching it touches everything of the tenant.
  package static func everything(of tenant: TenantID) -> Tag { Tag(tenant, everythingName) }

  package var isEverything: Bool { name == Tag.everythingName }
  package var description: String { "\(tenant.value)/\(name)" }

  private static let everythingName = "*"
}
