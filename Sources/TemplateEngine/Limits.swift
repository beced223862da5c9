/// What one render may use. All limits count work, never time: a template that fails fails always at the same place.
///
/// A step is at most about 40 nanoseconds of one core of a current server, whatever it does.
public struct Limits: Sendable, Hashable {
  /// Instructions, loop turns and the work of filters, comparisons and printing by what they go through.
  public var steps: Int
  /// Steps of one instruction, which nothing can stop in between: a filter, a comparison, a list that is printed. A slice of
  /// ``Render/resume(steps:)`` is longer than it was asked to be by no more than this.
  public var stepsAtOnce: Int
  /// Bytes of output, captures not included.
  public var outputBytes: Int
  /// Partials inside partials.
  public var depth: Int
  /// Bytes made by `assign`, `capture` and filters together, whether or not they are still in use.
  public var assignedBytes: Int

  /// Different requests for data. Each is one more thing for the host to fetch and to keep until the render ends.
  public var requests: Int

  /// The defaults end any template within tens of milliseconds and 64 MiB.
  public init(
    steps: Int = 500_000, stepsAtOnce: Int = 16_384, outputBytes: Int = 8 << 20, depth: Int = 64,
    assignedBytes: Int = 16 << 20, requests: Int = 1000
  ) {
    self.steps = steps
    self.stepsAtOnce = stepsAtOnce
    self.outputBytes = outputBytes
    self.depth = depth
    self.assignedBytes = assignedBytes
    self.requests = requests
  }
}
