import CoreAPIClient
import FoundationEssentials
import Testing

@testable import Storefront

struct PageHeadingTests {
  private static func description(_ text: String) -> String {
    let page = Page<Product>(items: [], total: 0, number: 1, size: 1, hasMore: false)
    let collection = CoreAPIClient.Collection(
      id: "1", handle: "c", title: "C", description: SanitizedHTML(text), updatedAt: .distantPast)
    return PageHeading.description(of: .collection(collection, page), in: Site(name: "S"))
  }

  @Test(arguments: [
    ("", ""), ("  a \n b\t", "a b"), ("one", "one"),
    (String(repeating: "ninechars ", count: 30), String(repeating: "ninechars ", count: 15) + "ninechars…"),
    (String(repeating: "x", count: 200), "…"), (String(repeating: "x", count: 158), String(repeating: "x", count: 158)),
    // A letter is what people call one, of however many bytes.
    (String(repeating: "👩‍👩‍👧", count: 150) + " b", String(repeating: "👩‍👩‍👧", count: 150) + " b"),
    (String(repeating: "é", count: 80) + " " + String(repeating: "é", count: 80), String(repeating: "é", count: 80) + "…"),
  ]) func isCutBetweenWords(_ text: String, _ expected: String) {
    #expect(Self.description(text) == expected)
  }
}
