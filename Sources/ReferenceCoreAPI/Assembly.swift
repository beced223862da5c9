import CoreAPIClient
import FoundationEssentials
import HTTP

/// A catalogue in the making: what every format needs to say about products and collections, and what it has to tell.
struct Assembly {
  let currency: String
  let date: Date
  private var result: CatalogImport.Outcome
  private var handles: Set<String> = []
  private var positions: [String: Int] = [:]
  /// A collection's handle by its path, such as `Books > Fiction`.
  private var collections: [[String]: String] = [:]
  private var collectionHandles: Set<String> = []

  init(currency: String, name: String, date: Date) {
    self.currency = currency
    self.date = date
    result = .init(catalog: CatalogFile(currency: currency, site: Site(name: name)))
  }

  mutating func countRow() { result.rows += 1 }
  mutating func skip(_ problem: CatalogError) { result.skipped.append(problem) }
  mutating func note(_ problem: CatalogError) { result.notes.append(problem) }

  func product(id: String) -> Product? { positions[id].map { result.catalog.products[$0] } }

  mutating func add(_ product: Product) {
    positions[product.id] = result.catalog.products.count
    handles.insert(product.handle)
    result.catalog.products.append(product)
  }

  mutating func replace(_ product: Product) {
    if let position = positions[product.id] { result.catalog.products[position] = product }
  }

  /// A free handle made from the title, or from the id if the title has no letter or digit.
  func freeHandle(_ title: String, id: String) -> String {
    var wanted = Folding.slug(title)
    if wanted.isEmpty { wanted = Folding.slug(id) }
    if wanted.isEmpty { wanted = "product" }
    if !handles.contains(wanted) { return wanted }
    var number = 2
    while handles.contains("\(wanted)-\(number)") { number += 1 }
    return "\(wanted)-\(number)"
  }

  func isFree(_ handle: String) -> Bool { !handles.contains(handle) }

  /// Handles of the collection at the path and of all above it; makes what is missing.
  mutating func collections(at path: [String]) -> [String] {
    path.indices.map { collection(at: Array(path[...$0])) }
  }

  private mutating func collection(at path: [String]) -> String {
    if let known = collections[path] { return known }
    // Two categories of one name under different parents are two collections.
    var handle = Folding.slug(path[path.count - 1])
    if handle.isEmpty || collectionHandles.contains(handle) { handle = Folding.slug(path.joined(separator: " ")) }
    if handle.isEmpty { handle = "collection" }
    var free = handle
    var number = 2
    while !collectionHandles.insert(free).inserted {
      free = "\(handle)-\(number)"
      number += 1
    }
    collections[path] = free
    result.catalog.collections.append(.init(id: free, handle: free, title: path[path.count - 1], updatedAt: date))
    return free
  }

  /// With a main menu made of the collections: the topmost, and what is below them.
  func outcome() -> CatalogImport.Outcome {
    var outcome = result
    var counts: [String: Int] = [:]
    for product in outcome.catalog.products where product.status == .active {
      for handle in product.collections { counts[handle, default: 0] += 1 }
    }
    for index in outcome.catalog.collections.indices {
      outcome.catalog.collections[index].productCount = counts[outcome.catalog.collections[index].handle] ?? 0
    }
    func items(under parent: [String]) -> [Menu.Item] {
      let children = collections.filter { $0.key.count == parent.count + 1 && $0.key.starts(with: parent) }
      let order = outcome.catalog.collections.map(\.handle)
      return children.sorted { order.firstIndex(of: $0.value) ?? 0 < order.firstIndex(of: $1.value) ?? 0 }.map { path, handle in
        Menu.Item(title: path[path.count - 1], url: "/collections/" + PercentEncoding.segment(handle), items: items(under: path))
      }
    }
    // A menu of one entry that holds the others says nothing; show the others.
    var main = items(under: [])
    while main.count == 1, !main[0].items.isEmpty { main = main[0].items }
    outcome.catalog.menus = [Menu(handle: "main", items: main)]
    return outcome
  }
}

/// One row's cells, and how to complain about them.
struct Cells {
  let file: String
  let line: Int

  func problem(_ column: String, _ reason: String, remedy: String) -> CatalogError {
    CatalogError(.content, reason, file: file, line: line, path: column, remedy: remedy)
  }

  func price(_ text: String, _ column: String, _ currency: String) throws(CatalogError) -> Money {
    let remedy = "write digits with a dot, such as 19.99: no currency sign, no separator of thousands"
    guard let money = try? Money(text: text, currency: currency) else {
      throw problem(column, "\u{201C}\(text.prefix(40))\u{201D} is not a price", remedy: remedy)
    }
    guard money.amount >= 0 else {
      throw problem(column, "\u{201C}\(text.prefix(40))\u{201D} is less than nothing", remedy: remedy)
    }
    return money
  }

  func count(_ text: String, _ column: String) throws(CatalogError) -> Int {
    guard let count = Int(text) else {
      throw problem(
        column, "\u{201C}\(text.prefix(40))\u{201D} is not a whole number", remedy: "write the units left, such as 12")
    }
    return count
  }

  /// One line of text: blanks collapsed, control characters gone.
  static func line(_ text: String) -> String {
    var line = ""
    for scalar in text.unicodeScalars {
      line.unicodeScalars.append(scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) ? " " : scalar)
    }
    return line.split { $0.isWhitespace }.joined(separator: " ")
  }
}
