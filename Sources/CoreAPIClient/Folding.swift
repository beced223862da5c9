// Text as people look for it and as addresses carry it: lower case, Latin letters without their marks. Latin letters go by
// a table, since neither the standard library nor FoundationEssentials tells a letter's base; letters of other scripts
// stay as they are, with their vowel signs, which are part of the word there.

package enum Folding {
  /// `Crème Brûlée` → `creme brulee`, `Straße` → `strasse`.
  package static func folded(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars { append(scalar, to: &result) }
    return result
  }

  /// Runs of letters, digits and their signs, folded. An apostrophe joins: `Hitchhiker's` is one word.
  package static func words(_ text: String) -> [String] {
    var words: [String] = []
    var word = ""
    for scalar in text.unicodeScalars {
      if isPartOfWord(scalar) {
        append(scalar, to: &word)
      } else if !"'\u{2019}\u{200C}\u{200D}".unicodeScalars.contains(scalar), !word.isEmpty {
        words.append(word)
        word = ""
      }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  /// A handle: words joined by `-`, at most `limit` bytes, cut at a word where there is one. Empty if the text has no word.
  package static func slug(_ text: String, limit: Int = 120) -> String {
    var slug = ""
    for word in words(text) {
      let addition = slug.isEmpty ? word : "-" + word
      if slug.utf8.count + addition.utf8.count > limit {
        if !slug.isEmpty { break }
        for scalar in word.unicodeScalars {
          guard slug.utf8.count + Unicode.UTF8.width(scalar) <= limit else { break }
          slug.unicodeScalars.append(scalar)
        }
        break
      }
      slug += addition
    }
    return slug
  }

  private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
      .nonspacingMark, .spacingMark:
      return true
    default: return false
    }
  }

  private static func append(_ scalar: Unicode.Scalar, to result: inout String) {
    if scalar.isASCII {
      result.unicodeScalars.append(("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
      return
    }
    for lower in scalar.properties.lowercaseMapping.unicodeScalars where !(0x300...0x36F).contains(lower.value) {
      if let base = bases[lower] { result += base } else { result.unicodeScalars.append(lower) }
    }
  }

  static let bases: [Unicode.Scalar: String] = {
    var table: [Unicode.Scalar: String] = [:]
    for (base, letters) in [
      ("a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặª"), ("ae", "æǣǽ"), ("b", "ƀɓḃḅḇ"), ("c", "çćĉċčƈḉ"), ("d", "ðďđɖɗḋḍḏḑḓ"),
      ("e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"), ("f", "ƒḟ"), ("g", "ĝğġģǥǧǵḡ"), ("h", "ĥħȟḣḥḧḩḫẖ"), ("i", "ìíîïĩīĭįıǐȉȋḭḯỉị"),
      ("ij", "ĳ"), ("j", "ĵǰ"), ("k", "ķĸƙǩḱḳḵ"), ("l", "ĺļľŀłḷḹḻḽ"), ("m", "ḿṁṃ"), ("n", "ñńņňŉŋǹṅṇṉṋ"),
      ("o", "òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợº"), ("oe", "œ"), ("p", "ṕṗ"), ("r", "ŕŗřȑȓṙṛṝṟ"), ("s", "śŝşšſșṡṣṥṧṩ"),
      ("ss", "ß"), ("t", "ţťŧțṫṭṯṱẗ"), ("th", "þ"), ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"), ("v", "ṽṿ"), ("w", "ŵẁẃẅẇẉẘ"),
      ("x", "ẋẍ"), ("y", "ýÿŷȳẏẙỳỵỷỹ"), ("z", "źżžƶẑẓẕ"),
    ] {
      for letter in letters.unicodeScalars { table[letter] = base }
    }
    return table
  }()
}
