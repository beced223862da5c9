import FoundationEssentials
import Testing

@testable import ThemeSDK

/// The fixture folders: `minimal` is a theme (plugin) without a finding; a case under `errors` is what differs from it
/// (`removed.txt` lists what it lacks) and `expected.txt`, the full printed error.
enum Fixtures {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

  static func folder(_ name: String) -> String { root.appending(path: name).path(percentEncoded: false) }

  static func cases(_ kind: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder("\(kind)/errors"))) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted()
  }

  static func files(_ folder: String) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    let manager = FileManager.default
    func read(_ path: String) {
      for name in (try? manager.contentsOfDirectory(atPath: "\(folder)/\(path)")) ?? [] {
        let inner = path.isEmpty ? name : "\(path)/\(name)"
        if let data = manager.contents(atPath: "\(folder)/\(inner)") { files[inner] = Array(data) } else { read(inner) }
      }
    }
    read("")
    return files
  }

  /// The minimal theme or plugin with a case's differences.
  static func contents(_ kind: String, case name: String) -> Contents {
    contents(kind, changes: files(folder("\(kind)/errors/\(name)")))
  }

  static func contents(_ kind: String, changes: [String: [UInt8]]) -> Contents {
    var files = files(folder("\(kind)/minimal"))
    for (path, bytes) in changes where path != "expected.txt" && path != "removed.txt" && !path.hasPrefix("siblings/") {
      files[path] = bytes
    }
    for path in String(decoding: changes["removed.txt"] ?? [], as: UTF8.self).split(separator: "\n") { files[String(path)] = nil }
    return Contents(folder: "\(kind)/minimal", files: files)
  }

  /// The folders beside the minimal theme of a case: each is `siblings/NAME` of the case over the minimal theme's files.
  static func siblings(case name: String) -> Siblings {
    var changes: [String: [String: [UInt8]]] = [:]
    for (path, bytes) in files(folder("themes/errors/\(name)/siblings")) {
      let sibling = path.prefix { $0 != "/" }
      changes[String(sibling), default: [:]][String(path.dropFirst(sibling.count + 1))] = bytes
    }
    return siblings(changes)
  }

  static func siblings(_ changes: [String: [String: [UInt8]]]) -> Siblings {
    Siblings(names: { changes.keys.sorted() }) { name, _ in
      changes[name].map { Contents(folder: "themes/\(name)", files: contents("themes", changes: $0).files) }
    }
  }

  static func expected(_ kind: String, case name: String) -> String {
    let data = FileManager.default.contents(atPath: folder("\(kind)/errors/\(name)/expected.txt"))
    return data.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// With `STOREFRONT_RECORD` set, what was printed becomes what is expected; look at the difference before a commit.
  static func record(_ text: String, _ kind: String, case name: String) {
    guard ProcessInfo.processInfo.environment["STOREFRONT_RECORD"] != nil else { return }
    try? Data(text.utf8).write(to: URL(filePath: folder("\(kind)/errors/\(name)/expected.txt")))
  }

  static func theme(_ changes: [String: String] = [:]) throws -> Theme {
    try Theme.load(contents("themes", changes: changes.mapValues { Array($0.utf8) }))
  }

  static func plugin(_ id: String, _ changes: [String: String] = [:]) throws -> Plugin {
    let contents = contents("plugins", changes: changes.mapValues { Array($0.utf8) })
    return try Plugin.load(Contents(folder: "plugins/\(id)", files: contents.files))
  }
}
