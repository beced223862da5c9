/// Where lines begin and how many characters come before each 64th byte, for finding many positions in one source: a
/// position costs the same wherever it is, also when all of the source is one line.
struct LineIndex {
  private static let stride = 64

  private let source: [UInt8]
  private var starts: [Int] = [0]
  private var characters: [Int] = []

  init(_ source: [UInt8]) {
    self.source = source
    var count = 0
    for at in source.indices {
      if at % Self.stride == 0 { characters.append(count) }
      if source[at] == 10 { starts.append(at + 1) }
      if source[at] & 0xC0 != 0x80 { count += 1 }
    }
  }

  /// Line and column, both from 1; the column counts characters, not bytes.
  func position(of place: Int) -> (line: Int, column: Int) {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= place { low = middle } else { high = middle }
    }
    let end = max(starts[low], min(place, source.count))
    return (low + 1, 1 + charactersBefore(end) - charactersBefore(starts[low]))
  }

  private func charactersBefore(_ place: Int) -> Int {
    guard !characters.isEmpty else { return 0 }
    let known = min(place / Self.stride, characters.count - 1)
    return source[(known * Self.stride)..<place].reduce(characters[known]) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
  }
}
