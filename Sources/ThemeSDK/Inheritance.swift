// A theme that extends another is read as one folder: the files of the theme it extends, with its own in place of those that have
// the same path. The themes stand beside each other, and each may extend the next, so that they form a chain, which ends at one that
// extends none. Two kinds of files are not replaced but read one after the other, the farthest first: `theme.json`, and the texts.

import FoundationEssentials

/// The own files of one theme in a chain.
struct Layer: Sendable {
  /// Its folder's name.
  let name: String
  /// What leads to it from the folder of the theme that is loaded, such as `../base/`; empty for that one itself.
  let path: String
  let files: [String: [UInt8]]
}

/// The folders beside a theme's.
struct Siblings {
  let names: () -> [String]
  /// A folder's files, or nil when there is no such folder.
  let read: (String, inout Report) -> Contents?

  static var none: Siblings { Siblings(names: { [] }, read: { _, _ in nil }) }

  init(names: @escaping () -> [String], read: @escaping (String, inout Report) -> Contents?) {
    self.names = names
    self.read = read
  }

  init(of folder: String) {
    let root = Self.parent(of: folder)
    names = {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
      return names.filter { FileManager.default.fileExists(atPath: "\(root)/\($0)/theme.json") }.sorted()
    }
    read = { name, report in
      let path = "\(root)/\(name)"
      guard FileManager.default.fileExists(atPath: path) else { return nil }
      return Contents.read(path, manifest: "theme.json", folders: ThemeLoader.folders, report: &report)
    }
  }

  /// By its name, not by where a link leads: a theme's folder may be a link to a release of it elsewhere.
  private static func parent(of folder: String) -> String {
    let parent = folder.split(separator: "/").dropLast().joined(separator: "/")
    return folder.hasPrefix("/") ? "/" + parent : parent.isEmpty ? "." : parent
  }
}

extension Contents {
  /// The theme's files with those of the themes it extends beneath them.
  func inheriting(from siblings: Siblings, report: inout Report) -> Contents {
    var chain = layers
    while let next = base(of: chain, siblings, report: &report) { chain.append(next) }
    guard chain.count > 1 else { return self }
    var files: [String: [UInt8]] = [:]
    var origins: [String: String] = [:]
    for layer in chain.reversed() {
      for path in layer.files.keys {
        // A page is one template, whichever of its two forms it is written in.
        if path.hasPrefix("templates/"), let other = Self.otherForm(of: path) { (files[other], origins[other]) = (nil, nil) }
        files[path] = layer.files[path]
        origins[path] = layer.path.isEmpty ? nil : layer.path + path
      }
    }
    return Contents(folder: folder, files: files, origins: origins, layers: chain.reversed())
  }

  private static func otherForm(of template: String) -> String? {
    if template.hasSuffix(".json") { return template.dropLast(".json".count) + ".liquid" }
    return template.hasSuffix(".liquid") ? template.dropLast(".liquid".count) + ".json" : nil
  }

  /// The theme that the last one of the chain extends; nil at the chain's end, which may be a fault.
  private func base(of chain: [Layer], _ siblings: Siblings, report: inout Report) -> Layer? {
    let file = "theme.json"
    // A manifest that cannot be read is a finding when it is read for what it says.
    guard let last = chain.last, let manifest = last.files[file].flatMap({ try? JSONNode.read($0) }),
      let node = manifest["extends"]
    else { return nil }
    report.folder = last.path
    defer { report.folder = "" }
    guard let name = node.string, ManifestReader.isID(name) else {
      report.add(
        .error, "bad-base", "'extends' must be the name of a theme's folder, not \(node.description)", in: file, at: node.place,
        wayOut: "name a theme that stands beside this one, as in \"extends\": \"base\"")
      return nil
    }
    if let first = chain.firstIndex(where: { $0.name == name }) {
      let circle = (chain[first...].map(\.name) + [name]).joined(separator: " → ")
      report.add(
        .error, "circular-extends", "the theme '\(name)' extends itself: \(circle)", in: file, at: node.place,
        why: "a theme's files lie over those of the theme it extends, and these have no lowest",
        wayOut: "take \"extends\" out of the theme that is to be the base")
      return nil
    }
    let path = "../\(name)/"
    report.folder = path
    guard let contents = siblings.read(name, &report) else {
      report.folder = last.path
      report.add(
        .error, "missing-base", "there is no theme '\(name)' beside this one", in: file, at: node.place,
        why: "a theme extends one whose folder stands beside its own",
        wayOut: NearMiss.wayOut(name, in: siblings.names(), otherwise: "add the folder \(path), or take \"extends\" out"))
      return nil
    }
    return Layer(name: name, path: path, files: contents.files)
  }
}
