import FoundationEssentials
import Glibc

/// The files of a theme or plugin folder, in memory: everything after this type works without I/O.
struct Contents: Sendable {
  /// Where they were read from, for messages.
  let folder: String
  /// Path inside the folder, with `/`, to the file's bytes; of a theme that extends another, with that one's files.
  let files: [String: [UInt8]]
  /// Where an inherited file lies, such as `../base/sections/text.liquid`, by its path.
  let origins: [String: String]
  /// The theme's own files, and before them those of the themes it extends, the farthest first.
  let layers: [Layer]

  init(folder: String, files: [String: [UInt8]]) {
    let name = folder.split(separator: "/").last.map(String.init) ?? folder
    self.init(folder: folder, files: files, origins: [:], layers: [Layer(name: name, path: "", files: files)])
  }

  init(folder: String, files: [String: [UInt8]], origins: [String: String], layers: [Layer]) {
    (self.folder, self.files, self.origins, self.layers) = (folder, files, origins, layers)
  }

  static let largestFile = 16 << 20
  static let largestTemplate = 256 << 10
  static let largestFolder = 64 << 20

  /// Reads the folders a theme or plugin may have, and its manifest. Files elsewhere (a README, tests) are not part of it.
  /// A link that leads out of the folder is a finding and is not followed.
  static func read(_ folder: String, manifest: String, folders: [String], report: inout Report) -> Contents {
    var reader = FolderReader(folder: folder, report: report)
    reader.readFile(manifest)
    for name in folders { reader.readFolder(name) }
    report = reader.report
    return Contents(folder: folder, files: reader.files)
  }

  func paths(in folder: String, ending suffix: String = "") -> [String] {
    files.keys.filter { $0.hasPrefix(folder + "/") && $0.hasSuffix(suffix) }.sorted()
  }

  /// The file's text, or a finding when it is not UTF-8.
  func text(_ path: String, report: inout Report) -> String? {
    guard let bytes = files[path] else { return nil }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    report.add(.error, "not-utf8", "this file is not UTF-8 text", in: path, wayOut: "save it as UTF-8")
    return nil
  }

  /// The file as JSON, or a finding with the place of the fault.
  func json(_ path: String, report: inout Report) -> JSONNode? {
    files[path].flatMap { Self.json($0, file: path, report: &report) }
  }

  static func json(_ bytes: [UInt8], file: String, report: inout Report) -> JSONNode? {
    do {
      return try JSONNode.read(bytes)
    } catch {
      report.add(.error, "bad-json", "not valid JSON: \(error.message)", in: file, at: error.place)
      return nil
    }
  }

  /// The names that may stand in a manifest for a file: one plain name, so that no name leads out of its folder.
  static func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 128 && !name.hasPrefix(".")
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "@"):
          true
        default: false
        }
      }
  }
}

private struct FolderReader {
  let folder: String
  var report: Report
  var files: [String: [UInt8]] = [:]
  private var total = 0
  private let manager = FileManager.default
  private let root: String

  init(folder: String, report: Report) {
    self.folder = folder
    self.report = report
    root = Self.realPath(folder) ?? folder
  }

  mutating func readFolder(_ path: String, depth: Int = 0) {
    guard exists(path), staysInside(path), let names = try? manager.contentsOfDirectory(atPath: "\(root)/\(path)") else {
      return
    }
    for name in names.sorted() where !name.hasPrefix(".") {
      let inner = "\(path)/\(name)"
      if isFolder(inner) {
        guard depth < 8 else { continue }
        readFolder(inner, depth: depth + 1)
      } else {
        readFile(inner)
      }
    }
  }

  mutating func readFile(_ path: String) {
    guard exists(path), staysInside(path), !isFolder(path) else { return }
    let attributes = try? manager.attributesOfItem(atPath: resolved(path) ?? "")
    guard attributes?[.type] as? FileAttributeType == .typeRegular else {
      report.add(.error, "not-a-file", "this is not a regular file", in: path)
      return
    }
    let size = attributes?[.size] as? UInt64 ?? UInt64((attributes?[.size] as? Int) ?? 0)
    guard size <= Contents.largestFile, total + Int(size) <= Contents.largestFolder else {
      report.add(
        .error, "too-large", "this file is \(size) bytes", in: path,
        why: "a file may have \(Contents.largestFile >> 20) MiB, a whole folder \(Contents.largestFolder >> 20) MiB")
      return
    }
    guard let data = manager.contents(atPath: "\(root)/\(path)") else {
      report.add(.error, "unreadable", "this file cannot be read", in: path, wayOut: "check its permissions")
      return
    }
    total += data.count
    files[path] = Array(data)
  }

  /// All links on the way followed, of the folder itself too: it may be a link (`current -> release-42`). Nil for what is
  /// not there, which has no place to be judged by.
  private static func realPath(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }

  private func resolved(_ path: String) -> String? { Self.realPath("\(root)/\(path)") }

  private func exists(_ path: String) -> Bool { resolved(path) != nil }

  private func isFolder(_ path: String) -> Bool {
    (try? manager.attributesOfItem(atPath: resolved(path) ?? ""))?[.type] as? FileAttributeType == .typeDirectory
  }

  private mutating func staysInside(_ path: String) -> Bool {
    guard let target = resolved(path) else { return false }
    if target.hasPrefix(root.hasSuffix("/") ? root : root + "/") { return true }
    report.add(
      .error, "leads-outside", "this link leads out of the folder", in: path,
      why: "a theme or plugin is only what is in its own folder", wayOut: "copy the file in")
    return false
  }
}
