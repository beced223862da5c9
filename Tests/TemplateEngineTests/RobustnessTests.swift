import Testing

@testable import TemplateEngine

/// Any bytes are a template: they compile or are refused, they render or fail; nothing else happens.
struct RobustnessTests {
  static let pieces = [
    "{{", "}}", "{%", "%}", "{%-", "-%}", "{{-", "-}}", "|", ":", ",", ".", "..", "(", ")", "[", "]", "'", "\"", "if", "endif",
    "else",
    "elsif", "for", "in", "endfor", "case", "when", "endcase", "x", "y.z", "1", "-1", "1.5", "==", "contains", "and", "or",
    "assign", "=",
    "capture", "endcapture", "render", "include", "'p'", "with", "as", "cycle", "tablerow", "endtablerow", "cols", "limit",
    "offset",
    "continue", "break", "raw", "endraw", "comment", "endcomment", "liquid", "\n", " ", "#", "doc", "enddoc", "increment",
    "unless",
    "endunless", "ifchanged", "endifchanged", "reversed", "echo", "append", "split", "join", "size", "first", "map", "sort",
    "date",
    "\u{0}", "é", "☃", "empty", "blank", "nil", "true", "forloop", "parentloop", "upcase", "replace", "escape", "slot", "slice",
    "times",
  ]

  struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  static func exercise(_ bytes: [UInt8], _ escaping: Environment.Escaping) {
    var environment = Environment(escaping: escaping)
    environment.addTag("slot", .request)
    environment.addTag("schema", .rawBlock)
    guard let template = try? environment.compile(bytes, name: "r") else { return }
    let limits = Limits(steps: 5000, outputBytes: 20_000, depth: 8, assignedBytes: 50_000)
    let render = Render(
      template, globals: ["x": .string("a,b<c"), "y": .object([("z", .array([.int(1), .null, .string("é")]))])],
      partials: PartialLibrary(["p": template]), limits: limits)
    for _ in 0..<2000 {
      switch render.resume(steps: 100) {
      case .done, .failed: return
      case .yielded: continue
      case .needs(let requests): for request in requests { render.supply(.string("s"), for: request) }
      }
    }
    Issue.record("does not end: \(String(decoding: bytes, as: UTF8.self))")
  }

  @Test func randomPieces() {
    var random = Generator(state: 2)
    for round in 0..<4000 {
      var text = ""
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        if Int.random(in: 0..<3, using: &random) == 0 {
          text += ["{{ ", "{% ", " }}", " %}", "{% if x %}", "{% endif %}", "{% for i in x %}", "{% endfor %}"].randomElement(
            using: &random)!
        } else {
          text += Self.pieces.randomElement(using: &random)! + (Bool.random(using: &random) ? " " : "")
        }
      }
      Self.exercise(Array(text.utf8), round % 2 == 0 ? .manual : .auto)
    }
  }

  @Test func randomBytes() {
    var random = Generator(state: 7)
    for _ in 0..<500 {
      var bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      if Bool.random(using: &random) { bytes = Array("{{ '".utf8) + bytes + Array("' | upcase | split: '' | join: '-' }}".utf8) }
      Self.exercise(bytes, .auto)
    }
  }

  @Test func mutatedTemplates() {
    var random = Generator(state: 11)
    let seed = Array(
      "{% assign a = x | split: ',' %}{% for i in a reversed limit: 2 %}{{ forloop.parentloop.index }}{% case i %}{% when 'a', 'b' %}{% cycle 'g': 1, 2 %}{% else %}{% break %}{% endcase %}{% endfor %}{% liquid\n if x\n echo y.z\n endif %}{% tablerow i in (1..5) cols: 2 %}{{ i }}{% endtablerow %}{% raw %}{{{% endraw %}{% capture c %}{{ x | escape }}{% endcapture %}{{ c | truncate: 3 }}"
        .utf8)
    for _ in 0..<3000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes.remove(at: at)
        case 1: bytes[at] = UInt8.random(in: 0...255, using: &random)
        default: bytes.insert(contentsOf: Array(Self.pieces.randomElement(using: &random)!.utf8), at: at)
        }
        if bytes.isEmpty { bytes = seed }
      }
      Self.exercise(bytes, .manual)
    }
  }

  @Test(arguments: [
    "{% if x %}", "{{ a[", "{{ [", "{% liquid liquid ", "{{ ((", "{% comment %}", "{% for i in x %}", "{{", "{%", "a.b.", "|",
  ])
  func deepNesting(_ piece: String) {
    let text = String(repeating: piece, count: 50_000)
    Self.exercise(Array(text.utf8), .auto)
    Self.exercise(Array(("{{ " + text + " }}").utf8), .auto)
  }

  @Test func nestingEndsTheReading() throws {
    let source = String(repeating: "{% if x %}", count: 5000)
    let error = #expect(throws: TemplateErrors.self) { try Environment().compile(source, name: "deep") }
    #expect(error?.errors.map(\.message) == ["blocks are nested deeper than \(Compiler.maximumNesting)"])
    #expect(error?.errors.first?.column == Compiler.maximumNesting * 10 + 4)
  }

  @Test func faultsOfOneTagAreBounded() throws {
    let source = "{{ a" + String(repeating: " | nonsense", count: 2000) + " }}"
    let error = #expect(throws: TemplateErrors.self) { try Environment().compile(source, name: "many") }
    #expect(error?.errors.count == Compiler.maximumFaults)
  }

  @Test func positionsAreTheSameOnLongLines() {
    let text = String(repeating: "aé☃b", count: 100) + "\n" + String(repeating: "é", count: 300)
    let bytes = Array(text.utf8)
    let index = LineIndex(bytes)
    var line = 1
    var column = 1
    for at in bytes.indices where bytes[at] & 0xC0 != 0x80 {
      let found = index.position(of: at)
      #expect(found.line == line && found.column == column)
      (line, column) = bytes[at] == 10 ? (line + 1, 1) : (line, column + 1)
    }
    #expect(index.position(of: bytes.count).column == 301)
    #expect(LineIndex([]).position(of: 0).column == 1)
  }

  @Test func nestedDataIsCutOff() throws {
    var value = Value.array([.int(1)])
    for _ in 0..<500 { value = .array([value, .object([("k", value)])].prefix(1).map { $0 }) }
    _ = try? rendered("{{ x }}{{ x | json }}{{ x | join }}{{ x | upcase }}{% if x == x %}{% endif %}{{ x | sort }}", ["x": value])
  }

  @Test func invalidUTF8InSourceIsKeptOrReplaced() throws {
    let template = try Environment().compile([0xFF, 0x41, 0xC3] + Array("{{ '".utf8) + [0xFF] + Array("' }}".utf8), name: "t")
    let render = Render(template)
    guard case .done = render.resume() else { throw Unexpected("must end") }
    #expect(render.takeOutput() == [0xFF, 0x41, 0xC3, 0xEF, 0xBF, 0xBD])
  }
}
