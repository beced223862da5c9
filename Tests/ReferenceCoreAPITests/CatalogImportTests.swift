import CoreAPIClient
import FoundationEssentials
import Testing

@testable import ReferenceCoreAPI

private func imported(_ files: String..., currency: String = "GBP") throws -> CatalogImport.Outcome {
  var tables: [CSVTable] = []
  for (number, text) in files.enumerated() { tables.append(try CSVTable(Array(text.utf8), file: "\(number + 1).csv")) }
  return try CatalogImport(currency: currency, name: "Shop", date: Date(timeIntervalSince1970: 0)).read(tables)
}

private func book(
  _ title: String, upc: String = "1", category: String = "Books > Fiction", price: String = "1.50", stock: String = "3"
) -> String {
  "Book,\(category),\(upc),\(title),text,Partner,S\(upc),\(price),\(stock)\n"
}

@Suite struct BookImportTests {
  @Test func `A row becomes a product`() throws {
    let product = try #require(try imported(book("\"Straße, Crème & <b>Co</b>\"", upc: "978")).catalog.products.first)
    #expect(product.title == "Straße, Crème & <b>Co</b>")
    #expect(product.handle == "strasse-creme-b-co-b")
    #expect(product.price == (try Money(text: "1.50", currency: "GBP")))
    #expect(product.id == "978" && product.type == "Book" && product.vendor == "Partner")
    #expect(product.variants[0].sku == "S978" && product.variants[0].inventory == 3 && product.available)
    #expect(product.attributes == [.init(key: "upc", label: "UPC", value: "978")])
    #expect(product.collections == ["books", "fiction"])
  }

  @Test func `Categories become collections with their parents, and a menu`() throws {
    let rows =
      book("A", upc: "1", category: "Books > Fiction > New") + book("B", upc: "2", category: "Books > Non-Fiction > New")
      + book("C", upc: "3", category: " ")
    let catalog = try imported(rows).catalog
    #expect(catalog.collections.map(\.handle) == ["books", "fiction", "new", "non-fiction", "books-non-fiction-new"])
    #expect(catalog.collections.map(\.productCount) == [2, 1, 1, 1, 1])
    #expect(catalog.menus[0].items.map(\.url) == ["/collections/fiction", "/collections/non-fiction"])
    #expect(catalog.menus[0].items[1].items.map(\.url) == ["/collections/books-non-fiction-new"])
    #expect(catalog.products[2].collections.isEmpty)
  }

  @Test func `Handles are unique, and a title without letters has one`() throws {
    let catalog = try imported(book("Same", upc: "1") + book("Same", upc: "2") + book("same!", upc: "3") + book("???", upc: "44"))
      .catalog
    #expect(catalog.products.map(\.handle) == ["same", "same-2", "same-3", "44"])
  }

  @Test func `One UPC in two categories is one product, and the difference is told`() throws {
    let outcome = try imported(book("A", category: "X"), book("A", category: "Y", price: "2", stock: "0"))
    #expect(outcome.catalog.products.count == 1 && outcome.rows == 2)
    #expect(outcome.catalog.products[0].collections == ["x", "y"])
    #expect(outcome.catalog.products[0].price == Money(2, "GBP") && !outcome.catalog.products[0].available)
    #expect(outcome.notes.map(\.line) == [1] && outcome.notes[0].file == "2.csv")
    #expect(try imported(book("A", category: "X"), book("A", category: "Y")).notes.isEmpty)
  }

  @Test(arguments: [
    (
      book("B", upc: "2", price: "£5"),
      "1.csv:2 (price): “£5” is not a price\n  way out: write digits with a dot, such as 19.99: no currency sign, no separator of thousands"
    ),
    (
      book("B", upc: "2", price: "-1"),
      "1.csv:2 (price): “-1” is less than nothing\n  way out: write digits with a dot, such as 19.99: no currency sign, no separator of thousands"
    ),
    (
      book("B", upc: "2", stock: "many"),
      "1.csv:2 (stock): “many” is not a whole number\n  way out: write the units left, such as 12"
    ),
    (book("B", upc: ""), "1.csv:2 (UPC): the UPC is empty\n  way out: give each product its own"),
    (book(" ", upc: "2"), "1.csv:2 (title): the title is empty\n  way out: give the product one"),
    (
      "Book,1,2\n",
      "1.csv:2: 3 fields where 9 are needed\n  way out: the columns are product class, category path, UPC, title, description, partner, SKU, price, stock"
    ),
  ])
  func `A row that cannot be used is told, and the rest goes on`(row: String, printed: String) throws {
    let outcome = try imported(book("A", upc: "1") + row + book("C", upc: "3"))
    #expect(outcome.catalog.products.map(\.id) == ["1", "3"])
    #expect(outcome.skipped.map(\.description) == [printed])
    #expect(outcome.rows == 3)
  }

