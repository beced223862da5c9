/// What a slice of a render came to.
public enum Outcome: Sendable {
  /// The page is complete.
  case done
  /// The render waits for data; supply all or some of it and resume.
  case needs([DataRequest])
  /// The slice is used up; resume to go on.
  case yielded
  /// The render ended in an error; what was printed before it can still be taken.
  case failed(RenderError)
}

/// The variables every template of a render sees, prepared once and shared between renders.
public struct Globals: Sendable {
  let values: [String: Value]
  /// Globals by name.
  public init(_ values: [String: Value]) { self.values = values }
}

/// One run of a template. It holds no thread and no lock: it runs while ``resume(steps:)`` is called and goes on where
/// it stopped, so that long renders and data that is fetched later never block the caller's loop.
public final class Render {
  /// What happens on an error that Liquid prints and goes on after (a filter's complaint, a missing partial).
  public enum ErrorMode: Sendable {
    /// Print it as Liquid does, note it in ``Render/problems``, go on.
    case inline
    /// Print nothing, note it in ``Render/problems``, go on.
    case silent
    /// Fail.
    case fail
  }

  private let machine: Machine

  /// Prepares a run; nothing is evaluated before ``resume(steps:)``. `now` is the time that `date` calls "now", in seconds
  /// since 1970 (UTC): the engine has no clock of its own.
  public init(
    _ template: Template, globals: Globals, partials: any PartialSource = PartialLibrary(), limits: Limits = Limits(),
    errors: ErrorMode = .inline, host: (any Sendable)? = nil, now: Int = 0
  ) {
    machine = Machine(
      template, globals: globals, partials: partials, limits: limits, errors: errors, host: host, now: now)
  }

  /// The same with globals by name.
  public convenience init(
    _ template: Template, globals: [String: Value] = [:], partials: any PartialSource = PartialLibrary(),
    limits: Limits = Limits(), errors: ErrorMode = .inline, host: (any Sendable)? = nil, now: Int = 0
  ) {
    self.init(
      template, globals: Globals(globals), partials: partials, limits: limits, errors: errors, host: host, now: now)
  }

  /// Errors the render went on after; the first hundred.
  public var problems: [RenderError] { machine.problems }

  /// Units of work done so far.
  public var stepsTaken: Int { machine.ledger.spent }

  /// Runs until the page is complete, data is needed, or `steps` units of work are done.
  public func resume(steps: Int = .max) -> Outcome { machine.run(steps: steps) }

  /// Answers a request. The value is used for every further look at the same request in this render.
  public func supply(_ value: Value, for request: DataRequest) { machine.ledger.supplied[request] = value }

  /// The bytes printed so far, handed over: a second call gives only what was printed since. Text inside a `capture` that
  /// has not ended is not output yet.
  public func takeOutput() -> [UInt8] { machine.takeOutput() }
}

/// What a filter may know of the render it runs in.
public struct FilterContext {
  let ledger: Ledger
  let escapes: Bool
  /// What the host passed to the render.
  public var host: (any Sendable)? { ledger.host }

  /// The same, if it is of that type and no other. A cast asks the runtime, which takes longer than most filters do.
  public func host<Host: Sendable>(as type: Host.Type) -> Host? {
    func same<Actual: Sendable>(_ host: Actual) -> Host? { Actual.self == type ? unsafeBitCast(host, to: type) : nil }
    guard let host = ledger.host else { return nil }
    return same(host)
  }
  /// How the template escapes.
  public var escaping: Environment.Escaping { escapes ? .auto : .manual }
  /// The render's time, in seconds since 1970 (UTC).
  public var now: Int { ledger.now }

  /// Counts `units` of work and `bytes` about to be made against the limits; call it before allocating.
  public func charge(units: Int = 0, bytes: Int = 0) throws(FilterError) {
    try ledger.charge(units: units, bytes: bytes)
  }

  /// The value itself, or the data that was supplied for a deferred one. When the data is not here yet this throws: let
  /// the error pass, the render stops and runs the filter again.
  public func resolved(_ value: Value) throws(FilterError) -> Value { try ledger.resolved(value) }

  /// A member of a map or model, resolved; null when there is none.
  public func member(_ name: String, of value: Value) throws(FilterError) -> Value {
    try ledger.member(of: value, name)
  }
}
