import CoreAPIClient
import EventLoop
import FoundationEssentials
import Sitemap
import Tenancy
import Testing

@testable import Storefront

/// What search engines are told of a shop's addresses.
@Suite(.serialized) struct DiscoveryTests {
  private static let tenants = try! TenantFile.parse(Array(MarketStage.tenants.utf8)).tenants
  private static let tenant = tenants[0]

  private func entries(_ products: Int) -> [SitemapEntry] {
    let now = Date(timeIntervalSince1970: 1_772_355_600)
    return (0..<products).map {
      SitemapEntry(kind: .product, handle: "kürbis & co-\($0)", updatedAt: now, images: ["/media/\($0).svg"])
    }
      + [
        SitemapEntry(kind: .collection, handle: "shirts", updatedAt: now),
        SitemapEntry(kind: .page, handle: "about", updatedAt: now),
        SitemapEntry(kind: .blog, handle: "journal", updatedAt: now),
        SitemapEntry(kind: .article, handle: "first", blog: "journal", updatedAt: now),
        SitemapEntry(kind: .article, handle: "lost", updatedAt: now),
      ]
  }

  private struct Listed: Hashable {
    let language: String
    let address: String
  }

  private func urls(_ file: [UInt8]) -> [(loc: String, alternates: [Listed])] {
    let text = String(decoding: file, as: UTF8.self)
    return text.split(separator: "<url>").dropFirst().map { url in
      let loc = url.firstMatch(of: #/<loc>([^<]*)</loc>/#).map { String($0.output.1) } ?? ""
      let links = url.matches(of: #/<xhtml:link rel="alternate" hreflang="([^"]*)" href="([^"]*)"/>/#)
      return (loc, links.map { Listed(language: String($0.output.1), address: String($0.output.2)) })
    }
  }

  @Test func everyAddressListsItselfAndAllItsOthers() throws {
    let files = try Discovery.files(entries(5), base: "https://one.example", of: Self.tenant)
    #expect(files.count == 1)
    let urls = urls(files[0])
    #expect(urls.count == 4 * 10 && Set(urls.map(\.loc)).count == urls.count)
    let byLoc = Dictionary(uniqueKeysWithValues: urls.map { ($0.loc, $0.alternates) })
    for (loc, alternates) in urls {
      // English twice would leave a search engine to guess: what is the same in another currency has no others.
      if loc == "https://one.example/bd" || loc.hasPrefix("https://one.example/bd/") {
        #expect(alternates.isEmpty, "\(loc)")
        continue
      }
      #expect(alternates.map(\.language) == ["en", "de", "ro"] && alternates.contains { $0.address == loc }, "\(loc)")
      for alternate in alternates { #expect(byLoc[alternate.address] == alternates, "\(loc) and \(alternate.address)") }
    }
    for loc in [
      "https://one.example/", "https://one.example/de", "https://one.example/de/produkte/k%C3%BCrbis%20%26%20co-0",
      "https://one.example/ro/produse/k%C3%BCrbis%20%26%20co-4",
      "https://one.example/bd/blogs/journal/first", "https://one.example/de/seiten/about",
    ] { #expect(byLoc[loc] != nil, "\(loc)") }
    #expect(!urls.contains { $0.loc.contains("lost") })
  }

  @Test func aShopInOneLanguageHasNoOthers() throws {
    let files = try Discovery.files(entries(2), base: "https://two.example", of: Self.tenants[1])
    #expect(urls(files[0]).allSatisfy { $0.alternates.isEmpty } && urls(files[0]).count == 7)
  }

  @Test func everyAddressIsOneOfTheShops() throws {
    let files = try Discovery.files(entries(3), base: "https://one.example", of: Self.tenant)
    for url in urls(files[0]) {
      let path = url.loc.dropFirst("https://one.example".count).percentDecoded
      guard case .page(let page) = Router().route(path: path, query: "", of: Self.tenant).route else {
        Issue.record("\(path) is no page")
        continue
      }
      #expect(page.kind != .notFound && !page.kind.isPrivate)
    }
  }

  @LoopActor @Test func robotsAreKeptFromWhatIsPrivateInEveryMarket() async throws {
    let text = try await MarketStage.stage().get("/robots.txt", host: "one.example").body
    for path in [
      "/search", "/cart", "/de/suche", "/de/warenkorb", "/ro/cart", "/bd/wishlist", "/fragments", "/de/fragments", "/compare",
    ] {
      #expect(text.contains("Disallow: \(path)\n"), "\(path)")
    }
    #expect(text.hasSuffix("Sitemap: https://one.example/sitemap.xml\n") && !text.contains("Disallow: /\n"))
  }
}

extension StringProtocol {
  fileprivate var percentDecoded: String {
    split(separator: "/", omittingEmptySubsequences: false).map { part in
      var bytes: [UInt8] = []
      var rest = part.utf8[...]
      while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%") else {
          bytes.append(byte)
          continue
        }
        bytes.append(UInt8(String(decoding: [rest.popFirst()!, rest.popFirst()!], as: UTF8.self), radix: 16)!)
      }
      return String(decoding: bytes, as: UTF8.self)
    }.joined(separator: "/")
  }
}
