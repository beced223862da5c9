import FoundationEssentials
import Glibc
import TemplateEngine

if try Session.run(Array(CommandLine.arguments.dropFirst())) { exit(0) }
let folder = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "../../../shared/workload"
let references = CommandLine.arguments.count > 2 ? CommandLine.arguments[2] : folder + "/out"
let only = CommandLine.arguments.count > 3 ? CommandLine.arguments[3] : nil

func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }

/// `123456` is `$1,234.56`.
func formatMoney(_ cents: Int) -> String {
  // Up to fifteen bytes a string keeps in itself.
  let size = cents.magnitude < 100_000_000 ? 15 : 32
  return String(unsafeUninitializedCapacity: size) { bytes in
    var at = size
    var rest = cents.magnitude
    var digits = 0
    repeat {
      if digits == 2 { at -= 1; bytes[at] = UInt8(ascii: ".") }
      if digits > 2, (digits - 2) % 3 == 0 { at -= 1; bytes[at] = UInt8(ascii: ",") }
      let (tens, digit) = rest.quotientAndRemainder(dividingBy: 10)
      at -= 1
      bytes[at] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
      rest = tens
      digits += 1
    } while rest > 0 || digits < 3
    at -= 1
    bytes[at] = UInt8(ascii: "$")
    if cents < 0 { at -= 1; bytes[at] = UInt8(ascii: "-") }
    for place in at..<size { bytes[place - at] = bytes[place] }
    return size - at
  }
}

func cpuSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

@MainActor @inline(never) func measure(_ label: String, _ page: String, _ body: () throws -> [UInt8])
  throws
{
  if let only, !"\(label) \(page)".contains(only) { return }
  let output = try body()
  let reference = try? bytes(references + "/ruby-liquid.\(page).html")
  let verdict = reference.map { $0 == output ? "same" : "DIFFERENT" } ?? "no reference"
  var sum = 0
  // CPU time in short windows, the best of them: what others do on the machine shows least there.
  var best = 0.0
  for _ in 0..<60 {
    let start = cpuSeconds()
    for _ in 0..<20 { sum &+= try body().count }
    best = max(best, 20 / (cpuSeconds() - start))
  }
  print("\(label)\t\(page)\t\(output.count) B\t\(Int(best)) per CPU second\t\(verdict)\(sum == 1 ? "!" : "")")
}

@MainActor func render(_ template: Template, _ globals: Globals, _ partials: PartialLibrary) throws -> [UInt8] {
  let render = Render(template, globals: globals, partials: partials, errors: .fail)
  switch render.resume() {
  case .done: return render.takeOutput()
  case .failed(let error): throw error
  default: return []
  }
}

var environment = Environment()
environment.addFilter("money", Filter { input, _, _ in .string(formatMoney(input.int ?? 0)) })

@MainActor func template(_ name: String) throws -> Template {
  try environment.compile(try bytes(folder + "/liquid/\(name).liquid"), name: name)
}

let page = try JSONDecoder().decode(Page.self, from: Data(try bytes(folder + "/data.json")))
let json = try Value(json: try bytes(folder + "/data.json"))
let layout = try template("layout")
let partials = PartialLibrary(["card": try template("card")])

var typed = page.globals
var plain: [String: Value] = [:]
for (name, value) in json.members ?? [] { plain[name] = value }

for (label, values) in [("typed", typed), ("json", plain)] {
  let globals = Globals(values)
  for name in ["listing", "detail", "listing_render"] {
    let content = try template(name)
    try measure(label, name) {
      let inner = try render(content, globals, partials)
      var outer = values
      outer["content_for_layout"] = .safeHTML(bytes: inner)
      return try render(layout, Globals(outer), partials)
    }
  }
}

try measure("by hand", "listing") {
  var content = Buffer(capacity: 40_000)
  content.listing(page)
  var whole = Buffer(capacity: 60_000)
  whole.page(page, content)
  defer {
    content.free()
    whole.free()
  }
  return whole.bytes
}

let sources = try ["layout", "listing", "detail"].map { try bytes(folder + "/liquid/\($0).liquid") }
let size = sources.reduce(0) { $0 + $1.count }
try measure("parse \(size) B", "all") {
  for source in sources { _ = try environment.compile(source, name: "x") }
  return []
}
