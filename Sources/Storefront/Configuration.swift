/// Where a worker finds everything, as the command line said.
package struct Configuration: Sendable {
  package var tenantsFile: String
  package var themesFolder = "Themes"
  package var pluginsFolder = "Plugins"
  package var publicFolder = "public"
  /// Where shops without a domain of their own are reached on this machine; part of their canonical links.
  package var localPort = 8080
  /// For all that a worker keeps: pages, fragments and files together. The rest of a worker is a few megabytes.
  package var cacheBytes = 12 << 20

  package init(tenantsFile: String) { self.tenantsFile = tenantsFile }
}
