import TemplateEngine
import Testing

@testable import ThemeSDK

/// The overlay's rules, one by one. A slot is printed as ids; a wrapper as `id(what it wraps)`. (003-7, 003-9, 000-8, 004-20)
@Suite struct OverlayTests {
  static let template: Template? = try? Environment().compile("x", name: "x")

  static func filler(_ id: String, origin: Filler.Origin = .theme("t"), slot: String = "s", isPrivate: Bool = false) throws
    -> Filler
  {
    Filler(
      id: id, origin: origin, slot: slot, type: "x", template: try #require(template), partials: PartialLibrary(), section: .null,
      cache: .standard, condition: .always, reads: [], isPrivate: isPrivate, holdsSlots: false, revision: "")
  }

  static func entry(_ plugin: String, _ id: String, _ operation: String, priority: Int = 100) throws -> Overlay.Entry {
    let operation = try #require(SlotOperation(operation))
    var content: Filler?
    if case .remove = operation {} else { content = try filler(id, origin: .plugin(plugin)) }
    return .init(
      plugin: plugin,
      filler: .init(id: id, slot: "s", operation: operation, priority: priority, filler: content, condition: .always))
  }

  static func print(_ fillers: [Filler]) -> String {
    fillers.map { $0.wrapped.isEmpty ? $0.qualifiedID : "\($0.qualifiedID)(\(print($0.wrapped)))" }.joined(separator: " ")
  }

  /// Lays `entries` (`plugin/id op priority`) over the defaults `one two three`.
  static func overlay(_ entries: [String], defaults: [String] = ["one", "two", "three"]) throws -> (String, [SlotWarning]) {
    var warnings: [SlotWarning] = []
    let parsed = try entries.map { text in
      let parts = text.split(separator: " ")
      let name = parts[0].split(separator: "/")
      return try entry(String(name[0]), String(name[1]), String(parts[1]), priority: parts.count > 2 ? Int(parts[2]) ?? 0 : 100)
    }
    let fillers = Overlay.fill("s", defaults: try defaults.map { try filler($0) }, with: parsed, warnings: &warnings)
    return (print(fillers), warnings)
  }

  @Test(arguments: [
    ([], "one two three"),
    (["p/a append"], "one two three p/a"),
    (["p/a prepend"], "p/a one two three"),
    (["p/a before:two"], "one p/a two three"),
    (["p/a after:two"], "one two p/a three"),
    (["p/a replace:two"], "one p/a three"),
    (["p/a wrap:two"], "one p/a(two) three"),
    (["p/a remove:two"], "one three"),
    // Priority orders fillers with the same operation and anchor, lower first; ties by plugin, then filler.
    (["p/a append 20", "p/b append 10", "o/z append 20"], "one two three p/b o/z p/a"),
    (["p/a prepend 20", "p/b prepend 10"], "p/b p/a one two three"),
    (["p/a before:two 20", "p/b before:two 10"], "one p/b p/a two three"),
    (["p/a after:two 20", "p/b after:two 10"], "one two p/b p/a three"),
    (["q/a append", "p/b append", "p/a append"], "one two three p/a p/b q/a"),
    // Priority never moves a filler across anchors or operations.
    (["p/a append 1", "p/b after:one 1000", "p/c prepend 1000"], "p/c one p/b two three p/a"),
    // Wrappers nest, the first innermost; what stands beside the place stays outside.
    (["p/a wrap:two 20", "p/b wrap:two 10", "p/c before:two"], "one p/c p/a(p/b(two)) three"),
    // A place outlives its content.
    (["p/a after:two", "q/b remove:two"], "one p/a three"),
    (["p/a after:two", "q/b replace:two"], "one q/b p/a three"),
    (["p/a wrap:two", "q/b replace:two"], "one p/a(q/b) three"),
    (["p/a replace:two", "q/b remove:two"], "one p/a three"),
    (["p/a replace:two", "q/b remove:p/a"], "one three"),
    // Anchors to the same plugin's fillers, and to another's by its qualified id.
    (["p/a append", "p/b before:a"], "one two three p/b p/a"),
    (["p/a append", "q/b after:p/a"], "one two three p/a q/b"),
    (["p/a after:one", "q/b after:p/a", "r/c before:q/b"], "one p/a r/c q/b two three"),
    // The theme's own id is meant before the plugin's own.
    (["p/two append", "p/b before:two"], "one p/b two three p/two"),
    // A wrapper that is removed leaves what it wraps; one that is replaced hands it on.
    (["p/a wrap:two", "q/x remove:p/a"], "one two three"),
    (["p/a wrap:two", "q/b replace:p/a"], "one q/b(two) three"),
  ])
  func place(_ entries: [String], _ expected: String) throws {
    let (result, warnings) = try Self.overlay(entries)
    #expect(result == expected)
    #expect(warnings.isEmpty)
  }

