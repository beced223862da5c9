/// Where in an HTML page the next byte stands: what the tokenizer of WHATWG's HTML standard would know there, as far as it
/// decides what a value printed at that place may contain. In a script, a style and the attributes that hold one, a lexer of
/// that language goes along.
struct HTMLState: Hashable, Sendable {
  enum Phase: UInt8, Sendable {
    case text, tagOpen, endTagOpen, tagName
    case beforeName, name, afterName, beforeValue, value, afterValue
    /// Behind `<!`, before it is known what it is.
    case declaration
    case comment
    /// `<?…>`, `<!DOCTYPE …>`: up to the next `>`.
    case bogus
    /// In an element whose content is not tags: script, style, title, textarea and the like.
    case raw
    /// Ways that came together here disagree, and no place that is strict enough for all is known.
    case unknown
  }

  /// The element whose tag is read, or whose raw content.
  enum Element: UInt8, Sendable {
    case other, script, style, title, textarea, iframe, noembed, noframes, xmp, plaintext
    case meta
    /// Elements whose `src` is a picture, a film or a sound: `data:` is harmless there.
    case media
    /// `animate` and `set` of SVG: their values can become a link's address.
    case animation
    /// Its name is printed, and kept to names without raw content.
    case printed
  }

  /// What an attribute's value is.
  enum Attribute: UInt8, Sendable {
    case plain, url, media, candidates, style, handler, document
    /// A `meta` element's content; of a refresh it has an address behind `url=`.
    case content
    case type, equivalent
    /// Its name is printed, and kept to harmless ones.
    case printed
  }

  enum Quote: UInt8, Sendable { case none, double, single }

  enum ScriptKind: UInt8, Sendable {
    case script
    /// A type browsers do not run: a template for the page's own scripts.
    case inert
  }

  var phase = Phase.text
  var element = Element.other
  var isEnd = false
  var attribute = Attribute.plain
  var quote = Quote.none
  var scriptKind = ScriptKind.script
  var isRefresh = false
  /// The name being read: of a tag, an attribute, an entity in a value, an end tag in raw content.
  var name = HTMLName()
  /// A part of the name was printed.
  var nameIsPrinted = false
  /// How far a delimiter is read: `<!--`, `-->`, `</` and the like.
  var progress: UInt8 = 0
  var dashes: UInt8 = 0
  /// In a script: 1 behind `<!--`, 2 behind a `<script` in that, where `</script` ends nothing yet.
  var hidden: UInt8 = 0
  /// An entity is being read in a value that has a lexer.
  var isInEntity = false
  /// A word of the value: a `type`, an address' scheme.
  var word = HTMLName()
  var address = AddressState.start
  var script = ScriptState()
  var style = StyleState()

  /// A place whose value is known to be closed by a quote.
  var isQuotedValue: Bool { phase == .value && quote != .none }

  /// Places where most data is written as in text: what is asked of it first.
  enum Plain: UInt8, Sendable {
    /// The place asks more.
    case never
    /// Nothing: a quoted value.
    case always
    /// That it begins as a path: a quoted address whose scheme is still open.
    case asPath
  }

  var plain: Plain {
    guard isQuotedValue else { return .never }
    switch attribute {
    case .plain: return .always
    case .url, .media:
      switch address {
      case .rest: return .always
      case .start, .open, .printed: return .asPath
      case .script, .opaque: return .never
      }
    default: return .never
    }
  }

  /// Escaping for HTML text is all that a value needs here.
  var isText: Bool { phase == .text }

  /// In content that is not tags and no language of its own: HTML's escaping, and no `<`.
  var isPlainRaw: Bool { phase == .raw && element != .style && !(element == .script && scriptKind == .script) }

  private static let elements: [HTMLName: Element] = {
    var table: [HTMLName: Element] = [
      HTMLName("script"): .script, HTMLName("style"): .style, HTMLName("title"): .title, HTMLName("textarea"): .textarea,
      HTMLName("iframe"): .iframe, HTMLName("noembed"): .noembed, HTMLName("noframes"): .noframes, HTMLName("xmp"): .xmp,
      HTMLName("plaintext"): .plaintext, HTMLName("meta"): .meta,
    ]
    for name in ["img", "image", "source", "input", "video", "audio", "track"] { table[HTMLName(name)] = .media }
    for name in ["animate", "animatetransform", "animatemotion", "set"] { table[HTMLName(name)] = .animation }
    return table
  }()

  static func element(named name: HTMLName) -> Element { elements[name] ?? .other }

  /// True for an element whose content is not read as tags.
  static func isRaw(_ element: Element) -> Bool {
    switch element {
    case .script, .style, .title, .textarea, .iframe, .noembed, .noframes, .xmp, .plaintext: true
    default: false
    }
  }

  /// The name whose end tag ends the raw content.
  var rawName: HTMLName { Self.rawNames[Int(element.rawValue)] }
  private static let rawNames = [
    "", "script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp", "plaintext", "", "", "", "",
  ].map { HTMLName($0) }

  private static let attributes: [HTMLName: Attribute] = {
    var table: [HTMLName: Attribute] = [
      HTMLName("style"): .style, HTMLName("srcdoc"): .document, HTMLName("srcset"): .candidates,
      HTMLName("imagesrcset"): .candidates, HTMLName("poster"): .media, HTMLName("background"): .media,
      HTMLName("http-equiv"): .equivalent,
    ]
    for name in [
      "href", "src", "action", "formaction", "xlink:href", "data", "cite", "longdesc", "ping", "manifest", "codebase",
      "classid", "archive", "profile", "icon", "dynsrc", "lowsrc", "xml:base",
    ] { table[HTMLName(name)] = .url }
    return table
  }()

  /// What the value of an attribute of that name is, on an element. `data-href` and its like are read by the page's scripts
  /// and end where `href` does.
  static func attribute(named name: HTMLName, on element: Element) -> Attribute {
    if name.hasPrefix("on") { return .handler }
    let plainName = name.hasPrefix("data-") ? name.dropping(5) : name
    if let known = attributes[plainName] {
      if known == .url, element == .media, plainName != name || name == HTMLName("src") || name == HTMLName("href") {
        return .media
      }
      if plainName != name, known != .url, known != .media, known != .candidates { return .plain }
      return known
    }
    switch element {
    case .script where name == HTMLName("type") || name == HTMLName("language"): return .type
    case .meta where name == HTMLName("content"): return .content
    case .animation where ["to", "from", "values", "by"].contains(where: { name == HTMLName($0) }): return .url
    default: return .plain
    }
  }
}
