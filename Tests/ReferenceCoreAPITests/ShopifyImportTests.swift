import CoreAPIClient
import FoundationEssentials
import Testing

@testable import ReferenceCoreAPI

private let header =
  "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,"
  + "Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,Image Src,Image Position,Image Alt Text,"
  + "Google Shopping / Condition,Fabric (product.metafields.custom.fabric),Variant Image,Status\n"

private func imported(_ rows: String...) throws -> CatalogImport.Outcome {
  let table = try CSVTable(Array((header + rows.joined()).utf8), file: "export.csv")
  return try CatalogImport(currency: "EUR", name: "Shop", date: Date(timeIntervalSince1970: 0)).read([table])
}

private let tee =
  """
  tee,Tee,"<p onclick=x>Soft,\nvery</p><script>x</script>",Acme,Apparel,Shirts,"summer, cotton ",true,Size,S,Colour,Red,T-S,shopify,3,deny,19.90,25.00,https://cdn.example/2.jpg,2,Back,new,x,https://cdn.example/1.jpg,active
  tee,,,,,,,,,M,,Blue,T-M,shopify,0,deny,21.90,20.00,https://cdn.example/1.jpg,1,Front,,,,
  tee,,,,,,,,,,,,,,,,,,https://cdn.example/3.jpg,3,Side,,,,

  """

@Suite struct ShopifyImportTests {
  @Test func `Rows of one handle are one product with its variants and pictures`() throws {
    let outcome = try imported(tee)
    let product = try #require(outcome.catalog.products.first)
    #expect(outcome.catalog.products.count == 1 && outcome.rows == 3 && outcome.skipped.isEmpty && outcome.notes.isEmpty)
    #expect(
      product.title == "Tee" && product.vendor == "Acme" && product.tags == ["summer", "cotton"]
        && product.collections == ["shirts"])
    #expect(product.descriptionHTML.html == "<p>Soft,\nvery</p>")
    #expect(product.options == [.init(name: "Size", values: ["S", "M"]), .init(name: "Colour", values: ["Red", "Blue"])])
    #expect(product.variants.map(\.title) == ["S / Red", "M / Blue"])
    #expect(product.variants.map(\.available) == [true, false])
    #expect(product.variants.map { $0.compareAt?.plain } == ["25.00", nil])
    #expect(product.images.map(\.alt) == ["Front", "Back", "Side"])
    #expect(product.variants[0].image == product.images[0])
    #expect(product.price.plain == "19.90" && product.compareAt?.plain == "25.00")
    #expect(try CatalogFile(json: outcome.catalog.json(), file: "x") == outcome.catalog)
  }

  @Test func `A product without choices has one variant and no options`() throws {
    let row = "mug,Mug,,,,,,true,Title,Default Title,,,M,,7,deny,5,,,,,,,,active\n"
    let product = try #require(try imported(row).catalog.products.first)
    #expect(product.options.isEmpty && product.variants.count == 1 && product.variants[0].title == "Default Title")
    // Not tracked: the quantity means nothing.
    #expect(product.variants[0].inventory == nil && product.available)
  }

  @Test(arguments: [
    ("true", "active", Product.Status.active), ("true", "draft", .draft), ("false", "active", .draft),
    ("true", "archived", .archived), ("", "", .active), ("TRUE", "Active", .active),
  ])
  func `Status and Published`(published: String, status: String, expected: Product.Status) throws {
    let row = "mug,Mug,,,,,,\(published),Title,Default Title,,,M,,7,deny,5,,,,,,,,\(status)\n"
    #expect(try imported(row).catalog.products.first?.status == expected)
  }

  @Test func `What sells on without stock is available`() throws {
    let row = "mug,Mug,,,,,,true,Title,Default Title,,,M,shopify,0,continue,5,,,,,,,,active\n"
    #expect(try imported(row).catalog.products.first?.available == true)
  }

  @Test(arguments: [
    ("tee,,,,,,,,,L,,Red,T-L,shopify,1,deny,\"1,299.00\",,,,,,,,\n", "export.csv:6 (Variant Price): “1,299.00” is not a price"),
    ("tee,,,,,,,,,L,,Red,T-L,shopify,1,deny,,,,,,,,,\n", "export.csv:6 (Variant Price): “” is not a price"),
    ("tee,,,,,,,,,L,,Red,T-L,shopify,x,deny,1,,,,,,,,\n", "export.csv:6 (Variant Inventory Qty): “x” is not a whole number"),
    ("tee,,,,,,,,,,,,,,,,,,javascript:x,4,,,,,\n", "export.csv:6 (Image Src): not the address of a picture"),
    (",No handle,,,,,,,,L,,,,,,,1,,,,,,,,\n", "export.csv:6 (Handle): the handle is empty"),
    ("cup,,,,,,,,Title,Default Title,,,,,,,1,,,,,,,,\n", "export.csv:6 (Title): the product’s first row has no title"),
    ("cup,Cup,,,,,,,,,,,,,,,,,,,,,,,\n", "export.csv:6 (Variant Price): no row of the product “cup” has a usable price"),
  ])
  func `A row that cannot be used is told, and the rest goes on`(row: String, printed: String) throws {
    let outcome = try imported(tee, row)
    #expect(outcome.catalog.products.map(\.handle) == ["tee"])
    #expect(outcome.catalog.products[0].variants.count == 2)
    #expect(outcome.skipped.count == 1)
    #expect(outcome.skipped[0].description.hasPrefix(printed), "\(outcome.skipped[0])")
    #expect(outcome.skipped[0].remedy != nil)
  }

  @Test func `A handle that is no address gets one, and it is told`() throws {
    let outcome = try imported("a/b c,Odd,,,,,,true,Title,Default Title,,,M,,,,5,,,,,,,,active\n")
    #expect(outcome.catalog.products[0].handle == "a-b-c")
    #expect(outcome.notes.count == 1)
  }

  @Test func `One product in two files is imported once, and it is told`() throws {
    let bytes = Array((header + tee).utf8)
    let outcome = try CatalogImport(currency: "EUR", name: "S", date: Timestamp.unknown)
      .read([try CSVTable(bytes, file: "1.csv"), try CSVTable(bytes, file: "2.csv")])
    #expect(outcome.catalog.products.count == 1 && outcome.skipped.map(\.file) == ["2.csv"])
  }
}
