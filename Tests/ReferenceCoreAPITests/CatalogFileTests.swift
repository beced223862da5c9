import CoreAPIClient
import FoundationEssentials
import Testing

@testable import ReferenceCoreAPI

private func load(_ json: String) throws(CatalogError) -> CatalogFile {
  try CatalogFile(json: Data(json.utf8), file: "shop.json")
}

private let demo = "Demo/catalog"
private let demoFiles = ((try? FileManager.default.contentsOfDirectory(atPath: demo)) ?? [])
  .filter { $0.split(separator: ".").count == 2 && $0.hasSuffix(".json") }

@Suite struct CatalogFileTests {
  @Test(arguments: demoFiles)
  func `The demo's catalogues load`(name: String) throws {
    let file = try CatalogFile(path: "\(demo)/\(name)")
    #expect(file.products.count >= 12)
    #expect(file.products.contains { !$0.available } && file.products.contains { $0.compareAt != nil })
    #expect(try CatalogFile(json: file.json(), file: name) == file)
  }

  @Test func `What was written reads back, and writes the same bytes again`() throws {
    let file = try load(Fixture.json)
    let data = try file.json()
    #expect(try CatalogFile(json: data, file: "again") == file)
    #expect(try CatalogFile(json: data, file: "again").json() == data)
    #expect(String(decoding: data, as: UTF8.self).contains("\"price\" : \"20.00\""))
  }

