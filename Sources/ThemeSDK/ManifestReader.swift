/// Reads what `theme.json` and `plugin.json` have in common.
enum ManifestReader {
  /// An id: lower-case letters, digits and `-`; the name of its folder, since it is looked up by it.
  static func id(_ object: ObjectReader, folder: String, report: inout Report) -> String {
    guard let id = object.string("id", required: true, report: &report), !id.isEmpty else { return "" }
    let place = object.node["id"]?.place
    if !isID(id) {
      report.add(
        .error, "bad-id", "'\(id)' cannot be an id", in: object.file, at: place,
        why: "an id names a folder and stands in addresses", wayOut: "use lower-case letters, digits and '-', at most 64")
    } else if let name = folder.split(separator: "/").last, name != id {
      report.add(
        .error, "bad-id", "the id '\(id)' is not the name of its folder, '\(name)'", in: object.file, at: place,
        why: "shops name it by its folder", wayOut: "make the two the same")
    }
    return id
  }

  static func isID(_ text: String) -> Bool {
    guard let first = text.utf8.first, first != UInt8(ascii: "-"), text.utf8.count <= 64 else { return false }
    return text.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || $0 == UInt8(ascii: "-")
    }
  }

  /// Ids of sections, blocks and fillers: an anchor names them, and `/` joins a plugin's id and its filler's.
  static func isFillerID(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 64
      && text.utf8.allSatisfy { byte in
        byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
      }
  }

  /// Slot names: dotted parts of lower-case letters, digits, `-` and `_`.
  static func isSlotName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 64
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty
          && part.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
              || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
          }
      }
  }

  /// `"assets": {"critical": […]}`, each a file of `assets/`; nil where nothing is said.
  static func criticalAssets(_ object: ObjectReader, in contents: Contents, report: inout Report) -> [String]? {
    guard let assets = object.object("assets", report: &report) else { return nil }
    assets.checkKeys(["critical"], report: &report)
    guard let critical = assets.strings("critical", report: &report) else { return nil }
    var names: [String] = []
    for (name, place) in critical {
      guard plainName(name, at: place, in: object.file, report: &report) else { continue }
      let known = contents.paths(in: "assets").map { String($0.dropFirst("assets/".count)) }
      if known.contains(name) {
        names.append(name)
      } else {
        report.add(
          .error, "missing-asset", "there is no file assets/\(name)", in: object.file, at: place,
          wayOut: NearMiss.wayOut(name, in: known, otherwise: "add the file, or take the name out"))
      }
    }
    return names
  }

  /// Whether a name is one plain name; else a finding, since a name in a manifest must not lead out of the folder.
  static func plainName(_ name: String, at place: Place?, in file: String, report: inout Report) -> Bool {
    if Contents.isPlainName(name) { return true }
    report.add(
      .error, "unsafe-name", "'\(name)' is not a plain file name", in: file, at: place,
      why: "names in a manifest stay in their folder: no '/', no '..', no leading dot",
      wayOut: "name the file alone, in letters, digits, '-', '_', '.' and '@'")
    return false
  }

  /// `"cache": {"ttl": 300, "vary": ["page"]}`.
  static func cache(_ object: ObjectReader, report: inout Report) -> DeclaredCache? {
    guard let cache = object.object("cache", report: &report) else { return nil }
    cache.checkKeys(["ttl", "vary", "context"], report: &report)
    var declared = DeclaredCache()
    declared.seconds = cache.int("ttl", in: 0...31_536_000, report: &report)
    if let names = cache.strings("vary", report: &report) {
      var vary: Set<CachePolicy.Dimension> = []
      for (name, place) in names {
        if let dimension = CachePolicy.Dimension(rawValue: name) {
          vary.insert(dimension)
        } else {
          let known = CachePolicy.Dimension.allCases.map(\.rawValue)
          report.add(
            .error, "unknown-dimension", "a fragment cannot vary by '\(name)'", in: object.file, at: place,
            wayOut: NearMiss.wayOut(name, in: known, otherwise: "it can vary by \(known.joined(separator: ", "))"))
        }
      }
      declared.vary = vary
    }
    return declared
  }

  /// `"private": true`, which leaves nothing to keep.
  static func isPrivate(_ object: ObjectReader, report: inout Report) -> Bool {
    guard object.bool("private", report: &report) == true else { return false }
    if let cache = object.node["cache"] {
      report.add(
        .warning, "private-cache", "what is private is not kept, and 'cache' says how long", in: object.file, at: cache.place,
        why: "'cache' is ignored", wayOut: "take \"cache\" out, or \"private\"")
    }
    return true
  }

  /// `"condition": {"page": ["product"], "locale": […], "currency": […]}`.
  static func condition(_ object: ObjectReader, report: inout Report) -> Condition {
    guard let condition = object.object("condition", report: &report) else { return .always }
    condition.checkKeys(["page", "locale", "currency"], report: &report)
    func set(_ key: String) -> Set<String> {
      if let one = condition.node[key]?.string { return [one] }
      return Set((condition.strings(key, report: &report) ?? []).map(\.text))
    }
    let pages = set("page")
    for kind in pages.sorted() where !PageContext.kinds.contains(kind) {
      guard let close = NearMiss.of(kind, in: PageContext.kinds) else { continue }
      report.add(
        .warning, "unknown-page", "there are no pages of the kind '\(kind)'", in: object.file, at: condition.node["page"]?.place,
        why: "it is never shown", wayOut: "did you mean '\(close)'?")
    }
    return Condition(pages: pages, locales: set("locale"), currencies: set("currency"))
  }
}
