import Glibc

/// What the process finds around itself, as values.
struct Environs: Sendable {
  let variables: [String: String]

  static var current: Environs {
    var variables: [String: String] = [:]
    var entry = environ
    while let pointer = entry.pointee {
      let parts = String(cString: pointer).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      entry += 1
    }
    return Environs(variables: variables)
  }

  /// `NAME=value`, as a child process takes it.
  var lines: [String] { variables.map { "\($0.key)=\($0.value)" }.sorted() }

  /// The names of the folders inside a folder, sorted; nil when it cannot be read.
  static func folders(in folder: String) -> [String]? {
    names(in: folder)?.filter { isFolder("\(folder)/\($0)") }
  }

  /// The names of the files inside a folder that end so, sorted; nil when it cannot be read.
  static func files(in folder: String, endingIn suffix: String) -> [String]? {
    names(in: folder)?.filter { $0.hasSuffix(suffix) && !isFolder("\(folder)/\($0)") }
  }

  private static func names(in folder: String) -> [String]? {
    guard let directory = opendir(folder) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
