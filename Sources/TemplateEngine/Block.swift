/// A tag that is open: what has to be closed, patched and, when nothing in it prints, blanked.
struct Block {
  enum Kind { case condition, choice, loop, table, capture, changed, embed, block }

  var kind: Kind
  var name: String
  var place: Int
  /// The first instruction of its bodies.
  var start: Int
  var isBlank = true
  /// Jumps to the next branch, when the current one is not taken.
  var toNext: [Int] = []
  /// Jumps to the end.
  var toEnd: [Int] = []
  /// Jumps of `continue`.
  var toContinue: [Int] = []
  /// The instructions of its head: an error there gives the block up.
  var heads: [Int] = []
  var sawElse = false
  /// A loop's or case's slot, a capture's name.
  var slot = 0
  var bodyStart = 0
  /// A case: the repeat that ends the current body.
  var hasBody = false
  /// The depth of `{% liquid %}` the tag was opened at; it must be closed at the same.
  var liquidDepth = 0
  /// A case: what its text before the first `when` would be is dropped from here.
  var dropsFrom: Int?

  /// An embed: what is called when it ends.
  var call: CallSpec?
  /// A template's block that is kept for the template it extends.
  var isCaptured = false

  /// What is printed in it is kept, not printed.
  var isCapture: Bool { kind == .capture || kind == .changed || kind == .embed || isCaptured }

  var endName: String { "end" + name }
}

/// A loop whose body is being read.
struct LoopScope {
  var item: String
  var slot: Int
  var isTable: Bool
  var name: Int
}
