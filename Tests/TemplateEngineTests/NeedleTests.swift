import Testing

@testable import TemplateEngine

struct NeedleTests {
  static func naive(_ needle: [UInt8], _ text: [UInt8], _ start: Int) -> Int? {
    guard text.count - start >= needle.count else { return nil }
    return (start...(text.count - needle.count)).first { Array(text[$0..<$0 + needle.count]) == needle }
  }

  @Test func findsWhatComparingEverywhereFinds() {
    var random = RobustnessTests.Generator(state: 5)
    for _ in 0..<1500 {
      let letters = UInt8.random(in: 1...3, using: &random)
      let text = (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt8.random(in: 0..<letters, using: &random) }
      let needle = (0..<Int.random(in: 0...20, using: &random)).map { _ in UInt8.random(in: 0..<letters, using: &random) }
      let start = Int.random(in: 0...text.count, using: &random)
      var search = Needle(needle)
      #expect(search.find(in: text, from: start) == Self.naive(needle, text, start), "\(needle) in \(text) from \(start)")
      let last = (0...text.count).last { $0 + needle.count <= text.count && Self.naive(needle, text, $0) == $0 }
      #expect(Needle.findLast(needle, in: text).place == last, "\(needle) last in \(text)")
    }
  }

  @Test(arguments: [2, 8, 9, 1000, 32_768]) func looksAtEachByteAFewTimes(_ length: Int) {
    let text = [UInt8](repeating: 97, count: 65_536)
    for needle in [
      [UInt8](repeating: 97, count: length - 1) + [98], [98] + [UInt8](repeating: 97, count: length - 1),
      (0..<length).map { $0 % 2 == 0 ? 97 : 98 },
    ] {
      let most = max(2, min(length, 9)) * (text.count + length)
      var search = Needle(needle)
      #expect(search.find(in: text) == nil)
      #expect(search.compared <= (length > 8 ? 3 * (text.count + length) : most))
      #expect(search.compared > 0)
      let backwards = Needle.findLast(needle, in: text)
      #expect(backwards.place == nil)
      #expect(backwards.compared <= (length > 8 ? 3 * (text.count + length) : most))
    }
  }
}
