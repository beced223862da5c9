import Session
import ThemeSDK

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

  /// How addresses of pictures of a given size are made.
  package var images = ImageAddress.asGiven
  /// The first seals shoppers' cookies, all open them. A process that is given none makes one, and what it sealed no other opens.
  package var sessionKeys: [SecretKey] = [.random()]
  /// For customers whom the platform hands back; empty where it does not.
  package var customerTokenKeys: [SecretKey] = []

  package init(tenantsFile: String) { self.tenantsFile = tenantsFile }
}
