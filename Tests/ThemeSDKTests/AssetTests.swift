import Testing

@testable import ThemeSDK

@Suite struct AssetTests {
  private func assets(_ files: [String: String]) -> (assets: [String: Asset], findings: [Finding]) {
    var report = Report()
    let contents = Contents(
      folder: "x", files: Dictionary(uniqueKeysWithValues: files.map { ("assets/\($0.key)", Array($0.value.utf8)) }))
    return (AssetReader.read(contents, report: &report), report.sorted)
  }

  private func text(_ asset: Asset?) -> String { String(decoding: asset?.bytes ?? [], as: UTF8.self) }

  @Test func theNameChangesWithTheBytesAndOnlyWithThem() {
    let one = Asset(name: "theme.css", bytes: [1])
    #expect(one.fingerprintedName == Asset(name: "theme.css", bytes: [1]).fingerprintedName)
    #expect(one.fingerprintedName != Asset(name: "theme.css", bytes: [2]).fingerprintedName)
    #expect(one.fingerprintedName.hasPrefix("theme.") && one.fingerprintedName.hasSuffix(".css"))
    #expect(one.fingerprintedName.utf8.count == "theme..css".utf8.count + 16)
    #expect(Asset(name: "LICENCE", bytes: []).fingerprintedName.hasPrefix("LICENCE."))
  }

  @Test func theHashIsBlake2b() {
    // b2sum -l 128 of nothing begins so.
    #expect(ContentHash.of([UInt8]()) == "cae66941d9efbd40")
  }

  @Test(arguments: [
    ("a.css", "text/css; charset=utf-8"), ("a.min.JS", "text/javascript; charset=utf-8"), ("a.svg", "image/svg+xml"),
    ("a.woff2", "font/woff2"), ("a.webp", "image/webp"), ("a", "application/octet-stream"),
    ("a.liquid", "application/octet-stream"),
    ("a.html", "application/octet-stream"),
  ])
  func contentType(_ name: String, _ expected: String) { #expect(Asset(name: name, bytes: []).contentType == expected) }

  @Test func styleSheetsNameFingerprints() {
    let (made, findings) = assets([
      "a.svg": "<svg/>", "b.css": "@import url(c.css); .x { background: URL( './a.svg?v=1#f' ) }",
      "c.css": ".y{src:url(\"a.svg\")}",
    ])
    let svg = made["a.svg"]?.fingerprintedName ?? ""
    #expect(text(made["c.css"]) == ".y{src:url(\"\(svg)\")}")
    let css = made["c.css"]?.fingerprintedName ?? ""
    #expect(text(made["b.css"]) == "@import url(\(css)); .x { background: URL( '\(svg)?v=1#f' ) }")
    #expect(findings == [])
  }

  @Test(arguments: [
    "a{b:url(data:image/png;base64,AAAA)}", "a{b:url(https://x.example/a.svg)}", "a{b:url(/a.svg)}", "a{b:url(../a.svg)}",
    "a{b:url(#a)}", "/* url(a.svg) */", "a{content:'url(a.svg)'}", "a{b:myurl(a.svg)}", "a{b:url(other.svg)}", "a{b:url(a.svg",
    "a{b:url(",
    "a{b:url('a.svg}", "/* never closed", "a{content:\"\\\"url(a.svg)\"}", "url(", "u", "",
  ])
  func whatIsNoFileOfTheFolderStays(_ css: String) {
    #expect(text(assets(["a.svg": "<svg/>", "s.css": css]).assets["s.css"]) == css)
  }

  @Test func aCircleOfImportsIsAWarningAndEnds() {
    let (made, findings) = assets(["a.css": "@import url(b.css);", "b.css": "@import url(a.css);"])
    #expect(made.count == 2)
    #expect(findings.map(\.code) == ["circular-import"])
    #expect(findings.first?.severity == .warning)
  }
}
