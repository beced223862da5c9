/// How a market's addresses begin and which words they use: `/de/produkte/…` for what the catalogue calls `/products/…`.
///
/// Each place has one word now and any number of former ones, the English word among them, which are understood and lead to the
/// new address: a shop that renames its addresses loses no link.
package struct Routes: Hashable, Sendable {
  /// What the first part of an address can name.
  package enum Place: String, CaseIterable, Sendable {
    case products, collections, search, pages, blogs, cart, wishlist, compare, account, fragments
  }

  /// What stands before every address: empty, or `/de`.
  package let root: String
  /// By the place's position.
  private let words: [String]
  private let places: [String: Place]
  /// The same for equal routes in every process.
  package let revision: UInt64

  /// The addresses that catalogues and their links use, at the shop's root.
  package init() { self.init(root: "", spelled: [:])! }

  /// - Parameters:
  ///   - root: empty, or a slash and one word.
  ///   - spelled: for each place its word and then its former ones; a place that is left out has the English one.
  /// - Returns: nil where two places would have one word.
  package init?(root: String, spelled: [Place: [String]]) {
    var places: [String: Place] = [:]
    var words: [String] = []
    for place in Place.allCases {
      let own = spelled[place].flatMap { $0.isEmpty ? nil : $0 } ?? [place.rawValue]
      words.append(own[0])
      for word in own {
        if let other = places.updateValue(place, forKey: word), other != place { return nil }
      }
    }
    // Another place may have taken the English word for its own.
    for place in Place.allCases where places[place.rawValue] == nil { places[place.rawValue] = place }
    self.root = root
    self.words = words
    self.places = places
    revision = StableHash.of(([root] + words + places.map { "\($0)=\($1.rawValue)" }.sorted()).joined(separator: "/").utf8)
  }

  package func word(for place: Place) -> String { words[Place.allCases.firstIndex(of: place)!] }

  /// What a word means here, be it a former one.
  package func place(for word: some StringProtocol) -> Place? { places[String(word)] }

  /// The word after the root, or nil for the shop's own root.
  package var prefix: String? { root.isEmpty ? nil : String(root.dropFirst()) }
}
