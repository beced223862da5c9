// The optimal-string-alignment distance (insert, delete, replace, swap of neighbours, each 1) decides whether an unknown
// name was meant to be a known one. A name is suggested when at most a third of it has to change (of one or two letters
// nothing but their case), and the closest wins; equal ones are decided by the alphabet, so that a message never changes
// between runs.

enum NearMiss {
  /// The known name closest to `name`, or nil when none is close.
  static func of(_ name: String, in known: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars)
    guard wanted.count <= 80 else { return nil }
    var best: (distance: Int, name: String)?
    for candidate in known where candidate != name {
      let distance = distance(wanted, Array(candidate.lowercased().unicodeScalars))
      guard distance <= (wanted.count < 3 ? 0 : max(1, wanted.count / 3)) else { continue }
      if let best, (best.distance, best.name) <= (distance, candidate) { continue }
      best = (distance, candidate)
    }
    return best?.name
  }

  /// `did you mean 'x'?`, or what is known when nothing is close.
  static func wayOut(_ name: String, in known: some Sequence<String>, otherwise: String? = nil) -> String? {
    of(name, in: known).map { "did you mean '\($0)'?" } ?? otherwise
  }

  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var before = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 1...a.count {
      var row = [Int](repeating: i, count: b.count + 1)
      for j in 1...b.count {
        row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { row[j] = min(row[j], before[j - 2] + 1) }
      }
      before = last
      last = row
    }
    return last[b.count]
  }
}
