// swift-tools-version: 6.2
// The import table of docs/architecture.md §3. A target may import what its line names and nothing else:
// the compiler refuses the rest, and `make check-imports` does so for C libraries and Foundation.
import PackageDescription

let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

func module(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: Target.Dependency..., reads folders: [String] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.init(stringLiteral: name)] + dependencies, exclude: folders, swiftSettings: settings)
}

func library(_ name: String, apt package: String, pkgConfig: String? = nil) -> Target {
  .systemLibrary(name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([package])])
}

let package = Package(
  name: "storefront",
  products: [
    .executable(name: "storefront", targets: ["StorefrontCLI"]),
    .library(name: "TemplateEngine", targets: ["TemplateEngine"]),
    .library(name: "ThemeSDK", targets: ["ThemeSDK"]),
  ],
  targets: [
    library("CIdn2", apt: "libidn2-dev"),
    library("CUv", apt: "libuv1-dev"),
    library("CZlib", apt: "zlib1g-dev"),
    library("CBrotli", apt: "libbrotli-dev"),
    library("CSodium", apt: "libsodium-dev"),
    library("CXxhash", apt: "libxxhash-dev"),
    library("CXml2", apt: "libxml2-dev", pkgConfig: "libxml-2.0"),
    library("CCsv", apt: "libcsv-dev"),
    library("CHiredis", apt: "libhiredis-dev"),
    .target(
      name: "CBeast", path: "Sources/CLibraries/CBeast",
      cxxSettings: [.define("BOOST_ENABLE_ASSERT_HANDLER")]),
    .target(name: "CCurl", path: "Sources/CLibraries/CCurl", linkerSettings: [.linkedLibrary("curl")]),
    .target(name: "CPosix", path: "Sources/CLibraries/CPosix"),

    module("Tenancy", "CIdn2"),
    module("EventLoop", "CUv", "CPosix"),
    module("HTTP", "EventLoop", "CBeast", "CCurl", "CUv"),
    module("Redis", "EventLoop", "CHiredis", "CUv"),
    module("ChangeLog", "Tenancy", "EventLoop", "Redis"),
    module("Relay", "Tenancy", "EventLoop", "Redis", "ChangeLog"),
    module("FragmentCache", "Tenancy", "EventLoop", "ChangeLog", "Redis", "CZlib"),
    // Rounding is libm's in a debug build, and a program that imports nothing else does not link it.
    .target(name: "TemplateEngine", swiftSettings: settings, linkerSettings: [.linkedLibrary("m")]),
    module("ThemeSDK", "TemplateEngine", "CSodium"),
    module("CoreAPIClient", "Tenancy", "EventLoop", "HTTP", "CXml2"),
    module(
      "ReferenceCoreAPI", "Tenancy", "EventLoop", "HTTP", "Redis", "ChangeLog", "CoreAPIClient", "CCsv", "CSodium"),
    module("Delivery", "EventLoop", "HTTP", "CZlib", "CBrotli", "CXxhash"),
    module("Sitemap", "CXml2"),
    module("Session", "Tenancy", "HTTP", "CSodium"),
    module("Supervision", "CPosix"),
    module(
      "Storefront", "Tenancy", "EventLoop", "HTTP", "ChangeLog", "FragmentCache", "TemplateEngine", "ThemeSDK",
      "CoreAPIClient", "Delivery", "Sitemap", "Session"),
    .executableTarget(
      name: "StorefrontCLI",
      dependencies: [
        "Tenancy", "EventLoop", "HTTP", "ChangeLog", "FragmentCache", "TemplateEngine", "ThemeSDK", "CoreAPIClient",
        "ReferenceCoreAPI", "Delivery", "Sitemap", "Session", "Supervision", "Storefront", "Redis", "Relay",
        // The libraries' own versions, for `storefront doctor`.
        "CUv", "CIdn2", "CZlib", "CBrotli", "CSodium", "CXml2",
      ],
      swiftSettings: settings),

    .target(name: "ScriptedPeer", path: "Tests/ScriptedPeer", swiftSettings: settings),
    tests("Tenancy"),
    tests("EventLoop"),
    tests("HTTP", "EventLoop", "CBeast", "ScriptedPeer"),
    // A Redis of the tests' own, on a socket in a temporary folder.
    .target(name: "PrivateRedis", path: "Tests/PrivateRedis", swiftSettings: settings),
    tests("Redis", "EventLoop", "PrivateRedis"),
    tests("ChangeLog", "Tenancy", "EventLoop", "Redis", "PrivateRedis"),
    tests("Relay", "Tenancy", "EventLoop", "Redis", "ChangeLog", "PrivateRedis"),
    tests("FragmentCache", "Tenancy", "EventLoop", "ChangeLog", "Redis", "PrivateRedis"),
    tests("TemplateEngine", reads: ["Errors"]),
    tests("ThemeSDK", "TemplateEngine"),
    tests("CoreAPIClient", "Tenancy", "EventLoop", "HTTP", "CXml2", "ScriptedPeer"),
    tests(
      "ReferenceCoreAPI", "Tenancy", "EventLoop", "HTTP", "Redis", "ChangeLog", "CoreAPIClient", "PrivateRedis"),
    tests("Delivery", "CZlib"),
    tests("Sitemap", "CXml2"),
    tests("Session", "Tenancy", "HTTP", "CSodium"),
    tests("Supervision", "CPosix"),
    tests(
      "Storefront", "Tenancy", "EventLoop", "HTTP", "ChangeLog", "FragmentCache", "TemplateEngine", "ThemeSDK",
      "CoreAPIClient", "ReferenceCoreAPI", "Delivery", "Session", "Sitemap", "Redis", "PrivateRedis"),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
