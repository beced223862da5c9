import FoundationInternationalization
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#endif

/// What a language calls itself, from ICU's data: `Deutsch`, `Română`, `বাংলা`.
public enum LanguageName {
  private static let known = Mutex<[String: String]>([:])

  /// The name of a locale's language in that language, with a capital letter, as it stands alone in a list. The tag itself where ICU
  /// has no name for it.
  public static func endonym(of tag: String) -> String {
    if let name = known.withLock({ $0[tag] }) { return name }
    let locale = Locale(identifier: tag.replacing("-", with: "_"))
    let name = locale.localizedString(forLanguageCode: tag) ?? tag
    let capital = name.prefix(1).uppercased() + name.dropFirst()
    known.withLock { $0[tag] = capital }
    return capital
  }
}
