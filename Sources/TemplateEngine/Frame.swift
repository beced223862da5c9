/// A template that runs: its place, its variables, its loops. Variables are numbered by the compiler; a number's value
/// is looked up by name once and then kept. Frames are kept and used again: a partial rendered in a loop costs no
/// allocation after its first time.
final class Frame {
  enum Origin: UInt8 { case unknown, found, assigned, argument }
  struct Site {
    var table: ObjectIdentifier?
    var place: Int
  }

  let program: Program
  var at = 0
  let names: UnsafeMutablePointer<Value>
  let origins: UnsafeMutablePointer<Origin>
  let loops: UnsafeMutablePointer<LoopState>
  let sites: UnsafeMutablePointer<Site>
  var cases: [CaseState]
  let nameCount: Int
  let loopCount: Int
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
  struct CallTarget {
    var name: String
    var program: Program
    var places: [Int?]
  }

  init(_ program: Program, scope: Scope) {
    self.program = program
    self.scope = scope
    let tables = program.tables
    nameCount = tables.names.count
    loopCount = tables.loopDepth
    names = .allocate(capacity: max(1, nameCount))
    origins = .allocate(capacity: max(1, nameCount))
    loops = .allocate(capacity: max(1, loopCount))
    sites = .allocate(capacity: max(1, tables.keys.count))
    names.initialize(repeating: .null, count: nameCount)
    origins.initialize(repeating: .unknown, count: nameCount)
    loops.initialize(repeating: LoopState(), count: loopCount)
    sites.initialize(repeating: Site(table: nil, place: 0), count: tables.keys.count)
    cases = Array(repeating: CaseState(), count: tables.caseDepth)
    targets = Array(repeating: nil, count: tables.calls.count)
  }

  deinit {
    names.deinitialize(count: nameCount)
    names.deallocate()
    origins.deallocate()
    loops.deinitialize(count: loopCount)
    loops.deallocate()
    sites.deallocate()
  }

  /// Forgets all variables; look-up sites and found partials stay.
  func reset() {
    at = 0
    for number in 0..<nameCount where origins[number] != .unknown {
      names[number] = .null
      origins[number] = .unknown
    }
  }

  func set(_ number: Int, _ value: Value, _ origin: Origin) {
    names[number] = value
    origins[number] = origin
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
