// The other half: a list of elements, well-formed output, no memory of the input's markup.

struct HTMLWriter {
  private static let allowed: Set<String> = [
    "p", "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "strong", "em", "b", "i", "u", "s", "sub", "sup", "small", "mark",
    "h3", "h4", "h5", "h6", "blockquote", "code", "pre", "a", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
  ]
  /// A page has one h1 and its own h2s; a description's headings come below them.
  private static let renamed = ["h1": "h3", "h2": "h3", "strike": "s", "del": "s", "ins": "u", "tt": "code"]
  private static let void: Set<String> = ["br", "hr"]
  /// Elements that end a word: without a blank their texts would run together once the tags are gone.
  private static let blocks: Set<String> = [
    "p", "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table",
    "caption", "tr", "th", "td", "div", "section", "article", "header", "footer", "main", "aside", "figure", "center", "form",
    "fieldset", "address",
  ]
  /// What an opening element ends (a paragraph cannot hold a list), looked for up to the nearest of `within`; and what it
  /// must stand in to be printed. The parser's tree has such things, and each reader would mend them in its own way.
  private struct Place {
    let ends: Set<String>
    let within: Set<String>
    let needs: Set<String>?
  }

  private static let paragraphs: Set<String> = ["p", "h3", "h4", "h5", "h6", "pre", "caption"]
  private static let containers: Set<String> = ["li", "td", "th", "dd", "dt", "blockquote", "ul", "ol", "dl", "table"]

  private static func place(of name: String) -> Place? {
    switch name {
    case "li": Place(ends: ["li"], within: ["ul", "ol", "table"], needs: ["ul", "ol"])
    case "dt", "dd": Place(ends: ["dt", "dd"], within: ["dl", "table"], needs: ["dl"])
    case "td", "th": Place(ends: ["td", "th"], within: ["table"], needs: ["tr"])
    case "tr": Place(ends: ["tr", "caption"], within: ["table"], needs: ["table", "thead", "tbody", "tfoot"])
    case "thead", "tbody", "tfoot", "caption":
      Place(ends: ["thead", "tbody", "tfoot", "tr", "caption"], within: ["table"], needs: ["table"])
    case _ where blocks.contains(name) && name != "br": Place(ends: paragraphs, within: containers, needs: nil)
    default: nil
    }
  }

  /// Deeper elements lose their tags and keep their text.
  private static let deepest = 24

  private var html = ""
  private var text = ""
  /// What is open, as printed; nil for an element that prints no tag.
  private var open: [String?] = []
  private var depth = 0

  mutating func write(text piece: String) {
    Self.escape(piece, into: &html)
    text += piece
  }

  mutating func open(_ name: String, href: String?) {
    separate(name)
    let name = Self.renamed[name] ?? name
    var printed = Self.allowed.contains(name) && depth < Self.deepest ? name : nil
    if name == "a" {
      // A link without a safe target, or inside another link, is only its text.
      if printed != nil, !open.contains("a"), let target = href.flatMap(Self.safe) {
        html += "<a href=\""
        Self.escape(target, into: &html)
        html += "\">"
      } else {
        printed = nil
      }
    } else if let name = printed {
      if let place = Self.place(of: name) {
        end(place)
        if let needs = place.needs, open.last(where: { $0 != nil }).flatMap({ $0 }).map(needs.contains) != true { printed = nil }
      }
      if let printed { html += "<\(printed)>" }
    }
    open.append(printed)
    if printed != nil { depth += 1 }
  }

  mutating func close(_ name: String) {
    if let printed = open.popLast() ?? nil {
      depth -= 1
      if !Self.void.contains(printed) { html += "</\(printed)>" }
    }
    separate(name)
  }

  /// Closes what the element ends, with all that is open inside of it.
  private mutating func end(_ place: Place) {
    var target: Int?
    for index in open.indices.reversed() {
      guard let name = open[index] else { continue }
      if place.within.contains(name) { break }
      if place.ends.contains(name) { target = index }
    }
    guard let target else { return }
    for index in open.indices[target...].reversed() {
      guard let name = open[index] else { continue }
      html += "</\(name)>"
      open[index] = nil
      depth -= 1
    }
  }

  mutating func finish() -> (html: String, text: String) {
    (Self.trimmed(html), Self.words(of: text))
  }

  private mutating func separate(_ name: String) {
    guard Self.blocks.contains(name) else { return }
    text += " "
    if !Self.allowed.contains(Self.renamed[name] ?? name), let last = html.utf8.last, last != 0x0a { html += "\n" }
  }

  /// With single blanks between them. By scalars: asking each character for its Unicode properties was half the time of reading a
  /// description.
  private static func words(of text: String) -> String {
    func isBlank(_ scalar: Unicode.Scalar) -> Bool {
      scalar.isASCII ? scalar.value == 0x20 || (0x09...0x0d).contains(scalar.value) : scalar.properties.isWhitespace
    }
    var words = ""
    words.reserveCapacity(text.utf8.count)
    var rest = text.unicodeScalars[...]
    while let start = rest.firstIndex(where: { !isBlank($0) }) {
      let end = rest[start...].firstIndex(where: isBlank) ?? rest.endIndex
      if !words.isEmpty { words += " " }
      words += text[start..<end]
      rest = rest[end...]
    }
    return words
  }

  private static func trimmed(_ text: String) -> String {
    let isBlank: (Character) -> Bool = { $0.isWhitespace }
    guard let first = text.firstIndex(where: { !isBlank($0) }), let last = text.lastIndex(where: { !isBlank($0) }) else {
      return ""
    }
    return String(text[first...last])
  }

  /// An address that a reader may be sent to: http, https, mailto, tel, or a place on this shop. Browsers drop blanks and
  /// control characters inside a scheme, so an address that has any is refused rather than read.
  static func safe(_ target: String) -> String? {
    var target = target[...]
    while let first = target.first, first == " " || first.isNewline || first == "\t" { target.removeFirst() }
    while let last = target.last, last == " " || last.isNewline || last == "\t" { target.removeLast() }
    guard !target.isEmpty, target.utf8.count <= 2048,
      target.unicodeScalars.allSatisfy({ $0.value > 0x20 && !(0x7f...0xa0).contains($0.value) && $0 != "\\" })
    else { return nil }
    if target.hasPrefix("//") { return nil }
    if let colon = target.firstIndex(of: ":"), !target[..<colon].contains(where: { "/?#".contains($0) }) {
      let scheme = target[..<colon].lowercased()
      guard ["http", "https", "mailto", "tel"].contains(scheme) else { return nil }
    }
    return String(target)
  }

  static func escape(_ piece: String, into html: inout String) {
    // What needs no escape, which is nearly all, is appended in one piece.
    var rest = piece[...]
    while let place = rest.utf8.firstIndex(where: isSpecial) {
      html += rest[..<place]
      switch rest.utf8[place] {
      case UInt8(ascii: "&"): html += "&amp;"
      case UInt8(ascii: "<"): html += "&lt;"
      case UInt8(ascii: ">"): html += "&gt;"
      case UInt8(ascii: "\""): html += "&quot;"
      case UInt8(ascii: "'"): html += "&#39;"
      default: break
      }
      rest = rest[rest.utf8.index(after: place)...]
    }
    html += rest
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"), 0: true
    default: false
    }
  }
}
