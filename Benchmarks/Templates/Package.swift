// swift-tools-version: 6.2
// Measures the template engine on ../../../shared/workload; a package of its own, so that the product never depends on it.
import PackageDescription

let package = Package(
  name: "TemplateBench",
  dependencies: [.package(name: "storefront", path: "../..")],
  targets: [
    .executableTarget(
      name: "TemplateBench", dependencies: [.product(name: "TemplateEngine", package: "storefront")],
      swiftSettings: [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility")])
  ],
  swiftLanguageModes: [.v6]
)
