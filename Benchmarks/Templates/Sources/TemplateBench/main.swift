import FoundationEssentials
import Glibc
import TemplateEngine

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

guard try Session.run(Array(CommandLine.arguments.dropFirst())) else {
  var usage = "usage: TemplateBench session FOLDER | listing FOLDER typed|json|by-hand PRODUCTS TIMES\n"
  _ = usage.withUTF8 { write(2, $0.baseAddress, $0.count) }
  exit(2)
}
