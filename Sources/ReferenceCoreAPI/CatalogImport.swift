// CSV files to one catalogue. The columns are told by the first row. A row that cannot be used is left out and told with
// its file, line, column and a way out, and the rest goes on: a shop of ten thousand products is not kept waiting by one
// price. What makes the whole file doubtful (broken quotes, unknown columns) is an error.

import CoreAPIClient
import FoundationEssentials

package struct CatalogImport {
  package struct Outcome: Sendable {
    package var catalog: CatalogFile
    /// Rows read, without headers.
    package var rows = 0
    /// Rows or values that are not in the catalogue.
    package var skipped: [CatalogError] = []
    /// What is in the catalogue, but not as it was in the file.
    package var notes: [CatalogError] = []
  }

  private let currency: String
  private let name: String
  private let date: Date

  /// - Parameters:
  ///   - currency: of every amount in the files, which do not say.
  ///   - name: the shop's.
  ///   - date: when products count as last changed.
  package init(currency: String, name: String, date: Date) throws(CatalogError) {
    guard Money.isCurrency(currency) else {
      throw CatalogError(
        .content, "\u{201C}\(currency.prefix(12))\u{201D} is not an ISO 4217 currency code",
        remedy: "write three capital letters, such as EUR")
    }
    self.currency = currency
    self.name = name
    self.date = date
  }

  package func read(files: [String]) throws(CatalogError) -> Outcome {
    var tables: [CSVTable] = []
    for file in files { tables.append(try CSVTable(path: file)) }
    return try read(tables)
  }

  func read(_ tables: [CSVTable]) throws(CatalogError) -> Outcome {
    var assembly = Assembly(currency: currency, name: name, date: date)
    for table in tables {
      guard let first = table.rows.first else {
        throw CatalogError(.content, "the file is empty", file: table.file, remedy: "export it again")
      }
      if !table.repaired.isEmpty {
        let lines = table.repaired.prefix(5).map(String.init).joined(separator: ", ")
        assembly.note(
          CatalogError(
            .content,
            "bytes that are not UTF-8 were replaced by U+FFFD in \(table.repaired.count) row\(table.repaired.count == 1 ? "" : "s") "
              + "(line \(lines)\(table.repaired.count > 5 ? ", \u{2026}" : ""))",
            file: table.file, line: table.repaired[0], remedy: "save the file as CSV UTF-8 and import it again"))
      }
      if ShopifyColumns.areThere(in: first) {
        ShopifyColumns(header: first, file: table.file).read(table.rows.dropFirst(), into: &assembly)
      } else if BookColumns.areThere(in: table.rows.prefix(20)) {
        BookColumns(file: table.file).read(table.rows[...], into: &assembly)
      } else {
        let semicolons = first.fields.count == 1 && first.fields[0].contains(";")
        throw CatalogError(
          .content, "the columns are not known", file: table.file, line: first.line,
          remedy: semicolons
            ? "save it with commas between the fields, not semicolons"
            : "use Shopify's product export (a header with Handle, Title, Variant Price, \u{2026}), or nine columns without a "
              + "header: product class, category path, UPC, title, description, partner, SKU, price, stock")
      }
    }
    return assembly.outcome()
  }
}
