/// Where lines begin, for finding many positions in one source.
struct LineIndex {
  private let source: [UInt8]
  private var starts: [Int] = [0]

  init(_ source: [UInt8]) {
    self.source = source
    for at in source.indices where source[at] == 10 { starts.append(at + 1) }
  }

  /// Line and column, both from 1; the column counts characters, not bytes.
  func position(of place: Int) -> (line: Int, column: Int) {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= place { low = middle } else { high = middle }
    }
    let before = source[starts[low]..<max(starts[low], min(place, source.count))]
    return (low + 1, before.reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 })
  }
}
