/// What may stand in a style sheet as a colour or a font, when it comes from settings.
enum Color {
  /// `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, a colour function of numbers, or a CSS colour name.
  static func isValid(_ text: String) -> Bool {
    if text.hasPrefix("#") {
      return [4, 5, 7, 9].contains(text.utf8.count)
        && text.dropFirst().utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
    }
    let lower = text.lowercased()
    if names.contains(lower) { return true }
    guard let open = lower.firstIndex(of: "("), lower.last == ")", functions.contains(String(lower[..<open])) else {
      return false
    }
    let inner = lower[lower.index(after: open)...].dropLast()
    let parts = inner.split { $0 == "," || $0 == " " || $0 == "/" }
    return inner.utf8.count <= 64 && (3...4).contains(parts.count) && parts.allSatisfy(isComponent)
  }

  private static func isComponent(_ part: Substring) -> Bool {
    var number = part
    for unit in ["%", "deg", "turn", "rad"] where number.hasSuffix(unit) { number = number.dropLast(unit.count) }
    return !number.isEmpty && number.utf8.allSatisfy { "0123456789.-".utf8.contains($0) } && Double(number) != nil
  }

  /// A colour or a gradient: no character that could end a declaration or fetch something.
  static func isSafeBackground(_ text: String) -> Bool {
    if isValid(text) { return true }
    let lower = text.lowercased()
    return lower.utf8.count <= 512
      && ["linear-gradient(", "radial-gradient(", "conic-gradient("].contains { lower.hasPrefix($0) }
      && lower.last == ")" && !lower.contains("url") && lower.utf8.allSatisfy { isWordByte($0) || "#%.,() -+/".utf8.contains($0) }
  }

  /// Font names: letters, digits, spaces, quotes around a name, commas between.
  static func isSafeFontFamily(_ text: String) -> Bool {
    text.utf8.count <= 200
      && text.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || $0.properties.numericType != nil || " -_,".unicodeScalars.contains($0)
      }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    let character = Character(Unicode.Scalar(byte))
    return byte < 0x80 && (character.isLetter || character.isNumber)
  }

  private static let functions: Set<String> = ["rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch"]
  private static let names: Set<String> = [
    "transparent", "currentcolor", "black", "silver", "gray", "grey", "white", "maroon", "red", "purple", "fuchsia", "green",
    "lime",
    "olive", "yellow", "navy", "blue", "teal", "aqua", "orange", "aliceblue", "antiquewhite", "aquamarine", "azure", "beige",
    "bisque", "blanchedalmond", "blueviolet", "brown", "burlywood", "cadetblue", "chartreuse", "chocolate", "coral",
    "cornflowerblue", "cornsilk", "crimson", "cyan", "darkblue", "darkcyan", "darkgoldenrod", "darkgray", "darkgreen", "darkgrey",
    "darkkhaki", "darkmagenta", "darkolivegreen", "darkorange", "darkorchid", "darkred", "darksalmon", "darkseagreen",
    "darkslateblue", "darkslategray", "darkslategrey", "darkturquoise", "darkviolet", "deeppink", "deepskyblue", "dimgray",
    "dimgrey", "dodgerblue", "firebrick", "floralwhite", "forestgreen", "gainsboro", "ghostwhite", "gold", "goldenrod",
    "greenyellow", "honeydew", "hotpink", "indianred", "indigo", "ivory", "khaki", "lavender", "lavenderblush", "lawngreen",
    "lemonchiffon", "lightblue", "lightcoral", "lightcyan", "lightgoldenrodyellow", "lightgray", "lightgreen", "lightgrey",
    "lightpink", "lightsalmon", "lightseagreen", "lightskyblue", "lightslategray", "lightslategrey", "lightsteelblue",
    "lightyellow", "limegreen", "linen", "magenta", "mediumaquamarine", "mediumblue", "mediumorchid", "mediumpurple",
    "mediumseagreen", "mediumslateblue", "mediumspringgreen", "mediumturquoise", "mediumvioletred", "midnightblue", "mintcream",
    "mistyrose", "moccasin", "navajowhite", "oldlace", "olivedrab", "orangered", "orchid", "palegoldenrod", "palegreen",
    "paleturquoise", "palevioletred", "papayawhip", "peachpuff", "peru", "pink", "plum", "powderblue", "rebeccapurple",
    "rosybrown",
    "royalblue", "saddlebrown", "salmon", "sandybrown", "seagreen", "seashell", "sienna", "skyblue", "slateblue", "slategray",
    "slategrey", "snow", "springgreen", "steelblue", "tan", "thistle", "tomato", "turquoise", "violet", "wheat", "whitesmoke",
    "yellowgreen",
  ]
}

/// Which addresses may stand in `href` and `src`.
enum Address {
  /// Relative, or with a scheme that runs nothing. Browsers drop control characters and leading spaces before they
  /// look for a scheme, so does this.
  static func isSafe(_ text: String) -> Bool {
    let cleaned = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value > 0x20 && $0.value != 0x7F }))
    guard let colon = cleaned.firstIndex(of: ":") else { return true }
    let scheme = cleaned[..<colon]
    if scheme.contains(where: { "/?#".contains($0) }) { return true }
    return ["http", "https", "mailto", "tel", "sms"].contains(scheme.lowercased())
  }

  /// The same for pictures, which may also be inline ones.
  static func isSafeImage(_ text: String) -> Bool {
    isSafe(text) || text.lowercased().hasPrefix("data:image/")
  }
}
