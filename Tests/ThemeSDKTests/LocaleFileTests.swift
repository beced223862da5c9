import FoundationEssentials
import Testing

@testable import ThemeSDK

/// The texts of the themes and plugins that come with the program: complete in every language, each plural in all its forms.
@Suite struct LocaleFileTests {
  struct Texts: Sendable, CustomTestStringConvertible {
    let folder: String
    /// With those of the theme it extends.
    let locales: [String: Translations]
    var testDescription: String { folder }
  }

  static let languages = ["en", "ro", "de", "bn"]
  static let all: [Texts] = ["Themes", "Plugins"].flatMap { kind in
    let folder = ReadingTests.root.appending(path: kind).path(percentEncoded: false)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().map { name in
      var report = Report()
      var contents = Contents.read("\(folder)/\(name)", manifest: "theme.json", folders: ["locales"], report: &report)
      contents = contents.inheriting(from: Siblings(of: "\(folder)/\(name)"), report: &report)
      return Texts(folder: "\(kind)/\(name)", locales: LocaleReader.read(contents, report: &report).locales)
    }
  }

  /// The forms of a text; one that is no plural has one, without a category.
  private func forms(_ entry: Translations.Entry?) -> [(category: PluralCategory?, text: Translations.Text)] {
    switch entry {
    case .text(let text): [(nil, text)]
    case .plural(let forms): forms.map { ($0.key, $0.value) }
    case nil: []
    }
  }

  private func arguments(_ text: Translations.Text) -> Set<String> {
    Set(text.pieces.compactMap { piece in if case .argument(let name) = piece { name } else { nil } })
  }

  @Test func allAreHere() {
    #expect(Self.all.map(\.folder).contains("Themes/base"))
    #expect(Self.all.map(\.folder).contains("Plugins/reviews"))
    #expect(Self.all.count >= 5)
  }

  @Test(arguments: all) func everyKeyIsInEveryLanguage(_ texts: Texts) throws {
    let english = try #require(texts.locales["en"])
    #expect(!english.keys.isEmpty)
    for language in Self.languages { #expect(texts.locales[language]?.keys == english.keys, "\(language)") }
  }

  /// The forms a language needs are those its rule chooses for whole numbers; one more would never be read.
  @Test(arguments: all) func everyPluralHasTheFormsOfItsLanguage(_ texts: Texts) {
    for (language, translations) in texts.locales {
      let needed = Set((0...200).map { translations.rule.category(of: Double($0)) })
      for (key, entry) in translations.entries {
        guard case .plural(let forms) = entry else { continue }
        #expect(Set(forms.keys) == needed, "\(language) \(key)")
      }
    }
  }

  @Test(arguments: all) func everyTextSaysWhatEnglishSays(_ texts: Texts) throws {
    let english = try #require(texts.locales["en"])
    for (language, translations) in texts.locales {
      for (key, entry) in english.entries {
        let wanted = forms(entry).reduce(into: Set<String>()) { $0.formUnion(arguments($1.text)) }
        let isPlural = if case .plural = entry { true } else { false }
        for form in forms(translations.entries[key]) {
          #expect(arguments(form.text) == wanted, "\(language) \(key)")
          #expect((form.category != nil) == isPlural, "\(language) \(key)")
        }
      }
    }
  }

  /// The sign of a percentage stands as the filter `number` writes it, and not alone on the next line.
  @Test(arguments: all) func percentagesAreWrittenAsTheFilterWritesThem(_ texts: Texts) throws {
    for (language, translations) in texts.locales {
      let numbers = NumberFormat.of(locale: language)
      for (key, entry) in translations.entries {
        for form in forms(entry) where arguments(form.text).contains("percent") {
          let text = form.text.pieces.map { piece in
            switch piece {
            case .literal(let text): text
            case .argument(let name): name == "percent" ? numbers.string(20) : name
            }
          }.joined()
          #expect(text.contains(try #require(numbers.percent("20"))), "\(language) \(key): \(text)")
        }
      }
    }
  }
}
