import CoreAPIClient
import FoundationEssentials
import Testing

private func product(_ json: String) throws -> Product {
  try Document.decoder(currency: "EUR").decode(Product.self, from: Data(json.utf8))
}

@Suite struct DocumentTests {
  @Test func `The least a product needs is an id, a handle, a title and a price`() throws {
    let product = try product("{\"id\":\"1\",\"handle\":\"a\",\"title\":\"A\",\"price\":19.99}")
    #expect(product.price == (try Money(text: "19.99", currency: "EUR")))
    #expect(product.variants.count == 1 && product.variants[0].title == "Default Title")
    #expect(product.available && product.status == .active && product.descriptionHTML == .empty)
  }

  @Test(arguments: ["id", "handle", "title", "price"])
  func `Without one of them it is an error and not a guess`(missing: String) {
    let all = ["id": "\"1\"", "handle": "\"a\"", "title": "\"A\"", "price": "1"]
    let json = all.filter { $0.key != missing }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
    #expect(throws: DecodingError.self) { try product("{\(json)}") }
  }

  @Test func `Unknown fields and nulls are no error`() throws {
    let json =
      "{\"id\":\"1\",\"handle\":\"a\",\"title\":\"A\",\"price\":1,\"cost_price\":0.5,\"vendor\":null,\"images\":null,\"rating\":null}"
    #expect(try product(json).vendor.isEmpty)
  }

  @Test func `The summary is the cheapest variant's`() throws {
    let product = try product(
      """
      {"id":"1","handle":"a","title":"A","variants":[{"id":"x","price":"30","inventory":0},
      {"id":"y","price":"20","compareAt":"25","inventory":2}]}
      """)
    #expect(product.price == Money(20, "EUR"))
    #expect(product.compareAt == Money(25, "EUR"))
    #expect(product.available && product.priceVaries && !product.variants[0].available)
  }

  @Test(arguments: [("4.5", 4.5), ("\"4.8\"", 4.8), ("5", 5), ("\"0\"", 0)])
  func `A rating is a number or one in a string`(json: String, value: Double) throws {
    let text = "{\"id\":\"1\",\"handle\":\"a\",\"title\":\"A\",\"price\":1,\"rating\":{\"value\":\(json),\"count\":2}}"
    #expect(try product(text).rating == .init(value: value, count: 2))
  }

  @Test(arguments: ["6", "\"nan\"", "-1", "\"much\"", "null"])
  func `Other ratings are refused`(json: String) {
    let text = "{\"id\":\"1\",\"handle\":\"a\",\"title\":\"A\",\"price\":1,\"rating\":{\"value\":\(json),\"count\":2}}"
    #expect(throws: DecodingError.self) { try product(text) }
  }

  @Test func `A description is sanitised as it is read`() throws {
    let product = try product(
      "{\"id\":\"1\",\"handle\":\"a\",\"title\":\"A\",\"price\":1,\"descriptionHTML\":\"<p onclick=x>t<script>x</script>\"}")
    #expect(product.descriptionHTML.html == "<p>t</p>")
  }

  @Test func `What was written reads back`() throws {
    let original = Product(
      id: "1", handle: "a", title: "A \"quoted\" </script> \u{2028} title", vendor: "V", type: "T",
      descriptionHTML: SanitizedHTML("<p>d</p>"), language: "ar",
      images: [Image(src: "/a.svg", alt: "a", width: 3, height: 4)], options: [.init(name: "Size", values: ["S"])],
      variants: [
        Variant(
          id: "v", title: "S", sku: "s", options: ["S"], price: Money(10, "EUR"), compareAt: Money(12, "EUR"), available: true,
          inventory: 3,
          image: Image(src: "/v.svg"),
          sale: .init(
            price: Money(9, "EUR"), startsAt: Timestamp.date("2026-01-01"), endsAt: Timestamp.date("2026-02-01T10:00:00+02:00")))
      ], price: Money(10, "EUR"), compareAt: Money(12, "EUR"), unit: "per pair",
      priceChange: .init(at: Date(timeIntervalSince1970: 1_600_000_000), from: Money(11, "EUR")), available: true,
      attributes: [
        .init(key: "k", label: "K", value: "v"), .init(key: "n", label: "N", value: "-2.5", type: .number, unit: "kg"),
        .init(key: "b", label: "B", value: "false", type: .boolean),
        .init(key: "d", label: "D", value: "2027-03-01", type: .date),
      ],
      tags: ["t"], collections: ["c"], updatedAt: Date(timeIntervalSince1970: 1_700_000_000),
      publishedAt: Date(timeIntervalSince1970: 1),
      rating: .init(value: 4.5, count: 2), status: .draft, sold: 7)
    let data = try Document.encoder(currency: "EUR").encode(original)
    #expect(try Document.decoder(currency: "EUR").decode(Product.self, from: data) == original)
    #expect(try Document.encoder(currency: "EUR").encode(original) == data)
  }
}

