/// What a render has used of its limits, and the data that was supplied to it: shared by the machine and its filters.
final class Ledger {
  let limits: Limits
  /// What the host passed to the render, and the render's time.
  let host: (any Sendable)?
  let now: Int
  var spent = 0
  var assigned = 0
  /// Where the instruction that runs began.
  var begun = 0
  /// Work of instructions that stopped for data and were run again: given back to `spent`, but not to be had without end.
  private var repeated = 0
  /// Bytes of what stays until the render ends, though the instruction that made it is run again: frames, requests.
  private var kept = 0
  var supplied: [DataRequest: Value] = [:]
  /// What the render had to stop for, each once however often the host resumes without an answer.
  private var asked: Set<DataRequest> = []

  init(limits: Limits, host: (any Sendable)? = nil, now: Int = 0) {
    self.limits = limits
    self.host = host
    self.now = now
  }

  func charge(units: Int, bytes: Int) throws(FilterError) {
    // Cut to what no limit reaches, so that sums cannot overflow.
    let bytes = min(max(0, bytes), 1 << 48)
    let work = min(spent, 1 << 60) + min(max(0, units), 1 << 48) + bytes / 64
    guard work <= limits.steps else { throw FilterError(reason: .limit(.steps)) }
    guard work - begun <= limits.stepsAtOnce else { throw FilterError(reason: .limit(.stepsAtOnce)) }
    let made = min(assigned, 1 << 60) + bytes
    guard made <= limits.assignedBytes else { throw FilterError(reason: .limit(.assignedBytes)) }
    spent = work
    assigned = made
  }

  var assignedLeft: Int { max(0, limits.assignedBytes - assigned) }

  /// Bytes a capture may have: one that is longer could not be copied out at once.
  var captureRoom: Int {
    let (most, overflow) = limits.stepsAtOnce.multipliedReportingOverflow(by: 64)
    return overflow ? assignedLeft : min(assignedLeft, most)
  }

  /// Counts work that nothing is asked of: the next instruction finds it done.
  @inline(__always)
  func spend(_ units: Int) { spent &+= units }

  /// What looking for a member that is not there costs.
  static let missingMember = 16

  /// Counts a frame that has to be made. It is there when the instruction is run again, so that nothing of this is given back.
  func chargeFrame(bytes: Int) throws(FilterError) {
    guard bytes / 64 <= limits.stepsAtOnce else { throw FilterError(reason: .limit(.stepsAtOnce)) }
    guard kept + bytes <= limits.assignedBytes else { throw FilterError(reason: .limit(.assignedBytes)) }
    kept += bytes
    spent += bytes / 64
    begun += bytes / 64
  }

  /// As if the instruction had not begun; false when that was done too often.
  func rewind(to assigned: Int) -> Bool {
    repeated += spent - begun
    spent = begun
    self.assigned = assigned
    return repeated <= limits.steps
  }

  /// Notes a request the render stops for; answers the limit it is over.
  func refusal(of request: DataRequest) -> RenderError.Cause? {
    if asked.contains(request) { return nil }
    guard asked.count < limits.requests else { return .requests }
    kept += request.arguments.reduce(0) { $0 + $1.utf8.count }
    guard kept <= limits.assignedBytes else { return .assignedBytes }
    asked.insert(request)
    return nil
  }

  /// The value itself, or what was supplied for it; data that is not here yet ends the instruction.
  @inline(__always)
  func resolved(_ value: Value) throws(FilterError) -> Value {
    guard case .deferred = value.storage else { return value }
    return try supplied(value)
  }

  @inline(never)
  private func supplied(_ value: Value) throws(FilterError) -> Value {
    var value = value
    for _ in 0..<16 {
      guard case .deferred(let box) = value.storage else { return value }
      guard let found = supplied[box.request] else { throw FilterError(reason: .needs(box.request)) }
      value = found
    }
    throw FilterError(
      "\(value.typeName) is deferred again and again", suggestion: "the host answers a request with another one")
  }

  func look(up kind: String, _ key: String) throws(FilterError) -> Value {
    try look(up: DataRequest(kind: kind, arguments: [key]))
  }

  /// What was supplied for a request: charged by its text, which is read to find it.
  func look(up request: DataRequest) throws(FilterError) -> Value {
    try charge(units: 8 + request.arguments.reduce(0) { $0 + $1.utf8.count } / 16, bytes: 0)
    return try resolved(.deferred(request))
  }
}
