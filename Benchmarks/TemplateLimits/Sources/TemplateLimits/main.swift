import Glibc

/// `TemplateLimits [WORD …]`: runs the hostile programs whose name has one of the words (all without), prints a line for each and
/// exits with 1 when one is over a bound. Filters print only what is over it or near, `-v` prints all.
let words = CommandLine.arguments.dropFirst().filter { $0 != "-v" }
let isVerbose = CommandLine.arguments.contains("-v")
let slice = 10_000
let bounds = (milliseconds: 50.0, mebibytes: 64.0, slice: 1.0)

func padded(_ text: String, _ width: Int) -> String {
  let count = text.unicodeScalars.count
  return count >= width ? String(text.prefix(width)) : text + String(repeating: " ", count: width - count)
}
func fixed(_ number: Double, _ width: Int) -> String {
  let text = "\((number * 100).rounded() / 100)"
  return String(repeating: " ", count: max(0, width - text.utf8.count)) + text
}

print(padded("program", 52), padded("ends with", 28), padded("at", 12), "   steps   CPU ms      MiB slice ms ns/step")
var over = 0
var count = 0
for program in Program.all where words.isEmpty || words.contains(where: { program.name.contains($0) }) {
  var found = program.measured(slice: slice, rounds: 1)
  func exceeds(_ part: Double) -> Bool {
    found.milliseconds > bounds.milliseconds * part || found.mebibytes > bounds.mebibytes * part
      || found.longestSlice > bounds.slice * part
  }
  // What looks slow is measured again, so that one disturbed run accuses nobody.
  if exceeds(0.6), found.milliseconds < 500 {
    let memory = found.mebibytes
    found = program.measured(slice: slice, rounds: 5)
    found.mebibytes = min(found.mebibytes, memory)
  }
  count += 1
  if exceeds(1) { over += 1 }
  guard isVerbose || exceeds(0.6) || !program.name.hasPrefix("filter:") else { continue }
  print(
    padded(program.name, 52), padded(found.end, 28), padded(found.place, 12), padded("\(found.steps)", 8),
    fixed(found.milliseconds, 8), fixed(found.mebibytes, 8), fixed(found.longestSlice, 8),
    fixed(found.steps > 0 ? found.milliseconds * 1e6 / Double(found.steps) : 0, 7), exceeds(1) ? "OVER" : "")
  fflush(nil)
}
print(
  "\(count) programs, \(over) over a bound (\(bounds.milliseconds) ms, \(bounds.mebibytes) MiB, slices of \(slice) steps \(bounds.slice) ms)"
)
exit(over == 0 ? 0 : 1)
