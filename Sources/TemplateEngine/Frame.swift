/// A template that runs: its place, its variables, its loops. Variables are numbered by the compiler; a number's value
/// is looked up by name once and then kept. Frames are kept and used again: a partial rendered in a loop costs no
/// allocation after its first time.
final class Frame {
  enum Origin: UInt8 { case unknown, found, assigned, argument }

  /// A variable as this frame knows it.
  struct Variable {
    var value = Value.null
    var view = View.none
    var origin = Origin.unknown
  }

  struct CaseState {
    var value = Value.null
    var matched = false
    var left = 0
  }

  /// A partial rendered once for each element.
  final class Repetition {
    var loop: LoopState
    let target: CallTarget
    let arguments: [(place: Int, value: Value)]

    init(loop: LoopState, target: CallTarget, arguments: [(place: Int, value: Value)]) {
      self.loop = loop
      self.target = target
      self.arguments = arguments
    }
  }

  /// A call's partial, found the first time, and where it finds what it is given.
  final class CallTarget {
    let name: String
    let pool: FramePool
    let places: [Int?]
    /// The places of what it is called with or for, and of its `forloop`.
    let item: Int?
    let loop: Int?

    init(name: String, pool: FramePool, places: [Int?], item: Int?, loop: Int?) {
      self.name = name
      self.pool = pool
      self.places = places
      self.item = item
      self.loop = loop
    }
  }

  let program: Program
  /// Where the frame goes when it has ended; nil while it is there.
  var pool: FramePool?
  /// The frame it was called from, or the next one in the pool.
  var below: Frame?
  var at = 0
  let names: UnsafeMutablePointer<Variable>
  let loops: UnsafeMutablePointer<LoopState>
  let sites: UnsafeMutablePointer<Site>
  /// The program's tables, in place.
  let instructions: UnsafePointer<Instruction>
  let literals: UnsafePointer<UInt8>
  let constants: UnsafePointer<Value>
  let keys: UnsafePointer<Key>
  let paths: UnsafePointer<Path>
  let conditions: UnsafePointer<Condition>
  let plainPlaces: UnsafePointer<HTMLState.Plain>
  let pipelines: UnsafePointer<Pipeline>
  let loopSpecs: UnsafePointer<LoopSpec>
  let calls: UnsafePointer<CallSpec>
  let nameCount: Int
  private let loopCount: Int
  private let siteCount: Int
  var cases: [CaseState]
  let targets: UnsafeMutablePointer<CallTarget?>
  private let callCount: Int
  var scope: Scope
  /// An include's caller, whose variables it sees, and the call it came from.
  var caller: Frame?
  var callerCall = 0
  var repeats: Repetition?

  init(_ program: Program, scope: Scope, pool: FramePool? = nil) {
    self.program = program
    self.scope = scope
    self.pool = pool
    nameCount = program.tables.names.count
    loopCount = program.tables.loopDepth
    siteCount = program.tables.keys.count
    names = .allocate(capacity: nameCount)
    loops = .allocate(capacity: loopCount)
    sites = .allocate(capacity: siteCount)
    names.initialize(repeating: Variable(), count: nameCount)
    loops.initialize(repeating: LoopState(), count: loopCount)
    sites.initialize(repeating: Site(), count: siteCount)
    cases = Array(repeating: CaseState(), count: program.tables.caseDepth)
    callCount = program.tables.calls.count
    targets = .allocate(capacity: callCount)
    targets.initialize(repeating: nil, count: callCount)
    instructions = Address(of: program.instructions).pointer(to: Instruction.self)
    literals = Address(of: program.literals).pointer(to: UInt8.self)
    constants = Address(of: program.tables.constants).pointer(to: Value.self)
    keys = Address(of: program.tables.keys).pointer(to: Key.self)
    paths = Address(of: program.tables.paths).pointer(to: Path.self)
    plainPlaces = Address(of: program.plainPlaces).pointer(to: HTMLState.Plain.self)
    conditions = Address(of: program.tables.conditions).pointer(to: Condition.self)
    pipelines = Address(of: program.tables.pipelines).pointer(to: Pipeline.self)
    loopSpecs = Address(of: program.tables.loops).pointer(to: LoopSpec.self)
    calls = Address(of: program.tables.calls).pointer(to: CallSpec.self)
  }

  deinit {
    names.deinitialize(count: nameCount)
    names.deallocate()
    loops.deinitialize(count: loopCount)
    loops.deallocate()
    sites.deinitialize(count: siteCount)
    sites.deallocate()
    targets.deinitialize(count: callCount)
    targets.deallocate()
  }

  /// What a frame of a program takes.
  static func bytes(of program: Program) -> Int {
    let tables = program.tables
    return 512 + tables.names.count * MemoryLayout<Variable>.stride + tables.loopDepth * MemoryLayout<LoopState>.stride
      + tables.keys.count * MemoryLayout<Site>.stride + tables.caseDepth * MemoryLayout<CaseState>.stride
      + tables.calls.count * MemoryLayout<CallTarget?>.stride
  }

  /// Forgets all variables; look-up sites and found partials stay.
  func reset() {
    at = 0
    for number in 0..<nameCount where names[number].origin != .unknown { names[number] = Variable() }
  }

  @inline(__always)
  func set(_ number: Int, _ value: Value, _ origin: Origin) {
    let variable = names + number
    variable.pointee.value = value
    variable.pointee.origin = origin
    withUnsafePointer(to: &variable.pointee.value) { variable.pointee.view = View(of: $0) }
  }
}

/// Frames of one program that have ended.
final class FramePool {
  let program: Program
  private var top: Frame?

  init(_ program: Program) { self.program = program }

  var isEmpty: Bool { top == nil }

  /// A frame with no variables; without a scope to share it has one of its own.
  func frame(sharing scope: Scope?) -> Frame {
    guard let frame = top else { return Frame(program, scope: scope ?? Scope(), pool: self) }
    top = frame.below
    frame.below = nil
    frame.pool = self
    if let scope { frame.scope = scope }
    return frame
  }

  func empty() { top = nil }

  /// Takes a frame back. One that shared its caller's scope gets a new one.
  func keep(_ frame: Frame) {
    if frame.caller != nil { frame.scope = Scope() } else { frame.scope.clear() }
    frame.caller = nil
    frame.repeats = nil
    frame.pool = nil
    frame.reset()
    frame.below = top
    top = frame
  }
}

/// The variables shared by a template and its includes, by name; `render` begins a new one.
final class Scope {
  var assigned: [String: Value] = [:] { didSet { isClean = false } }
  var counters: [String: Int] = [:] { didSet { isClean = false } }
  var cycles: [String: Int] = [:] { didSet { isClean = false } }
  var continuations: [String: Int] = [:] { didSet { isClean = false } }
  var lastChange: String? { didSet { isClean = false } }
  private(set) var isClean = true

  func clear() {
    if isClean { return }
    assigned = [:]
    counters = [:]
    cycles = [:]
    continuations = [:]
    lastChange = nil
    isClean = true
  }
}
