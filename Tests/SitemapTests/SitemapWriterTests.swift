import CXml2
import FoundationEssentials
import Sitemap
import Testing

/// The file as libxml2 reads it, strictly: the root's name and namespace, and of each entry its children's text by name.
private struct Parsed {
  var root = ""
  var namespace = ""
  var entries: [[(name: String, text: String)]] = []
  var locs: [String] { entries.compactMap { $0.first { $0.name == "loc" }?.text } }

  init(_ bytes: [UInt8]) throws {
    let document = bytes.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) {
        xmlReadMemory($0.baseAddress, Int32($0.count), nil, nil, Int32(XML_PARSE_NOERROR.rawValue | XML_PARSE_NONET.rawValue))
      }
    }
    defer { xmlFreeDoc(document) }
    let read = try #require(document)
    let node = try #require(xmlDocGetRootElement(read))
    root = String(cString: node.pointee.name)
    namespace = String(cString: node.pointee.ns.pointee.href)
    for entry in Self.children(node) {
      entries.append(
        Self.children(entry).map { child in
          let text = Self.children(child).first ?? child
          return (String(cString: child.pointee.name), text.pointee.children.map { String(cString: $0.pointee.content) } ?? "")
        })
    }
  }

  private static func children(_ node: xmlNodePtr) -> [xmlNodePtr] {
    var found: [xmlNodePtr] = []
    var child = node.pointee.children
    while let one = child {
      if one.pointee.type == XML_ELEMENT_NODE { found.append(one) }
      child = one.pointee.next
    }
    return found
  }
}

private let protocolNamespace = "http://www.sitemaps.org/schemas/sitemap/0.9"

@Suite struct SitemapWriterTests {
  let writer: SitemapWriter
  init() throws { writer = try SitemapWriter(origin: "https://shop.example") }

  private func entry(_ path: String) -> SitemapWriter.Entry { .init(loc: "https://shop.example" + path) }

  @Test func `A file by the protocol's rules`() throws {
    let bytes = try writer.urlset([
      .init(
        loc: "https://shop.example/products/a", lastmod: Date(timeIntervalSince1970: 1_772_355_600),
        images: ["/i/a.svg", "https://cdn.example/b.jpg?x=1&y=2", "javascript:x", "//evil.example/x"])
    ])
    #expect(bytes.starts(with: Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset ".utf8)))
    let parsed = try Parsed(bytes)
    #expect(parsed.root == "urlset" && parsed.namespace == protocolNamespace)
    #expect(parsed.entries[0].map(\.name) == ["loc", "lastmod", "image", "image"])
    #expect(
      parsed.entries[0].map(\.text) == [
        "https://shop.example/products/a", "2026-03-01T09:00:00Z", "https://shop.example/i/a.svg",
        "https://cdn.example/b.jpg?x=1&y=2",
      ])
  }

  @Test(arguments: [
    ("/a?b=1&c=2", "/a?b=1&amp;c=2", "/a?b=1&c=2"), ("/it's", "/it&apos;s", "/it's"), ("/\"<>", "/%22%3C%3E", "/%22%3C%3E"),
    ("/ümlat und blank", "/%C3%BCmlat%20und%20blank", "/%C3%BCmlat%20und%20blank"), ("/%E0%A6%AC", "/%E0%A6%AC", "/%E0%A6%AC"),
    ("/\u{0}\u{1B}]]>", "/%00%1B]]%3E", "/%00%1B]]%3E"), ("", "", ""),
  ])
  func `Addresses are encoded and escaped`(path: String, raw: String, read: String) throws {
    let bytes = try writer.urlset([entry(path)])
    #expect(String(decoding: bytes, as: UTF8.self).contains("<loc>https://shop.example\(raw)</loc>"))
    #expect(try Parsed(bytes).locs == ["https://shop.example" + read])
  }

  @Test(arguments: [
    "https://other.example/a", "http://shop.example/a", "https://shop.example.evil/a", "https://shop.examplE/a", "/a", "",
    "https://shop.example@evil/", "https://shop.example/" + String(repeating: "a", count: 2048),
  ])
  func `One host, absolute, not too long`(loc: String) {
    #expect(throws: SitemapError.self) { try writer.urlset([.init(loc: loc)]) }
  }

  @Test(arguments: [
    "shop.example", "https://", "ftp://x", "https://a/b", "https://a b", "https://u@a", "https://a\"b", "https://ü.example",
  ])
  func `An origin is scheme and host`(origin: String) {
    #expect(throws: SitemapError.self) { try SitemapWriter(origin: origin) }
  }

  @Test(arguments: [(0, [0]), (1, [1]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])])
  func `Files are split at the most entries`(count: Int, sizes: [Int]) throws {
    let small = try SitemapWriter(origin: "https://shop.example", limits: .init(entries: 3))
    let files = try small.urlsets((0..<count).map { entry("/\($0)") })
    #expect(try files.map { try Parsed($0).entries.count } == sizes)
    #expect(try files.flatMap { try Parsed($0).locs } == (0..<count).map { "https://shop.example/\($0)" })
    if sizes.count > 1 { #expect(throws: SitemapError.self) { try small.urlset((0..<count).map { entry("/\($0)") }) } }
  }

  @Test(arguments: [300, 301, 350, 400, 1000])
  func `Files are split at the most bytes`(bytes: Int) throws {
    let small = try SitemapWriter(origin: "https://shop.example", limits: .init(bytes: bytes))
    let files = try small.urlsets((0..<50).map { entry("/products/number-\($0)") })
    #expect(files.allSatisfy { $0.count <= bytes } && files.count > 1)
    #expect(try files.flatMap { try Parsed($0).locs }.count == 50)
  }

  @Test func `An entry larger than a file is an error`() throws {
    let small = try SitemapWriter(origin: "https://shop.example", limits: .init(bytes: 200))
    #expect(throws: SitemapError.self) { try small.urlsets([entry("/a")]) }
  }

  @Test func `Times that are not known are not said`() throws {
    let parsed = try Parsed(try writer.urlset([.init(loc: "https://shop.example/", lastmod: .distantPast)]))
    #expect(parsed.entries[0].map(\.name) == ["loc"])
  }

  @Test func `At most so many pictures an entry`() throws {
    let small = try SitemapWriter(origin: "https://shop.example", limits: .init(images: 2))
    let parsed = try Parsed(try small.urlset([.init(loc: "https://shop.example/", images: ["/1", "/2", "/3"])]))
    #expect(parsed.entries[0].count == 3)
  }

  @Test func `An index lists the files`() throws {
    let bytes = try writer.index([.init(loc: "https://shop.example/sitemap/1.xml", lastmod: Date(timeIntervalSince1970: 86_400))])
    let parsed = try Parsed(bytes)
    #expect(parsed.root == "sitemapindex" && parsed.namespace == protocolNamespace)
    #expect(parsed.entries[0].map(\.text) == ["https://shop.example/sitemap/1.xml", "1970-01-02T00:00:00Z"])
    let small = try SitemapWriter(origin: "https://shop.example", limits: .init(entries: 1))
    #expect(throws: SitemapError.self) { try small.index([entry("/1"), entry("/2")]) }
  }
}
