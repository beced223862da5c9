import FoundationEssentials
import TemplateEngine
import Testing

@testable import ThemeSDK

/// Reading real folders: links, hidden files, files that are no part of a theme.
@Suite struct FolderTests {
  private static func temporary(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "themesdk-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path(percentEncoded: false))
  }

  private static func write(_ files: [String: [UInt8]], to folder: String) throws {
    for (path, bytes) in files {
      let target = URL(filePath: "\(folder)/\(path)")
      try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: target)
    }
  }

  @Test func aThemeOnDiskIsTheOneInMemory() throws {
    let theme = try Theme.load(Fixtures.folder("themes/minimal"))
    #expect(theme.revision == (try Fixtures.theme().revision))
    #expect(theme.id == "minimal")
    #expect(theme.revision.count == 16)
  }

  @Test func aLinkOutOfTheFolderIsAFinding() throws {
    try Self.temporary { folder in
      let theme = "\(folder)/minimal"
      try Self.write(Fixtures.files(Fixtures.folder("themes/minimal")), to: theme)
      try Self.write(["secret.liquid": Array("secret".utf8)], to: folder)
      try FileManager.default.createDirectory(atPath: "\(theme)/snippets", withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: "\(theme)/snippets/stolen.liquid", withDestinationPath: "\(folder)/secret.liquid")
      let error = #expect(throws: ThemeError.self) { try Theme.load(theme) }
      #expect(error?.findings.map(\.code) == ["leads-outside"])
      #expect(error?.findings.first?.file == "snippets/stolen.liquid")
    }
  }

  @Test func aLinkedFolderThatLeadsOutIsAFinding() throws {
    try Self.temporary { folder in
      let theme = "\(folder)/minimal"
      try Self.write(Fixtures.files(Fixtures.folder("themes/minimal")), to: theme)
      try FileManager.default.createSymbolicLink(atPath: "\(theme)/assets", withDestinationPath: "/etc")
      let error = #expect(throws: ThemeError.self) { try Theme.load(theme) }
      #expect(error?.findings.map(\.code) == ["leads-outside"])
    }
  }

  @Test func aLinkInsideTheFolderIsFollowed() throws {
    try Self.temporary { folder in
      let theme = "\(folder)/minimal"
      try Self.write(Fixtures.files(Fixtures.folder("themes/minimal")), to: theme)
      try Self.write(["snippets/one.liquid": Array("1".utf8)], to: theme)
      try FileManager.default.createSymbolicLink(
        atPath: "\(theme)/snippets/two.liquid", withDestinationPath: "\(theme)/snippets/one.liquid")
      #expect(try Theme.load(theme).partials.template(named: "two") != nil)
    }
  }

  @Test func aFolderReachedThroughALinkIsThatFolder() throws {
    try Self.temporary { folder in
      // Without assets/ and other folders a theme need not have.
      let files = Fixtures.files(Fixtures.folder("themes/minimal")).filter { !$0.key.hasPrefix("assets/") }
      try Self.write(files, to: "\(folder)/release-42/minimal")
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/current", withDestinationPath: "release-42")
      try FileManager.default.createDirectory(atPath: "\(folder)/shop", withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/shop/minimal", withDestinationPath: "../current/minimal")
      let direct = try Theme.load("\(folder)/release-42/minimal").revision
      #expect(try Theme.load("\(folder)/current/minimal").revision == direct)
      #expect(try Theme.load("\(folder)/shop/minimal").revision == direct)
    }
  }

  @Test func aTemplateThatIsTooLargeIsAFinding() throws {
    try Self.temporary { folder in
      let theme = "\(folder)/minimal"
      try Self.write(Fixtures.files(Fixtures.folder("themes/minimal")), to: theme)
      try Self.write(["snippets/large.liquid": [UInt8](repeating: 0x20, count: 256 << 10)], to: theme)
      #expect(try Theme.load(theme).partials.template(named: "large") != nil)
      try Self.write(["snippets/large.liquid": [UInt8](repeating: 0x20, count: (256 << 10) + 1)], to: theme)
      let error = #expect(throws: ThemeError.self) { try Theme.load(theme) }
      #expect(error?.findings.map(\.code) == ["template-too-large"])
      #expect(error?.findings.first?.wayOut?.contains("snippets") == true)
    }
  }

  @Test func whatIsNoPartOfAThemeDoesNotChangeItsRevision() throws {
    try Self.temporary { folder in
      let theme = "\(folder)/minimal"
      try Self.write(Fixtures.files(Fixtures.folder("themes/minimal")), to: theme)
      let before = try Theme.load(theme).revision
      try Self.write(["README.md": [1], ".git/config": [2], "assets/.DS_Store": [3]], to: theme)
      #expect(try Theme.load(theme).revision == before)
      try Self.write(["snippets/new.liquid": [0x20]], to: theme)
      #expect(try Theme.load(theme).revision != before)
    }
  }

  @Test func aFolderThatIsNotThereIsAnError() {
    let error = #expect(throws: ThemeError.self) { try Theme.load("/nowhere/at/all") }
    #expect(error?.findings.contains { $0.code == "missing-manifest" } == true)
  }

  @Test func revisionsTellNamesFromContents() {
    #expect(ContentHash.of(["a": [1, 2], "b": []]) != ContentHash.of(["a": [1], "b": [2]]))
    #expect(ContentHash.of(["ab": [1]]) != ContentHash.of(["a": [98, 1]]))
  }
}
