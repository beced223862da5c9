/// What one render may use. All limits count work, never time: a template that fails fails always at the same place.
public struct Limits: Sendable, Hashable {
  /// Instructions, loop turns and units of filter work (one unit for each 64 bytes or element a filter handles).
  public var steps: Int
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
    steps: Int = 2_000_000, outputBytes: Int = 8 << 20, depth: Int = 64, assignedBytes: Int = 16 << 20,
    requests: Int = 1000
  ) {
    self.steps = steps
    self.outputBytes = outputBytes
    self.depth = depth
    self.assignedBytes = assignedBytes
    self.requests = requests
  }
}
