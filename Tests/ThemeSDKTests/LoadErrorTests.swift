import Testing

@testable import ThemeSDK

/// Every way a theme or plugin can be broken, with the error as it is printed. (003-6, 000-18)
@Suite struct LoadErrorTests {
  @Test(arguments: Fixtures.cases("themes"))
  func theme(_ name: String) {
    let error = #expect(throws: ThemeError.self) {
      try Theme.load(Fixtures.contents("themes", case: name), beside: Fixtures.siblings(case: name))
    }
    let text = (error.map(\.description) ?? "no error") + "\n"
    Fixtures.record(text, "themes", case: name)
    #expect(text == Fixtures.expected("themes", case: name))
  }

  @Test(arguments: Fixtures.cases("plugins"))
  func plugin(_ name: String) {
    let error = #expect(throws: ThemeError.self) { try Plugin.load(Fixtures.contents("plugins", case: name)) }
    let text = (error.map(\.description) ?? "no error") + "\n"
    Fixtures.record(text, "plugins", case: name)
    #expect(text == Fixtures.expected("plugins", case: name))
  }

  @Test func casesAreThere() {
    #expect(Fixtures.cases("themes").count >= 30)
    #expect(Fixtures.cases("plugins").count >= 8)
  }

  @Test func theMinimalOnesHaveNoFinding() throws {
    #expect(try Fixtures.theme().warnings == [])
    #expect(try Fixtures.plugin("minimal").warnings == [])
  }

  @Test func findingsAreTheSameEachTime() {
    let texts = (0..<5).map { _ in
      #expect(throws: ThemeError.self) { try Theme.load(Fixtures.contents("themes", case: "many-at-once")) }?.description
    }
    #expect(Set(texts).count == 1)
  }
}
