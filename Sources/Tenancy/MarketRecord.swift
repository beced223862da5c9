/// A market beside the default one, as the tenants file has it, before its values are checked.
///
/// ```json
/// { "locale": "de", "currency": "EUR", "routes": { "products": ["produkte", "artikel"], "search": "suche" } }
/// ```
struct MarketRecord: Decodable {
  let locale: String
  let currency: String?
  /// The first part of its addresses; the locale in lower case when it is not said.
  let path: String?
  let routes: RouteWords

  private enum Key: String, CodingKey, CaseIterable { case locale, currency, path, routes }

  init(from decoder: any Decoder) throws {
    try refuseUnknownKeys(decoder, known: Key.allCases.map(\.rawValue))
    let box = try decoder.container(keyedBy: Key.self)
    locale = try box.decode(String.self, forKey: .locale)
    currency = try box.decodeIfPresent(String.self, forKey: .currency)
    path = try box.decodeIfPresent(String.self, forKey: .path)
    routes = try box.decodeIfPresent(RouteWords.self, forKey: .routes) ?? RouteWords()
  }

  func market(of tenant: TenantID, default own: Market) throws(TenancyError) -> Market {
    let word = path ?? locale.lowercased()
    guard RouteWords.isWord(word), !RouteWords.taken.contains(word) else {
      throw TenancyError(.tenant, at: "path", "'\(word)' cannot begin an address: use letters, digits and '-'")
    }
    return try Self.market(of: tenant, locale: locale, currency: currency ?? own.currency, root: "/" + word, words: routes)
  }

  static func market(
    of tenant: TenantID, locale: String, currency: String, root: String, words: RouteWords
  ) throws(TenancyError) -> Market {
    guard Market.isLanguageTag(locale) else {
      throw TenancyError(.tenant, at: "locale", "'\(locale)' is no language tag: use one such as en, de or pt-BR")
    }
    guard currency.utf8.count == 3, currency.utf8.allSatisfy({ (0x41...0x5a).contains($0) }) else {
      throw TenancyError(.tenant, at: "currency", "'\(currency)' is no ISO 4217 code: use three capitals such as EUR")
    }
    let routes: Routes
    do throws(TenancyError) { routes = try words.routes(root: root) } catch { throw error.inside("routes") }
    return Market(of: tenant, locale: locale, currency: currency, routes: routes)
  }
}

/// The words of a market's addresses: for each place one, or the present one followed by former ones.
struct RouteWords: Decodable {
  private var words: [String: [String]] = [:]

  init() {}

  init(from decoder: any Decoder) throws {
    try refuseUnknownKeys(decoder, known: Routes.Place.allCases.map(\.rawValue))
    let box = try decoder.container(keyedBy: AnyKey.self)
    for key in box.allKeys {
      words[key.stringValue] =
        if let one = try? box.decode(String.self, forKey: key) { [one] } else { try box.decode([String].self, forKey: key) }
    }
  }

  func routes(root: String) throws(TenancyError) -> Routes {
    var spelled: [Routes.Place: [String]] = [:]
    for (name, words) in words.sorted(by: { $0.key < $1.key }) {
      guard let place = Routes.Place(rawValue: name) else { continue }
      for word in words where !Self.isWord(word) || Self.taken.contains(word) {
        throw TenancyError(
          .tenant, at: name,
          "'\(word.prefix(40))' cannot be part of an address: use letters, digits and '-', and none of \(Self.taken.sorted().joined(separator: ", "))"
        )
      }
      spelled[place] = words
    }
    guard let routes = Routes(root: root, spelled: spelled) else {
      throw TenancyError(.tenant, "two places have one word: give each its own")
    }
    return routes
  }

  /// Letters of any script with their signs, digits and `-`; of Latin ones the small.
  static func isWord(_ text: String) -> Bool {
    (1...60).contains(text.utf8.count) && text.utf8.first != 0x2d
      && text.unicodeScalars.allSatisfy { scalar in
        switch scalar.value {
        case 0x61...0x7a, 0x30...0x39, 0x2d: true
        case ..<0x80: false
        default:
          switch scalar.properties.generalCategory {
          case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark, .decimalNumber: true
          default: false
          }
        }
      }
  }

  /// First parts of addresses that are the storefront's own.
  static let taken: Set<String> = ["assets", "media"]
}
