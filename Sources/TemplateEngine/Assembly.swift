extension Instruction {
  /// The same instruction with another target.
  func aimed(at target: Int) -> Instruction {
    switch self {
    case .jump: .jump(target)
    case .branch(let condition, _, let when): .branch(condition, target, when)
    case .loopBegin(let spec, _): .loopBegin(spec, target)
    case .loopNext(let slot, _): .loopNext(slot, target)
    case .tableBegin(let spec, _): .tableBegin(spec, target)
    case .tableNext(let slot, _): .tableNext(slot, target)
    case .caseWhen(let spec, _): .caseWhen(spec, target)
    case .caseRepeat(let slot, _): .caseRepeat(slot, target)
    case .caseElse(let slot, _): .caseElse(slot, target)
    default: self
    }
  }

  var target: Int? {
    switch self {
    case .jump(let target), .branch(_, let target, _), .loopBegin(_, let target), .loopNext(_, let target),
      .tableBegin(_, let target), .tableNext(_, let target), .caseWhen(_, let target), .caseRepeat(_, let target),
      .caseElse(_, let target):
      target
    default: nil
    }
  }
}

/// Removes instructions that do nothing (white space of blank blocks, dropped text), keeping every target right.
enum Assembly {
  static func pack(
    _ instructions: [Instruction], _ places: [Int], _ rescues: inout [Int: Rescue], enclosed: [Int: Int]
  ) -> ([Instruction], [Int]) {
    var moved = [Int](repeating: 0, count: instructions.count + 1)
    var kept = 0
    for (at, instruction) in instructions.enumerated() {
      moved[at] = kept
      if !isNothing(instruction) { kept += enclosed[at] == nil ? 1 : 3 }
    }
    moved[instructions.count] = kept
    var result: [Instruction] = []
    var resultPlaces: [Int] = []
    result.reserveCapacity(kept)
    resultPlaces.reserveCapacity(kept)
    for (at, instruction) in instructions.enumerated() where !isNothing(instruction) {
      let aimed: Instruction =
        if case .propagate(let onBreak, let onContinue) = instruction {
          .propagate(onBreak < 0 ? -1 : moved[onBreak], onContinue < 0 ? -1 : moved[onContinue])
        } else {
          instruction.target.map { instruction.aimed(at: moved[$0]) } ?? instruction
        }
      let made = enclosed[at].map { [.captureBegin, aimed, .captureEndIn($0)] } ?? [aimed]
      result += made
      resultPlaces += made.map { _ in places[at] }
    }
    // What was between a `case` and its first branch is gone, and may have been a block.
    rescues = rescues.reduce(into: [:]) { kept, entry in
      guard !isNothing(instructions[entry.key]) else { return }
      kept[moved[entry.key]] = Rescue(target: moved[entry.value.target], isSilent: entry.value.isSilent)
    }
    return (result, resultPlaces)
  }

  private static func isNothing(_ instruction: Instruction) -> Bool {
    if case .text(_, 0) = instruction { true } else { false }
  }
}
