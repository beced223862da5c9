// Nine columns without a header, as django-oscar's catalogue files have them: product class, category path
// (`Books > Fiction`), UPC, title, description, partner, partner's SKU, price, stock. The UPC is the identity: a book that
// stands in two categories has a row in each and becomes one product in both; of its prices the last row's counts,
// as in the system the files come from.

import CoreAPIClient
import FoundationEssentials

struct BookColumns {
  private static let names = [
    "product class", "category path", "UPC", "title", "description", "partner", "SKU", "price", "stock",
  ]
  let file: String

  /// There is no header to go by, and the first rows may have mistakes: one good row is enough.
  static func areThere(in rows: some Sequence<CSVTable.Row>) -> Bool {
    rows.contains {
      $0.fields.count == names.count && (try? Money(text: $0.fields[7], currency: "XXX")) != nil && Int($0.fields[8]) != nil
    }
  }

  func read(_ rows: ArraySlice<CSVTable.Row>, into assembly: inout Assembly) {
    for row in rows {
      assembly.countRow()
      do { try read(row, into: &assembly) } catch { assembly.skip(error) }
    }
  }

  private func read(_ row: CSVTable.Row, into assembly: inout Assembly) throws(CatalogError) {
    let cells = Cells(file: file, line: row.line)
    guard row.fields.count == Self.names.count else {
      throw CatalogError(
        .content, "\(row.fields.count) fields where \(Self.names.count) are needed", file: file, line: row.line,
        remedy: "the columns are " + Self.names.joined(separator: ", "))
    }
    let fields = row.fields
    let code = Cells.line(fields[2])
    let title = Cells.line(fields[3])
    guard !code.isEmpty else { throw cells.problem("UPC", "the UPC is empty", remedy: "give each product its own") }
    guard !title.isEmpty else { throw cells.problem("title", "the title is empty", remedy: "give the product one") }
    let price = try cells.price(fields[7], "price", assembly.currency)
    let stock = try cells.count(fields[8], "stock")
    let path = fields[1].split(separator: ">").map { Cells.line(String($0)) }.filter { !$0.isEmpty }
    let description = SanitizedHTML(fields[4])
    if fields[4].utf8.count > SanitizedHTML.longestInput {
      assembly.note(cells.problem("description", "the description was cut", remedy: "keep it under 256 KiB"))
    }
    let collections = assembly.collections(at: path)
    let variant = Variant(id: code, sku: Cells.line(fields[6]), price: price, available: stock > 0, inventory: stock)

    if var known = assembly.product(id: code) {
      if known.price != price || known.variants[0].inventory != stock {
        assembly.note(
          cells.problem(
            "price",
            "the UPC \(code) stands in an earlier row too, at \(known.price.plain) with \(known.variants[0].inventory ?? 0) left; "
              + "this row's \(price.plain) and \(stock) count, and the product is in both categories",
            remedy: "say the same in both rows"))
      }
      known.collections += collections.filter { !known.collections.contains($0) }
      known.variants = [variant]
      known.summarize()
      assembly.replace(known)
      return
    }
    assembly.add(
      Product(
        id: code, handle: assembly.freeHandle(title, id: code), title: title, vendor: Cells.line(fields[5]),
        type: Cells.line(fields[0]), descriptionHTML: description, variants: [variant], price: price, available: stock > 0,
        attributes: [.init(key: "upc", label: "UPC", value: code)], collections: collections, updatedAt: assembly.date))
  }
}
