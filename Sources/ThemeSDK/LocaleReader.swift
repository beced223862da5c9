/// Reads `locales/<tag>.json`. `en.default.json` (Shopify's name for the default) counts as `en.json`;
/// `*.schema.json` holds texts of Shopify's editor and is not read.
enum LocaleReader {
  /// The texts of a theme lie over those of the one it extends, key by key. The default is the nearest that is said.
  static func read(_ contents: Contents, report: inout Report) -> (locales: [String: Translations], default: String?) {
    var locales: [String: Translations] = [:]
    var standard: String?
    for layer in contents.layers {
      report.folder = layer.path
      if let own = read(layer, into: &locales, report: &report) { standard = own }
      report.folder = ""
    }
    return (locales, standard)
  }

  private static func read(_ layer: Layer, into locales: inout [String: Translations], report: inout Report) -> String? {
    var standard: String?
    for path in layer.files.keys.sorted()
    where path.hasPrefix("locales/") && path.hasSuffix(".json") && !path.hasSuffix(".schema.json") {
      var tag = String(path.dropFirst("locales/".count).dropLast(".json".count))
      if tag.hasSuffix(".default") {
        tag = String(tag.dropLast(".default".count))
        standard = tag
      }
      guard isTag(tag) else {
        report.add(
          .error, "bad-locale", "'\(tag)' is not a locale tag", in: path, wayOut: "name the file as in en.json or pt-BR.json")
        continue
      }
      guard let bytes = layer.files[path], let node = Contents.json(bytes, file: path, report: &report) else { continue }
      var translations = locales[tag] ?? Translations(locale: tag)
      translations.add(node, file: path, report: &report)
      locales[tag] = translations
    }
    return standard
  }

  static func isTag(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard let language = parts.first, (2...3).contains(language.count) else { return false }
    return language.allSatisfy { $0.isASCII && $0.isLowercase }
      && parts.dropFirst().allSatisfy {
        (1...8).contains($0.count) && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
      }
  }
}
