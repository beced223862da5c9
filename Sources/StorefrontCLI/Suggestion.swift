/// The name a person probably meant.
enum Suggestion {
  /// The candidate with the fewest changed, added, missing or swapped letters; nil when even that one is far off.
  static func nearest(to word: String, in candidates: [String]) -> String? {
    let best = candidates.map { (name: $0, distance: distance(word, $0)) }.min { $0.distance < $1.distance }
    guard let best, best.distance <= max(1, min(word.count, best.name.count) / 3) || best.name.hasPrefix(word) && word.count > 1
    else { return nil }
    return best.name
  }

  private static func distance(_ left: String, _ right: String) -> Int {
    let a = Array(left)
    let b = Array(right)
    var rows = [Array(0...b.count)]
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var cost = min(rows[i][j] + (a[i] == b[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, rows[i - 1][j - 1] + 1) }
        row.append(cost)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
