/// Runs programs. One loop over flat instructions; a partial is another frame, not another call, so that a render can stop
/// anywhere and nesting cannot exhaust the stack. An instruction that finds data missing is left as if it had not begun and
/// run again when the data is there.
final class Machine {
  struct Capture {
    var mark: Int
    /// Where its runs begin in ``Machine/printed``.
    var printed: Int
    var ceiling: Int
  }
  enum Interrupt { case none, leave, next }

  let globals: Globals
  let partials: any PartialSource
  let ledger: Ledger
  let sink: ByteSink
  let errorMode: Render.ErrorMode
  /// The frame that runs; each knows the one below it.
  private(set) var top: Frame?
  private(set) var depth = 0
  var captures: [Capture] = [] { didSet { isCapturing = !captures.isEmpty } }
  /// Asked with everything that is printed; a list is guarded at run time, a truth value is not.
  private(set) var isCapturing = false
  var problems: [RenderError] = []
  var interrupt = Interrupt.none
  /// What was printed in open captures, under automatic escaping.
  var printed: [Printed] = []
  var outcome: Outcome?
  var taken = 0
  /// Two places for what a look-up has to make.
  let scratch: UnsafeMutablePointer<Value>
  /// Ended frames by program.
  var pools: [ObjectIdentifier: FramePool] = [:]

  init(
    _ template: Template, globals: Globals, partials: any PartialSource, limits: Limits, errors: Render.ErrorMode,
    host: (any Sendable)?, now: Int
  ) {
    self.globals = globals
    self.partials = partials
    ledger = Ledger(limits: limits, host: host, now: now)
    sink = ByteSink(ceiling: max(0, limits.outputBytes))
    errorMode = errors
    scratch = .allocate(capacity: 2)
    scratch.initialize(repeating: .null, count: 2)
    push(Frame(template.program, scope: Scope()))
  }

  deinit {
    // A partial that renders itself refers to its own pool.
    for pool in pools.values { pool.empty() }
    scratch.deinitialize(count: 2)
    scratch.deallocate()
  }

  func run(steps: Int) -> Outcome {
    if let outcome { return outcome }
    let (end, overflow) = ledger.spent.addingReportingOverflow(max(1, steps))
    let sliceEnd = overflow ? Int.max : end
    while let frame = top {
      do throws(FilterError) {
        if try run(frame, until: sliceEnd) { return .yielded }
      } catch {
        defer { runningCall = -1 }
        switch error.reason {
        case .needs(let request):
          if let cause = ledger.refusal(of: request) { return fail(cause, at: frame) }
          guard ledger.rewind(to: instructionAssigned) else { return fail(.steps, at: frame) }
          return .needs([request])
        case .limit(let cause): return fail(cause, at: frame)
        case .message(let message):
          if let failure = problem(self.error(.fault, message, error.suggestion, at: frame), at: frame) { return failure }
        case .partial(let place):
          if let failure = problem(RenderError(cause: .fault, place: place), at: frame, "Liquid syntax error") { return failure }
        }
      }
    }
    outcome = .done
    return .done
  }

  /// Which filter of the instruction's pipeline runs; -1 when none does.
  var runningCall = -1
  var instructionAssigned = 0

  /// Runs one frame until it ends or another begins; true when the slice is used up.
  ///
  /// Literal text is written without asking whether the slice or the steps are used up: it counts like the rest, and what follows it asks.
  private func run(_ frame: Frame, until sliceEnd: Int) throws(FilterError) -> Bool {
    let instructions = frame.instructions
    let literals = frame.literals
    let escapes = frame.program.escapes
    let limit = ledger.limits.steps
    while true {
      let instruction = instructions + frame.at
      if case .text(let from, let count) = instruction.pointee {
        ledger.spent &+= 1 &+ count >> 8
        guard sink.write(literal: literals + from, count: count) else { throw overflow }
        frame.at &+= 1
        continue
      }
      if ledger.spent >= sliceEnd { return true }
      ledger.begun = ledger.spent
      instructionAssigned = ledger.assigned
      ledger.spent &+= 1
      if ledger.spent > limit { throw FilterError(reason: .limit(.steps)) }
      switch instruction.pointee {
      case .print(let operand):
        try print(try place(of: operand, frame), escapes: escapes)
        frame.at &+= 1
      case .printEscaped(let operand):
        try printEscaped(try place(of: operand, frame), escapes: escapes)
        frame.at &+= 1
      case .printPipeline(let number):
        try print(try evaluate(frame.pipelines + number, frame), escapes: escapes)
        frame.at &+= 1
      case .printIn(let context, let operand):
        var place = try place(of: operand, frame)
        if place.isComputed {
          scratch[0] = try ledger.resolved(place.value)
          place = Place(scratch)
        }
        if try !printPlainly(place, frame.plainPlaces[context]) {
          try print(try ledger.resolved(place.value), in: context, standsAlone: standsAlone(frame), frame)
        }
        frame.at &+= 1
      case .jump(let target): frame.at = target
      case .branch(let number, let target, let wanted):
        frame.at = try holds(frame.conditions + number, frame) == wanted ? target : frame.at &+ 1
      case .loopNext(let slot, let body):
        let loop = frame.loops + slot
        loop.pointee.index &+= 1
        if loop.pointee.index < loop.pointee.count {
          loop.pointee.advance()
          ledger.spend(loop.pointee.turn)
          frame.at = body
        } else {
          frame.at &+= 1
        }
      case .finish:
        if leave(frame) { return false }
      default:
        if try runSlow(instruction.pointee, frame) { return false }
      }
    }
  }

