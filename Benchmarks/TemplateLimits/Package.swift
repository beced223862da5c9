// swift-tools-version: 6.2
// Runs hostile templates against the default limits; a package of its own, so that the product never depends on it.
import PackageDescription

let package = Package(
  name: "TemplateLimits",
  dependencies: [.package(name: "storefront", path: "../..")],
  targets: [
    .executableTarget(
      name: "TemplateLimits", dependencies: [.product(name: "TemplateEngine", package: "storefront")],
      swiftSettings: [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility")])
  ],
  swiftLanguageModes: [.v6]
)
