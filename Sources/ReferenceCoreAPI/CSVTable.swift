// A CSV file as rows of text, by libcsv in its strict mode: a quote in the wrong place is an error with its line, and not
// a field that swallows the rest of the file. libcsv knows no lines, so it is fed one physical line at a time; a row
// begins on the line that finds the parser at rest. The parser calls back with a pointer to the collector, which
// lives on the caller's stack for the time of one call: nothing outlives it.

import CCsv
import FoundationEssentials

struct CSVTable {
  struct Row {
    /// Where it begins in the file, from 1.
    let line: Int
    let fields: [String]
  }

  let file: String
  private(set) var rows: [Row] = []
  /// Lines on which bytes that are not UTF-8 were replaced by U+FFFD.
  private(set) var repaired: [Int] = []

  /// A catalogue of a hundred thousand products is about a tenth of this.
  static let largestFile = 1 << 30

  init(path: String) throws(CatalogError) {
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: path)) } catch {
      throw CatalogError(.file, "the file cannot be read", file: path, remedy: "check the path and its permissions")
    }
    try self.init(Array(data), file: path)
  }

  init(_ bytes: [UInt8], file: String) throws(CatalogError) {
    self.file = file
    guard bytes.count <= Self.largestFile else {
      throw CatalogError(.file, "the file is larger than 1 GiB", file: file, remedy: "split it and import the parts together")
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw CatalogError(.syntax, "the file is UTF-16", file: file, line: 1, remedy: "save it as CSV UTF-8")
    }
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let collector = Collector()
    var parser = csv_parser()
    guard csv_init(&parser, UInt8(CSV_STRICT | CSV_STRICT_FINI)) == 0 else {
      throw CatalogError(.file, "no memory to read the file", file: file)
    }
    defer { csv_free(&parser) }
    let atRest = parser.pstate
    let context = Unmanaged.passUnretained(collector).toOpaque()
    var at = start
    while at < bytes.count {
      var end = at
      while end < bytes.count, bytes[end] != 0x0a, bytes[end] != 0x0d { end += 1 }
      if end < bytes.count { end += bytes[end] == 0x0d && end + 1 < bytes.count && bytes[end + 1] == 0x0a ? 2 : 1 }
      let (offset, count) = (at, end - at)
      if parser.pstate == atRest { collector.start = collector.line }
      let read = bytes.withUnsafeBytes {
        csv_parse(&parser, $0.baseAddress! + offset, count, Collector.field, Collector.row, context)
      }
      guard read == count else { throw Self.malformed(file, collector, read) }
      at = end
      collector.line += 1
    }
    guard csv_fini(&parser, Collector.field, Collector.row, context) == 0 else {
      throw CatalogError(
        .syntax, "a quoted field begins in the row on this line and never ends", file: file, line: collector.start,
        remedy: "close it with a quote; write a quote inside a field twice")
    }
    rows = collector.rows
    repaired = collector.repaired
    withExtendedLifetime(collector) {}
  }

  private static func malformed(_ file: String, _ collector: Collector, _ column: Int) -> CatalogError {
    CatalogError(
      .syntax, "a quote inside a field", file: file, line: collector.line, column: column + 1,
      remedy: "put the whole field in quotes and write each quote inside it twice: \"say \"\"hello\"\"\"")
  }

  private final class Collector {
    var line = 1
    var start = 1
    var rows: [Row] = []
    var repaired: [Int] = []
    private var fields: [String] = []

    static let field: @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?) -> Void = {
      bytes, count, context in
      guard let context else { return }
      let collector = Unmanaged<Collector>.fromOpaque(context).takeUnretainedValue()
      let field = UnsafeRawBufferPointer(start: bytes, count: count)
      if let valid = String(validating: field, as: UTF8.self) {
        collector.fields.append(valid)
      } else {
        collector.fields.append(String(decoding: field, as: UTF8.self))
        if collector.repaired.last != collector.start { collector.repaired.append(collector.start) }
      }
    }

    static let row: @convention(c) (Int32, UnsafeMutableRawPointer?) -> Void = { _, context in
      guard let context else { return }
      let collector = Unmanaged<Collector>.fromOpaque(context).takeUnretainedValue()
      collector.rows.append(Row(line: collector.start, fields: collector.fields))
      collector.fields = []
    }
  }
}
