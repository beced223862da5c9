import CoreAPIClient

/// What a page is called in a browser's tab and in a search engine's list.
enum PageHeading {
  static func title(of subject: PageData.Subject?, searching terms: String, in site: Site) -> String {
    switch subject {
    case .product(let product): product.title
    case .collection(let collection, _): collection.title
    case .search: terms
    case PageData.Subject.none?: site.name
    case nil: ""
    }
  }

  static func description(of subject: PageData.Subject?, in site: Site) -> String {
    switch subject {
    case .product(let product): excerpt(product.descriptionHTML.text)
    case .collection(let collection, _): excerpt(collection.description.text)
    case PageData.Subject.none?: excerpt(site.description)
    case .search, nil: ""
    }
  }

  /// At most 160 characters, cut between words: what result lists show.
  private static func excerpt(_ text: String) -> String {
    let words = text.utf8.split { $0 == 0x20 || (0x09...0x0d).contains($0) }
    var excerpt = ""
    var count = 0
    for word in words {
      let word = Substring(word)
      let length = word.count
      guard count + length < 159 else { return excerpt + "…" }
      if count > 0 {
        excerpt += " "
        count += 1
      }
      excerpt += word
      count += length
    }
    return excerpt
  }
}
