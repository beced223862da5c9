/// A template as the machine runs it: one flat list of instructions and the tables they point into. Instructions,
/// paths and conditions hold numbers only, so that running them copies nothing that is counted.
final class Program: Sendable {
  let name: String
  let source: [UInt8]
  let escapes: Bool
  let instructions: [Instruction]
  /// Where each instruction came from, for errors.
  let places: [Int]
  /// Followed by as many bytes as ``ByteSink/slack``.
  let literals: [UInt8]
  let tables: Tables
  /// What each of the contexts asks of data.
  let plainPlaces: [HTMLState.Plain]
  /// Some loop goes on where another ended, or might in what is included here.
  let tracksContinuations: Bool
  let nameIndex: [String: Int]

  init(
    name: String, source: [UInt8], escapes: Bool, instructions: [Instruction], places: [Int], literals: [UInt8],
    tables: Tables
  ) {
    self.name = name
    self.source = source
    self.escapes = escapes
    self.instructions = instructions
    self.places = places
    self.literals = literals + [UInt8](repeating: 0, count: ByteSink.slack)
    self.tables = tables
    plainPlaces = tables.contexts.map(\.plain)
    tracksContinuations = tables.loops.contains(where: \.continues) || tables.calls.contains(where: \.isInclude)
    nameIndex = Dictionary(tables.names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

/// What instructions refer to by number.
struct Tables: Sendable {
  var names: [String] = []
  var constants: [Value] = []
  var paths: [Path] = []
  var segments: [Segment] = []
  var keys: [Key] = []
  var ranges: [RangeLiteral] = []
  var conditions: [Condition] = []
  var expressions: [Expression] = []
  var pipelines: [Pipeline] = []
  var loops: [LoopSpec] = []
  var calls: [CallSpec] = []
  var requests: [RequestSpec] = []
  var cycles: [CycleSpec] = []
  var cases: [CaseSpec] = []
  /// By the place of an instruction in the head of a block: where a render goes on after an error there.
  var rescues: [Int: Rescue] = [:]
  /// Where outputs print to that are not in HTML text.
  var contexts: [HTMLState] = []
  /// By the segment that names a variable by a value: the loops around it.
  var visibleLoops: [Int: [VisibleLoop]] = [:]
  var loopDepth = 0
  var caseDepth = 0
}

/// An error in the head of a block gives the whole block up. A block that prints nothing keeps silent about it.
struct Rescue: Sendable {
  var target: Int
  var isSilent: Bool
}

/// Something that has a value: looked up by number in one of the tables.
enum Operand: Sendable {
  case constant(Int)
  case path(Int)
  case range(Int)
  case expression(Int)
}

/// A variable: where it starts and the segments that follow.
struct Path: Sendable {
  enum Root: Sendable {
    case name(Int)
    case item(Int)
    case field(Int, LoopField)
    case loop(Int)
    case computed(Operand)
  }
  var root: Root
  var first: Int
  var end: Int
  /// How a path of nothing but keys is walked at once; nothing for all others.
  var keys = Keys()

  /// Keys from a loop's item or a variable on. Their look-up sites follow each other.
  struct Keys: Sendable {
    enum Origin: UInt8, Sendable { case none, item, name }
    var origin = Origin.none
    /// The loop's slot or the variable's number.
    var number: Int32 = 0
    var site: Int32 = 0
    var count: Int32 = 0
  }
}

/// One step of a path. A key is also the number of its look-up site: each has a cache of its own.
enum Segment: Sendable {
  case key(Int)
  /// `.size`, `.first`, `.last`: the member of that name if there is one, else what Liquid computes.
  case command(Int, Command)
  case computed(Operand)

  enum Command: Sendable { case size, first, last }
}

enum LoopField: Sendable {
  case index, index0, rindex, rindex0, first, last, length, name
  case row, col, col0, colFirst, colLast
  case none
}

struct RangeLiteral: Sendable {
  var lower: Operand
  var upper: Operand
}

struct Condition: Sendable {
  enum Comparison: Sendable { case truth, equal, unequal, less, greater, lessOrEqual, greaterOrEqual, contains }
  var left: Operand
  var comparison: Comparison
  var right: Operand
}

/// What the extended grammar adds to operands.
enum Expression: Sendable {
  enum Join: Sendable { case and, or }
  case truth(Operand, isNegated: Bool)
  case comparison(Int)
  case joined([Operand], [Join])
  case choice(test: Operand, value: Operand, other: Operand)
  case list([Operand])
  case map(KeyTable, [Operand])
}

struct Pipeline: Sendable {
  var input: Operand
  var calls: [FilterCall]
}

/// A use of a filter. A class, so that running it counts one reference and not each of its parts.
final class FilterCall: Sendable {
  let name: String
  let filter: Filter
  let positional: [Operand]
  let named: [(name: String, value: Operand)]
  let hasArguments: Bool
  /// Where its name is in the source.
  let place: Int

  init(name: String, filter: Filter, positional: [Operand], named: [(name: String, value: Operand)], place: Int) {
    self.name = name
    self.place = place
    self.filter = filter
    self.positional = positional
    self.named = named
    hasArguments = !positional.isEmpty || !named.isEmpty
  }
}

struct LoopSpec: Sendable {
  var slot: Int
  var source: Operand
  var limit: Operand?
  var offset: Operand?
  var continues: Bool
  var reversed: Bool
  var columns: Operand?
  /// `item-collection`: what `forloop.name` prints and `offset: continue` goes on from.
  var name: String
}

struct CallSpec: Sendable {
  var template: Operand
  var isInclude: Bool
  var with: Operand?
  var repeats: Bool
  var alias: String?
  var arguments: [(name: String, value: Operand)]
  /// Loops around an `include`, innermost last: their variables are visible in it.
  var loops: [VisibleLoop]

  /// A `render` with nothing but arguments.
  var isPlain: Bool { !isInclude && with == nil }
}

struct VisibleLoop: Sendable {
  var item: String
  var slot: Int
  var isTable: Bool
}

struct RequestSpec: Sendable {
  var kind: String
  var positional: [Operand]
  var named: [(name: String, value: Operand)]
  var context: Int?
}

struct CycleSpec: Sendable {
  var context: Int?
  var group: Operand?
  var key: String
  var items: [Operand]
}

struct CaseSpec: Sendable {
  var slot: Int
  var values: [Operand]
}

/// One step of the machine. Targets are places in the list.
enum Instruction: Sendable {
  /// Literal bytes: from, count.
  case text(Int, Int)
  case print(Operand)
  case printEscaped(Operand)
  case printPipeline(Int)
  /// The same in another place than HTML text.
  case printIn(Int, Operand)
  case printPipelineIn(Int, Int)
  case assign(Int, Int)
  case captureBegin
  case captureEnd(Int)
  /// Prints what was captured, in a place.
  case captureEndIn(Int)
  case changedEnd
  case jump(Int)
  /// Jumps when the condition is as the last says.
  case branch(Int, Int, Bool)
  case loopBegin(Int, Int)
  case loopNext(Int, Int)
  case tableBegin(Int, Int)
  case tableNext(Int, Int)
  case tableBreak
  case caseBegin(Int, Operand)
  case caseWhen(Int, Int)
  case caseRepeat(Int, Int)
  case caseElse(Int, Int)
  case call(Int)
  /// After an include: where to go when it ended in `break` or `continue`.
  case propagate(Int, Int)
  /// Ends the template by `break` or `continue` outside a loop; an include hands it on.
  case interrupt(Bool)
  case request(Int)
  case cycle(Int)
  case count(Int, Int)
  case finish
}
