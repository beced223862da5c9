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
  ])
  func `Errors say what, where, and the way out`(json: String, printed: String) {
    let error = #expect(throws: CatalogError.self) { try load(json) }
    #expect(error?.description == printed)
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
}
