// Makes the assets of a folder. A style sheet that names other files carries their fingerprints, so they come first:
// files are made in the order of who names whom. Style sheets that import each other in a circle keep plain names for
// the link that closes it, with a warning.

struct AssetReader {
  private let files: [String: [UInt8]]
  private var assets: [String: Asset] = [:]
  private var inProgress: Set<String> = []

  static func read(_ contents: Contents, report: inout Report) -> [String: Asset] {
    var files: [String: [UInt8]] = [:]
    for path in contents.paths(in: "assets") {
      let name = String(path.dropFirst("assets/".count))
      if Contents.isPlainName(name) {
        files[name] = contents.files[path]
      } else {
        report.add(
          .error, "unsafe-name", "'\(name)' cannot be an asset's name", in: path,
          why: "assets stand in one folder and their names in addresses",
          wayOut: "name it in letters, digits, '-', '_', '.' and '@', directly in assets/")
      }
    }
    var reader = AssetReader(files: files)
    for name in files.keys.sorted() { reader.make(name, report: &report) }
    return reader.assets
  }

  private init(files: [String: [UInt8]]) { self.files = files }

  private mutating func make(_ name: String, report: inout Report) {
    guard assets[name] == nil, var bytes = files[name] else { return }
    if name.hasSuffix(".css") {
      inProgress.insert(name)
      for reference in StyleSheet.references(in: bytes) where reference != name {
        if inProgress.contains(reference) {
          report.add(
            .warning, "circular-import", "assets/\(name) and assets/\(reference) name each other", in: "assets/\(name)",
            why: "the fingerprint of one depends on the other's")
        } else {
          make(reference, report: &report)
        }
      }
      bytes = StyleSheet.rewrite(bytes) { assets[$0]?.fingerprintedName }
      inProgress.remove(name)
    }
    assets[name] = Asset(name: name, bytes: bytes)
  }
}
