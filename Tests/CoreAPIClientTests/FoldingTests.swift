import Testing

@testable import CoreAPIClient

@Suite struct FoldingTests {
  @Test(arguments: [
    ("Crème Brûlée", "creme-brulee"), ("Straße", "strasse"), ("Ștefan își țese", "stefan-isi-tese"), ("Şi ţară", "si-tara"),
    ("The Hitchhiker's Guide", "the-hitchhikers-guide"), ("Hitchhiker\u{2019}s", "hitchhikers"), ("  A -- B  ", "a-b"),
    ("ÆSIR Ørsted Łódź", "aesir-orsted-lodz"),
    ("e\u{301}tude", "etude"), ("İstanbul", "istanbul"), ("Việt Nam", "viet-nam"), ("বাংলা বই", "বাংলা-বই"), ("Книга №1", "книга-1"),
    ("日本語 本", "日本語-本"),
    ("!!!", ""), ("", ""), ("C++ & C#", "c-c"), ("../etc/passwd", "etc-passwd"), ("<script>", "script"), ("100%", "100"),
  ])
  func `A title becomes a handle`(title: String, slug: String) {
    #expect(Folding.slug(title) == slug)
    #expect(Folding.slug(slug) == slug)
  }

  @Test func `A long title is cut at a word`() {
    let slug = Folding.slug(String(repeating: "lorem ipsum ", count: 40), limit: 50)
    #expect(slug == "lorem-ipsum-lorem-ipsum-lorem-ipsum-lorem-ipsum")
    #expect(Folding.slug(String(repeating: "ব", count: 100), limit: 50).utf8.count == 48)
  }

  @Test func `The table has letters, not marks`() {
    #expect(Folding.bases.keys.allSatisfy { !(0x300...0x36F).contains($0.value) && !$0.isASCII })
    #expect(Folding.bases.values.allSatisfy { $0.utf8.allSatisfy { (0x61...0x7a).contains($0) } })
  }
}