@Suite struct AttributeTests {
  private func attribute(_ type: String, _ value: String) throws -> Product.Attribute {
    let json = "{\"key\":\"k\",\"label\":\"K\",\"value\":\"\(value)\",\"type\":\"\(type)\"}"
    return try Document.decoder(currency: nil).decode(Product.Attribute.self, from: Data(json.utf8))
  }

  @Test(arguments: [
    ("number", "3"), ("number", "-2.50"), ("boolean", "true"), ("boolean", "false"), ("date", "2027-02-28"), ("text", ""),
    ("text", "true"),
  ])
  func `A value of its type`(type: String, value: String) throws {
    let read = try attribute(type, value)
    #expect(read.value == value && read.type.rawValue == type)
  }

  @Test(arguments: [
    ("number", ""), ("number", "2,5"), ("number", "two"), ("number", "1 000"), ("boolean", "yes"), ("boolean", "True"),
    ("boolean", ""),
    ("date", "2027-02-29"), ("date", "01.03.2027"), ("date", "2027-03-01T09:00:00Z"), ("date", ""), ("colour", "red"),
  ])
  func `Another is refused`(type: String, value: String) {
    #expect(throws: DecodingError.self) { try attribute(type, value) }
  }
}

@Suite struct TimestampTests {
  @Test(arguments: [
    ("2026-03-01T09:00:00Z", 1_772_355_600.0), ("2026-03-01T09:00:00", 1_772_355_600),
    ("2026-03-01 09:00:00+00:00", 1_772_355_600),
    ("2026-03-01T11:00:00+02:00", 1_772_355_600), ("2026-03-01T04:30:00-0430", 1_772_355_600),
    ("2026-03-01T09:00:00.5Z", 1_772_355_600.5),
    ("2026-03-01T09:00:00.000000000Z", 1_772_355_600), ("1970-01-01", 0), ("2024-02-29", 1_709_164_800),
    ("0001-01-01T00:00:00Z", -62_135_596_800),
    ("1969-12-31T23:59:59Z", -1),
  ])
  func `Times as platforms write them`(text: String, seconds: Double) {
    #expect(Timestamp.date(text)?.timeIntervalSince1970 == seconds)
  }

  @Test(arguments: [
    "", "2026", "2026-13-01", "2026-02-29", "2026-00-10", "2026-01-32", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:00.Z",
    "2026-01-01T00:00:00.0000000000Z", "2026-01-01T00:00:00Zx", "2026-01-01T00:00:00+2:00", "26-01-01", "2026-1-1", "now",
    "2026-01-01T",
  ])
  func `Other texts are none`(text: String) { #expect(Timestamp.date(text) == nil) }

  @Test func `Every day from 1900 to 2200 reads back`() {
    for day in stride(from: -25_567, through: 84_006, by: 1) {
      let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 3661)
      #expect(Timestamp.date(Timestamp.text(date)) == date)
    }
    #expect(Timestamp.text(.distantPast) == "0001-01-01T00:00:00Z")
    #expect(Timestamp.text(Date(timeIntervalSince1970: .infinity)) == "9999-12-31T23:59:59Z")
  }
}
