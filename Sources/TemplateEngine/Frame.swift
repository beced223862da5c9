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

  let program: Program
  var at = 0
  let names: UnsafeMutablePointer<Variable>
  let loops: UnsafeMutablePointer<LoopState>
  let sites: UnsafeMutablePointer<Site>
  let instructions: UnsafePointer<Instruction>
  let literals: UnsafePointer<UInt8>
  let constants: UnsafePointer<Value>
  let paths: UnsafePointer<Path>
  let conditions: UnsafePointer<Condition>
  var cases: [CaseState]
  let nameCount: Int
  let loopCount: Int
  let siteCount: Int
  var scope: Scope
  /// An include's caller, whose variables it sees, and the call it came from.
  var caller: Frame?
  var callerCall = 0
  /// Where captures of this frame begin in the machine's list.
  var repeats: Repetition?
  var targets: [CallTarget?]

  struct CaseState {
    var value = Value.null
    var matched = false
    var left = 0
  }
  /// A partial rendered once for each element.
  struct Repetition {
    var loop: LoopState
    var itemName: Int?
    var loopName: Int?
    var arguments: [(place: Int, value: Value)]
  }
  /// A call's partial and the places of its arguments there, found the first time.
  final class CallTarget {
    let name: String
    let program: Program
    let places: [Int?]
    /// Where the partial finds what it is called with or for, and its `forloop`.
    let item: Int?
    let loop: Int?

    init(name: String, program: Program, places: [Int?], item: Int?, loop: Int?) {
      self.name = name
      self.program = program
      self.places = places
      self.item = item
      self.loop = loop
    }
  }

  init(_ program: Program, scope: Scope) {
    self.program = program
    self.scope = scope
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
    targets = Array(repeating: nil, count: program.tables.calls.count)
    instructions = Address(of: program.instructions).pointer(to: Instruction.self)
    literals = Address(of: program.literals).pointer(to: UInt8.self)
    constants = Address(of: program.tables.constants).pointer(to: Value.self)
    paths = Address(of: program.tables.paths).pointer(to: Path.self)
    conditions = Address(of: program.tables.conditions).pointer(to: Condition.self)
  }

  deinit {
    names.deinitialize(count: nameCount)
    names.deallocate()
    loops.deinitialize(count: loopCount)
    loops.deallocate()
    sites.deinitialize(count: siteCount)
    sites.deallocate()
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
    see(number)
  }

  /// Makes the view of a variable that was just set.
  @inline(__always)
  func see(_ number: Int) {
    let variable = names + number
    withUnsafePointer(to: &variable.pointee.value) { variable.pointee.view = View(of: $0) }
  }
}

/// The variables shared by a template and its includes, by name; `render` begins a new one.
final class Scope {
  var assigned: [String: Value] = [:]
  var counters: [String: Int] = [:]
  var cycles: [String: Int] = [:]
  var continuations: [String: Int] = [:]
  var lastChange: String?
}
