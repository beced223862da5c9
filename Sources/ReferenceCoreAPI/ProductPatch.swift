import CoreAPIClient
import FoundationEssentials

/// An edit as a document: `{"price": "19.99", "stock": 3, "variant": "42a"}`. What it does not name stays; null takes away what can
/// be taken away. Unlike a catalogue, where an unknown field is another system's business, a field that an edit does not know
/// is a mistake: whoever sent it believes that it was done.
struct ProductPatch: Decodable {
  private(set) var edits: [ProductEdit] = []

  /// Which currency prices are in.
  init(json: Data, currency: String) throws(CatalogError) {
    do {
      self = try Document.decoder(currency: currency).decode(Self.self, from: json)
    } catch let error as DecodingError {
      throw CatalogError(decoding: error, in: json, file: "")
    } catch {
      throw CatalogError(.syntax, "\(error)")
    }
    for price in prices where price.money.currency != currency {
      throw Self.wrong("the shop's prices are in \(currency)", price.field, in: json)
    }
    for price in prices where price.money.amount < 0 {
      throw Self.wrong("a price is not less than nothing", price.field, in: json)
    }
    guard !edits.isEmpty else { throw CatalogError(.content, "this edits nothing; give at least one of \(Self.names)") }
  }

  private static func wrong(_ reason: String, _ field: String, in json: Data) -> CatalogError {
    let place = JSONPlace(of: [field], in: json)
    return CatalogError(.content, reason, line: place?.line, column: place?.column, path: field)
  }

  private var prices: [(field: String, money: Money)] {
    edits.compactMap { edit in
      switch edit {
      case .price(let money, _): ("price", money)
      case .compareAt(let money?, _): ("compareAt", money)
      case .sale(let sale?, _): ("sale", sale.price)
      default: nil
      }
    }
  }

  private enum Field: String, CaseIterable {
    case title, handle, status, price, compareAt, sale, stock, available, collections
    /// Not an edit: which variant the others mean.
    case variant
  }

  private static let names = Field.allCases.dropLast().map(\.rawValue).joined(separator: ", ")

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init(_ field: Field) { stringValue = field.rawValue }
    init?(intValue: Int) { nil }
  }

  private struct Sale: Decodable {
    let price: Money
    let startsAt: Date?
    let endsAt: Date?
  }

  init(from decoder: any Decoder) throws {
    let from = try decoder.container(keyedBy: Key.self)
    let variant = try from.decodeIfPresent(String.self, forKey: Key(.variant))
    func wrong(_ key: Key, _ reason: String) -> DecodingError {
      .dataCorruptedError(forKey: key, in: from, debugDescription: reason)
    }
    if let unknown = from.allKeys.first(where: { Field(rawValue: $0.stringValue) == nil }) {
      throw wrong(unknown, "no edit has this field; there are \(Self.names), and variant")
    }
    // In one order whatever the document's: what is said of availability by itself comes after the stock it depends on.
    for field in Field.allCases where from.contains(Key(field)) {
      let key = Key(field)
      switch field {
      case .variant: break
      case .title:
        let title = try from.decode(String.self, forKey: key)
        guard title.contains(where: { !$0.isWhitespace }) else { throw wrong(key, "a product has a title") }
        edits.append(.title(title))
      case .handle: edits.append(.handle(try from.decode(String.self, forKey: key)))
      case .status:
        switch try from.decode(Product.Status.self, forKey: key) {
        case .active: edits.append(.publish)
        case .draft: edits.append(.unpublish)
        case .archived: edits.append(.archive)
        }
      case .price: edits.append(.price(try from.decode(Money.self, forKey: key), variant: variant))
      case .compareAt: edits.append(.compareAt(try from.decodeIfPresent(Money.self, forKey: key), variant: variant))
      case .sale:
        let sale = try from.decodeIfPresent(Sale.self, forKey: key)
        if let sale, let starts = sale.startsAt, let ends = sale.endsAt, starts >= ends {
          throw wrong(key, "the sale ends before it begins")
        }
        edits.append(.sale(sale.map { .init(price: $0.price, startsAt: $0.startsAt, endsAt: $0.endsAt) }, variant: variant))
      case .stock: edits.append(.stock(try from.decodeNumber(Int.self, forKey: key), variant: variant))
      case .available: edits.append(.available(try from.decode(Bool.self, forKey: key), variant: variant))
      case .collections: edits.append(.collections(try from.decode([String].self, forKey: key)))
      }
    }
  }
}