  @Test(arguments: [
    (
      "{\"currency\": \"EUR\",\n \"site\": {\"name\": \"A\"},\n \"products\": [\n  {\"id\": \"1\", \"handle\": \"a\", \"title\": \"A\",\n   \"price\": \"19,99\"}]}",
      """
      shop.json:5:13 (products[0].price): “19,99” is not an amount; write it as "19.99"
      """
    ),
    (
      "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"}, \"products\": [\n{\"id\": \"1\", \"handle\": \"a\", \"title\": \"A\", \"price\": 1},\n{\"id\": \"2\", \"title\": \"B\", \"price\": 1}]}",
      """
      shop.json:3:1 (products[1]): “handle” is missing
        way out: add it; docs/core-api.md lists what a catalogue says
      """
    ),
    (
      "{\"currency\": \"eur\", \"site\": {\"name\": \"A\"}}",
      """
      shop.json:1 (currency): “eur” is not an ISO 4217 currency code
        way out: write three capital letters, such as EUR
      """
    ),
    (
      "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"}, \"products\": [\n{\"id\": \"1\", \"handle\": \"a\", \"title\": \"A\", \"price\": 1},\n{\"id\": \"2\", \"handle\": \"a\", \"title\": \"B\", \"price\": 1}]}",
      """
      shop.json:3:23 (products[1].handle): a second product with the handle “a”
        way out: give each its own
      """
    ),
    (
      "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"}, \"products\": [{\"id\": \"1\", \"handle\": \"a\", \"title\": \"A\", \"price\": 1,\n \"collections\": [\"x\"]}]}",
      """
      shop.json:2:18 (products[0].collections[0]): there is no collection “x”
        way out: add it to "collections", or take it out here
      """
    ),
    (
      "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"}, \"products\": [{\"id\": \"1\", \"handle\": \"a/b\", \"title\": \"A\", \"price\": 1}]}",
      """
      shop.json:1:79 (products[0].handle): “a/b” cannot be part of an address
        way out: write 1 to 200 bytes without blanks, control characters and any of / ? # % \\ < > "
      """
    ),
    (
      "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"},\n\"rates\": [{\"currency\": \"RON\", \"rate\": \"4,98\"}]}",
      """
      shop.json:2:39 (rates[0].rate): “4,98” is not a rate; write digits over 0 such as "4.98", at most 6 before the point and 8 after it
      """
    ),
    (
      "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"},\n\"rates\": [{\"currency\": \"EUR\", \"rate\": \"1\"}]}",
      """
      shop.json:2:24 (rates[0].currency): EUR is the catalogue's own currency
        way out: take one of the two out
      """
    ),
    (
      "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"},\n\"filters\": [\"vendor\", \"colour\"]}",
      """
      shop.json:2:23 (filters[1]): “colour” is nothing to filter by
        way out: write availability, price, vendor, type, option:NAME or attribute:KEY
      """
    ),
    (
      "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"}, \"locale\": \"German\"}",
      """
      shop.json:1:54 (locale): “German” is no language tag
        way out: write one such as en, de or pt-BR
      """
    ),
    (
      "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"},\n\"articles\": [{\"id\": \"1\", \"blog\": \"news\", \"handle\": \"a\", \"title\": \"A\", \"publishedAt\": \"2026-01-01\"}]}",
      """
      shop.json:2:34 (articles[0].blog): there is no blog “news”
        way out: add it to "blogs", or name another here
      """
    ),
    (
      "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"},\n\"articles\": [{\"id\": \"1\", \"blog\": \"news\", \"handle\": \"a\", \"title\": \"A\"}]}",
      """
      shop.json:2:14 (articles[0]): “publishedAt” is missing
        way out: add it; docs/core-api.md lists what a catalogue says
      """
    ),
    (
      "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"},\n\"pages\": [{\"id\": \"1\", \"handle\": \"a b\", \"title\": \"A\"}]}",
      """
      shop.json:2:33 (pages[0].handle): “a b” cannot be part of an address
        way out: write 1 to 200 bytes without blanks, control characters and any of / ? # % \\ < > "
      """
    ),
    (
      "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"},\n\"redirects\": [{\"path\": \"/a\", \"target\": \"/b\"},\n{\"path\": \"/b/\", \"target\": \"/a\"}]}",
      """
      shop.json:2:40 (redirects[0].target): the redirect from /a leads back to where it begins
        way out: name the address where the thing is now
      """
    ),
    (
      "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"},\n\"redirects\": [{\"path\": \"/a\", \"target\": \"https://b.example\"}]}",
      """
      shop.json:2:40 (redirects[0].target): “https://b.example” is no path
        way out: write a canonical path of this shop, such as /products/old-coat
      """
    ),
    (
      "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"}, \"redirects\": [{\"path\": \"/a\", \"target\": \"/b\"}],\n\"gone\": [\"/a\"]}",
      """
      shop.json:2:10 (gone[0]): /a is redirected, or gone already
        way out: take one of the two out
      """
    ),
    (
      "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"}, \"products\": [{\"id\": \"1\", \"handle\": \"a\", \"title\": \"A\", \"price\": 1,\n\"attributes\": [{\"key\": \"rooms\", \"label\": \"Rooms\", \"value\": \"two\", \"type\": \"number\"}]}]}",
      """
      shop.json:2:60 (products[0].attributes[0].value): “two” is not a number; write it as 2.5
      """
    ),
  ])
  func `Errors say what, where, and the way out`(json: String, printed: String) {
    let error = #expect(throws: CatalogError.self) { try load(json) }
    #expect(error?.description == printed)
  }

  // MARK: Translations

  private func translation(_ json: String, locale: String = "de") throws(CatalogError) -> CatalogTranslation {
    try CatalogTranslation(json: Data(json.utf8), locale: locale, file: "shop.de.json", of: load(Fixture.json))
  }

  @Test(arguments: [
    (
      "{\"products\": {\n \"bots\": {\"title\": \"Stiefel\"}}}",
      """
      shop.de.json:2:10 (products.bots): the catalogue has no “bots” among its products
        way out: write the handle as the catalogue has it, or take this out
      """
    ),
    (
      "{\n\"prodcts\": {}}",
      """
      shop.de.json:2:12 (prodcts): “prodcts” is not known here; there are site, words, products, collections, pages, blogs, articles
      """
    ),
    (
      "{\"products\": {\"boots\": {\n\"description\": \"x\"}}}",
      """
      shop.de.json:2:16 (products.boots.description): “description” is not known here; there are title, descriptionHTML
      """
    ),
    (
      "{\"site\": {\n\"email\": \"x\"}}",
      """
      shop.de.json:2:10 (site.email): “email” is not known here; there are name, tagline, description, address
      """
    ),
    ("{\"words\": {\n\"Size\": 5}}", "shop.de.json:2:9 (words.Size): this is not a String"),
    ("{\"words\": ", "shop.de.json: this is not JSON"),
  ])
  func `A translation's errors say so too`(json: String, printed: String) {
    let error = #expect(throws: CatalogError.self) { try translation(json) }
    #expect(error?.description == printed)
  }

  @Test func `A translation is named after a language`() {
    let error = #expect(throws: CatalogError.self) { try translation("{}", locale: "German") }
    #expect(error?.description.hasPrefix("shop.de.json: “German” is no language tag") == true)
  }

  @Test func `Translations are the files beside the catalogue that are named after it`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "translations-\(UInt64.random(in: 0 ... .max))")
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "acme.json").path
    var file = try load(Fixture.json)
    try file.write(to: path)
    for name in ["acme.de.json", "acme.pt-BR.json", "acme-two.de.json", "acme.de.json.bak", "acmede.json"] {
      try Data("{\"words\": {}}".utf8).write(to: folder.appending(path: name))
    }
    try file.readTranslations(beside: path)
    #expect(file.translations.map(\.locale) == ["de", "pt-BR"])
    try Data("{\"words\": 1}".utf8).write(to: folder.appending(path: "acme.ro.json"))
    let error = #expect(throws: CatalogError.self) { try file.readTranslations(beside: path) }
    #expect(error?.file.hasSuffix("/acme.ro.json") == true)
  }

  @Test(arguments: [
    "", "{", "[]", "null", "{\"currency\": \"EUR\"}", "{\"currency\": \"EUR\", \"site\": []}", "\u{FEFF}nonsense",
    "{\"currency\": \"EUR\", \"site\": {\"name\": \"A\"}, \"products\": 3}",
  ])
  func `Whatever the file holds, an error comes out`(json: String) {
    let error = #expect(throws: CatalogError.self) { try load(json) }
    #expect(error?.file == "shop.json")
  }

  @Test func `A file cut at any byte is an error, never half a shop`() throws {
    let bytes = Array(Fixture.otherJSON.utf8)
    for length in 0..<bytes.count {
      #expect(throws: CatalogError.self) { try CatalogFile(json: Data(bytes[..<length]), file: "cut") }
    }
  }

  @Test func `A missing file is an error with a way out`() {
    let error = #expect(throws: CatalogError.self) { try CatalogFile(path: "/nonexistent/shop.json") }
    #expect(error?.code == .file && error?.remedy != nil)
  }

  @Test func `Writing makes the folders, replaces in one step and leaves nothing beside it`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "catalogue-\(UInt64.random(in: 0 ... .max))")
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "catalog/acme.json").path
    var file = try load(Fixture.json)
    try file.write(to: path)
    file.site.name = "Renamed"
    try file.write(to: path)
    #expect(try CatalogFile(path: path) == file)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "catalog").path) == ["acme.json"])
  }

  @Test func `An unchanged product keeps its date`() throws {
    let old = try load(Fixture.json)
    var new = old
    for index in new.products.indices { new.products[index].updatedAt = .distantFuture }
    new.products[1].title = "Other boots"
    new.keepDates(of: old)
    #expect(new.products[0].updatedAt == old.products[0].updatedAt)
    #expect(new.products[1].updatedAt == .distantFuture)
  }

  @Test func `An import keeps what its files say nothing of`() throws {
    var old = try load(ContentTests.json)
    old.rates = [try #require(ExchangeRate(currency: "RON", rate: "5", step: "1"))]
    old.filters = ["vendor"]
    old.redirects = [.init(path: "/products/a", target: "/")]
    old.gone = ["/products/b"]
    old.menus = [.init(handle: "main", items: []), .init(handle: "footer", items: [.init(title: "About", url: "/pages/about")])]
    old.site.email = "hello@acme.example"
    let main = Menu(handle: "main", items: [.init(title: "Shoes", url: "/collections/shoes")])
    var new = CatalogFile(currency: "EUR", site: Site(name: "New name"), menus: [main])
    new.keepOwn(of: old)
    var expected = old
    expected.site.name = "New name"
    expected.menus = [main, old.menus[1]]
    #expect(new == expected)
    // Rates from another currency are no rates from this one.
    var pounds = CatalogFile(currency: "GBP", site: Site(name: "A"))
    pounds.keepOwn(of: old)
    #expect(pounds.rates.isEmpty && pounds.pages == old.pages)
  }
}
