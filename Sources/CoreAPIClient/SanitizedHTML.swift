// Descriptions are HTML written by merchants, and by whoever got into a merchant's account. libxml2's parser turns any
// bytes into a tree as leniently as a browser does; the tree is then written out anew with a short list of elements and
// one attribute, every text escaped. Nothing of the input's own markup is copied, so there is nothing to smuggle in it:
// what the list does not name cannot be printed. This is done when data enters (decoding, import, edit), never per page.

import CXml2

/// HTML that can be printed in a page as it is. There is no way to make one but by sanitising.
package struct SanitizedHTML: Hashable, Sendable {
  package let html: String
  /// The words alone, blanks collapsed, not escaped: for excerpts, search and meta descriptions.
  package let text: String

  package static let empty = SanitizedHTML("")

  /// Longer input is cut here: parsing costs time and memory by length, and no description is a book.
  package static let longestInput = 256 * 1024

  package init(_ source: String) {
    guard source.utf8.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") || $0 < 0x20 || $0 == 0x7f }) else {
      let cut = String(decoding: source.utf8.prefix(Self.longestInput), as: UTF8.self)
      var writer = HTMLWriter()
      writer.write(text: cut)
      (html, text) = writer.finish()
      return
    }
    (html, text) = HTMLTree.write(source, limit: Self.longestInput)
  }
}

extension SanitizedHTML: Codable {
  package init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var single = encoder.singleValueContainer()
    try single.encode(html)
  }
}
