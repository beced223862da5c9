// Cardinal plural rules after CLDR 44 (common/supplemental/plurals.xml, "type cardinal"), for counts of things: whole
// numbers, and fractions where a rule asks for `v = 0`. ICU has the same table behind an interface that Swift's
// Foundation does not export, so the languages are written out; one that is not here counts as English does.

/// The plural categories of CLDR.
enum PluralCategory: String, CaseIterable, Sendable {
  case zero, one, two, few, many, other
}

/// How a language chooses a plural form.
struct PluralRule: Sendable {
  private let language: String

  init(locale: String) {
    language = String(locale.prefix { $0 != "-" && $0 != "_" }).lowercased()
  }

  func category(of number: Double) -> PluralCategory {
    let n = abs(number)
    guard n < 1e15 else { return .other }
    let i = Int(n)
    let isWhole = n == Double(i)
    let (ten, hundred) = (i % 10, i % 100)
    switch language {
    case "ja", "zh", "ko", "th", "vi", "id", "ms", "my", "lo", "km", "yo", "ig", "jv", "su", "to", "wo", "bo", "dz": return .other
    case "fr", "hy", "kab", "ff":
      if i == 0 || i == 1 { return .one }
      return language == "fr" && isWhole && i != 0 && i % 1_000_000 == 0 ? .many : .other
    case "pt":
      if i == 0 || i == 1 { return .one }
      return isWhole && i % 1_000_000 == 0 ? .many : .other
    case "es": return n == 1 ? .one : isWhole && i != 0 && i % 1_000_000 == 0 ? .many : .other
    case "it", "ca": return isWhole && i == 1 ? .one : isWhole && i != 0 && i % 1_000_000 == 0 ? .many : .other
    case "bn", "hi", "gu", "kn", "fa", "am", "zu", "as": return i == 0 || n == 1 ? .one : .other
    case "ak", "ln", "mg", "pa", "ti", "wa": return n == 0 || n == 1 ? .one : .other
    case "da": return n == 1 || (!isWhole && (i == 0 || i == 1)) ? .one : .other
    case "is", "mk": return isWhole && ten == 1 && hundred != 11 ? .one : .other
    case "fil", "tl": return isWhole && (i == 1 || i == 2 || i == 3 || ![4, 6, 9].contains(ten)) ? .one : .other
    case "ro", "mo":
      if isWhole && i == 1 { return .one }
      return !isWhole || n == 0 || (i != 1 && (1...19).contains(hundred)) ? .few : .other
    case "ru", "uk", "be":
      guard isWhole else { return .other }
      if ten == 1 && hundred != 11 { return .one }
      return (2...4).contains(ten) && !(12...14).contains(hundred) ? .few : .many
    case "sr", "hr", "bs", "sh":
      guard isWhole else { return .other }
      if ten == 1 && hundred != 11 { return .one }
      return (2...4).contains(ten) && !(12...14).contains(hundred) ? .few : .other
    case "pl":
      guard isWhole else { return .other }
      if i == 1 { return .one }
      return (2...4).contains(ten) && !(12...14).contains(hundred) ? .few : .many
    case "cs", "sk":
      guard isWhole else { return .many }
      return i == 1 ? .one : (2...4).contains(i) ? .few : .other
    case "sl":
      guard isWhole else { return .few }
      return hundred == 1 ? .one : hundred == 2 ? .two : hundred == 3 || hundred == 4 ? .few : .other
    case "lt":
      guard isWhole else { return .many }
      if (11...19).contains(hundred) { return .other }
      return ten == 1 ? .one : (2...9).contains(ten) ? .few : .other
    case "lv":
      guard isWhole else { return .other }
      return ten == 0 || (11...19).contains(hundred) ? .zero : ten == 1 ? .one : .other
    case "ar":
      guard isWhole else { return .other }
      switch i {
      case 0: return .zero
      case 1: return .one
      case 2: return .two
      default: return (3...10).contains(hundred) ? .few : (11...99).contains(hundred) ? .many : .other
      }
    case "he", "iw":
      return (isWhole && i == 1) || (!isWhole && i == 0) ? .one : isWhole && i == 2 ? .two : .other
    case "ga":
      return n == 1
        ? .one : n == 2 ? .two : isWhole && (3...6).contains(i) ? .few : isWhole && (7...10).contains(i) ? .many : .other
    case "cy":
      guard isWhole else { return .other }
      return i == 0 ? .zero : i == 1 ? .one : i == 2 ? .two : i == 3 ? .few : i == 6 ? .many : .other
    case "mt":
      guard isWhole else { return .other }
      if i == 1 { return .one }
      if i == 2 { return .two }
      return i == 0 || (3...10).contains(hundred) ? .few : (11...19).contains(hundred) ? .many : .other
    case "bg", "el", "hu", "tr", "sq", "eu", "ka", "kk", "ky", "az", "ml", "mr", "mn", "ne", "nb", "no", "nn", "ta", "te", "uz",
      "so", "or":
      return n == 1 ? .one : .other
    default: return isWhole && i == 1 ? .one : .other
    }
  }
}
