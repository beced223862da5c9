import HTTP
import Testing

@Suite struct FormFieldsTests {
  static let add =
    "product=linen-shirt&id=100101&quantity=2&properties%5BFor+whom%5D=%E0%A6%AC%E0%A6%87+%26+co&properties[Date]=2027-03-01"

  @Test func `The fields of a form, in the order sent`() throws {
    let fields = try FormFields(encoded: Array(Self.add.utf8))
    #expect(fields.all.map(\.name) == ["product", "id", "quantity", "properties[For whom]", "properties[Date]"])
    #expect(fields["quantity"] == "2")
    #expect(fields["absent"] == nil)
    #expect(fields.members(of: "properties").map(\.name) == ["For whom", "Date"])
    #expect(fields.members(of: "properties").map(\.value) == ["বই & co", "2027-03-01"])
  }

  @Test(arguments: [
    ("", []), ("&&", []), ("a", ["a", ""]), ("a=", ["a", ""]), ("=a", ["", "a"]), ("a=b=c", ["a", "b=c"]),
    ("a=1&&b=2", ["a", "1", "b", "2"]),
    ("a=1&a=2", ["a", "1", "a", "2"]), ("a%3Db=%26", ["a=b", "&"]), ("a=+%2B", ["a", " +"]),
  ])
  func `What is unusual and still a form`(text: String, parts: [String]) throws {
    #expect(try FormFields(encoded: Array(text.utf8)).all.flatMap { [$0.name, $0.value] } == parts)
  }

  @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%00", "%00=a", "a=%0d%0aSet-Cookie", "ok=1&a=%ff", "a=%c3%28", "a=%ed%a0%80"])
  func `A malformed field refuses the form, and is named`(text: String) {
    let place = text.split(separator: "&").count
    #expect(throws: FormFields.Refusal.malformed(field: place)) { try FormFields(encoded: Array(text.utf8)) }
  }

  @Test func `Bytes that are no text`() {
    #expect(throws: FormFields.Refusal.malformed(field: 1)) { try FormFields(encoded: Array("a=".utf8) + [0xFF]) }
  }

  @Test func `Bounds hold at their very edge`() throws {
    let fields = (0..<FormFields.maximumFields).map { "f\($0)=" }.joined(separator: "&")
    #expect(try FormFields(encoded: Array(fields.utf8)).all.count == FormFields.maximumFields)
    #expect(throws: FormFields.Refusal.tooMany(fields: FormFields.maximumFields)) {
      try FormFields(encoded: Array("\(fields)&one=more".utf8))
    }
    let long = Array("a=".utf8) + [UInt8](repeating: 0x62, count: FormFields.maximumBytes - 2)
    #expect(try FormFields(encoded: long)["a"]?.utf8.count == FormFields.maximumBytes - 2)
    #expect(throws: FormFields.Refusal.tooLong(bytes: FormFields.maximumBytes)) { try FormFields(encoded: long + [0x62]) }
  }

  @Test(arguments: [
    "properties", "properties[", "properties[]", "properties]", "Properties[a]", "x.properties[a]", "properties[a]b",
  ])
  func `What is no member of a family`(name: String) throws {
    let escaped = PercentEncoding.query(name)
    #expect(try FormFields(encoded: Array("\(escaped)=1".utf8)).members(of: "properties").isEmpty)
  }

  @Test func `A member's name may hold brackets`() throws {
    let fields = try FormFields(encoded: Array("properties[a[b]]=1&properties[[]=2".utf8))
    #expect(fields.members(of: "properties").map(\.name) == ["a[b]", "["])
  }

  /// Cut anywhere, a form has the same whole fields before the cut and at most one more, or is refused.
  @Test func `Cut at every byte`() throws {
    let bytes = Array(Self.add.utf8)
    let whole = try FormFields(encoded: bytes).all
    for cut in bytes.indices {
      guard let fields = try? FormFields(encoded: Array(bytes[..<cut])) else { continue }
      #expect(fields.all.dropLast() == whole.prefix(max(0, fields.all.count - 1)), "cut at \(cut)")
    }
  }

  /// Any bytes at all: a form or a refusal, and the bounds hold for what comes out.
  @Test func `Any bytes are a form or a refusal`() throws {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("ab=&%+[]0fF2%%&&==".utf8) + [0xC3, 0xA9, 0x00, 0x0D]
    var taken = 0
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...40)).map { _ in alphabet.randomElement(using: &generator)! }
      guard let fields = try? FormFields(encoded: bytes) else { continue }
      taken += 1
      let control = fields.all.contains { ($0.name + $0.value).utf8.contains { $0 < 0x20 || $0 == 0x7F } }
      #expect(!control && fields.all.count <= FormFields.maximumFields)
    }
    #expect(taken > 1_000)
  }

  @Test(arguments: [
    ("application/x-www-form-urlencoded", true), ("Application/X-WWW-Form-Urlencoded ; charset=UTF-8", true),
    ("text/plain", false),
    ("multipart/form-data; boundary=x", false), ("application/json", false), ("application/x-www-form-urlencoded2", false),
    ("", false),
  ])
  func `Only a form's media type is read`(type: String, isTaken: Bool) throws {
    let head = "POST /cart/add HTTP/1.1\r\nHost: a.example\r\nContent-Type: \(type)\r\nContent-Length: 3\r\n\r\na=1"
    let request = try #require(HTTPRequest(parsing: Array(head.utf8)))
    if isTaken {
      #expect(try FormFields(request)["a"] == "1")
    } else {
      #expect(throws: FormFields.Refusal.mediaType) { try FormFields(request) }
    }
  }
}