  @Test func `Byte order mark, CRLF, CR, quoted newlines, blank lines, no last newline`() throws {
    let text =
      "\u{FEFF}Book,X,1,\"Two\r\nlines\",\"a \"\"quote\"\"\",P,S,1.00,1\r\n\r\nBook,X,2,Next,t,P,S,oops,1\rBook,X,3,Last,t,P,S,1,1"
    let outcome = try imported(text)
    #expect(outcome.catalog.products.map(\.title) == ["Two lines", "Last"])
    #expect(outcome.catalog.products[0].descriptionHTML.text == "a \"quote\"")
    #expect(outcome.skipped.map(\.line) == [4])
  }

  @Test func `Bytes that are not UTF-8 are replaced and counted`() throws {
    let bytes = Array(book("A", upc: "1").utf8) + Array("Book,X,2,Caf".utf8) + [0xE9] + Array(",t,P,S,1,1\n".utf8)
    let table = try CSVTable(bytes, file: "latin.csv")
    let outcome = try CatalogImport(currency: "EUR", name: "S", date: Timestamp.unknown).read([table])
    #expect(outcome.catalog.products[1].title == "Caf\u{FFFD}")
    #expect(outcome.notes.map(\.line) == [2])
    #expect(outcome.notes[0].reason.contains("1 row"))
  }

  @Test(arguments: [
    ("Book,X,1,\"never ends\n\n", 1, "never ends"), ("a,b\nc,d\"e\n", 2, "a quote inside"), ("\"a\"b,c\n", 1, "a quote inside"),
    ("a;b;c\n1;2;3\n", 1, "not known"), ("", nil, "empty"), ("just text\n", 1, "not known"), ("\u{0}\u{1}\u{2}", 1, "not known"),
  ])
  func `A file that is not the right CSV is an error with its line`(text: String, line: Int?, reason: String) {
    let error = #expect(throws: CatalogError.self) { try imported(text) }
    #expect(error?.line == line && error?.file == "1.csv")
    #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
  }

  @Test func `UTF-16 is told by its mark`() {
    #expect(throws: CatalogError.self) { try CSVTable([0xFF, 0xFE, 0x61, 0x00], file: "x") }
  }

  @Test func `Random bytes never crash the reader`() {
    var state: UInt64 = 42
    let alphabet = Array("\"\",,\n\r a1;\u{0}é".utf8) + [0xFF]
    for _ in 0..<5000 {
      var bytes: [UInt8] = []
      for _ in 0..<24 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes.append(alphabet[Int(state >> 33) % alphabet.count])
      }
      if let table = try? CSVTable(bytes, file: "random") { #expect(table.rows.count <= 25) }
    }
  }

  @Test func `A currency is three capital letters`() {
    #expect(throws: CatalogError.self) { try CatalogImport(currency: "£", name: "S", date: Timestamp.unknown) }
  }
}

private let shared = "../shared/catalog/"
private let sharedFiles = ["books.computers-in-fiction.csv", "books.essential.csv", "books.hacking.csv"].map { shared + $0 }

@Suite(.enabled(if: FileManager.default.fileExists(atPath: sharedFiles[0]), "the catalogue beside the project is not in reach"))
struct SharedCatalogTests {
  @Test func `All 201 rows become products, each in order and safe`() throws {
    let outcome = try CatalogImport(currency: "GBP", name: "Books", date: Timestamp.unknown).read(files: sharedFiles)
    #expect(outcome.rows == 201)
    #expect(outcome.skipped.isEmpty)
    // Three books stand in two categories.
    #expect(outcome.catalog.products.count == 198 && outcome.notes.count == 3)
    #expect(
      outcome.catalog.products.reduce(0) {
        $0 + $1.collections.filter { $0 != "books" && $0 != "fiction" && $0 != "non-fiction" }.count
      } == 201)
    #expect(Set(outcome.catalog.products.map(\.handle)).count == 198)
    #expect(
      outcome.catalog.collections.map(\.handle) == [
        "books", "fiction", "computers-in-literature", "non-fiction", "essential-programming", "hacking",
      ])
    let snowCrash = try #require(outcome.catalog.products.first { $0.id == "9780553380958" })
    #expect(snowCrash.handle == "snow-crash" && snowCrash.collections.contains("hacking"))
    for product in outcome.catalog.products {
      #expect(
        !product.descriptionHTML.html.contains("<id>") && SanitizedHTML(product.descriptionHTML.html) == product.descriptionHTML)
    }
    #expect(try CatalogFile(json: outcome.catalog.json(), file: "books") == outcome.catalog)
  }
}
