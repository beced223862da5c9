// Shopify's product export: a header, and for each product as many rows as it has variants or pictures, whichever are more.
// The first row of a handle carries what is the product's own; a row has a variant if any of its variant columns is
// filled, and a picture if `Image Src` is. Columns for advertising and metafields are not read.

import CoreAPIClient
import FoundationEssentials

struct ShopifyColumns {
  private let file: String
  private let columns: [String: Int]
  private let width: Int

  static func areThere(in row: CSVTable.Row) -> Bool {
    let names = Set(row.fields.map { Cells.line($0).lowercased() })
    return names.contains("handle") && (names.contains("variant price") || names.contains("title"))
  }

  init(header: CSVTable.Row, file: String) {
    self.file = file
    width = header.fields.count
    columns = Dictionary(header.fields.enumerated().map { (Cells.line($1).lowercased(), $0) }) { first, _ in first }
  }

  /// One product's rows, gathered.
  private struct Draft {
    let handle: String
    let first: CSVTable.Row
    var optionNames: [String] = []
    var variants: [Variant] = []
    var images: [(position: Int, image: Image)] = []
  }

  func read(_ rows: ArraySlice<CSVTable.Row>, into assembly: inout Assembly) {
    var drafts: [Draft] = []
    var positions: [String: Int] = [:]
    for row in rows {
      assembly.countRow()
      let handle = value("Handle", row)
      guard !handle.isEmpty else {
        assembly.skip(problem("Handle", row, "the handle is empty", "give every row its product's handle"))
        continue
      }
      if positions[handle] == nil {
        positions[handle] = drafts.count
        drafts.append(Draft(handle: handle, first: row))
      }
      guard let position = positions[handle] else { continue }
      do { try read(row, into: &drafts[position], &assembly) } catch { assembly.skip(error) }
    }
    for draft in drafts {
      do { try finish(draft, into: &assembly) } catch { assembly.skip(error) }
    }
  }

  private func read(_ row: CSVTable.Row, into draft: inout Draft, _ assembly: inout Assembly) throws(CatalogError) {
    if row.fields.count > width {
      assembly.note(
        CatalogError(
          .content, "\(row.fields.count) fields under \(width) columns; the last were not read", file: file,
          line: row.line, remedy: "put fields that contain commas in quotes"))
    }
    let source = value("Image Src", row)
    if !source.isEmpty {
      if Self.isPicture(source) {
        let position = Int(value("Image Position", row)) ?? Int.max
        if !draft.images.contains(where: { $0.image.src == source }) {
          draft.images.append((position, Image(src: source, alt: value("Image Alt Text", row))))
        }
      } else {
        assembly.skip(problem("Image Src", row, "not the address of a picture", "write an https:// address or a path from /"))
      }
    }
    if draft.first.line == row.line { draft.optionNames = (1...3).map { value("Option\($0) Name", row) } }
    let isVariant = ["Option1 Value", "Variant SKU", "Variant Price"].contains { !value($0, row).isEmpty }
    if isVariant { draft.variants.append(try variant(row, number: draft.variants.count + 1, of: draft, assembly.currency)) }
  }

  private func variant(_ row: CSVTable.Row, number: Int, of draft: Draft, _ currency: String) throws(CatalogError) -> Variant {
    let cells = Cells(file: file, line: row.line)
    let price = try cells.price(value("Variant Price", row), "Variant Price", currency)
    var before: Money?
    let compareAt = value("Variant Compare At Price", row)
    if !compareAt.isEmpty { before = try cells.price(compareAt, "Variant Compare At Price", currency) }
    if let some = before, price.isLess(than: some) != true { before = nil }
    // An untracked variant is always there; its quantity, if any, means nothing.
    var inventory: Int?
    let quantity = value("Variant Inventory Qty", row)
    let isTracked = columns["variant inventory tracker"] == nil || !value("Variant Inventory Tracker", row).isEmpty
    if isTracked, !quantity.isEmpty { inventory = try cells.count(quantity, "Variant Inventory Qty") }
    let sellsOn = value("Variant Inventory Policy", row).lowercased() == "continue"
    let options = (1...3).map { value("Option\($0) Value", row) }
    let names = draft.optionNames
    let chosen = zip(names, options).filter { !$0.0.isEmpty && !($0.0 == "Title" && $0.1 == "Default Title") }.map(\.1)
    let picture = value("Variant Image", row)
    return Variant(
      id: "\(draft.handle):\(number)", title: chosen.isEmpty ? "Default Title" : chosen.joined(separator: " / "),
      sku: value("Variant SKU", row), options: chosen, price: price, compareAt: before,
      available: sellsOn || inventory.map { $0 > 0 } ?? true, inventory: inventory,
      image: Self.isPicture(picture) ? Image(src: picture) : nil)
  }

