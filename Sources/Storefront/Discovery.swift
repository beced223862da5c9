import ChangeLog
import CoreAPIClient
import Delivery
import EventLoop
import FoundationEssentials
import FragmentCache
import HTTP
import Sitemap
import Tenancy

/// What search engines ask a shop for: `robots.txt` and `sitemap.xml`, each naming the shop's own address only.
@LoopActor package final class Discovery {
  private let api: any CoreAPI
  private let follower: Follower
  private let sitemaps: FragmentStore<Delivery.Document>

  /// - Parameter bytes: for the sitemaps kept; one of 50,000 addresses is about 10 MB.
  package init(reading api: any CoreAPI, following follower: Follower, bytes: Int = 64 << 20) {
    self.api = api
    self.follower = follower
    sitemaps = FragmentStore(capacity: bytes, following: follower)
  }

  func robots(of shop: Shop, for request: HTTPRequest) -> HTTPResponse {
    let closed = shop.tenant.markets.flatMap { market in
      [ShopAddress.search, .cart, .wishlist, .compare, .account, .fragments].map { "Disallow: \(market.path($0))\n" }
    }
    let text = "User-agent: *\n\(closed.joined())\nSitemap: \(shop.baseURL)/sitemap.xml\n"
    let document = Delivery.Document(Array(text.utf8), common: PageHeaders.common(contentType: "text/plain; charset=utf-8"))
    return document.response(to: request, variable: PageHeaders.revalidatedLines(seconds: 3600))
  }

  func sitemap(of shop: Shop, for request: HTTPRequest) async throws -> HTTPResponse {
    let tenant = shop.tenant.id
    let served = try await sitemaps.refresh(FragmentKey(tenant, "sitemap", shop.baseURL, shop.theme.revision)) { moment in
      let answer = try await api.sitemapEntries(in: shop.tenant.market)
      let (base, record) = (shop.baseURL, shop.tenant)
      // The first 50,000 addresses: what one file may hold. `storefront sitemap` writes files of all of them.
      let body = try await Loop.offLoop(throwing: { try Discovery.files(answer.value, base: base, of: record)[0] })
      var basis = Basis(moment, ttl: .seconds(3600), staleFor: .seconds(3600))
      basis.read(
        [Tag(tenant, TagName.allProducts), Tag(tenant, TagName.collections), Tag(tenant, TagName.redirects)], at: moment,
        validFor: answer.validFor)
      let document = Delivery.Document(body, common: PageHeaders.common(contentType: "application/xml; charset=utf-8"))
      return Fragment(document, basis: basis, cost: document.cost)
    }
    // As for a page: kept downstream no longer than it holds, and not at all when it is an old one.
    let status = CacheStatus(served, at: follower.now, isLogLost: follower.isLost(now: follower.now))
    served.content.packOffLoop()
    return served.content.response(to: request, variable: PageHeaders.cacheLines(status))
  }
}

extension Discovery {
  /// Every address of a shop in each of its markets, each with the same thing's addresses in other languages: as many files as it
  /// takes.
  nonisolated package static func files(
    _ entries: [CoreAPIClient.SitemapEntry], base: String, of tenant: Tenant
  ) throws(SitemapError) -> [[UInt8]] {
    let languages = tenant.languages
    var all: [SitemapWriter.Entry] = []
    all.reserveCapacity((entries.count + 1) * tenant.markets.count)
    func add(_ address: ShopAddress, _ entry: CoreAPIClient.SitemapEntry?) {
      let alternates = languages.map { SitemapWriter.Alternate(language: $0.locale, address: base + $0.path(address)) }
      for market in tenant.markets {
        let isAlternate = alternates.count > 1 && languages.contains { $0 === market }
        all.append(
          SitemapWriter.Entry(
            loc: base + market.path(address), lastmod: entry?.updatedAt, images: entry?.images ?? [],
            alternates: isAlternate ? alternates : []))
      }
    }
    add(.home, nil)
    for entry in entries {
      if let address = entry.address { add(address, entry) }
    }
    return try SitemapWriter(origin: base).urlsets(all)
  }
}
