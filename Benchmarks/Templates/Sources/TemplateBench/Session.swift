import FoundationEssentials
import Glibc
import TemplateEngine

/// The workload's pages, prepared, to be rendered as often as the runner says: `../../bench` measures them beside the peers
/// in one run, `../../cost` counts their instructions.
@MainActor struct Session {
  private var pages: [String: () throws -> [UInt8]] = [:]
  private let parse: () throws -> Int

  /// What the runner wants instead of the quick measurements: `session FOLDER`, or `listing FOLDER LABEL PRODUCTS TIMES`.
  /// False when the words say neither.
  static func run(_ words: [String]) throws -> Bool {
    switch words.first {
    case "session" where words.count == 2: try Session(folder: words[1]).answer()
    case "listing" where words.count == 5:
      try Session(folder: words[1], products: Int(words[3])).renderListing(words[2], times: Int(words[4]) ?? 0)
    default: return false
    }
    return true
  }

  /// - Parameter products: how many products the listing has; nil for those of the workload's data.
  init(folder: String, products count: Int? = nil) throws {
    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))) }
    var environment = Environment()
    environment.addFilter("money", Filter { input, _, _ in .string(formatMoney(input.int ?? 0)) })
    let compiler = environment
    func template(_ name: String) throws -> Template { try compiler.compile(try bytes("liquid/\(name).liquid"), name: name) }
    let layout = try template("layout")
    let partials = PartialLibrary(["card": try template("card")])

    let data = try bytes("data.json")
    var page = try JSONDecoder().decode(Page.self, from: Data(data))
    // Ten thousand products are more than a page may have by default.
    let limits =
      count == nil
      ? Limits()
      : Limits(
        steps: .max, stepsAtOnce: .max, outputBytes: 1 << 30, assignedBytes: 1 << 30)
    var plain = Dictionary(try Value(json: data).members ?? [], uniquingKeysWith: { $1 })
    if let count {
      // The first ten again and again: whatever the count, the mix is the same.
      page.products = (0..<count).map { page.products[$0 % 10] }
      let products = plain["products"]?.array ?? []
      plain["products"] = .array((0..<count).map { products[$0 % 10] })
    }
    for (label, values) in [("typed", page.globals), ("json", plain)] {
      let globals = Globals(values)
      for name in ["listing", "detail", "listing_render"] {
        let content = try template(name)
        pages["\(label) \(name)"] = {
          var outer = values
          outer["content_for_layout"] = .safeHTML(bytes: try Self.render(content, globals, partials, limits))
          return try Self.render(layout, Globals(outer), partials, limits)
        }
      }
    }
    let shown = page
    pages["by-hand listing"] = {
      var content = Buffer(capacity: 40_000)
      content.listing(shown)
      var whole = Buffer(capacity: 60_000)
      whole.page(shown, content)
      defer {
        content.free()
        whole.free()
      }
      return whole.bytes
    }
    let sources = try ["layout", "listing", "detail"].map { try bytes("liquid/\($0).liquid") }
    parse = {
      for source in sources { _ = try compiler.compile(source, name: "page") }
      return sources.reduce(0) { $0 + $1.count }
    }
  }

  private static func render(
    _ template: Template, _ globals: Globals, _ partials: PartialLibrary, _ limits: Limits
  ) throws -> [UInt8] {
    let render = Render(template, globals: globals, partials: partials, limits: limits, errors: .fail)
    switch render.resume() {
    case .done: return render.takeOutput()
    case .failed(let error): throw error
    case .needs, .yielded: throw Refusal(description: "the page waits for data")
    }
  }

  struct Refusal: Error, CustomStringConvertible { let description: String }

  private func page(_ label: some StringProtocol, _ name: some StringProtocol) throws -> () throws -> [UInt8] {
    guard let page = pages["\(label) \(name)"] else { throw Refusal(description: "no page \(label) \(name)") }
    return page
  }

  /// Answers the runner's lines, each with one:
  /// `render LABEL PAGE SECONDS` and `parse LABEL - SECONDS` with how many were made in how much CPU time and their size in
  /// bytes; `repeat LABEL PAGE COUNT` when all are made; `output LABEL PAGE FILE` when the page is in the file.
  func answer() throws {
    while let line = readLine() {
      let words = line.split(separator: " ")
      guard words.count == 4 else { throw Refusal(description: "not a command: \(line)") }
      switch words[0] {
      case "render": try measure(try page(words[1], words[2]), seconds: Double(words[3]) ?? 0) { $0.count }
      case "parse": try measure(parse, seconds: Double(words[3]) ?? 0) { $0 }
      case "repeat":
        let page = try page(words[1], words[2])
        for _ in 0..<(Int(words[3]) ?? 0) { _ = try page() }
        print("done")
      case "output":
        try Data(try page(words[1], words[2])()).write(to: URL(filePath: String(words[3])))
        print("done")
      default: throw Refusal(description: "not a command: \(line)")
      }
      fflush(nil)
    }
  }

  private func measure<Made>(_ make: () throws -> Made, seconds: Double, size: (Made) -> Int) rethrows {
    var count = 0
    var bytes = 0
    let start = cpuSeconds()
    var used = 0.0
    while used < seconds {
      for _ in 0..<10 { bytes = size(try make()) }
      count += 10
      used = cpuSeconds() - start
    }
    print("\(count) \(used) \(bytes)")
  }

  /// Renders the listing so often and nothing else: two runs that differ only in `times` differ by the cost of the pages.
  func renderListing(_ label: String, times: Int) throws {
    let page = try page(label, "listing")
    var sum = 0
    for _ in 0..<times { sum &+= try page().count }
    print(sum)
  }
}
