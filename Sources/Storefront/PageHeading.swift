import CoreAPIClient

/// What a page is called in a browser's tab and in a search engine's list.
enum PageHeading {
  static func title(of subject: PageData.Subject?, searching terms: String, in site: Site) -> String {
    switch subject {
    case .product(let product): product.title
    case .collection(let collection, _): collection.title
    case .search: terms
    case .page(let page): page.title
    case .blog(let blog, _): blog.title
    case .article(let article, _): article.title
    case PageData.Subject.none?: site.name
    case nil: ""
    }
  }

  static func description(of subject: PageData.Subject?, in site: Site) -> String {
    switch subject {
    case .product(let product): excerpt(product.descriptionHTML.text)
    case .collection(let collection, _): excerpt(collection.description.text)
    case .page(let page): excerpt(page.body.text)
    case .article(let article, _): excerpt(article.excerpt.isEmpty ? article.body.text : article.excerpt)
    case PageData.Subject.none?: excerpt(site.description)
    case .search, .blog, nil: ""
    }
  }

  /// At most 160 characters, cut between words: what result lists show. No more of the text is read than that.
  private static func excerpt(_ text: String) -> String {
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
    var text = text
    return text.withUTF8 { text in
      var excerpt: [UInt8] = []
      var (count, at) = (0, 0)
      while at < text.count {
        guard !isBlank(text[at]) else {
          at += 1
          continue
        }
        let word = text[at...].prefix { !isBlank($0) }
        // What people call a letter may be of many bytes; of ASCII each is one.
        let length = word.allSatisfy { $0 < 0x80 } ? word.count : String(decoding: word, as: UTF8.self).count
        guard count + length < 159 else { return String(decoding: excerpt, as: UTF8.self) + "…" }
        if count > 0 { excerpt.append(0x20) }
        count += length + (count > 0 ? 1 : 0)
        excerpt += word
        at = word.endIndex
      }
      return String(decoding: excerpt, as: UTF8.self)
    }
  }
}
