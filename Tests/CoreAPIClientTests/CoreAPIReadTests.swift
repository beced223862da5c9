import Tenancy
import Testing

@testable import CoreAPIClient

@Suite struct CoreAPIReadTests {
  private func parsed(_ target: String) throws -> CoreAPIRead {
    let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
    let path = parts[0].split(separator: "/").map { PercentDecoded.text(String($0)) }
    return try CoreAPIRead(path: path.dropFirst(3).map { $0[...] }, query: parts.count > 1 ? parts[1] : "")
  }

  private enum PercentDecoded {
    static func text(_ raw: String) -> String {
      var bytes: [UInt8] = []
      var rest = raw.utf8[...]
      while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%") else {
          bytes.append(byte)
          continue
        }
        bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)!)
        rest = rest.dropFirst(2)
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  static let reads: [CoreAPIRead] =
    [
      .site, .collections, .product("boots"), .product("বই"), .product("a+b&c=d"), .collection("späte-liebe"), .menu("main"),
      .sitemap(after: nil, size: 2000), .sitemap(after: "product:a b&c", size: 1), .products(ProductQuery()),
    ]
    + ProductQuery.Sort.allCases.map {
      .products(ProductQuery(collection: "a&b", text: "50% + \"wool\" שלום", sort: $0, page: 7, size: 250))
    }

  @Test(arguments: reads) func `What is written is read`(read: CoreAPIRead) throws {
    let target = read.target(of: try TenantID("acme"))
    #expect(target.hasPrefix("/v1/tenants/acme/") && target.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f })
    #expect(try parsed(target) == read)
  }

  @Test(arguments: [
    "size=0", "size=251", "size=x", "size=", "page=0", "page=-1", "page=1.5", "sort=price", "q=%ff", "q", "collection=%",
  ])
  func `A wrong parameter is told by its name`(query: String) {
    let name = String(query.split(separator: "=")[0])
    #expect {
      try CoreAPIRead(path: ["products"], query: query)
    } throws: {
      if case .parameter(name, _) = $0 as? CoreAPIRead.Refusal { true } else { false }
    }
  }

  @Test(arguments: [[], ["nothing"], ["products", "a", "b"], ["menus"], ["site", ""], ["", "site"]] as [[Substring]])
  func `What the contract does not name is nowhere`(path: [Substring]) {
    #expect(throws: CoreAPIRead.Refusal.path) { try CoreAPIRead(path: path, query: "") }
  }
}