  /// Ends a frame: an element more of a repeated partial, or back to the caller. True when another frame runs now.
  func leave(_ frame: Frame) -> Bool {
    if let repeats = frame.repeats, interrupt == .none || frame.caller == nil {
      interrupt = .none
      repeats.loop.index += 1
      if repeats.loop.index < repeats.loop.count {
        repeats.loop.advance()
        begin(frame)
        return false
      }
    }
    pop(frame)
    if let caller = frame.caller {
      for (number, name) in caller.program.tables.names.enumerated() where caller.names[number].origin != .argument {
        if let value = caller.scope.assigned[name] {
          caller.set(number, value, .assigned)
        } else {
          caller.names[number].origin = .unknown
        }
      }
    } else {
      interrupt = .none
    }
    frame.pool?.keep(frame)
    return true
  }

  func push(_ frame: Frame) {
    frame.below = top
    top = frame
    depth += 1
  }

  private func pop(_ frame: Frame) {
    top = frame.below
    frame.below = nil
    depth -= 1
  }

  func takeOutput() -> [UInt8] {
    let length = captures.first?.mark ?? sink.count
    let bytes = sink.takePrefix(length)
    sink.ceiling -= length
    for at in captures.indices {
      captures[at].mark -= length
      captures[at].ceiling -= length
    }
    return bytes
  }

  // MARK: Errors

  static let mostProblems = 100

  var overflow: FilterError {
    guard !captures.isEmpty else { return FilterError(reason: .limit(.outputBytes)) }
    return FilterError(reason: .limit(ledger.captureRoom < ledger.assignedLeft ? .stepsAtOnce : .assignedBytes))
  }

  private func error(
    _ cause: RenderError.Cause, _ message: String, _ suggestion: String?, at frame: Frame
  ) -> RenderError {
    let place = place(in: frame)
    // The line is found by going through the source.
    ledger.spend(400 + place / 16)
    return RenderError(
      cause: cause,
      place: Excerpt.error(
        template: frame.program.name, source: frame.program.source, at: place, message: message, suggestion: suggestion))
  }

  /// Where an instruction is in the source: the filter that was running, or else the tag or output.
  private func place(in frame: Frame) -> Int {
    let program = frame.program
    guard frame.at < program.places.count else { return 0 }
    switch program.instructions[frame.at] {
    case .printPipeline(let number), .assign(_, let number):
      let calls = program.tables.pipelines[number].calls
      if calls.indices.contains(runningCall) { return calls[runningCall].place }
    case .text:
      // Text begins behind the tag before it; what is seen of it comes after white space.
      var at = program.places[frame.at]
      while at < program.source.count, Lexer.isSpace(program.source[at]) { at += 1 }
      return at
    default: break
    }
    return program.places[frame.at]
  }

  private func fail(_ cause: RenderError.Cause, at frame: Frame) -> Outcome {
    let limits = ledger.limits
    let (message, suggestion) =
      switch cause {
      case .steps:
        ("the render is longer than \(limits.steps) steps", "let the loops around this place run over fewer elements")
      case .stepsAtOnce:
        ("this works on too much at once: it is longer than \(limits.stepsAtOnce) steps", "give it shorter texts or lists")
      case .outputBytes: ("the output is larger than \(limits.outputBytes) bytes", "print less, or split it into several pages")
      case .depth:
        ("partials are nested deeper than \(limits.depth)", "a partial that renders itself needs a condition that ends it")
      case .assignedBytes:
        (
          "more than \(limits.assignedBytes) bytes were assigned, captured or made by filters",
          "print what a loop makes rather than append it to a variable"
        )
      case .requests:
        ("the render asks for more than \(limits.requests) different pieces of data", "look at fewer of them on one page")
      case .fault: ("fault", "")
      }
    let result = Outcome.failed(error(cause, message, suggestion, at: frame))
    outcome = result
    return result
  }

  private func isAssignment(_ frame: Frame) -> Bool {
    if case .assign = frame.program.instructions[frame.at] { true } else { false }
  }

  /// Notes a problem and goes on behind its instruction, or fails.
  private func problem(_ error: RenderError, at frame: Frame, _ title: String = "Liquid error") -> Outcome? {
    if errorMode == .fail {
      outcome = .failed(error)
      return outcome
    }
    if problems.count < Machine.mostProblems { problems.append(error) }
    let rescue = frame.program.tables.rescues[frame.at]
    // An assignment prints nothing, neither does its error.
    if errorMode == .inline, !isAssignment(frame), rescue?.isSilent != true {
      let text = "\(title) (\(error.place.template) line \(error.place.line)): \(error.place.message)"
      if frame.program.escapes { writeProblem(text, frame) } else { sink.write(text) }
      if sink.isOverflowing { return fail(captures.isEmpty ? .outputBytes : .assignedBytes, at: frame) }
    }
    frame.at = rescue?.target ?? frame.at + 1
    return nil
  }
}
