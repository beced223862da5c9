/// What a render has used of its limits, and the data that was supplied to it: shared by the machine and its filters.
final class Ledger {
  let limits: Limits
  /// What the host passed to the render, and the render's time.
  let host: (any Sendable)?
  let now: Int
  var spent = 0
  var assigned = 0
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
    let made = min(assigned, 1 << 60) + bytes
    guard made <= limits.assignedBytes else { throw FilterError(reason: .limit(.assignedBytes)) }
    spent = work
    assigned = made
  }

  /// Notes a request the render stops for; false when it is one too many.
  func mayAsk(_ request: DataRequest) -> Bool {
    if asked.contains(request) { return true }
    guard asked.count < limits.requests else { return false }
    asked.insert(request)
    return true
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
    try resolved(.deferred(DataRequest(kind: kind, arguments: [key])))
  }
}