  @Test(arguments: [
    // 000-8: the module with the anchor is gone; the page renders and one warning says so.
    (["p/a after:gone/stars"], "one two three p/a", ["p/a no-such-anchor"]),
    (["p/a before:four 1", "p/b append"], "one two three p/a p/b", ["p/a no-such-anchor"]),
    (["p/a replace:four"], "one two three p/a", ["p/a no-such-anchor"]),
    (["p/a wrap:four"], "one two three", ["p/a no-such-anchor"]),
    (["p/a wrap:four", "q/b after:p/a"], "one two three q/b", ["p/a no-such-anchor"]),
    (["p/a remove:four"], "one two three", ["p/a no-such-anchor"]),
    (["p/a before:a"], "one two three p/a", ["p/a no-such-anchor"]),
    (["p/x remove:one", "p/a after:x"], "two three p/a", ["p/a no-such-anchor"]),
    (["p/a replace:two 2", "q/b replace:two 1"], "one q/b three", ["p/a already-replaced"]),
    (["p/a replace:two 2", "q/b replace:two 1", "r/c after:p/a"], "one q/b r/c three", ["p/a already-replaced"]),
    (["p/a wrap:two", "q/b remove:two"], "one three", ["p/a nothing-to-wrap"]),
    (["p/a before:q/b", "q/b before:p/a"], "one two three q/b p/a", ["p/a circular-anchor"]),
    (["p/a after:b", "p/b after:c", "p/c after:a", "o/z after:p/c"], "one two three p/a p/c o/z p/b", ["p/a circular-anchor"]),
    (["p/a wrap:q/b", "q/b wrap:p/a"], "one two three", ["p/a circular-anchor", "q/b nothing-to-wrap"]),
  ])
  func misplace(_ entries: [String], _ expected: String, _ warned: [String]) throws {
    let (result, warnings) = try Self.overlay(entries)
    #expect(result == expected)
    #expect(warnings.map { "\($0.plugin)/\($0.filler) \($0.kind.rawValue)" } == warned)
  }

  @Test func anEmptySlotTakesFillers() throws {
    #expect(try Self.overlay(["p/a append", "p/b prepend"], defaults: []).0 == "p/b p/a")
  }

  @Test func operationsAreReadExactly() {
    #expect(SlotOperation("append") == .append)
    #expect(SlotOperation("wrap:reviews/stars") == .wrap("reviews/stars"))
    for text in ["", "Append", "append:x", "before", "before:", "wrap", " append", "replace;x"] {
      #expect(SlotOperation(text) == nil, "\(text)")
    }
  }
}

/// Random plugin sets in random orders. The seed is in the failing test's arguments.
@Suite struct OverlayPropertyTests {
  struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private static func entries(_ random: inout Random) throws -> [Overlay.Entry] {
    var entries: [Overlay.Entry] = []
    for plugin in ["p", "q", "r", "s"].prefix(Int.random(in: 1...4, using: &random)) {
      for number in 0..<Int.random(in: 0...4, using: &random) {
        let anchors = ["d0", "d1", "d2", "none", "f0", "f1", "p/f0", "p/f1", "q/f0", "q/f2", "r/f1", "s/f3"]
        let verb = SlotOperation.names.randomElement(using: &random) ?? "append"
        let operation = verb.hasSuffix("pend") ? verb : "\(verb):\(anchors.randomElement(using: &random) ?? "d0")"
        let priority = [1, 100, 100, 200].randomElement(using: &random) ?? 100
        entries.append(try OverlayTests.entry(plugin, "f\(number)", operation, priority: priority))
      }
    }
    return entries
  }

  private static func all(_ fillers: [Filler]) -> [String] { fillers.flatMap { [$0.qualifiedID] + all($0.wrapped) } }

  @Test(arguments: 0..<40)
  func theOrderOfPluginsDoesNotMatter(seed: Int) throws {
    var random = Random(state: UInt64(seed) &* 7919)
    let defaults = try ["d0", "d1", "d2"].map { try OverlayTests.filler($0) }
    for _ in 0..<50 {
      let entries = try Self.entries(&random)
      var warnings: [SlotWarning] = []
      let fillers = Overlay.fill("s", defaults: defaults, with: entries, warnings: &warnings)
      let printed = OverlayTests.print(fillers)
      for _ in 0..<4 {
        var others: [SlotWarning] = []
        let again = Overlay.fill("s", defaults: defaults, with: entries.shuffled(using: &random), warnings: &others)
        #expect(OverlayTests.print(again) == printed)
        #expect(others == warnings)
      }
      try check(fillers, entries, warnings)
    }
  }

  /// What holds for every overlay: nothing twice, defaults in the theme's order, and whoever is not there was removed,
  /// replaced, or is warned of.
  private func check(_ fillers: [Filler], _ entries: [Overlay.Entry], _ warnings: [SlotWarning]) throws {
    let shown = Self.all(fillers)
    #expect(Set(shown).count == shown.count)
    let defaults = shown.filter { $0.hasPrefix("d") }
    #expect(defaults == defaults.sorted())
    var removed: Set<String> = []
    for entry in entries {
      switch entry.filler.operation {
      case .remove(let anchor), .replace(let anchor): removed.formUnion([anchor, "\(entry.plugin)/\(anchor)"])
      default: continue
      }
    }
    let warned = Set(warnings.map { "\($0.plugin)/\($0.filler)" })
    for entry in entries where entry.filler.filler != nil && !shown.contains(entry.qualifiedID) {
      let all = entries.map { "\($0.qualifiedID) \($0.filler.operation)" }
      #expect(
        removed.contains(entry.qualifiedID) || warned.contains(entry.qualifiedID),
        "\(entry.qualifiedID) is lost in \(all), \(shown)")
    }
    for id in ["d0", "d1", "d2"] where !shown.contains(id) { #expect(removed.contains(id), "\(id) is lost") }
  }

  @Test func priorityOrdersWhatHasTheSameOperationAndAnchor() throws {
    var random = Random(state: 42)
    for _ in 0..<200 {
      let entries = try (0..<6).map {
        try OverlayTests.entry("p\($0 % 3)", "f\($0)", "after:d0", priority: Int.random(in: 0...3, using: &random))
      }
      var warnings: [SlotWarning] = []
      let fillers = Overlay.fill(
        "s", defaults: [try OverlayTests.filler("d0")], with: entries.shuffled(using: &random), warnings: &warnings)
      let expected = entries.sorted { $0.order < $1.order }.map(\.qualifiedID)
      #expect(fillers.dropFirst().map(\.qualifiedID) == expected)
    }
  }
}
