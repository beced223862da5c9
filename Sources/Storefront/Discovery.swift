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
    let text = "User-agent: *\nDisallow: /search\n\nSitemap: \(shop.baseURL)/sitemap.xml\n"
    let document = Delivery.Document(Array(text.utf8), common: PageHeaders.common(contentType: "text/plain; charset=utf-8"))
    return document.response(to: request, variable: PageHeaders.revalidatedLines(seconds: 3600))
  }

  func sitemap(of shop: Shop, for request: HTTPRequest) async throws -> HTTPResponse {
    let tenant = shop.tenant.id
    let served = try await sitemaps.refresh(FragmentKey(tenant, "sitemap", shop.baseURL)) { moment in
      let answer = try await api.sitemapEntries(of: tenant)
      let base = shop.baseURL
      let body = try await Loop.offLoop(throwing: { try Discovery.document(answer.value, base: base) })
      var basis = Basis(moment, ttl: .seconds(3600), staleFor: .seconds(3600))
      basis.read([Tag(tenant, TagName.allProducts), Tag(tenant, TagName.collections)], at: moment, validFor: answer.validFor)
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
  /// The first 50,000 addresses: what one file may hold. More need an index, which `/sitemap.xml` alone cannot be.
  nonisolated static func document(_ entries: [CoreAPIClient.SitemapEntry], base: String) throws(SitemapError) -> [UInt8] {
    let limits = SitemapWriter.Limits()
    var all = [SitemapWriter.Entry(loc: base + "/")]
    for entry in entries.prefix(limits.entries - 1) {
      let route = PageRoute(entry.kind == .product ? .product : .collection, handle: entry.handle)
      all.append(SitemapWriter.Entry(loc: base + route.path, lastmod: entry.updatedAt, images: entry.images))
    }
    return try SitemapWriter(origin: base, limits: limits).urlsets(all)[0]
  }
}
