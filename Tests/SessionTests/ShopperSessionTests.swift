import Testing

@testable import Session

@Suite struct ShopperSessionTests {
  typealias Property = CartLine.Property

  @Test func `The same thing with the same properties adds up`() throws {
    var session = ShopperSession()
    let (for_, date) = (Property(name: "For", value: "Ada"), Property(name: "Date", value: "2027-03-01"))
    let key = try session.add(product: "ring", variant: "1", quantity: 2, properties: [for_, date])
    #expect(try session.add(product: "ring", variant: "1", properties: [date, for_, .init(name: "Note", value: "")]) == key)
    #expect(session.lines.map(\.quantity) == [3])
    #expect(try session.add(product: "ring", variant: "1", properties: [for_]) != key)
    #expect(try session.add(product: "ring", variant: "2", properties: [for_, date]) != key)
    #expect(session.lines.count == 3 && session.itemCount == 5)
  }

  /// Parts that run together must not: one text cut in two ways is two lines.
  @Test func `Lines of different parts have different keys`() throws {
    let text = "1:a2:bb"
    var lines: [CartLine] = []
    for first in 1..<text.count - 1 {
      for second in first + 1..<text.count {
        let parts = [text.prefix(first), text.prefix(second).dropFirst(first), text.dropFirst(second)].map(String.init)
        lines.append(.init(product: parts[0], variant: parts[1] + parts[2], quantity: 1, properties: []))
        lines.append(.init(product: parts[0], variant: parts[1], quantity: 1, properties: [.init(name: parts[2], value: "x")]))
        lines.append(.init(product: parts[0], variant: parts[1], quantity: 1, properties: [.init(name: "x", value: parts[2])]))
      }
    }
    #expect(Set(lines.map(\.key)).count == Set(lines).count)
    #expect(lines.allSatisfy { $0.key.utf8.count == 22 })
  }

  /// A page that is open in a browser names lines by it: the next version of the program has to find them.
  @Test func `A key is what it was in the last version`() throws {
    var session = ShopperSession()
    #expect(try session.add(product: "harbour-linen-shirt", variant: "100101") == "W5yqyQjmVloJh_f8sjztsQ")
  }

  @Test func `Changing and taking out`() throws {
    var session = ShopperSession()
    let (first, second) = (try session.add(product: "a", variant: "1"), try session.add(product: "b", variant: "1"))
    try session.change(first, to: 99)
    #expect(session.lines.map(\.quantity) == [99, 1])
    try session.change(first, to: 0)
    try session.change(first, to: 0)
    #expect(session.lines.map(\.key) == [second])
    #expect(refusal { try $0.change(first, to: 1) } == .line)
  }

  @Test(arguments: [-1, 0, 100, Int.max, Int.min]) func `Quantities outside 1 to 99 change nothing`(quantity: Int) throws {
    var session = ShopperSession()
    let key = try session.add(product: "a", variant: "1", quantity: 50)
    let before = session
    #expect(refusal(of: session) { try $0.add(product: "a", variant: "1", quantity: quantity) } == .quantity)
    #expect(refusal(of: session) { try $0.add(product: "a", variant: "1", quantity: 50) } == .quantity)
    if quantity != 0 { #expect(refusal(of: session) { try $0.change(key, to: quantity) } == .quantity) }
    _ = try? session.add(product: "a", variant: "1", quantity: 50)
    #expect(session == before)
  }

  @Test func `Every bound is refused at its edge, with what it is`() throws {
    var full = ShopperSession()
    for index in 0..<ShopperSession.maximumLines { try full.add(product: "p\(index)", variant: "1") }
    for index in 0..<ShopperSession.maximumWishes { try full.wish(for: "p\(index)") }
    for index in 0..<ShopperSession.maximumCompared { try full.compare("p\(index)") }
    let before = full
    #expect(refusal(of: full) { try $0.add(product: "new", variant: "1") } == .lines)
    #expect(refusal(of: full) { try $0.wish(for: "new") } == .wishes)
    #expect(refusal(of: full) { try $0.compare("new") } == .compared)
    try full.wish(for: "p7")
    try full.compare("p3")
    #expect(full == before)
    try full.add(product: "p0", variant: "1")
    #expect(full.lines[0].quantity == 2)

    let long = String(repeating: "é", count: 50)
    let eleven = (0...10).map { Property(name: "\($0)", value: "v") }
    #expect(refusal { try $0.add(product: "a", variant: "1", properties: eleven) } == .properties)
    #expect(refusal { try $0.add(product: "a", variant: "1", properties: Array(eleven.dropLast())) } == nil)
    #expect(refusal { try $0.add(product: "a", variant: "1", properties: [.init(name: long, value: long)]) } == nil)
    #expect(
      refusal { try $0.add(product: "a", variant: "1", properties: [.init(name: long + "x", value: "v")]) } == .propertyText)
    #expect(
      refusal { try $0.add(product: "a", variant: "1", properties: [.init(name: "n", value: long + "x")]) } == .propertyText)
    #expect(refusal { try $0.add(product: "a", variant: "1", properties: [.init(name: "", value: "v")]) } == .propertyText)
    let twice = [Property(name: "n", value: "1"), Property(name: "n", value: "2")]
    #expect(refusal { try $0.add(product: "a", variant: "1", properties: twice) } == .propertyRepeated)
    for name in ["", String(repeating: "x", count: 257)] {
      #expect(refusal { try $0.add(product: name, variant: "1") } == .name)
      #expect(refusal { try $0.add(product: "a", variant: name) } == .name)
      #expect(refusal { try $0.wish(for: name) } == .name)
      #expect(refusal { try $0.compare(name) } == .name)
    }
  }

  private func refusal(
    of session: ShopperSession = ShopperSession(), _ operation: (inout ShopperSession) throws -> Void
  ) -> SessionRefusal.Code? {
    var copy = session
    do { try operation(&copy) } catch {
      #expect(copy == session)
      let refusal = error as? SessionRefusal
      if let limit = refusal?.limit { #expect("\(error)".contains("\(limit)")) }
      return refusal?.code
    }
    return nil
  }
}
