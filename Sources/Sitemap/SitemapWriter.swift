// Sitemap files by sitemaps.org's rules: absolute addresses on one host, at most 50,000 of them and 50 MiB a file, the five
// characters of XML as entities. `priority` and `changefreq` are left out, since search engines read neither. Each entry is
// written by libxml2 on its own, so that its size is known before it is put into a file or begins the next one.

import CXml2
import FoundationEssentials

package struct SitemapWriter: Sendable {
  package struct Entry: Hashable, Sendable {
    /// Absolute, on the writer's host.
    package var loc: String
    /// When what the page says last changed; nil, or a time before 1970: not known, and not said.
    package var lastmod: Date?
    /// Absolute addresses on any host, or paths on the writer's.
    package var images: [String]
    /// The same page in every language, this one included; empty where there is one language.
    package var alternates: [Alternate]

    package init(loc: String, lastmod: Date? = nil, images: [String] = [], alternates: [Alternate] = []) {
      (self.loc, self.lastmod, self.images, self.alternates) = (loc, lastmod, images, alternates)
    }
  }

  /// A page in another language: `xhtml:link` with `hreflang`.
  package struct Alternate: Hashable, Sendable {
    /// BCP 47.
    package var language: String
    /// Absolute.
    package var address: String

    package init(language: String, address: String) { (self.language, self.address) = (language, address) }
  }

  /// What one file may hold; the defaults are the protocol's. An index may list as many files as a file may list addresses.
  package struct Limits: Hashable, Sendable {
    package var entries: Int
    package var bytes: Int
    package var images: Int

    package init(entries: Int = 50_000, bytes: Int = 52_428_800, images: Int = 1000) {
      (self.entries, self.bytes, self.images) = (entries, bytes, images)
    }
  }

  /// `https://shop.example`, nothing after the host and port.
  package let origin: String
  package let limits: Limits

  package init(origin: String, limits: Limits = Limits()) throws(SitemapError) {
    let host = origin.hasPrefix("https://") ? origin.dropFirst(8) : origin.hasPrefix("http://") ? origin.dropFirst(7) : ""
    guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"/?#@\\\"<>'&".utf8.contains($0) }) else {
      throw SitemapError(.address, "\u{201C}\(origin.prefix(80))\u{201D} is not scheme and host, such as https://shop.example")
    }
    self.origin = origin
    self.limits = limits
  }

  /// One file.
  /// - Throws: `.tooLarge` if the entries need more than one; use `urlsets` and `index` then.
  package func urlset(_ entries: some Sequence<Entry>) throws(SitemapError) -> [UInt8] {
    let files = try urlsets(entries)
    guard files.count == 1 else {
      throw SitemapError(.tooLarge, "the entries need \(files.count) files")
    }
    return files[0]
  }

  /// As many files as the limits ask for; one without entries if there are none.
  package func urlsets(_ entries: some Sequence<Entry>) throws(SitemapError) -> [[UInt8]] {
    var files: [[UInt8]] = []
    var file = Self.urlsetHead
    var count = 0
    for entry in entries {
      let element = try element("url", entry, images: entry.images)
      if count == limits.entries || count > 0 && file.count + element.count + Self.urlsetTail.count > limits.bytes {
        files.append(file + Self.urlsetTail)
        file = Self.urlsetHead
        count = 0
      }
      file += element
      count += 1
      guard file.count + Self.urlsetTail.count <= limits.bytes else {
        throw SitemapError(.tooLarge, "one entry is larger than a whole file may be: \(entry.loc.prefix(80))")
      }
    }
    files.append(file + Self.urlsetTail)
    return files
  }

  /// The list of a shop's sitemap files.
  package func index(_ files: some Sequence<Entry>) throws(SitemapError) -> [UInt8] {
    var index = Self.indexHead
    var count = 0
    for file in files {
      index += try element("sitemap", file, images: [])
      count += 1
    }
    guard count <= limits.entries, index.count + Self.indexTail.count <= limits.bytes else {
      throw SitemapError(.tooLarge, "an index of \(count) files is larger than the protocol allows")
    }
    return index + Self.indexTail
  }

  private static let namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
  private static let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  private static let urlsetHead = Array(
    (head
      + "<urlset xmlns=\"\(namespace)\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\" xmlns:image=\"http://www.google.com/schemas/sitemap-image/1.1\">\n")
      .utf8)
  private static let urlsetTail = Array("</urlset>\n".utf8)
  private static let indexHead = Array((head + "<sitemapindex xmlns=\"\(namespace)\">\n").utf8)
  private static let indexTail = Array("</sitemapindex>\n".utf8)

  private func element(_ name: String, _ entry: Entry, images: [String]) throws(SitemapError) -> [UInt8] {
    let loc = Address.encoded(entry.loc)
    guard loc.hasPrefix(origin), loc.utf8.count == origin.utf8.count || loc.utf8.dropFirst(origin.utf8.count).first == 0x2f else {
      throw SitemapError(.address, "\u{201C}\(entry.loc.prefix(80))\u{201D} is not on \(origin)")
    }
    guard loc.utf8.count < 2048 else {
      throw SitemapError(
        .address, "an address of \(loc.utf8.count) bytes; fewer than 2048 are allowed: \(loc.prefix(80))\u{2026}")
    }
    guard let element = Element(name) else { throw SitemapError(.memory, "libxml2 has no memory for a writer") }
    element.add("loc", loc)
    if let lastmod = entry.lastmod, lastmod.timeIntervalSince1970 > 0 { element.add("lastmod", lastmod.formatted(.iso8601)) }
    for alternate in entry.alternates { element.add(link: Address.encoded(alternate.address), language: alternate.language) }
    for image in images.prefix(limits.images) {
      // A picture that cannot be addressed is no reason to leave the page out.
      guard let address = Address.absolute(image, on: origin) else { continue }
      element.add("image:image", "image:loc", address)
    }
    return element.finish()
  }
}

package struct SitemapError: Error, Hashable, CustomStringConvertible {
  package enum Code: String, Sendable { case address, tooLarge, memory }
  package let code: Code
  package let reason: String

  init(_ code: Code, _ reason: String) { (self.code, self.reason) = (code, reason) }

  package var description: String { "sitemap: \(reason)" }
}
