// What a text search looks at, folded once when a product is loaded. A product matches if it has every word of the query;
// its rank is the sum of how well each word is met: in the title better than in the description, whole words better than
// beginnings. Equal ranks keep the shop's order.

import CoreAPIClient

struct SearchIndex: Sendable {
  private let title: String
  private let titleWords: [String]
  /// Vendor, type, tags, attributes.
  private let otherWords: [String]
  private let codes: [String]
  /// Sorted and unique, so that a beginning is found by halving.
  private let textWords: [String]

  init(_ product: Product) {
    titleWords = Folding.words(product.title)
    title = titleWords.joined(separator: " ")
    let others =
      [product.vendor, product.type] + product.tags + product.attributes.map(\.value) + product.options.flatMap(\.values)
    otherWords = others.flatMap(Folding.words)
    codes = product.variants.map { Folding.folded($0.sku) }.filter { !$0.isEmpty }
    textWords = Set(Folding.words(product.descriptionHTML.text)).sorted()
  }

  /// nil if the product does not match; higher is better.
  func rank(_ query: Query) -> Int? {
    if codes.contains(query.folded) { return 1000 }
    var sum = title == query.phrase ? 200 : title.hasPrefix(query.phrase) ? 60 : 0
    for word in query.words {
      guard let rank = rank(word) else { return nil }
      sum += rank
    }
    return sum
  }

  private func rank(_ word: String) -> Int? {
    if titleWords.contains(word) { return 40 }
    if titleWords.contains(where: { $0.hasPrefix(word) }) { return 20 }
    if otherWords.contains(word) { return 15 }
    if otherWords.contains(where: { $0.hasPrefix(word) }) { return 8 }
    // Inside a word only for long words, and for scripts that set no blanks between words.
    if word.utf8.count >= 4, title.contains(word) { return 6 }
    var low = 0
    var high = textWords.count
    while low < high {
      let middle = (low + high) / 2
      if textWords[middle] < word { low = middle + 1 } else { high = middle }
    }
    guard low < textWords.count else { return nil }
    return textWords[low] == word ? 3 : textWords[low].hasPrefix(word) ? 2 : nil
  }

  struct Query {
    let words: [String]
    let phrase: String
    let folded: String

    /// More words than this narrow nothing and cost time.
    private static let mostWords = 12

    init(_ text: String) {
      let cut = String(text.prefix(256))
      words = Array(Folding.words(cut).prefix(Self.mostWords))
      phrase = words.joined(separator: " ")
      folded = Folding.folded(cut.split { $0.isWhitespace }.joined(separator: " "))
    }
  }
}
