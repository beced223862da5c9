/// Gives each output the place it prints to. The states of the tokenizer flow over the finished instructions: text moves them
/// on, jumps carry them to their targets, and where ways meet they are joined until nothing changes. An output in text keeps
/// its instruction; any other one gets an instruction that knows its place. That a block is given up for an error in its head
/// is no way of its own here: what is then missing is text the author wrote.
struct ContextFlow {
  /// The states at an instruction: those around captures that are open, innermost last, and the current ones.
  private struct Flow: Equatable {
    var outer: [HTMLStates] = []
    var current = HTMLStates(HTMLState())

    mutating func join(_ other: Flow) -> Bool {
      var isNew = current.join(other.current)
      for at in outer.indices where at < other.outer.count {
        if outer[at].join(other.outer[at]) { isNew = true }
      }
      return isNew
    }
  }

  private let instructions: [Instruction]
  private let literals: [UInt8]
  private let constants: [Value]
  /// Captures that print what they hold where they end: `ifchanged`.
  private let changes: Set<Int>
  private var joined: [Flow?]
  private var isTarget: [Bool]
  private var pending: [Int] = []
  /// The states of outputs and calls that are not in text.
  private(set) var states: [Int: HTMLState] = [:]

  init(_ instructions: [Instruction], literals: [UInt8], constants: [Value], changes: Set<Int>) {
    self.instructions = instructions
    self.literals = literals
    self.constants = constants
    self.changes = changes
    joined = Array(repeating: nil, count: instructions.count + 1)
    isTarget = Array(repeating: false, count: instructions.count + 1)
    for instruction in instructions {
      if let target = instruction.target { isTarget[target] = true }
      if case .propagate(let onBreak, let onContinue) = instruction {
        for target in [onBreak, onContinue] where target >= 0 { isTarget[target] = true }
      }
    }
    walk(from: 0, Flow())
    while let next = pending.popLast() {
      if let flow = joined[next] { walk(from: next, flow) }
    }
  }

  private mutating func walk(from start: Int, _ begin: Flow) {
    var flow = begin
    var at = start
    while at < instructions.count {
      if isTarget[at], at != start || joined[at] == nil {
        guard arrive(at, flow) else { return }
        flow = joined[at] ?? flow
      }
      let instruction = instructions[at]
      note(at, instruction, flow)
      step(at, instruction, &flow)
      if case .propagate(let onBreak, let onContinue) = instruction {
        // Nobody ends an include by `break` in the middle of a tag; if it were thought, no output behind it had a place.
        for target in [onBreak, onContinue] where target >= 0 && flow.current.isText && arrive(target, flow) {
          pending.append(target)
        }
      } else if let target = instruction.target, arrive(target, flow) {
        pending.append(target)
      }
      switch instruction {
      case .jump, .interrupt, .finish: return
      default: at += 1
      }
    }
  }

  /// Brings states to a place where ways meet; true when they are new there.
  private mutating func arrive(_ target: Int, _ flow: Flow) -> Bool {
    guard joined[target] != nil else {
      joined[target] = flow
      return true
    }
    return joined[target]!.join(flow)
  }

  private mutating func note(_ at: Int, _ instruction: Instruction, _ flow: Flow) {
    switch instruction {
    case .print, .printEscaped, .printPipeline, .call, .request, .cycle:
      if flow.current.isText { states[at] = nil } else { states[at] = flow.current.strictest }
    default: break
    }
  }

  private func step(_ at: Int, _ instruction: Instruction, _ flow: inout Flow) {
    switch instruction {
    case .text(let from, let count):
      literals.withUnsafeBufferPointer { flow.current.read(UnsafeBufferPointer(rebasing: $0[from..<from + count])) }
    case .print(.constant(let number)) where flow.current.isText:
      // As if it stood there without braces.
      var text = constants[number].string ?? ""
      text.withUTF8 { flow.current.read($0) }
    case .print, .printEscaped, .printPipeline, .call, .request, .cycle, .count: flow.current.passValue()
    case .captureBegin:
      flow.outer.append(flow.current)
      if !changes.contains(at) { flow.current = HTMLStates(HTMLState()) }
    case .captureEnd: if let outer = flow.outer.popLast() { flow.current = outer }
    case .changedEnd: if let outer = flow.outer.popLast() { _ = flow.current.join(outer) }
    default: break
    }
  }
}

extension Compiler {
  /// Rewrites the outputs that are not in text. Answers the calls of partials that are not, with their places: a partial is
  /// compiled for text, so what it prints elsewhere is held back, and printed again as its place has it.
  mutating func placeOutputs() -> [Int: Int] {
    guard escapes, faults.isEmpty else { return [:] }
    let flow = ContextFlow(
      instructions, literals: literals, constants: tables.constants, changes: changes)
    guard !flow.states.isEmpty else { return [:] }
    var numbers: [HTMLState: Int] = [:]
    var calls: [Int: Int] = [:]
    for (at, state) in flow.states.sorted(by: { $0.key < $1.key }) {
      let number = numbers[state] ?? tables.contexts.count
      if number == tables.contexts.count {
        numbers[state] = number
        tables.contexts.append(state)
      }
      switch instructions[at] {
      case .print(let operand): instructions[at] = .printIn(number, operand)
      // In the quotes of a value that means nothing else, it is escaped as it is in text.
      case .printEscaped where state.isQuotedValue && state.attribute == .plain: break
      case .printEscaped(let operand):
        tables.pipelines.append(Pipeline(input: operand, calls: [StandardFilters.escapeCall]))
        instructions[at] = .printPipelineIn(number, tables.pipelines.count - 1)
      case .printPipeline(let pipeline): instructions[at] = .printPipelineIn(number, pipeline)
      case .cycle(let cycle): tables.cycles[cycle].context = number
      case .request(let request): tables.requests[request].context = number
      case .call: calls[at] = number
      default: break
      }
    }
    return calls
  }
}
