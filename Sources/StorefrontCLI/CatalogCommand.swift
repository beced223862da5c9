import CoreAPIClient
import FoundationEssentials
import Glibc
import ReferenceCoreAPI
import Tenancy

/// `storefront catalog import`: other shops' CSV files to the reference core API's catalogue.
enum CatalogCommand {
  static let command = Command(
    "catalog import", summary: "Make a tenant's catalogue from CSV files of another shop system",
    operands: "FILE\u{2026}", operandCount: 1...1000,
    options: [
      .value("tenant", "ID", "whose catalogue it becomes (required)"),
      .value("currency", "CODE", "ISO 4217 code of the prices, which the files do not say (default: GBP)"),
      .value("name", "TEXT", "the shop's name (default: the one it has, or the tenant's id)"),
      .value("data", "DIR", "where catalogues are kept (default: var)"),
      .flag("json", "the summary as one JSON document"),
    ],
    discussion: """
      Reads the product CSV that Shopify exports, or nine columns without a header (product class, category path, UPC,
      title, description, partner, SKU, price, stock), told apart by the first row. Several files become one catalogue,
      which replaces DIR/catalog/ID.json in one step. A row that cannot be used is left out and told with its line, its
      column and a way out; the exit code is 1 then. Nothing is written if a file is broken or holds no product.
      """,
    examples: [
      .init("storefront catalog import products_export.csv --tenant acme --currency EUR", "a shop that comes from Shopify"),
      .init(
        "storefront catalog import ../shared/catalog/*.csv --tenant books --name \"Book corner\"", "several files, one shop"),
    ], run: run)

  private static let shownProblems = 20

  private static func run(_ invocation: Invocation) throws -> Int32 {
    guard let id = invocation.value("tenant") else { throw invocation.usage("--tenant is needed: whose catalogue is it?") }
    let tenant: TenantID
    do { tenant = try TenantID(id) } catch { throw invocation.usage("\(error)") }
    let path = "\(invocation.value("data") ?? "var")/catalog/\(tenant).json"
    let old = try? CatalogFile(path: path)
    let name = invocation.value("name") ?? old?.site.name ?? tenant.value
    let reader: CatalogImport
    do {
      reader = try CatalogImport(currency: invocation.value("currency") ?? "GBP", name: name, date: Date())
    } catch {
      throw invocation.usage("--currency: \(error.reason); \(error.remedy ?? "")")
    }

    announce(invocation.operands)
    var outcome: CatalogImport.Outcome
    do {
      outcome = try reader.read(files: invocation.operands)
    } catch {
      throw CommandError("\(error)", hint: nil, code: error.code == .file ? ExitCode.environment : ExitCode.findings)
    }
    if let old {
      outcome.catalog.keepOwn(of: old)
      outcome.catalog.keepDates(of: old)
    }
    tell(outcome.skipped, "not imported")
    tell(outcome.notes, "imported otherwise than written")
    guard !outcome.catalog.products.isEmpty else {
      throw CommandError("no product in \(outcome.rows) rows; \(path) is as it was", code: ExitCode.findings)
    }
    do { try outcome.catalog.write(to: path) } catch { throw CommandError("\(error)", hint: nil) }
    Program.say(invocation.has("json") ? try json(outcome, path, tenant) : summary(outcome, path))
    return outcome.skipped.isEmpty ? ExitCode.ok : ExitCode.findings
  }

  /// Only for files that take more than a moment.
  private static func announce(_ files: [String]) {
    for file in files {
      var status = stat()
      guard stat(file, &status) == 0, status.st_size > 4 << 20 else { continue }
      Program.put("reading \(file) (\(status.st_size >> 20) MiB)\u{2026}", to: STDERR_FILENO)
    }
  }

  private static func tell(_ problems: [CatalogError], _ what: String) {
    guard !problems.isEmpty else { return }
    Program.put("\(problems.count) \(what):", to: STDERR_FILENO)
    for problem in problems.prefix(shownProblems) { Program.put("  \(problem)", to: STDERR_FILENO) }
    let rest = problems.count - shownProblems
    if rest > 0 { Program.put("  and \(rest) more; --json lists all", to: STDERR_FILENO) }
  }

  private static func summary(_ outcome: CatalogImport.Outcome, _ path: String) -> String {
    let catalog = outcome.catalog
    let hidden = catalog.products.count { $0.status != .active }
    let parts = [
      "\(catalog.products.count) products" + (hidden > 0 ? " (\(hidden) of them drafts or archived)" : ""),
      "\(catalog.products.reduce(0) { $0 + $1.variants.count }) variants", "\(catalog.collections.count) collections",
    ]
    return "\(path): \(parts.joined(separator: ", ")) from \(outcome.rows) rows, prices in \(catalog.currency)"
  }

  private struct Report: Encodable {
    struct Problem: Encodable {
      let file: String
      let line: Int?
      let column: String?
      let reason: String
      let remedy: String?

      init(_ error: CatalogError) {
        (file, line, column) = (error.file, error.line, error.path)
        (reason, remedy) = (error.reason, error.remedy)
      }
    }

    let tenant: String
    let file: String
    let currency: String
    let rows: Int
    let products: Int
    let variants: Int
    let collections: Int
    let skipped: [Problem]
    let notes: [Problem]
  }

  private static func json(_ outcome: CatalogImport.Outcome, _ path: String, _ tenant: TenantID) throws -> String {
    let catalog = outcome.catalog
    let report = Report(
      tenant: tenant.value, file: path, currency: catalog.currency, rows: outcome.rows, products: catalog.products.count,
      variants: catalog.products.reduce(0) { $0 + $1.variants.count }, collections: catalog.collections.count,
      skipped: outcome.skipped.map(Report.Problem.init), notes: outcome.notes.map(Report.Problem.init))
    return String(decoding: try Document.encoder(currency: nil).encode(report), as: UTF8.self)
  }
}
