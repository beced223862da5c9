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
    var text = text
    return text.withUTF8 { bytes in
      var excerpt: [UInt8] = []
      excerpt.reserveCapacity(min(bytes.count, 164))
      var count = 0
      var at = 0
      while true {
        while at < bytes.count, isSpace(bytes[at]) { at += 1 }
        var end = at
        while end < bytes.count, !isSpace(bytes[end]) { end += 1 }
        guard at < end else { return String(decoding: excerpt, as: UTF8.self) }
        let word = UnsafeBufferPointer(rebasing: bytes[at..<end])
        let length = word.allSatisfy { $0 < 0x80 } ? word.count : String(decoding: word, as: UTF8.self).count
        guard count + length < 159 else { return String(decoding: excerpt + "…".utf8, as: UTF8.self) }
        if count > 0 {
          excerpt.append(0x20)
          count += 1
        }
        excerpt += word
        count += length
        at = end
      }
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }
}