  private func finish(_ draft: Draft, into assembly: inout Assembly) throws(CatalogError) {
    let row = draft.first
    let title = value("Title", row)
    guard !title.isEmpty else { throw problem("Title", row, "the product\u{2019}s first row has no title", "give it one") }
    guard let first = draft.variants.first else {
      throw problem(
        "Variant Price", row, "no row of the product \u{201C}\(draft.handle)\u{201D} has a usable price", "give it one")
    }
    guard assembly.product(id: draft.handle) == nil else {
      throw problem("Handle", row, "the product \u{201C}\(draft.handle)\u{201D} is in an earlier file", "import one of the two")
    }
    var handle = draft.handle
    if !Handle.isValid(handle) || !assembly.isFree(handle) {
      handle = assembly.freeHandle(handle, id: title)
      assembly.note(
        problem(
          "Handle", row, "\u{201C}\(draft.handle)\u{201D} cannot be an address, or is taken; \u{201C}\(handle)\u{201D} is used",
          "change it"))
    }
    let body = raw("Body (HTML)", row)
    if body.utf8.count > SanitizedHTML.longestInput {
      assembly.note(problem("Body (HTML)", row, "the description was cut", "keep it under 256 KiB"))
    }
    let images = draft.images.enumerated().sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }
      .map(\.element.image)
    let named = draft.optionNames.enumerated().filter { !$0.element.isEmpty && !first.options.isEmpty }
    let options = named.enumerated().map { index, name in
      var values: [String] = []
      for variant in draft.variants where index < variant.options.count && !values.contains(variant.options[index]) {
        values.append(variant.options[index])
      }
      return Product.Option(name: name.element, values: values)
    }
    let group = [value("Collection", row), value("Type", row)].first { !$0.isEmpty }
    var product = Product(
      id: draft.handle, handle: handle, title: title, vendor: value("Vendor", row), type: value("Type", row),
      descriptionHTML: SanitizedHTML(body), images: images, options: options, variants: draft.variants, price: first.price,
      available: false, tags: value("Tags", row).split(separator: ",").map { Cells.line(String($0)) }.filter { !$0.isEmpty },
      collections: group.map { assembly.collections(at: [$0]) } ?? [], updatedAt: assembly.date, status: status(row))
    for index in product.variants.indices {
      guard let source = product.variants[index].image?.src, let known = images.first(where: { $0.src == source }) else {
        continue
      }
      product.variants[index].image = known
    }
    product.summarize()
    assembly.add(product)
  }

  private func status(_ row: CSVTable.Row) -> Product.Status {
    switch (value("Status", row).lowercased(), value("Published", row).lowercased()) {
    case ("archived", _): .archived
    case ("draft", _), (_, "false"): .draft
    default: .active
    }
  }

  private static func isPicture(_ source: String) -> Bool {
    let lower = source.lowercased()
    let isPath = source.hasPrefix("/") && !source.hasPrefix("//")
    return (lower.hasPrefix("https://") || lower.hasPrefix("http://") || isPath) && !source.contains { $0.isWhitespace }
  }

  private func raw(_ column: String, _ row: CSVTable.Row) -> String {
    guard let index = columns[column.lowercased()], index < row.fields.count else { return "" }
    return row.fields[index]
  }

  private func value(_ column: String, _ row: CSVTable.Row) -> String { Cells.line(raw(column, row)) }

  private func problem(_ column: String, _ row: CSVTable.Row, _ reason: String, _ remedy: String) -> CatalogError {
    Cells(file: file, line: row.line).problem(column, reason, remedy: remedy)
  }
}
