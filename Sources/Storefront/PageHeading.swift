import CoreAPIClient

/// What a page is called in a browser's tab and in a search engine's list.
struct PageHeading {
  var title: String
  var description: String

  init(of subject: PageData.Subject?, searching terms: String, in site: Site) {
    switch subject {
    case .product(let product):
      title = product.title
      description = PageHeading.excerpt(product.descriptionHTML.text)
    case .collection(let collection, _):
      title = collection.title
      description = PageHeading.excerpt(collection.description.text)
    case .search: (title, description) = (terms, "")
    case PageData.Subject.none?: (title, description) = (site.name, PageHeading.excerpt(site.description))
    case nil: (title, description) = ("", "")
    }
  }

  /// At most 160 characters, cut between words: what result lists show.
  private static func excerpt(_ text: String) -> String {
    let words = text.split(whereSeparator: \.isWhitespace)
    var excerpt = ""
    for word in words {
      guard excerpt.count + word.count < 159 else { return excerpt + "…" }
      excerpt += (excerpt.isEmpty ? "" : " ") + word
    }
    return excerpt
  }
}
